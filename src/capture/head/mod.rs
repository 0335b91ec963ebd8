//! Parses the head of one request: where it ends, and how its body ends. Pure.
//!
//! [`super::search`] passes the bytes from the first byte of a request on. The parser is httparse, as in
//! hyper, so that both see the same head. The head is then checked against the RFCs, where hyper leaves
//! much to the service.
//!
//! # Invariants
//!
//! - hyper accepts each head that passes, once an odd target is hidden, and frames its body the same way.
//! - A well-formed head costs one table lookup for each byte of its target and its Host, and none for the
//!   other bytes.

mod bytes;
mod diagnose;
mod framing;
mod host;
mod method;
mod notes;
mod target;

use std::mem::MaybeUninit;
use std::ops::Range;

use httparse::{Header, Request, Status};

use super::limits::{Limits, MAX_FIELDS, MAX_NAME};
use super::refusal::Refusal;
use super::rules;
use diagnose::Position;
use method::Method;
use notes::Notes;

pub(super) use bytes::{TOKEN, VALUE, is};
pub(super) use framing::Framing;
pub(crate) use method::SERVED_METHODS;

/// A head that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The length in bytes, with the empty lines before the head.
    pub(super) length: usize,
    /// How the body ends.
    pub(super) framing: Framing,
    /// The offsets of the target.
    pub(super) target: Range<usize>,
    /// The faults of form. If there is any, hyper might refuse the target.
    pub(super) odd: Box<[Refusal]>,
}

/// Parses the head at the start of `bytes`. None while it is not whole.
///
/// # Errors
///
/// The first fault that refuses the request, whatever bytes follow.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Option<Head>, Refusal> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; MAX_FIELDS];
    let mut request = Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(length)) => {
            let head = &bytes[..length];
            let bytes = request.path.unwrap_or_default().as_bytes();
            if target::is_plain(bytes, limits.target) && !has_bare_lf(head, &request) {
                let notes = Notes::new(limits.is_strict);
                let start = offset(head, bytes);
                let target = start..start + bytes.len();
                check(head, &request, target, bytes, limits, notes).map(Some)
            } else {
                parse_odd(head, limits)
            }
        }
        Ok(Status::Partial) => Ok(None),
        Err(_) => parse_odd(bytes, limits),
    }
}

/// Parses a head that is malformed, or odd in its form.
#[cold]
fn parse_odd(bytes: &[u8], limits: &Limits) -> Result<Option<Head>, Refusal> {
    let mut notes = Notes::new(limits.is_strict);
    let (target, length) = match diagnose::walk(bytes, limits.target, &mut notes)? {
        Position::End { target, length } => (target, length),
        Position::Version | Position::Fields => return Ok(None),
        Position::Before | Position::Method | Position::Target => return Err(rules::HEAD),
    };
    // httparse refuses a target that is not UTF-8.
    let mut replaced = bytes[..length].to_vec();
    hide_target(&mut replaced[target.clone()]);
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = Request::new(&mut fields);
    match request.parse(&replaced) {
        Ok(Status::Complete(end)) if end == length => {
            let own = &bytes[target.clone()];
            check(&replaced, &request, target, own, limits, notes).map(Some)
        }
        // The walk names all that httparse refuses. In case it does not, nothing passes.
        _ => Err(rules::HEAD),
    }
}

/// Replaces a target that hyper might refuse with one of the same length. No answer depends on the
/// target.
pub fn hide_target(target: &mut [u8]) {
    target.fill(b'_');
    if let Some(first) = target.first_mut() {
        *first = b'/';
    }
}

/// The refusal of `bytes`, which are the beginning of a head that exceeds its limit.
#[cold]
pub(super) fn too_long(bytes: &[u8], limits: &Limits) -> Refusal {
    let mut notes = Notes::new(limits.is_strict);
    match diagnose::walk(bytes, limits.target, &mut notes) {
        Err(refusal) => refusal,
        Ok(Position::Method) => rules::METHOD_TOO_LONG,
        Ok(Position::Target) => rules::TARGET_TOO_LONG,
        Ok(_) => rules::HEAD_TOO_LONG,
    }
}

/// Checks the meaning of a whole head, whose bytes were checked before. `request` was parsed from `head`.
/// The target may be hidden in it; the original bytes of the target are `bytes`.
fn check(
    head: &[u8],
    request: &Request<'_, '_>,
    target: Range<usize>,
    bytes: &[u8],
    limits: &Limits,
    mut notes: Notes,
) -> Result<Head, Refusal> {
    let method = Method::named(request.method.unwrap_or_default(), &mut notes)?;
    let has_host = target::has_host(bytes, method, &mut notes)?;
    let fields = KnownFields::of(request.headers)?;
    let is_http_11 = request.version == Some(1);
    fields.check_host(is_http_11, has_host, &mut notes)?;
    let framing = fields.framing(head, is_http_11, request.headers, limits.body)?;
    if method.is_refused() {
        return Err(rules::METHOD_REFUSED);
    }
    fields.check_expectation()?;
    Ok(Head {
        length: head.len(),
        framing,
        target,
        odd: notes.into_odd(),
    })
}

/// The offset of `part` in `whole`, of which it is a subslice.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

