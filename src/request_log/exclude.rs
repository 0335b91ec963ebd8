//! The requests that the user excludes from the log, for example those of a probe. Pure.
//!
//! The recorder asks before it formats a request.
//!
//! # Invariants
//!
//! Only a whole request that was not refused is excluded. In doubt there is a record.

use crate::capture::{Capture, Captured, Limits, State};

/// The requests that have no record.
#[derive(Debug, Clone, Default)]
pub struct Excluded {
    paths: Vec<String>,
}

impl Excluded {
    /// The requests for one of `paths`. Each is compared byte for byte with the target up to its `?`. A
    /// target in absolute form, as a proxy gets it, matches no path (RFC 9112 section 3.2.2).
    #[must_use]
    pub fn new(paths: Vec<String>) -> Self {
        Self { paths }
    }

    /// Whether `request` is excluded.
    pub(super) fn has(&self, request: &Captured<'_>) -> bool {
        // The common case.
        if self.paths.is_empty() {
            return false;
        }
        match request.state {
            State::Complete => self.has_target(request.target),
            State::Unparsed => self.has_unparsed(request.raw),
            State::Incomplete | State::Refused(_) | State::Late => false,
        }
    }

    fn has_target(&self, target: &[u8]) -> bool {
        let path = target.split(|&byte| byte == b'?').next();
        self.paths.iter().any(|own| Some(own.as_bytes()) == path)
    }

    /// Whether unparsed bytes are one whole request that is excluded, and nothing else.
    fn has_unparsed(&self, bytes: &[u8]) -> bool {
        let mut is_excluded = false;
        Capture::new(limits_of(bytes)).push(bytes, |request| {
            let is_one_request =
                request.state == State::Complete && request.raw.len() == bytes.len();
            is_excluded = is_one_request && self.has_target(request.target);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::rules;

    fn excluded() -> Excluded {
        Excluded::new(vec!["/up".to_owned(), "/a/b".to_owned()])
    }

    fn is_excluded_unparsed(raw: &[u8]) -> bool {
        excluded().has(&Captured {
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
            all.push(excluded().has(&Captured { state, ..request }));
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
            "http://a/up",
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
        assert!(!Excluded::default().has(&request));
    }
}
