//! The methods of the IANA registry (iana.org/assignments/http-methods), as of RFC 10008. Pure.
//!
//! The registry reserves `*` and PRI (RFC 9110 section 18.2, RFC 9113 section 3.4). They are no methods.

use super::super::refusal::Refusal;
use super::super::rules;
use super::notes::Notes;

/// What the method means for the head of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// CONNECT: the target is an authority.
    Connect,
    /// OPTIONS: the target may be an asterisk.
    Options,
    /// TRACE: the answer would repeat the request, with its secrets.
    Trace,
    /// Any other method.
    Ordinary,
}

/// Declares the list of methods, and the lookup in it.
macro_rules! served {
    ($first:literal $($name:literal)*) => {
        /// The methods that the service answers, as the field `Allow` lists them.
        pub(crate) const SERVED_METHODS: &str = concat!($first $(, ", ", $name)*);

        fn is_served(method: &str) -> bool {
            matches!(method, $first $(| $name)*)
        }
    };
}

// Compared in this order: the most frequent first.
served! {
    "GET" "HEAD" "POST" "PUT" "DELETE" "OPTIONS" "PATCH"
    "ACL" "BASELINE-CONTROL" "BIND" "CHECKIN" "CHECKOUT" "COPY" "LABEL" "LINK" "LOCK" "MERGE"
    "MKACTIVITY" "MKCALENDAR" "MKCOL" "MKREDIRECTREF" "MKWORKSPACE" "MOVE" "ORDERPATCH" "PROPFIND"
    "PROPPATCH" "QUERY" "REBIND" "REPORT" "SEARCH" "UNBIND" "UNCHECKOUT" "UNLINK" "UNLOCK" "UPDATE"
    "UPDATEREDIRECTREF" "VERSION-CONTROL"
}

impl Method {
    /// The method with this name, which is case-sensitive (RFC 9110 section 9.1). An unknown name is odd: the
    /// framing of a request does not depend on it.
    ///
    /// # Errors
    ///
    /// The name is HEAD, CONNECT or TRACE in another case: a recipient that ignores case would frame the
    /// answer in another way. Or it is odd, if that refuses the request.
    pub(super) fn named(name: &str, notes: &mut Notes) -> Result<Self, Refusal> {
        match name {
            "GET" => Ok(Self::Ordinary),
            "OPTIONS" => Ok(Self::Options),
            "CONNECT" => Ok(Self::Connect),
            "TRACE" => Ok(Self::Trace),
            _ if is_served(name) => Ok(Self::Ordinary),
            _ => {
                let is_like = |other: &&str| name.eq_ignore_ascii_case(other);
                let is_special = ["HEAD", "CONNECT", "TRACE"].iter().any(is_like);
                notes.add(if is_special {
                    rules::METHOD_CASE
                } else {
                    rules::METHOD_UNKNOWN
                })?;
                Ok(Self::Ordinary)
            }
        }
    }

    /// Whether the service refuses the method: it would turn the connection into a tunnel, or show secrets.
    pub(super) fn is_refused(self) -> bool {
        matches!(self, Self::Connect | Self::Trace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the method has no note.
    fn named(name: &str, is_strict: bool) -> Result<bool, Refusal> {
        let mut notes = Notes::new(is_strict);
        Method::named(name, &mut notes).map(|_| notes.into_odd().is_empty())
    }

    #[test]
    fn served_methods_are_not_odd() {
        let names: Vec<_> = SERVED_METHODS.split(", ").collect();
        assert_eq!(names.len(), 37);
        for name in names {
            assert_eq!(named(name, true), Ok(true), "{name}");
        }
    }

    #[test]
    fn unknown_methods_are_odd() {
        for name in [
            "get", "Get", "BREW", "PRI", "*", "GETS", "GE", "PURGE", "M-SEARCH",
        ] {
            assert_eq!(named(name, false), Ok(false), "{name}");
            assert_eq!(named(name, true), Err(rules::METHOD_UNKNOWN), "{name}");
        }
    }

    #[test]
    fn methods_that_frame_the_answer_are_case_sensitive() {
        for name in ["head", "Head", "connect", "Trace"] {
            assert_eq!(named(name, false), Err(rules::METHOD_CASE), "{name}");
        }
    }
}
