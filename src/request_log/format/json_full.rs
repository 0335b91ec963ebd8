//! The format `json-full`: as `json`, with the parts of each request, and its answer in an object of its
//! own.
//!
//! The object of a request has the members of `json`. Where the head can be parsed, it also has `method`,
//! `target`, `version` and `headers` (an array of name and value pairs in their order), also if the request
//! was refused. If the request was not refused, it has `body`, a string, or else `body_base64`. Of a chunked
//! body these are the data of its chunks.
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
use crate::capture::{Captured, HeadParts, MAX_FIELDS, chunk_data};

/// Appends the object of a request.
pub(super) fn write(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    members(record, timestamp, out);
    parts(&record.request, out);
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

/// Appends the members with the parts of a request.
fn parts(request: &Captured<'_>, out: &mut Vec<u8>) {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let Some(head) = HeadParts::parse(request.raw, &mut fields) else {
        return;
    };
    member("method", head.method, out);
    member("target", head.target, out);
    member("version", head.version, out);
    headers(head.fields, out);
    // What follows a fault may be anything.
    if request.head > 0 && request.state.refusal().is_none() {
        let bytes = &request.raw[request.head..];
        if head.is_chunked() {
            body(&chunk_data(bytes), out);
        } else {
            body(bytes, out);
        }
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
