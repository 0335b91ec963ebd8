//! Which requests have a record: those that the user wants to see, without those that the user excludes, such
//! as a probe's. Pure.
//!
//! The recorder asks before it formats a request.
//!
//! # Invariants
//!
//! - Only a whole request that was not refused is excluded. In doubt there is a record.
//! - Without `--log-only` each other request has a record.

use std::str::FromStr;

use thiserror::Error;

use crate::capture::{Capture, Captured, Limits, State, path_of};

/// The requests that have a record.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What a request has to be, one of these. Empty: anything.
    only: Vec<Only>,
    /// The paths of the requests that have none.
    excluded: Vec<String>,
}

/// A kind of requests that the user wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Only {
    /// `POST`: those with this method, in this case.
    Method(String),
    /// `/hook`: those whose target begins like this. It has no query.
    Path(String),
    /// `refused`: those that are refused.
    Refused,
    /// `odd`: those that break a rule of form.
    Odd,
}

/// A text is no [`Only`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a method as in POST, the beginning of a path as in /hook, refused or odd")]
pub struct OnlyError;

// === impl Selection ===

impl Selection {
    /// The requests that are one of `only`, or all if that is empty, without those for one of the paths
    /// `excluded`. Each such path is compared byte for byte with the target's, also if that is in absolute
    /// form, as a proxy gets it (RFC 9112 section 3.2.2).
    #[must_use]
    pub fn new(only: Vec<Only>, excluded: Vec<String>) -> Self {
        Self { only, excluded }
    }

    /// Whether `request` has a record.
    pub(super) fn has(&self, request: &Captured<'_>) -> bool {
        let is_wanted = self.only.is_empty() || self.only.iter().any(|only| only.has(request));
        // Nothing is excluded: the common case.
        is_wanted && (self.excluded.is_empty() || !self.excludes(request))
    }

    /// Whether a request that has begun like this may have a record, once it is whole.
    pub(super) fn may_have(&self, request: &Captured<'_>) -> bool {
        let target = request.request_line().split(|&byte| byte == b' ').nth(1);
        self.has(request) && target.is_none_or(|target| !self.excludes_target(target))
    }

    fn excludes(&self, request: &Captured<'_>) -> bool {
        match request.state {
            State::Complete => self.excludes_target(request.target),
            State::Unparsed => self.excludes_unparsed(request.raw),
            State::Incomplete | State::Refused(_) | State::Late => false,
        }
    }

    fn excludes_target(&self, target: &[u8]) -> bool {
        let path = path_of(target);
        self.excluded.iter().any(|own| own.as_bytes() == path)
    }

    /// Whether unparsed bytes are one whole request that is excluded, and nothing else.
    fn excludes_unparsed(&self, bytes: &[u8]) -> bool {
        let mut is_excluded = false;
        Capture::new(limits_of(bytes)).push(bytes, |request| {
            let is_one_request =
                request.state == State::Complete && request.raw.len() == bytes.len();
            is_excluded = is_one_request && self.excludes_target(request.target);
        });
        is_excluded
    }
}

/// Limits that none of `bytes` exceeds.
fn limits_of(bytes: &[u8]) -> Limits {
    Limits {
        head: bytes.len(),
        target: bytes.len(),
        body: bytes.len() as u64,
        kept_body: bytes.len(),
        is_strict: false,
    }
}

// === impl Only ===

impl Only {
    /// Whether `request` is of this kind. Its first line decides, so that a refused or unparsed request has a
    /// method and a target too.
    fn has(&self, request: &Captured<'_>) -> bool {
        let mut line = request.request_line().splitn(2, |&byte| byte == b' ');
        let (method, target) = (line.next(), line.next());
        match self {
            Self::Method(own) => method == Some(own.as_bytes()),
            Self::Path(own) => target.is_some_and(|target| target.starts_with(own.as_bytes())),
            Self::Refused => request.state.refusal().is_some(),
            Self::Odd => !request.odd.is_empty(),
        }
    }
}

