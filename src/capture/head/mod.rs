//! The head of one request: where it ends, and how long its body is. Pure.
//!
//! Stands behind [`super::stream`], which hands it the bytes from the first of a request on. It
//! reads a head with the parser that is inside hyper, so that both see the same head, and then
//! holds it to the RFCs, of which hyper leaves much to others: what passes here, hyper takes, and
//! frames in the same way. A head that is odd in its form passes too, with notes; its target is
//! hidden from hyper, which may not take it. A head that is fine costs one look at each byte of its
//! target and its Host, and none at the others.

mod bytes;
mod cache;
mod diagnose;
mod framing;
mod host;
mod limits;
mod method;
mod notes;
mod target;

use std::mem::MaybeUninit;
use std::ops::Range;

use httparse::{Header, Request, Status};

use super::refusal::Refusal;
use super::rules;
use diagnose::Place;
use limits::LONGEST_NAME;
use method::Method;
use notes::Notes;

pub(super) use bytes::{TOKEN, VALUE, is};
pub(super) use framing::Framing;
pub(super) use limits::{FIELDS, HeadLimits};
pub use method::SERVED_METHODS;

/// A head that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Its length in bytes, empty lines before it included.
    pub(super) length: usize,
    /// How its body ends.
    pub(super) framing: Framing,
    /// Where in it its target stands.
    pub(super) target: Range<usize>,
    /// What is odd about it: then hyper may not take its target.
    pub(super) odd: Box<[Refusal]>,
}

/// Parses the head at the start of `bytes`, or none while it is not whole yet.
///
/// # Errors
///
/// What can't become a request by any bytes that may follow.
pub(super) fn parse(bytes: &[u8], limits: HeadLimits) -> Result<Option<Head>, Refusal> {
    if let Some(head) = cache::find(bytes, limits) {
        return Ok(Some(head));
    }
    let parsed = parse_anew(bytes, limits);
    if let Ok(Some(head)) = &parsed {
        cache::keep(bytes, limits, head);
    }
    parsed
}

fn parse_anew(bytes: &[u8], limits: HeadLimits) -> Result<Option<Head>, Refusal> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; FIELDS];
    let mut request = Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(length)) => {
            let head = &bytes[..length];
            let bytes = request.path.unwrap_or_default().as_bytes();
            if target::is_plain(bytes, limits.target) && !has_bare_lf(head, &request) {
                let notes = Notes::new(limits.is_strict);
                let start = offset(head, bytes);
                let target = start..start + bytes.len();
                judge(head, &request, target, bytes, limits, notes).map(Some)
            } else {
                parse_odd(head, limits)
            }
        }
        Ok(Status::Partial) => Ok(None),
        Err(_) => parse_odd(bytes, limits),
    }
}

/// Parses what is malformed or odd in its form.
#[cold]
fn parse_odd(bytes: &[u8], limits: HeadLimits) -> Result<Option<Head>, Refusal> {
    let mut notes = Notes::new(limits.is_strict);
    let (target, length) = match diagnose::walk(bytes, limits.target, &mut notes)? {
        Place::End { target, length } => (target, length),
        Place::Version | Place::Fields => return Ok(None),
        Place::Before | Place::Method | Place::Target => return Err(rules::HEAD),
    };
    // httparse takes no target that is not UTF-8.
    let mut replaced = bytes[..length].to_vec();
    hide_target(&mut replaced[target.clone()]);
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = Request::new(&mut fields);
    match request.parse(&replaced) {
        Ok(Status::Complete(end)) if end == length => {
            let own = &bytes[target.clone()];
            judge(&replaced, &request, target, own, limits, notes).map(Some)
        }
        // The walk has named all that httparse refuses. Were it otherwise, nothing may pass.
        _ => Err(rules::HEAD),
    }
}

/// Puts another target in the place of one that hyper may not take. No answer depends on the target.
pub fn hide_target(target: &mut [u8]) {
    target.fill(b'_');
    if let Some(first) = target.first_mut() {
        *first = b'/';
    }
}

