//! Which requests the log leaves out, because its user asked for that: a probe's, every few seconds.
//! Pure.
//!
//! Asked by the recorder ahead of the format. What always holds: only a whole request that was not
//! refused is left out; what never became a request has its record. Where this can't tell, there is
//! a record.

use crate::capture::{Capture, Captured, Limits, State};

/// The requests that are left out.
#[derive(Debug, Clone, Default)]
pub struct Excluded {
    paths: Vec<String>,
}

impl Excluded {
    /// The requests for one of `paths`, compared byte for byte with the target up to its `?`. Only a
    /// target in origin form has one here (RFC 9112 section 3.2.1): the absolute form is a proxy's.
    #[must_use]
    pub fn new(paths: Vec<String>) -> Self {
        Self { paths }
    }

    /// Whether `request` is one of them.
    pub(super) fn has(&self, request: &Captured<'_>) -> bool {
        // One comparison where nothing is left out.
        !self.paths.is_empty()
            && path(request.raw).is_some_and(|path| self.paths.iter().any(|p| p.as_bytes() == path))
            && match request.state {
                State::Complete => true,
                State::Unparsed => is_one_request(request.raw),
                State::Incomplete | State::Refused(_) | State::Late => false,
            }
    }
}

/// The path of what may be a request.
fn path(raw: &[u8]) -> Option<&[u8]> {
    // Empty lines may stand before it.
    let mut words = raw.trim_ascii_start().splitn(3, |&byte| byte == b' ');
    let target = words.nth(1)?;
    target.split(|&byte| byte == b'?').next()
}

/// Whether bytes that nobody framed are one whole request and nothing else.
fn is_one_request(bytes: &[u8]) -> bool {
    let limits = Limits {
        head: bytes.len(),
        target: bytes.len(),
        body: bytes.len() as u64,
        kept_body: bytes.len(),
        is_strict: false,
    };
    let mut is_all = false;
    Capture::new(limits).push(bytes, |request| {
        is_all = request.state == State::Complete && request.raw.len() == bytes.len();
    });
    is_all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::rules;

    fn is_left_out(raw: &[u8], state: State) -> bool {
        let request = Captured {
            number: 1,
            raw,
            omitted: 0,
            state,
            odd: &[],
        };
        Excluded::new(vec!["/up".to_owned(), "/a/b".to_owned()]).has(&request)
    }

    #[track_caller]
    fn expect(left_out: bool, requests: &[&str]) {
        for raw in requests {
            for state in [State::Complete, State::Unparsed] {
                let seen = is_left_out(raw.as_bytes(), state);
                assert_eq!(seen, left_out, "{raw:?} {state:?}");
            }
        }
    }

    #[test]
    fn the_path_decides_whatever_the_method_and_the_query() {
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
    fn what_is_no_whole_request_or_is_refused_is_recorded() {
        let probe = b"GET /up HTTP/1.1\r\nHost: a\r\n\r\n";
        assert!(is_left_out(probe, State::Unparsed));
        let refused = State::Refused(rules::HOST_MISSING);
        for state in [State::Incomplete, refused, State::Late] {
            assert!(!is_left_out(probe, state), "{state:?}");
        }
        // Nobody has framed these.
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
            assert!(!is_left_out(raw, State::Unparsed), "{raw:?}");
        }
    }

    #[test]
    fn nothing_is_left_out_unless_asked_for() {
        let request = Captured {
            number: 1,
            raw: b"GET /up HTTP/1.1\r\nHost: a\r\n\r\n",
            omitted: 0,
            state: State::Complete,
            odd: &[],
        };
        assert!(!Excluded::default().has(&request));
    }
}