/// Whether a line of a whole head ends in an LF without a CR. httparse accepts that.
fn has_bare_lf(head: &[u8], request: &Request<'_, '_>) -> bool {
    let start = offset(head, request.method.unwrap_or_default().as_bytes());
    let is_bare = |end: usize| end < 2 || head[end - 2] != b'\r';
    let before = head[..start].chunks(2).any(|line| line != b"\r\n");
    let mut lines = request
        .headers
        .iter()
        .map(|field| offset(head, field.name.as_bytes()));
    let last = head.len() - if head.ends_with(b"\r\n") { 2 } else { 1 };
    before || lines.any(is_bare) || is_bare(last) || is_bare(head.len())
}

/// The values of the fields that the service acts on.
#[derive(Default)]
struct KnownFields<'a> {
    host: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
    has_coding: bool,
    expects_more: bool,
}

impl<'a> KnownFields<'a> {
    fn of(fields: &[Header<'a>]) -> Result<Self, Refusal> {
        let mut known = Self::default();
        for Header { name, value } in fields {
            // The length rules out most names with one comparison.
            match name.len() {
                4 if name.eq_ignore_ascii_case("host") => {
                    if known.host.replace(value).is_some() {
                        return Err(rules::HOST_REPEATED);
                    }
                }
                6 if name.eq_ignore_ascii_case("expect") => {
                    let is_fine = value.is_empty() || value.eq_ignore_ascii_case(b"100-continue");
                    known.expects_more |= !is_fine;
                }
                14 if name.eq_ignore_ascii_case("content-length") => {
                    if known.length.replace(value).is_some() {
                        return Err(rules::LENGTH_REPEATED);
                    }
                }
                17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                    known.has_coding = true;
                }
                0..=MAX_NAME => {}
                _ => return Err(rules::NAME_TOO_LONG),
            }
        }
        Ok(known)
    }

    /// Checks Host (RFC 9112 sections 3.2 and 3.3). A host in the target takes precedence, but Host must be
    /// well-formed even then.
    fn check_host(
        &self,
        is_http_11: bool,
        target_has_host: bool,
        notes: &mut Notes,
    ) -> Result<(), Refusal> {
        match self.host {
            None if is_http_11 => Err(rules::HOST_MISSING),
            None => Ok(()),
            Some([]) if target_has_host => Ok(()),
            Some([]) => Err(rules::HOST_EMPTY),
            Some(value) => host::check(value, rules::HOST_MALFORMED, notes),
        }
    }

    /// How the body ends (RFC 9112 section 6.3).
    fn framing(
        &self,
        head: &[u8],
        is_http_11: bool,
        fields: &[Header<'_>],
        longest: u64,
    ) -> Result<Framing, Refusal> {
        match (self.length, self.has_coding) {
            (None, false) => Ok(Framing::Length(0)),
            (Some(length), false) => Framing::by_length(length, longest)
                .map_err(|fault| fault.shifted(offset(head, length) as u64)),
            (Some(_), true) => Err(rules::LENGTH_AND_CODING),
            (None, true) if !is_http_11 => Err(rules::CODING_IN_HTTP_10),
            (None, true) => {
                let is_coding = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
                let codings = fields.iter().filter(|field| is_coding(field.name));
                let codings = codings.map(|field| field.value);
                codings.clone().try_for_each(|value| no_tab(head, value))?;
                Framing::by_coding(codings)
            }
        }
    }

    /// Checks Expect (RFC 9110 section 10.1.1). A list of expectations is refused too: hyper does not find
    /// the `100-continue` in it, and the client would wait.
    fn check_expectation(&self) -> Result<(), Refusal> {
        if self.expects_more {
            return Err(rules::EXPECTATION);
        }
        Ok(())
    }
}

/// Refuses a tab after the value of Transfer-Encoding. It is a blank like a space (RFC 9110 section 5.5),
/// but some recipients read it as a part of the coding, and frame the body in another way.
fn no_tab(head: &[u8], value: &[u8]) -> Result<(), Refusal> {
    let end = offset(head, value) + value.len();
    let mut blanks = head[end..].iter().take_while(|byte| b" \t".contains(byte));
    match blanks.position(|&byte| byte == b'\t') {
        Some(at) => Err(rules::CODING_TAB.at(b'\t', end + at)),
        None => Ok(()),
    }
}

/// Checks a whole trailer section (RFC 9112 section 7.1.2). The caller has counted the fields.
///
/// # Errors
///
/// The first malformed field.
pub(super) fn check_trailers(section: &[u8]) -> Result<(), Refusal> {
    let mut parsed = [httparse::EMPTY_HEADER; MAX_FIELDS];
    match httparse::parse_headers(section, &mut parsed) {
        Ok(Status::Complete((length, fields))) if length == section.len() => {
            let is_short = |field: &Header<'_>| field.name.len() <= MAX_NAME;
            let all_short = fields.iter().all(is_short);
            all_short.then_some(()).ok_or(rules::NAME_TOO_LONG)
        }
        _ => Err(match diagnose::walk_trailers(section) {
            Err(fault) => rules::TRAILERS.at_byte_of(fault),
            Ok(()) => rules::TRAILERS,
        }),
    }
}

#[cfg(test)]
#[path = "mod_odd_tests.rs"]
mod odd_tests;
#[cfg(test)]
#[path = "mod_property_tests.rs"]
mod property_tests;
#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
