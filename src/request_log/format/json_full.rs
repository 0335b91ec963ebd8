//! The format `json-full`: as `json`, with the parts of each request, and its answer in an object of its
//! own.
//!
//! The object of a request has the members of `json`. With a whole, accepted head it also has `method`,
//! `target`, `version`, `headers` (an array of name and value pairs in their order), and `body`, a string,
//! or else `body_base64`. Of a chunked body these are the data of its chunks.
//!
//! The object of an answer has `time`, `peer`, `connection` and `request` as that of its request. `answer_to`
//! is the request line without the version. `bytes` is the length of the request, `status` that of the
//! answer, and `duration_us` the time from the first byte of the request to the last of the answer. `status`
//! is null if no answer has left.
//!
//! A part that is not UTF-8 is read as Latin-1. `raw` or `raw_base64` has the exact bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use httparse::{EMPTY_HEADER, Header};

use super::super::decimal::decimal;
use super::super::record::{Answered, Record};
use super::json::{identity, members, string};
use super::timestamp::Timestamp;
use crate::capture::{Captured, MAX_FIELDS, chunk_data};

/// Appends the object of a request.
pub(super) fn write(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    members(record, timestamp, out);
    if record.request.head > 0 {
        parts(&record.request, out);
    }
    out.extend_from_slice(b"}\n");
}

/// Appends the object of an answer.
pub(super) fn write_answered(
    answered: &Answered<'_>,
    timestamp: &mut Timestamp,
    out: &mut Vec<u8>,
) {
    identity(
        answered.time,
        answered.connection,
        answered.request,
        timestamp,
        out,
    );
    member("answer_to", answered.request_line, out);
    out.extend_from_slice(b",\"bytes\":");
    decimal(answered.bytes, out);
    out.extend_from_slice(b",\"status\":");
    match answered.status {
        Some(status) => decimal(status.into(), out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"duration_us\":");
    let micros = answered.duration.as_micros();
    decimal(u64::try_from(micros).unwrap_or(u64::MAX), out);
    out.extend_from_slice(b"}\n");
}

/// Appends the members with the parts of a request that has a whole head.
fn parts(request: &Captured<'_>, out: &mut Vec<u8>) {
    let (head, body) = request.raw.split_at(request.head);
    let line = request.request_line();
    let method = line.split(|&byte| byte == b' ').next();
    member("method", method.unwrap_or_default(), out);
    member("target", request.target, out);
    member("version", version(head), out);
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let fields = parsed(head, &mut fields);
    headers(fields, out);
    let is_chunked = |field: &Header<'_>| field.name.eq_ignore_ascii_case("transfer-encoding");
    if fields.iter().any(is_chunked) {
        self::body(&chunk_data(body), out);
    } else {
        self::body(body, out);
    }
}

/// The version in the first line of a whole head.
fn version(head: &[u8]) -> &[u8] {
    let mut lines = head.split(|byte| matches!(byte, b'\r' | b'\n'));
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    line.rsplit(|&byte| byte == b' ').next().unwrap_or_default()
}

/// The fields of a whole head that the capture has accepted.
fn parsed<'a, 'h>(head: &'h [u8], fields: &'a mut [Header<'h>]) -> &'a [Header<'h>] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = head.iter().take_while(|byte| is_end(byte)).count();
    let line = head[start..].iter().position(|&byte| byte == b'\n');
    // The first line is left out: the parser refuses an odd target.
    let section = &head[line.map_or(head.len(), |line| start + line + 1)..];
    match httparse::parse_headers(section, fields) {
        Ok(httparse::Status::Complete((_, fields))) => fields,
        _ => &[],
    }
}

fn headers(fields: &[Header<'_>], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"headers\":[");
    for (number, field) in fields.iter().enumerate() {
        out.extend_from_slice(if number > 0 { b",[\"" } else { b"[\"" });
        string(field.name, out);
        out.extend_from_slice(b"\",\"");
        text(field.value, out);
        out.extend_from_slice(b"\"]");
    }
    out.push(b']');
}

fn body(body: &[u8], out: &mut Vec<u8>) {
    if let Ok(body) = str::from_utf8(body) {
        out.extend_from_slice(b",\"body\":\"");
        string(body, out);
    } else {
        out.extend_from_slice(b",\"body_base64\":\"");
        out.extend_from_slice(STANDARD.encode(body).as_bytes());
    }
    out.push(b'"');
}

/// Appends a member with text.
fn member(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":\"");
    text(value, out);
    out.push(b'"');
}

/// Appends the text of a string. Bytes that are not UTF-8 are read as Latin-1.
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(text) = str::from_utf8(bytes) {
        string(text, out);
    } else {
        let latin: String = bytes.iter().map(|&byte| char::from(byte)).collect();
        string(&latin, out);
    }
}

#[cfg(test)]
#[path = "json_full_tests.rs"]
mod tests;
