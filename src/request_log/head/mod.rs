//! The head of one request: where it ends, and how long its body is. Pure.
//!
//! Stands behind [`super::capture`], which hands it the bytes from the first of a request on. It
//! reads a head with the parser that is inside hyper, so that both see the same head, and then
//! holds it to the RFCs, of which hyper leaves much to others: what passes here, hyper takes, and
//! frames in the same way. First comes the form of the whole head, from left to right, then what it
//! says. A request that is fine costs one look at each byte of its target and its Host, and none at
//! the others.

mod bytes;
mod framing;
mod host;
mod last;
mod method;
mod syntax;
mod target;

use std::mem::MaybeUninit;
use std::ops::Range;

use httparse::{Header, Request, Status};

use super::refusal::{self as rules, Refusal};
use method::Method;
use syntax::Place;

pub(super) use bytes::{TOKEN, VALUE, is};
pub(super) use framing::Framing;
pub use method::SERVED_METHODS;

/// How many header fields a request may have, and how many trailer fields: hyper's own fixed number.
const FIELDS: usize = 100;

/// The longest name of a field, in bytes: hyper's own fixed number.
const LONGEST_NAME: usize = u16::MAX as usize;

/// What a head may announce, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longest {
    /// The longest target; over it 414.
    pub(super) target: usize,
    /// The longest body; over it 413.
    pub(super) body: u64,
}

/// A head that is fine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Its length in bytes, empty lines before it included.
    pub(super) length: usize,
    /// How its body ends.
    pub(super) framing: Framing,
    /// Where in it its target stands.
    pub(super) target: Range<usize>,
}

/// Parses the head at the start of `bytes`, or none while it is not whole yet.
///
/// # Errors
///
/// What can't become a request by any bytes that may follow.
pub(super) fn parse(bytes: &[u8], longest: Longest) -> Result<Option<Head>, Refusal> {
    if let Some(head) = last::find(bytes, longest) {
        return Ok(Some(head));
    }
    let parsed = parse_anew(bytes, longest);
    if let Ok(Some(head)) = &parsed {
        last::keep(bytes, longest, head);
    }
    parsed
}

fn parse_anew(bytes: &[u8], longest: Longest) -> Result<Option<Head>, Refusal> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; FIELDS];
    let mut request = Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(length)) => judge(&bytes[..length], &request, longest).map(Some),
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err(fault(bytes, longest)),
    }
}

/// Why `bytes`, which a head may begin with but can't end in any more, are refused.
#[cold]
pub(super) fn too_long(bytes: &[u8], longest: Longest) -> Refusal {
    match syntax::walk(bytes, longest.target) {
        Err(refusal) => refusal,
        // RFC 9112 section 3: longer than any that is implemented.
        Ok(Place::Method) => rules::METHOD_UNKNOWN,
        Ok(Place::Target) => rules::TARGET_TOO_LONG,
        Ok(Place::Before | Place::Behind) => rules::HEAD_TOO_LONG,
    }
}

#[cold]
fn fault(bytes: &[u8], longest: Longest) -> Refusal {
    syntax::walk(bytes, longest.target)
        .err()
        .unwrap_or(rules::HEAD)
}

/// Holds a whole head to what httparse does not ask for.
fn judge(head: &[u8], request: &Request<'_, '_>, longest: Longest) -> Result<Head, Refusal> {
    let (Some(name), Some(target)) = (request.method, request.path) else {
        return Err(rules::HEAD);
    };
    let start = offset(head, name.as_bytes());
    if has_bare_lf(head, start, request.headers) {
        return Err(fault(head, longest));
    }
    target::check_bytes(target.as_bytes(), longest.target)?;
    let method = Method::named(name)?;
    let has_host = target::has_host(target.as_bytes(), method)?;
    let said = Said::by(request.headers)?;
    let is_http_11 = request.version == Some(1);
    said.check_host(is_http_11, has_host)?;
    let framing = said.framing(is_http_11, request.headers, longest.body)?;
    if method.is_refused() {
        return Err(rules::METHOD_REFUSED);
    }
    said.check_expectation()?;
    let target_start = offset(head, target.as_bytes());
    Ok(Head {
        length: head.len(),
        framing,
        target: target_start..target_start + target.len(),
    })
}

/// Where `part` stands in `whole`, of which it is a part.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

