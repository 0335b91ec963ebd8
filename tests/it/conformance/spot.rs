//! The byte and the position that a refusal or a note names, compared with the sent bytes.

use super::{BEHIND, get, subject};

/// `reason` without the byte that it names, which has to stand in `sent` where `reason` says:
/// `TEXT: 0xNN NAME at offset N (SECTION)`.
#[track_caller]
pub(super) fn without(reason: &str, sent: &[u8]) -> String {
    let Some((text, spot)) = reason.split_once(": 0x") else {
        return reason.to_owned();
    };
    let (spot, section) = spot.split_once(" (RFC ").unwrap();
    let (byte, place) = spot.split_once(" at offset ").unwrap();
    let byte = u8::from_str_radix(&byte[..2], 16).unwrap();
    let (offset, whole) = place.split_once(" of the ").unwrap_or((place, "request"));
    let offset: usize = offset.parse().unwrap();
    let start = match whole {
        "request" => 0,
        "target" => behind(sent, b" "),
        "host" => behind_host(sent),
        _ => panic!("{reason}"),
    };
    let found = sent.get(start + offset);
    assert_eq!(found, Some(&byte), "{reason}: {}", sent.escape_ascii());
    format!("{text} (RFC {section}")
}

/// Where the first `mark` ends.
fn behind(sent: &[u8], mark: &[u8]) -> usize {
    let is_mark = |window: &[u8]| window.eq_ignore_ascii_case(mark);
    sent.windows(mark.len()).position(is_mark).unwrap() + mark.len()
}

/// Where the value of Host begins, or the authority of a target that has one.
fn behind_host(sent: &[u8]) -> usize {
    let target = &sent[behind(sent, b" ")..];
    if target.starts_with(b"http://") {
        return behind(sent, b"://");
    }
    let start = behind(sent, b"host:");
    start
        + sent[start..]
            .iter()
            .take_while(|byte| b" \t".contains(byte))
            .count()
}

#[test]
fn a_refusal_names_the_byte_and_where_it_stands() {
    let subject = subject();
    for (request, said) in [
        (
            get("/a b"),
            "the request target has a blank: 0x20 space at offset 2 of the target (RFC 9112 3)",
        ),
        (
            get("/#x"),
            "the request target has a fragment: 0x23 # at offset 1 of the target (RFC 9112 3.2)",
        ),
        (
            "GET / HTTP/01.01\r\nHost: a\r\n\r\n".to_owned(),
            "the version is malformed: 0x31 1 at offset 12 (RFC 9112 2.3)",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nA: \0\r\n\r\n".to_owned(),
            "the value of a field has a control byte: 0x00 NUL at offset 28 (RFC 9110 5.5)",
        ),
        (
            "GET / HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned(),
            "Host is no host with an optional port: 0x20 space at offset 1 of the host (RFC 9112 3.2)",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5_\r\n".to_owned(),
            "the size line of a chunk is malformed: 0x5F _ at offset 57 (RFC 9112 7.1)",
        ),
    ] {
        let mut client = subject.connect();
        client.send(&request);
        client.finish();
        let answer = client.read_to_end();
        assert!(answer.ends_with(&format!("\r\n\r\n{said}\n")), "{answer}");
        assert_eq!(subject.record()["reason"], said);
    }
}

#[test]
fn a_note_names_the_byte_and_where_it_stands() {
    let subject = subject();
    let mut client = subject.connect();
    client.send(get("/a\\b?c=\"100%\"") + BEHIND);
    client.finish();
    client.read_to_end();
    let record = subject.record();
    assert_eq!(
        record["odd"],
        serde_json::json!([
            "the request target has a byte that no URI has: 0x5C backslash at offset 2 of the target (RFC 3986 2)",
            "the request target has a percent sign without two hex digits: 0x25 % at offset 11 of the target (RFC 3986 2.1)",
        ]),
        "{record}"
    );
    assert_eq!(subject.record().get("odd"), None);
}
