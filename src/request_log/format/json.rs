//! The format `json`: one object a line (RFC 8259).
//!
//! Members: `time`, `peer`, `connection`, `request`, `bytes`, and `raw`, a string, if the bytes are UTF-8,
//! otherwise `raw_base64` (RFC 4648 section 4). Optional members: `omitted`, `state`, for the state
//! `refused` also `status` and `reason`, and `odd`, an array of strings. Beyond the rules of JSON,
//! characters that a terminal obeys are escaped.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::connection::Connection;
use super::super::decimal::decimal;
use super::super::record::Record;
use super::timestamp::Timestamp;
use crate::capture::{Refusal, State};
use crate::escape::{Plain, append, backslash, escape, hex, is_printable, printable_ascii_except};

const PLAIN: Plain = printable_ascii_except(b"\"\\");

pub(super) fn write(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    members(record, timestamp, out);
    out.extend_from_slice(b"}\n");
}

/// Appends an object without its end.
#[inline]
pub(super) fn members(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    let request = &record.request;
    identity(
        record.time,
        record.connection,
        request.number,
        timestamp,
        out,
    );
    out.extend_from_slice(b",\"bytes\":");
    decimal(request.bytes(), out);
    raw(request.raw, out);
    if request.omitted > 0 {
        out.extend_from_slice(b",\"omitted\":");
        decimal(request.omitted, out);
    }
    state(request.state, out);
    if !request.odd.is_empty() {
        odd(request.odd, out);
    }
}

/// Appends the start of an object, with the members that name a request.
#[inline]
pub(super) fn identity(
    time: SystemTime,
    connection: &Connection,
    request: u64,
    timestamp: &mut Timestamp,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"{\"time\":\"");
    timestamp.write(time, out);
    out.extend_from_slice(b"\",\"peer\":\"");
    out.extend_from_slice(connection.peer());
    out.extend_from_slice(b"\",\"connection\":");
    decimal(connection.number(), out);
    out.extend_from_slice(b",\"request\":");
    decimal(request, out);
}

/// Appends the members of a state.
fn state(state: State, out: &mut Vec<u8>) {
    if let Some(label) = state.label() {
        out.extend_from_slice(b",\"state\":\"");
        out.extend_from_slice(label.as_bytes());
        out.push(b'"');
    }
    if let Some(refusal) = state.refusal() {
        out.extend_from_slice(b",\"status\":");
        decimal(refusal.rule().status.into(), out);
        out.extend_from_slice(b",\"reason\":\"");
        string(&refusal.to_string(), out);
        out.push(b'"');
    }
}

/// Appends the member with the notes of an odd request.
#[cold]
fn odd(notes: &[Refusal], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"odd\":[");
    for (number, note) in notes.iter().enumerate() {
        out.extend_from_slice(if number > 0 { b",\"" } else { b"\"" });
        string(&note.to_string(), out);
        out.push(b'"');
    }
    out.push(b']');
}

/// Appends the member with the bytes of a request.
fn raw(raw: &[u8], out: &mut Vec<u8>) {
    if let Ok(text) = str::from_utf8(raw) {
        out.extend_from_slice(b",\"raw\":\"");
        string(text, out);
    } else {
        out.extend_from_slice(b",\"raw_base64\":\"");
        out.extend_from_slice(STANDARD.encode(raw).as_bytes());
    }
    out.push(b'"');
}

/// Appends the text of a JSON string, without its quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
        escape(&rest.as_bytes()[..at], &PLAIN, out, escaped);
        let mut characters = rest[at..].chars();
        if let Some(character) = characters.next() {
            beyond_ascii(character, out);
        }
        rest = characters.as_str();
    }
    escape(rest.as_bytes(), &PLAIN, out, escaped);
}

fn beyond_ascii(character: char, out: &mut Vec<u8>) {
    if is_printable(character) {
        append(character, out);
    } else {
        for unit in character.encode_utf16(&mut [0; 2]) {
            code_unit(*unit, out);
        }
    }
}

/// Appends the escape of an ASCII byte (RFC 8259 section 7).
fn escaped(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\r' | b'\n' | b'\t' | b'\\' | b'"' => backslash(byte, out),
        _ => code_unit(u16::from(byte), out),
    }
}

fn code_unit(unit: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u");
    for byte in unit.to_be_bytes() {
        hex(byte, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format::Json;
    use super::super::samples::{self, text};
    use super::*;
    use crate::capture::rules;
    use proptest::prelude::*;
    use serde_json::Value;

    fn raw_of(line: &str) -> Vec<u8> {
        let object: Value = serde_json::from_str(line).unwrap();
        match (object["raw"].as_str(), object["raw_base64"].as_str()) {
            (Some(raw), None) => raw.as_bytes().to_vec(),
            (None, Some(raw)) => STANDARD.decode(raw).unwrap(),
            both => panic!("{both:?}"),
        }
    }

    #[test]
    fn a_request() {
        assert_eq!(
            text(
                Json,
                &samples::record("GET /中 HTTP/1.1\r\n\r\n".as_bytes())
            ),
            "{\"time\":\"2026-11-22T21:47:20.123456Z\",\"peer\":\"127.0.0.1:51234\",\
             \"connection\":12,\"request\":1,\"bytes\":21,\"raw\":\"GET /中 HTTP/1.1\\r\\n\\r\\n\"}\n"
        );
    }

    #[test]
    fn remarks_have_members_of_their_own() {
        let mut record = samples::record(b"\xff");
        record.request.omitted = 7;
        record.request.state = State::Refused(rules::HOST_MISSING);
        let object: Value = serde_json::from_str(&text(Json, &record)).unwrap();
        assert_eq!(object["raw_base64"], "/w==");
        assert_eq!(object["bytes"], 8);
        assert_eq!(object["omitted"], 7);
        assert_eq!(object["state"], "refused");
        assert_eq!(object["status"], 400);
        assert_eq!(object["reason"], "Host is missing (RFC 9112 3.2)");
    }

    proptest! {
        /// A JSON parser restores the bytes, and only the last byte ends the line.
        #[test]
        fn exact(raw in prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)]) {
            let line = text(Json, &samples::record(&raw));
            prop_assert!(line[..line.len() - 1].chars().all(|c| matches!(c, ' '..='~') || !c.is_ascii() && is_printable(c)), "{line:?}");
            prop_assert_eq!(raw_of(&line), raw);
        }
    }
}
