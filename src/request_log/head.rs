//! The head of one request: where it ends, and how long its body is. Pure.
//!
//! Stands behind [`super::capture`], which hands it the bytes from the first of a request on. It
//! reads a head with the parser that is inside hyper, so that both see the same head, and then is
//! stricter about framing than hyper: what passes here, hyper either frames in the same way or, for
//! its target, refuses.

use std::mem::MaybeUninit;

use httparse::{Error, Header, Status};

/// How many header fields a request may have, hyper's own fixed number.
const FIELDS: usize = 100;

/// hyper's largest Content-Length: the two values above it mean other things to it.
const LONGEST_BODY: u64 = u64::MAX - 2;

/// How the end of a request's body is found (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// As many bytes as this. A request without a body has 0.
    Length(u64),
    /// The chunked coding tells.
    Chunked,
}

/// Why a request is refused, and with which status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The answer's status code.
    pub status: u16,
    /// One line for the client: what was wrong.
    pub reason: &'static str,
}

impl Refusal {
    /// A refusal with this status and reason.
    #[must_use]
    pub const fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }
}

/// Parses the head at the start of `bytes`: its length and its framing, or none while it is not
/// whole yet.
///
/// # Errors
///
/// What can't become a request by any bytes that may follow.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(usize, Framing)>, Refusal> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; FIELDS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(length)) => {
            let framing = framing(request.version == Some(1), request.headers)?;
            Ok(Some((length, framing)))
        }
        Ok(Status::Partial) => Ok(None),
        Err(error) => Err(refusal(error)),
    }
}

/// Whether `fields` is a trailer section as hyper will take it (RFC 9112 section 7.1.2).
pub(super) fn is_trailer_section(fields: &[u8]) -> bool {
    let mut parsed = [httparse::EMPTY_HEADER; FIELDS];
    matches!(httparse::parse_headers(fields, &mut parsed), Ok(Status::Complete(n)) if n.0 == fields.len())
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::TooManyHeaders => Refusal::new(431, "more than 100 header fields"),
        Error::Version => Refusal::new(505, "only HTTP/1.0 and HTTP/1.1 are served"),
        Error::HeaderName => Refusal::new(400, "a header field's name is malformed"),
        Error::HeaderValue => Refusal::new(400, "a header field's value is malformed"),
        Error::NewLine => Refusal::new(400, "a line end is malformed"),
        Error::Token | Error::Status => Refusal::new(400, "the request line is malformed"),
    }
}