/// Why `bytes`, which a head may begin with but can't end in any more, are refused.
#[cold]
pub(super) fn too_long(bytes: &[u8], limits: HeadLimits) -> Refusal {
    let mut notes = Notes::new(limits.is_strict);
    match diagnose::walk(bytes, limits.target, &mut notes) {
        Err(refusal) => refusal,
        Ok(Place::Method) => rules::METHOD_TOO_LONG,
        Ok(Place::Target) => rules::TARGET_TOO_LONG,
        Ok(Place::Before | Place::Version | Place::Fields | Place::End { .. }) => {
            rules::HEAD_TOO_LONG
        }
    }
}

/// Holds a whole head to what it says. Its bytes are known to be fine, or noted. `request` was parsed
/// from `head`, in which something may stand in for the target, whose bytes are `bytes`.
fn judge(
    head: &[u8],
    request: &Request<'_, '_>,
    target: Range<usize>,
    bytes: &[u8],
    limits: HeadLimits,
    mut notes: Notes,
) -> Result<Head, Refusal> {
    let method = Method::named(request.method.unwrap_or_default(), &mut notes)?;
    let has_host = target::has_host(bytes, method, &mut notes)?;
    let said = Said::by(request.headers)?;
    let is_http_11 = request.version == Some(1);
    said.check_host(is_http_11, has_host, &mut notes)?;
    let framing = said.framing(head, is_http_11, request.headers, limits.body)?;
    if method.is_refused() {
        return Err(rules::METHOD_REFUSED);
    }
    said.check_expectation()?;
    Ok(Head {
        length: head.len(),
        framing,
        target,
        odd: notes.into_odd(),
    })
}

/// Where `part` stands in `whole`, of which it is a part.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

/// Whether a line of a whole head ends in a LF without its CR, which httparse takes for an end.
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

/// What the fields say that the service goes by.
#[derive(Default)]
struct Said<'a> {
    host: Option<&'a [u8]>,
    length: Option<&'a [u8]>,
    has_coding: bool,
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
                    said.has_coding = true;
                }
                0..=LONGEST_NAME => {}
                _ => return Err(rules::NAME_TOO_LONG),
            }
        }
        Ok(said)
    }

    /// RFC 9112 sections 3.2 and 3.3. Where the target has a host, nothing depends on what Host
    /// says, but it has to be well-formed all the same.
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

    /// RFC 9112 section 6.3.
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
                .map_err(|fault| fault.behind(offset(head, length) as u64)),
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

    /// RFC 9110 section 10.1.1. A list of expectations is refused too: hyper would not see the
    /// `100-continue` in it, and its client would wait.
    fn check_expectation(&self) -> Result<(), Refusal> {
        if self.expects_more {
            return Err(rules::EXPECTATION);
        }
        Ok(())
    }
}

/// Refuses a tab behind the value of Transfer-Encoding. It is a blank like any other (RFC 9110 section
/// 5.5), but there are readers that take it for a part of the coding, and then frame the body in
/// another way.
fn no_tab(head: &[u8], value: &[u8]) -> Result<(), Refusal> {
    let end = offset(head, value) + value.len();
    let mut blanks = head[end..].iter().take_while(|byte| b" \t".contains(byte));
    match blanks.position(|&byte| byte == b'\t') {
        Some(at) => Err(rules::CODING_TAB.at(b'\t', end + at)),
        None => Ok(()),
    }
}

/// Holds a whole trailer section to what hyper will take (RFC 9112 section 7.1.2).
///
/// # Errors
///
/// A field that is malformed. That there are not too many of them is left to the caller.
pub(super) fn check_trailers(section: &[u8]) -> Result<(), Refusal> {
    let mut parsed = [httparse::EMPTY_HEADER; FIELDS];
    match httparse::parse_headers(section, &mut parsed) {
        Ok(Status::Complete((length, fields))) if length == section.len() => {
            let is_short = |field: &Header<'_>| field.name.len() <= LONGEST_NAME;
            let all_short = fields.iter().all(is_short);
            all_short.then_some(()).ok_or(rules::NAME_TOO_LONG)
        }
        _ => Err(match diagnose::walk_trailers(section) {
            Err(fault) => rules::TRAILERS.at_spot_of(fault),
            Ok(()) => rules::TRAILERS,
        }),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