impl FromStr for Only {
    type Err = OnlyError;

    /// A method has the characters that registered methods have: `post` and `404` are mistakes.
    fn from_str(text: &str) -> Result<Self, OnlyError> {
        let may_be_a_method = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
        let may_be_in_a_path = |byte: u8| byte.is_ascii_graphic() && !b"?#".contains(&byte);
        let is_each = |may_be: &dyn Fn(u8) -> bool| text.bytes().all(may_be);
        if text.eq_ignore_ascii_case("refused") {
            Ok(Self::Refused)
        } else if text.eq_ignore_ascii_case("odd") {
            Ok(Self::Odd)
        } else if text.starts_with('/') && is_each(&may_be_in_a_path) {
            Ok(Self::Path(text.to_owned()))
        } else if !text.is_empty() && is_each(&may_be_a_method) {
            Ok(Self::Method(text.to_owned()))
        } else {
            Err(OnlyError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::rules;

    fn excluded() -> Selection {
        Selection::new(Vec::new(), vec!["/up".to_owned(), "/a/b".to_owned()])
    }

    fn is_excluded_unparsed(raw: &[u8]) -> bool {
        !excluded().has(&Captured {
            number: 1,
            raw,
            omitted: 0,
            state: State::Unparsed,
            head: 0,
            target: b"",
            odd: &[],
        })
    }

    /// Whether the one request in `raw` is excluded. Its state is `state`, if any.
    fn is_excluded(raw: &[u8], state: Option<State>) -> bool {
        let mut all = Vec::new();
        Capture::new(limits_of(raw)).push(raw, |request| {
            let state = state.unwrap_or(request.state);
            all.push(!excluded().has(&Captured { state, ..request }));
        });
        assert_eq!(all.len(), 1, "{}", raw.escape_ascii());
        all[0]
    }

    #[track_caller]
    fn expect(is_expected: bool, requests: &[&str]) {
        for raw in requests {
            assert_eq!(is_excluded(raw.as_bytes(), None), is_expected, "{raw:?}");
            let unparsed = is_excluded_unparsed(raw.as_bytes());
            assert_eq!(unparsed, is_expected, "{raw:?}");
        }
    }

    #[test]
    fn the_path_alone_decides() {
        expect(
            true,
            &[
                "GET /up HTTP/1.1\r\nHost: a\r\n\r\n",
                "HEAD /a/b HTTP/1.0\r\n\r\n",
                "\r\nGET /up?a=/b&c=%20? HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://a/up?b HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12",
                "POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ],
        );
    }

    #[test]
    fn any_other_path_is_recorded() {
        for target in [
            "/",
            "/UP",
            "/up/",
            "//up",
            "/%75p",
            "/upp",
            "/x/up",
            "/x?/up",
            "*",
            "http://a/upp",
            "http://up",
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
            expect(false, &[&request]);
        }
    }

    #[test]
    fn all_but_whole_accepted_requests_are_recorded() {
        let probe = b"GET /up HTTP/1.1\r\nHost: a\r\n\r\n";
        assert!(is_excluded(probe, None));
        let refused = State::Refused(rules::HOST_MISSING);
        for state in [State::Incomplete, refused, State::Late] {
            assert!(!is_excluded(probe, Some(state)), "{state:?}");
        }
        // Not one whole request.
        for raw in [
            &probe[..probe.len() - 1],
            &[&probe[..], b"\r\n"].concat(),
            &[&probe[..], &probe[..]].concat(),
            b"GET /up ",
            b"GET /up HTTP/1.1\r\n\r\n",
            b"GET /up HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n",
            b"POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1",
            b"",
        ] {
            let shown = raw.escape_ascii();
            assert!(!is_excluded_unparsed(raw), "{shown}");
        }
    }

    #[test]
    fn nothing_is_excluded_by_default() {
        let request = Captured {
            number: 1,
            raw: b"GET /up HTTP/1.1\r\nHost: a\r\n\r\n",
            omitted: 0,
            state: State::Complete,
            head: 0,
            target: b"/up",
            odd: &[],
        };
        assert!(Selection::default().has(&request));
    }

    #[test]
    fn what_the_user_wants_to_see_is_a_method_a_path_or_a_kind() {
        for (text, only) in [
            ("POST", Only::Method("POST".to_owned())),
            (
                "VERSION-CONTROL",
                Only::Method("VERSION-CONTROL".to_owned()),
            ),
            ("/", Only::Path("/".to_owned())),
            ("/a/b%20[", Only::Path("/a/b%20[".to_owned())),
            ("refused", Only::Refused),
            ("Odd", Only::Odd),
        ] {
            assert_eq!(text.parse(), Ok(only), "{text:?}");
        }
        for text in [
            "", "post", "Post", "hook", "refuse", "/a?b", "/a#b", "/a b", "/\u{e9}", "GET /",
            "A/B", "*a",
        ] {
            assert_eq!(text.parse::<Only>(), Err(OnlyError), "{text:?}");
        }
    }

    /// Whether the only request in `raw` is one of `only`, as HTTP captures it and as `raw` does.
    fn is_wanted(only: &[&str], raw: &str) -> (bool, bool) {
        let only = only.iter().map(|text| text.parse().unwrap()).collect();
        let selection = Selection::new(only, vec!["/up".to_owned()]);
        let mut found = Vec::new();
        let mut capture = Capture::new(limits_of(raw.as_bytes()));
        capture.push(raw.as_bytes(), |request| {
            found.push(selection.has(&request));
        });
        capture.finish(|request| found.push(selection.has(&request)));
        assert_eq!(found.len(), 1, "{raw:?}");
        let unparsed = Captured {
            number: 1,
            raw: raw.as_bytes(),
            omitted: 0,
            state: State::Unparsed,
            head: 0,
            target: b"",
            odd: &[],
        };
        (found[0], selection.has(&unparsed))
    }

    #[test]
    fn one_kind_of_several_is_enough() {
        let (both, none, parsed) = ((true, true), (false, false), (true, false));
        let post = "POST /hook?a=/b HTTP/1.1\r\nHost: a\r\n\r\n";
        for (only, raw, expected) in [
            (&["POST"][..], post, both),
            (&["POS"], post, none),
            (&["GET"], post, none),
            (&["GET", "POST"], post, both),
            (&["/"], post, both),
            (&["/ho"], post, both),
            (&["/hook"], post, both),
            (&["/hook/"], post, none),
            (&["/b"], post, none),
            (&["/Hook"], post, none),
            (&["GET", "/hook"], post, both),
            (&["refused", "odd"], post, none),
            (&["/"], "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", none),
            // Empty lines before it.
            (&["GET"], "\r\n\nGET / HTTP/1.0\r\n\r\n", both),
            // An excluded path.
            (&["GET"], "GET /up HTTP/1.0\r\n\r\n", none),
            // Refused: Host is missing, a blank in the target, a version that is none.
            (&["refused"], "GET /a HTTP/1.1\r\n\r\n", parsed),
            (&["GET"], "GET /a HTTP/1.1\r\n\r\n", both),
            (&["/a"], "GET /a HTTP/1.1\r\n\r\n", both),
            (&["/a"], "GET /a b HTTP/1.1\r\n\r\n", both),
            (&["/a"], "GET /a HTTP/x\r\n\r\n", both),
            (&["POST"], "GET /a HTTP/1.1\r\n\r\n", none),
            (&["GET"], "\u{16}\u{3}\u{1}GET /\r\n\r\n", none),
            // A fault of form.
            (&["odd"], "BREW /pot HTTP/1.0\r\n\r\n", parsed),
            (&["BREW"], "BREW /pot HTTP/1.0\r\n\r\n", both),
            (&["refused"], "BREW /pot HTTP/1.0\r\n\r\n", none),
        ] {
            assert_eq!(is_wanted(only, raw), expected, "{only:?} {raw:?}");
        }
    }
}
