//! What has come of a request that is not whole, and what is missing. Pure.
//!
//! [`Capture::unfinished`](super::Capture::unfinished) makes it. The log shows it of a request that
//! pauses.

use super::captured::{Captured, State, request_line};
use super::stream::{Capture, Stage};

/// The part of an unfinished request that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished<'a> {
    /// The number that the request will have on its connection.
    pub number: u64,
    /// The first bytes, as many as its record will have.
    pub raw: &'a [u8],
    /// The length on the wire so far, in bytes.
    pub bytes: u64,
    /// What is missing.
    pub missing: Missing,
}

/// The part of an unfinished request that has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The end of the head.
    HeadEnd,
    /// The rest of a body, in bytes.
    Body {
        /// How much has not come.
        left: u64,
        /// The length of the whole body.
        total: u64,
    },
    /// The last chunk of a body, whose length is not known before.
    LastChunk,
}

impl Capture {
    /// The unfinished request, if one has begun and is not refused.
    #[must_use]
    pub fn unfinished(&self) -> Option<Unfinished<'_>> {
        let missing = match self.stage {
            Stage::Head if self.search.has_begun() => Missing::HeadEnd,
            Stage::Sized { remaining } => Missing::Body {
                left: remaining,
                total: self.pending.body() + remaining,
            },
            Stage::Chunked(_) => Missing::LastChunk,
            Stage::Head | Stage::Refused(_) => return None,
        };
        Some(Unfinished {
            number: self.records + 1,
            raw: self.pending.bytes(),
            bytes: self.pending.length(),
            missing,
        })
    }
}

impl<'a> Unfinished<'a> {
    /// The request, if nothing more of it comes.
    pub(crate) fn as_incomplete(&self) -> Captured<'a> {
        Captured {
            number: self.number,
            raw: self.raw,
            omitted: self.bytes - self.raw.len() as u64,
            state: State::Incomplete,
            head: 0,
            target: b"",
            odd: &[],
        }
    }

    /// As [`Captured::request_line`], as far as it has come.
    #[must_use]
    pub fn request_line(&self) -> &'a [u8] {
        request_line(self.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;

    /// What is missing after these bytes, and how many have come.
    fn missing(bytes: &str) -> Option<(Missing, u64)> {
        let mut capture = Capture::new(Limits {
            head: 1024,
            target: 1024,
            body: 1024,
            kept_body: 4,
            is_strict: false,
        });
        capture.push(bytes.as_bytes(), |_| ());
        let unfinished = capture.unfinished()?;
        assert_eq!(unfinished.number, 2);
        assert!(bytes.as_bytes().ends_with(unfinished.raw) || unfinished.bytes > 40);
        Some((unfinished.missing, unfinished.bytes))
    }

    #[test]
    fn what_is_missing_is_named() {
        const FIRST: &str = "GET / HTTP/1.0\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (rest, expected) in [
            ("", None),
            ("\r\n", None),
            ("G", Some((Missing::HeadEnd, 1))),
            ("GET / HTTP/1.0\r\n", Some((Missing::HeadEnd, 16))),
            (
                post,
                Some((
                    Missing::Body {
                        left: 100,
                        total: 100,
                    },
                    49,
                )),
            ),
            (
                &format!("{post}12345678"),
                Some((
                    Missing::Body {
                        left: 92,
                        total: 100,
                    },
                    57,
                )),
            ),
            (
                &format!("{chunked}5\r\nhello\r\n"),
                Some((Missing::LastChunk, 66)),
            ),
            ("no request\r\n\r\n", None),
        ] {
            assert_eq!(missing(&format!("{FIRST}{rest}")), expected, "{rest:?}");
        }
    }
}