/// RFC 9112 section 6.3. Where two recipients could disagree, the request is refused.
fn framing(is_http_11: bool, fields: &[Header<'_>]) -> Result<Framing, Refusal> {
    let mut length = None;
    let mut codings = None;
    for field in fields {
        // Most names have another length, which is one comparison.
        if field.name.len() == 14 && field.name.eq_ignore_ascii_case("content-length") {
            let again = length.replace(content_length(field.value)?);
            if again.is_some() {
                return Err(Refusal::new(400, "Content-Length is repeated"));
            }
        } else if field.name.len() == 17 && field.name.eq_ignore_ascii_case("transfer-encoding") {
            let again = codings.replace(field.value);
            if again.is_some() {
                return Err(Refusal::new(400, "Transfer-Encoding is repeated"));
            }
        }
    }
    match (length, codings) {
        (length, None) => Ok(Framing::Length(length.unwrap_or(0))),
        (Some(_), Some(_)) => Err(Refusal::new(
            400,
            "both Content-Length and Transfer-Encoding are present",
        )),
        (None, Some(_)) if !is_http_11 => {
            Err(Refusal::new(400, "HTTP/1.0 has no Transfer-Encoding"))
        }
        (None, Some(codings)) => transfer_encoding(codings),
    }
}

fn content_length(value: &[u8]) -> Result<u64, Refusal> {
    const INVALID: Refusal = Refusal::new(400, "Content-Length is not a plain decimal number");
    let plain = value.iter().all(u8::is_ascii_digit) && !(value.len() > 1 && value[0] == b'0');
    let digits = str::from_utf8(value).map_err(|_| INVALID)?;
    match digits.parse::<u64>() {
        Ok(length) if plain && length <= LONGEST_BODY => Ok(length),
        _ => Err(INVALID),
    }
}

/// RFC 9112 section 6.1: `chunked` is the only coding that is served; it comes last and once.
fn transfer_encoding(value: &[u8]) -> Result<Framing, Refusal> {
    let is_chunked = |coding: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
    if is_chunked(value) {
        return Ok(Framing::Chunked);
    }
    let chunked = value
        .split(|&b| b == b',')
        .filter(|c| is_chunked(c))
        .count();
    let ends_in_chunked = value.rsplit(|&b| b == b',').next().is_some_and(is_chunked);
    if ends_in_chunked && chunked == 1 {
        Err(Refusal::new(
            501,
            "only the transfer coding chunked is served",
        ))
    } else {
        Err(Refusal::new(
            400,
            "Transfer-Encoding does not end in one chunked",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(fields: &str) -> Result<Option<(usize, Framing)>, Refusal> {
        parse(format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes())
    }

    #[track_caller]
    fn framed(fields: &str, expected: Framing) {
        let seen = with(fields).map(|head| head.map(|(_, framing)| framing));
        assert_eq!(seen, Ok(Some(expected)), "{fields:?}");
    }

    #[track_caller]
    fn refused(fields: &str, status: u16) {
        let seen = with(fields).map_err(|refusal| refusal.status);
        assert_eq!(seen, Err(status), "{fields:?}");
    }

    #[test]
    fn a_head_ends_at_its_empty_line() {
        let bytes = b"GET / HTTP/1.1\r\n\r\nGET";
        assert_eq!(parse(bytes), Ok(Some((18, Framing::Length(0)))));
        assert_eq!(parse(&bytes[..17]), Ok(None));
    }

    #[test]
    fn lengths() {
        framed("", Framing::Length(0));
        framed("Content-Length: 0\r\n", Framing::Length(0));
        framed("content-length:12 \r\n", Framing::Length(12));
        framed("Transfer-Encoding: Chunked\r\n", Framing::Chunked);
        framed(
            "Content-Length: 18446744073709551613\r\n",
            Framing::Length(LONGEST_BODY),
        );
    }

    #[test]
    fn lengths_that_recipients_could_read_in_two_ways_are_refused() {
        for value in [
            "",
            "+1",
            "-1",
            "01",
            "1 2",
            "1, 1",
            "0x1",
            "18446744073709551614",
            "99999999999999999999",
        ] {
            refused(&format!("Content-Length: {value}\r\n"), 400);
        }
        refused("Content-Length: 1\r\nContent-Length: 1\r\n", 400);
        refused("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400);
    }

    #[test]
    fn codings_that_are_not_just_chunked_are_refused() {
        refused("Transfer-Encoding: gzip, chunked\r\n", 501);
        for value in [
            "",
            "gzip",
            "chunked, gzip",
            "chunked, chunked",
            "chunked,",
            "xchunked",
        ] {
            refused(&format!("Transfer-Encoding: {value}\r\n"), 400);
        }
        refused(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            400,
        );
        let seen = parse(b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(seen.map_err(|refusal| refusal.status), Err(400));
    }

    #[test]
    fn what_is_no_request_is_refused_before_it_ends() {
        for (bytes, status) in [
            (&b"\x16\x03\x01\x02\x00"[..], 400),
            (b"GET / HTTP/1.1\r\nHost : a\r\n", 400),
            (b"GET / HTTP/2.0\r\n", 505),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ] {
            let seen = parse(bytes).map_err(|refusal| refusal.status);
            assert_eq!(seen, Err(status), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_hundred_fields_and_no_more() {
        assert!(matches!(with(&"A: b\r\n".repeat(FIELDS - 1)), Ok(Some(_))));
        refused(&"A: b\r\n".repeat(FIELDS), 431);
    }
}
