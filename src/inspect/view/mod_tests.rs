//! The JSON of a record.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{TO, hostile, raw, record};
use super::*;
use crate::escape::is_printable;

fn seen(kept: &Kept) -> Value {
    let bytes = view(kept, TO, Language::English);
    let shown = String::from_utf8_lossy(&bytes);
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

#[test]
fn a_request_is_shown_with_its_parts() {
    let request =
        "POST /é HTTP/1.1\r\nHost: a\r\nX:  \"\\ \r\nContent-Length: 8\r\n\r\n{\"a\":\n1}";
    let mut shown = seen(&record(request.as_bytes()));
    let curl = shown["curl"]["text"].take();
    assert!(
        curl.as_str()
            .unwrap()
            .starts_with("printf '{\"a\":\\n1}' | curl -q ")
    );
    let expected = json!({
        "name": "hellowire-12-1.bin",
        "text": "POST /é HTTP/1.1\\r\\n\nHost: a\\r\\n\nX:  \"\\\\ \\r\\n\nContent-Length: 8\\r\\n\n\\r\\n\n{\"a\":\\n\n1}",
        "more": 0,
        "omitted": 0,
        "headers": [["Host", "a"], ["X", "\"\\\\"], ["Content-Length", "8"]],
        "body": {"text": "{\"a\":\\n\n1}", "json": "{\"a\":\n1}", "more": 0, "chunked": false},
        "command": {
            "text": "printf 'POST /\\303\\251 HTTP/1.1\\r\\nHost: a\\r\\nX:  \"\\134 \\r\\n\
                     Content-Length: 8\\r\\n\\r\\n{\"a\":\\n1}' | hellowire send --to 127.0.0.1:8080",
            "why": null,
            "file": false,
        },
        "curl": {"text": null, "why": null, "file": false},
    });
    assert_eq!(shown, expected);
}

#[test]
fn what_is_no_request_has_no_parts() {
    for kept in [record(b"\x16\x03\x01\0"), raw(b"hi")] {
        let shown = seen(&kept);
        assert_eq!(shown["headers"], Value::Null);
        assert_eq!(shown["body"], Value::Null);
        assert_eq!(shown["curl"]["text"], Value::Null);
        assert!(shown["curl"]["why"].is_string());
    }
    assert_eq!(
        seen(&record(b"GET / HTTP/1.0\r\n\r\n"))["body"],
        Value::Null
    );
}

/// What follows the fault may be anything.
#[test]
fn a_refused_request_has_its_fields_and_no_body() {
    let shown = seen(&record(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\na"));
    assert_eq!(shown["headers"], json!([["Content-Length", "1"]]));
    assert_eq!(shown["body"], Value::Null);
}

#[test]
fn a_chunked_body_is_the_data_of_its_chunks() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let shown = seen(&record(
        format!("{head}1\r\n[\r\n1\r\n]\r\n0\r\n\r\n").as_bytes(),
    ));
    let body = json!({"text": "[]", "json": "[]", "more": 0, "chunked": true});
    assert_eq!(shown["body"], body);
}

#[test]
fn a_long_record_is_shown_in_part() {
    let body = format!("[{}]", "\"菜\",".repeat(20_000));
    let length = body.len();
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let kept = record(format!("{head}{body}").as_bytes());
    let shown = seen(&kept);
    let (more, all) = (shown["more"].as_u64().unwrap(), kept.raw.len() as u64);
    assert!((65_533..=65_536).contains(&(all - more)), "{more}");
    assert!(!shown["text"].as_str().unwrap().contains("\\x"));
    assert_eq!(shown["body"]["json"], Value::Null);
    let more = shown["body"]["more"].as_u64().unwrap();
    assert!(
        (65_533..=65_536).contains(&(length as u64 - more)),
        "{more}"
    );
}

#[test]
fn reasons_are_in_the_language_of_the_viewer() {
    let shown = view(&raw(b"hi"), TO, Language::Chinese);
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    let why = shown["curl"]["why"].as_str().unwrap();
    assert!(!why.is_ascii(), "{why}");
}

/// All texts of a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.iter().flat_map(|(_, value)| texts(value)).collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is shown can be read, and nothing else is there.
    #[test]
    fn each_text_is_visible(before in prop_oneof![Just(""), Just("POST / HTTP/1.0\r\n"), Just("POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\n")], bytes in hostile()) {
        let bytes = [before.as_bytes(), &bytes].concat();
        prop_assume!(!bytes.is_empty());
        let mut shown = seen(&record(&bytes));
        if shown["body"].is_object() {
            shown["body"]["json"].take();
        }
        for text in texts(&shown) {
            let is_visible = |c: char| matches!(c, '\n' | ' '..='~') || !c.is_ascii() && is_printable(c);
            prop_assert!(text.chars().all(is_visible), "{:?}", text);
        }
    }
}

/// An inherited socket may have a name that is no path, or any bytes in its path.
#[test]
fn a_socket_that_no_command_can_name_has_no_commands() {
    let long = format!("unix:/{}", "a".repeat(107));
    let none = br#"{"text":null,"why":"no command can name the service's socket","file":false}"#;
    for (to, is_named) in [
        ("unix:/run/a b.sock", true),
        (&long[..long.len() - 1], true),
        (&long, false),
        ("unix:@name", false),
        (r"unix:/a\x1b[31m", false),
    ] {
        let json = view(&record(b"GET / HTTP/1.0\r\n\r\n"), to, Language::English);
        let found = memchr::memmem::find_iter(&json, none).count();
        assert_eq!(found, if is_named { 0 } else { 2 }, "{to}");
    }
}
