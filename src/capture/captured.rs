//! One request as its bytes alone show it, and the state it ended in.
//!
//! The capture and `raw` produce it, and the request log adds the connection and the time. It borrows
//! its bytes: a request that came in one read is not copied before it is formatted.

use super::cut::behind_a_character;
use super::head::{Framing, Head};
use super::refusal::Refusal;

/// The state in which a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The request is whole.
    Complete,
    /// The connection ended before the request did.
    Incomplete,
    /// The request breaks this rule, or the bytes never became a request. The service answers with the
    /// refusal, unless the last answer of the connection was given before. The record has all the
    /// bytes that followed on the connection.
    Refused(Refusal),
    /// The bytes are not parsed. Only `raw` uses this state.
    Unparsed,
    /// The bytes came after the answer. Only `raw` uses this state: it answers the first bytes.
    Late,
}

impl State {
    /// The name that the record shows. None for a state that the record does not mention.
    #[must_use]
    pub fn label(self) -> Option<&'static str> {
        match self {
            Self::Complete | Self::Unparsed => None,
            Self::Incomplete => Some("incomplete"),
            Self::Refused(_) => Some("refused"),
            Self::Late => Some("late"),
        }
    }

    /// The refusal of a refused request.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// One request as its bytes alone show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured<'a> {
    /// The number of the request on its connection, from 1.
    pub number: u64,
    /// The first bytes, exactly as they were read: the head, and the part of the body that is kept.
    pub raw: &'a [u8],
    /// How many bytes followed them.
    pub omitted: u64,
    /// How the request ended.
    pub state: State,
    /// The length of the head in `raw`, with the empty lines before it. 0 without a whole head that passes,
    /// and in `raw`.
    pub head: usize,
    /// The request target. Empty without a whole, well-formed head, and in `raw`.
    pub target: &'a [u8],
    /// The faults of form in the head: of each rule the first.
    pub odd: &'a [Refusal],
}

impl<'a> Captured<'a> {
    /// The request with this head at the start of `bytes`, and its length. None if it is not whole, or has a
    /// chunked body. The common case: the request came in one read, and is not copied.
    pub(super) fn in_place(
        number: u64,
        bytes: &'a [u8],
        head: &'a Head,
        kept_body: usize,
    ) -> Option<(Self, usize)> {
        let Framing::Length(body) = head.framing else {
            return None;
        };
        let body = usize::try_from(body)
            .ok()
            .filter(|&body| body <= bytes.len() - head.length)?;
        let kept_body = body.min(kept_body);
        let kept = &bytes[..head.length + kept_body];
        let (raw, omitted) = behind_a_character(kept, (body - kept_body) as u64);
        let request = Self {
            number,
            raw,
            omitted,
            state: State::Complete,
            head: head.length,
            target: &bytes[head.target.clone()],
            odd: &head.odd,
        };
        Some((request, head.length + body))
    }

    /// The first line without its version and its end: the method and the target as they came. Bytes
    /// that are no request line are unchanged.
    #[must_use]
    pub fn request_line(&self) -> &'a [u8] {
        request_line(self.raw)
    }

    /// The length on the wire, in bytes.
    #[must_use]
    pub(crate) fn bytes(&self) -> u64 {
        self.raw.len() as u64 + self.omitted
    }
}

/// The first line of a request without its version and its end. Skips the empty lines before it.
pub(crate) fn request_line(bytes: &[u8]) -> &[u8] {
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = bytes.iter().take_while(|byte| is_line_end(byte)).count();
    let line = &bytes[start..];
    let end = line.iter().position(is_line_end).unwrap_or(line.len());
    match &line[..end] {
        [
            before @ ..,
            b' ',
            b'H',
            b'T',
            b'T',
            b'P',
            b'/',
            b'0'..=b'9',
            b'.',
            b'0'..=b'9',
        ] => before,
        line => line,
    }
}

/// The path of a target, without its query: of a target in absolute form without its scheme and host too. That
/// of a URL without a path is `/` (RFC 9110 section 4.2.3).
#[inline(never)]
pub(crate) fn path_of(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|&byte| byte == b'?');
    let target = &target[..end.unwrap_or(target.len())];
    if target.starts_with(b"/") {
        return target;
    }
    let Some(scheme) = target.windows(3).position(|bytes| bytes == b"://") else {
        return target;
    };
    let rest = &target[scheme + 3..];
    match rest.iter().position(|&byte| byte == b'/') {
        Some(start) => &rest[start..],
        None => b"/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_has_no_version_and_no_end() {
        for (bytes, line) in [
            (&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], &b"GET /"[..]),
            (b"\r\n\nGET /a b HTTP/1.0\n", b"GET /a b"),
            (b"GET /", b"GET /"),
            (b"GET / HTTP/1.x\r\n", b"GET / HTTP/1.x"),
            (b"\x16\x03\x01\0\r\xff", b"\x16\x03\x01\0"),
            (b" HTTP/1.1\r\n", b""),
            (b"\r\n", b""),
            (b"", b""),
        ] {
            assert_eq!(request_line(bytes), line, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn the_path_of_a_target_has_no_host_and_no_query() {
        for (target, path) in [
            ("/", "/"),
            ("/ready", "/ready"),
            ("/ready?a=/b?c", "/ready"),
            ("/a://b/c", "/a://b/c"),
            ("//ready", "//ready"),
            ("http://a/ready", "/ready"),
            ("http://a:80/ready?b", "/ready"),
            ("http://a", "/"),
            ("http://a?b=http://c/d", "/"),
            ("*", "*"),
            ("", ""),
        ] {
            let found = path_of(target.as_bytes());
            assert_eq!(str::from_utf8(found), Ok(path), "{target}");
        }
    }
}
