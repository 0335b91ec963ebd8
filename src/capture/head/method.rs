//! The methods: those of IANA's registry (iana.org/assignments/http-methods), as of RFC 10008.
//!
//! The registry's entries `*` and PRI are there so that nobody uses them (RFC 9110 section 18.2,
//! RFC 9113 section 3.4): they are no methods.

use super::super::refusal::Refusal;
use super::super::rules;
use super::notes::Notes;

/// What a method means for its request's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Its target is an authority.
    Connect,
    /// Its target may be an asterisk.
    Options,
    /// It would send the request back, which may hold secrets.
    Trace,
    /// Any other.
    Ordinary,
}

/// Makes the list and the look into it of the same names.
macro_rules! served {
    ($first:literal $($name:literal)*) => {
        /// The methods that are served, as the field `Allow` lists them.
        pub const SERVED_METHODS: &str = concat!($first $(, ", ", $name)*);

        fn is_served(method: &str) -> bool {
            matches!(method, $first $(| $name)*)
        }
    };
}

// The most frequent first: they are compared in this order.
served! {
    "GET" "HEAD" "POST" "PUT" "DELETE" "OPTIONS" "PATCH"
    "ACL" "BASELINE-CONTROL" "BIND" "CHECKIN" "CHECKOUT" "COPY" "LABEL" "LINK" "LOCK" "MERGE"
    "MKACTIVITY" "MKCALENDAR" "MKCOL" "MKREDIRECTREF" "MKWORKSPACE" "MOVE" "ORDERPATCH" "PROPFIND"
    "PROPPATCH" "QUERY" "REBIND" "REPORT" "SEARCH" "UNBIND" "UNCHECKOUT" "UNLINK" "UNLOCK" "UPDATE"
    "UPDATEREDIRECTREF" "VERSION-CONTROL"
}

impl Method {
    /// The method with this name, which has case (RFC 9110 section 9.1). Another token is odd: what
    /// frames a request does not depend on it.
    ///
    /// # Errors
    ///
    /// It is HEAD, CONNECT or TRACE in another case: a reader that ignores case frames the answer or
    /// the connection in another way. Or it is odd, where that refuses the request.
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

    /// Whether it is refused: it would change what the connection is, or show secrets.
    pub(super) fn is_refused(self) -> bool {
        matches!(self, Self::Connect | Self::Trace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the method is fine, and not odd.
    fn named(name: &str, is_strict: bool) -> Result<bool, Refusal> {
        let mut notes = Notes::new(is_strict);
        Method::named(name, &mut notes).map(|_| notes.into_odd().is_empty())
    }

    #[test]
    fn all_served_methods_are_known() {
        let names: Vec<_> = SERVED_METHODS.split(", ").collect();
        assert_eq!(names.len(), 37);
        for name in names {
            assert_eq!(named(name, true), Ok(true), "{name}");
        }
    }

    #[test]
    fn other_tokens_are_odd() {
        for name in [
            "get", "Get", "BREW", "PRI", "*", "GETS", "GE", "PURGE", "M-SEARCH",
        ] {
            assert_eq!(named(name, false), Ok(false), "{name}");
            assert_eq!(named(name, true), Err(rules::METHOD_UNKNOWN), "{name}");
        }
    }

    #[test]
    fn those_that_frame_the_answer_have_their_case() {
        for name in ["head", "Head", "connect", "Trace"] {
            assert_eq!(named(name, false), Err(rules::METHOD_CASE), "{name}");
        }
    }
}
