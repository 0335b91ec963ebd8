//! The objects of `json-full`, read by a JSON parser.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::Format::{Json, JsonFull};
use super::super::samples::{self, text};
use super::super::{Formatter, View};
use super::*;
use crate::capture::{Capture, Limits, State, rules};

/// The object of the first request in `bytes`, of whose body `kept_body` bytes are kept.
fn object(bytes: &[u8], kept_body: usize) -> Value {
    let mut capture = Capture::new(Limits {
        head: 4096,
        target: 4096,
        body: 4096,
        kept_body,
        is_strict: false,
    });
    let mut line = None;
    let mut emit = |request: Captured<'_>| {
        let record = Record {
            request,
            ..samples::record(b"")
        };
        line.get_or_insert_with(|| text(JsonFull, &record));
    };
    capture.push(bytes, &mut emit);
    capture.finish(&mut emit);
    serde_json::from_str(&line.unwrap()).unwrap()
}

#[test]
fn the_parts_are_as_they_came() {
    let object = object(
        b"\r\npOST /a?b=%20 HTTP/1.1\r\nHost: a\r\nx-Twice:\t1 \r\nX-twice: \"2\"\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
        100,
    );
    assert_eq!(object["method"], "pOST");
    assert_eq!(object["target"], "/a?b=%20");
    assert_eq!(object["version"], "HTTP/1.1");
    let headers = json!([
        ["Host", "a"],
        ["x-Twice", "1"],
        ["X-twice", "\"2\""],
        ["Content-Length", "8"]
    ]);
    assert_eq!(object["headers"], headers);
    assert_eq!(object["body"], "{\"a\": 1}");
    assert!(
        object["raw"].as_str().unwrap().ends_with("{\"a\": 1}"),
        "{object}"
    );
}

#[test]
fn the_body_of_chunks_is_their_data() {
    let chunked = b"POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"a\r\n5;x\r\n\": 1}\r\n0\r\nT: t\r\n\r\n";
    assert_eq!(object(chunked, 100)["body"], "{\"a\": 1}");
    assert_eq!(object(chunked, 6)["body"], "{\"a", "a part is kept");
}

#[test]
fn an_odd_head_has_its_parts_too() {
    let object = object(b"GET /\xff HTTP/1.0\nHost: \xe9\n\n", 100);
    assert_eq!(object["target"], "/\u{ff}");
    assert_eq!(object["version"], "HTTP/1.0");
    assert_eq!(object["headers"], json!([["Host", "\u{e9}"]]));
    assert!(object["raw_base64"].is_string(), "{object}");
}

#[test]
fn a_body_that_is_no_text_is_in_base64() {
    let object = object(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\xff",
        100,
    );
    assert_eq!(
        (object.get("body"), &object["body_base64"]),
        (None, &json!("/w=="))
    );
}

#[test]
fn a_refused_head_has_its_parts_and_no_body() {
    let object = object(b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nab", 100);
    assert_eq!(object["reason"], rules::HOST_MISSING.to_string());
    assert_eq!(
        (&object["method"], &object["target"]),
        (&json!("POST"), &json!("/a"))
    );
    assert_eq!(object["headers"], json!([["Content-Length", "2"]]));
    assert_eq!(object.get("body"), None);
}

#[test]
fn a_body_that_is_refused_is_no_body() {
    let chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\rhello\r\n";
    let object = object(chunked, 100);
    assert_eq!(
        (&object["method"], &object["status"]),
        (&json!("POST"), &json!(400))
    );
    assert_eq!(object.get("body"), None);
}

#[test]
fn bytes_that_are_no_head_have_no_parts() {
    for bytes in [
        &b"\x16\x03\x01\0\n\n"[..],
        b"no request\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"GET / HTTP/1.1\r\nno field\r\n\r\n",
        b"GET HTTP/1.1\r\n\r\n",
        b"\r\n",
    ] {
        let object = object(bytes, 100);
        let parts = (
            object.get("method"),
            object.get("headers"),
            object.get("body"),
        );
        assert_eq!(parts, (None, None, None), "{object}");
    }
}

#[test]
fn an_answer_has_an_object_of_its_own() {
    let record = samples::record(b"");
    let mut answered = Answered {
        time: record.time,
        connection: record.connection,
        request: 3,
        request_line: b"POST /\"\xff",
        bytes: 40,
        state: State::Complete,
        is_odd: false,
        status: Some(404),
        duration: Duration::from_micros(1500),
    };
    let mut formatter = Formatter::new(JsonFull, View::PLAIN);
    let mut out = Vec::new();
    formatter.write_answered(&answered, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "{\"time\":\"2026-11-22T21:47:20.123456Z\",\"peer\":\"127.0.0.1:51234\",\"connection\":12,\"request\":3,\
         \"answer_to\":\"POST /\\\"\u{ff}\",\"bytes\":40,\"status\":404,\"duration_us\":1500}\n"
    );
    answered.status = None;
    let mut out = Vec::new();
    formatter.write_answered(&answered, &mut out);
    let object: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(object["status"], Value::Null);
}

proptest! {
    /// The members of `json` stand first. A parser reads the object, and its body, of any bytes.
    #[test]
    fn it_is_json_and_more(body: Vec<u8>, field in "[ -~\u{e9}\u{4e2d}]{0,20}") {
        let head = format!("POST /x HTTP/1.1\r\nHost: a\r\nX: {field}\r\nContent-Length: {}\r\n\r\n", body.len());
        let raw = [head.as_bytes(), &body].concat();
        let mut record = samples::record(&raw);
        record.request.head = head.len();
        let (full, plain) = (text(JsonFull, &record), text(Json, &record));
        prop_assert!(full.starts_with(plain.trim_end().strip_suffix('}').unwrap()), "{full}");
        let object: Value = serde_json::from_str(&full).unwrap();
        let read = match (object["body"].as_str(), object["body_base64"].as_str()) {
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(text)) => STANDARD.decode(text).unwrap(),
            both => panic!("{both:?}"),
        };
        prop_assert_eq!(read, body);
        prop_assert_eq!(object["headers"][1][1].as_str().unwrap(), field.trim_matches(' '));
    }
}