/// Whether a line of a whole head ends in a LF without its CR, which httparse takes for an end. RFC
/// 9112 section 2.2 says MAY; but who else reads the same bytes may not, and no client sends it.
fn has_bare_lf(head: &[u8], start: usize, fields: &[Header<'_>]) -> bool {
    let is_bare = |end: usize| end < 2 || head[end - 2] != b'\r';
    let before = head[..start].chunks(2).any(|line| line != b"\r\n");
    let lines = || {
        fields
            .iter()
            .map(|field| offset(head, field.name.as_bytes()))
    };
    let last = head.len() - if head.ends_with(b"\r\n") { 2 } else { 1 };
    before || lines().any(is_bare) || is_bare(last) || is_bare(head.len())
}

/// What the fields say that the service goes by.
#[derive(Default)]
struct Said<'a> {
    host: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
    coding: Option<&'a [u8]>,
    has_codings: bool,
    expects_more: bool,
}

impl<'a> Said<'a> {
    fn by(fields: &[Header<'a>]) -> Result<Self, Refusal> {
        let mut said = Self::default();
        for Header { name, value } in fields {
            // Most names have another length, which is one comparison.
            match name.len() {
                4 if name.eq_ignore_ascii_case("host") => {
                    if said.host.replace(value).is_some() {
                        return Err(rules::HOST_REPEATED);
                    }
                }
                6 if name.eq_ignore_ascii_case("expect") => {
                    let is_fine = value.is_empty() || value.eq_ignore_ascii_case(b"100-continue");
                    said.expects_more |= !is_fine;
                }
                14 if name.eq_ignore_ascii_case("content-length") => {
                    if said.length.replace(value).is_some() {
                        return Err(rules::LENGTH_REPEATED);
                    }
                }
                17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                    said.has_codings |= said.coding.replace(value).is_some();
                }
                0..=LONGEST_NAME => {}
                _ => return Err(rules::NAME_TOO_LONG),
            }
        }
        Ok(said)
    }

    /// RFC 9112 sections 3.2 and 3.3. Where the target has a host, nothing depends on what Host
    /// says, but it has to be well-formed all the same.
    fn check_host(&self, is_http_11: bool, target_has_host: bool) -> Result<(), Refusal> {
        match self.host {
            None if is_http_11 => Err(rules::HOST_MISSING),
            None => Ok(()),
            Some([]) if target_has_host => Ok(()),
            Some([]) => Err(rules::HOST_EMPTY),
            Some(value) => match host::parse(value) {
                Some((host, _)) if !host.is_empty() => Ok(()),
                _ => Err(rules::HOST_MALFORMED),
            },
        }
    }

    /// RFC 9112 section 6.3.
    fn framing(
        &self,
        is_http_11: bool,
        fields: &[Header<'_>],
        longest: u64,
    ) -> Result<Framing, Refusal> {
        match (self.length, self.coding) {
            (None, None) => Ok(Framing::Length(0)),
            (Some(length), None) => Framing::by_length(length, longest),
            (Some(_), Some(_)) => Err(rules::LENGTH_AND_CODING),
            (None, Some(_)) if !is_http_11 => Err(rules::CODING_IN_HTTP_10),
            (None, Some(b"chunked")) if !self.has_codings => Ok(Framing::Chunked),
            (None, Some(_)) => {
                let is_coding = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
                let codings = fields.iter().filter(|field| is_coding(field.name));
                Framing::by_coding(codings.map(|field| field.value))
            }
        }
    }

    /// RFC 9110 section 10.1.1. A list of expectations is refused too: hyper would not see the
    /// `100-continue` in it, and its client would wait.
    fn check_expectation(&self) -> Result<(), Refusal> {
        if self.expects_more {
            return Err(rules::EXPECTATION);
        }
        Ok(())
    }
}

/// Holds a whole trailer section to what hyper will take (RFC 9112 section 7.1.2).
///
/// # Errors
///
/// A field that is malformed, or too many of them.
pub(super) fn check_trailers(section: &[u8]) -> Result<(), Refusal> {
    let mut parsed = [httparse::EMPTY_HEADER; FIELDS];
    match httparse::parse_headers(section, &mut parsed) {
        Ok(Status::Complete((length, fields))) if length == section.len() => {
            let is_short = |field: &Header<'_>| field.name.len() <= LONGEST_NAME;
            let all_short = fields.iter().all(is_short);
            all_short.then_some(()).ok_or(rules::NAME_TOO_LONG)
        }
        Err(httparse::Error::TooManyHeaders) => Err(rules::TOO_MANY_TRAILERS),
        _ => Err(rules::TRAILERS),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
