//! Refusals by example: what is recorded, what goes on, and how an unfinished request ends.

use super::super::protocol::Protocol;
use super::tests::{LIMITS, capture, raws};
use super::*;

#[test]
fn bytes_that_are_no_request_are_refused_with_all_that_follows() {
    let hello = b"\x16\x03\x01\x02\x00\x02GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (records, passed, refusal) = capture([&hello[..]]);
    assert_eq!(
        (records[0].raw.as_slice(), records[0].state),
        (&hello[..], State::Refused(rules::REQUEST_LINE.at(0x16, 0)))
    );
    assert_eq!(
        (
            records.len(),
            passed.len(),
            refusal.map(|r| r.rule().status)
        ),
        (1, 0, Some(400))
    );
}

#[test]
fn the_requests_before_a_refused_one_go_on() {
    let fine = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (records, passed, refusal) =
        capture([&fine[..], b"GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n"]);
    assert_eq!((records.len(), passed.as_slice()), (2, &fine[..]));
    assert_eq!(refusal.map(|r| r.rule().status), Some(400));
}

#[test]
fn a_bad_chunk_refuses_its_request() {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel";
    let (records, passed, refusal) = capture([&head[..], b"lo0\r\n\r\n"]);
    let bytes_before_fault = head.len() + 2;
    let refused = rules::CHUNK_DATA.at(b'0', bytes_before_fault);
    assert_eq!(records[0].state, State::Refused(refused));
    assert_eq!(passed, [&head[..], b"lo"].concat());
    assert_eq!(refusal.map(|r| r.rule().status), Some(400));
}

#[test]
fn another_protocol_is_named_however_its_bytes_are_cut() {
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let refused = rules::REQUEST_LINE.at(0x16, 0).looks_like(Protocol::Tls);
    for cut in 1..=hello.len() {
        let (records, passed, refusal) = capture(hello.chunks(cut));
        assert_eq!((records.len(), passed.len()), (1, 0), "{cut}");
        assert_eq!(records[0].state, State::Refused(refused), "{cut}");
        assert_eq!(refusal, Some(refused), "{cut}");
    }
    // Too few bytes to recognise it.
    let (records, _, refusal) = capture([&hello[..3]]);
    assert_eq!(refusal, Some(rules::REQUEST_LINE.at(0x16, 0)));
    assert_eq!(records[0].raw, hello[..3]);
}

#[test]
fn line_ends_alone_have_one_result_in_any_cut() {
    for bytes in [
        &b"\n\r\n\r\r\n\n"[..],
        b"\r\n\n\r\r",
        b"\r\r",
        b"\r\n\r\n",
        b"\n\n",
        b"\r",
    ] {
        let whole = capture([bytes]);
        let shown = bytes.escape_ascii();
        for cut in 1..bytes.len() {
            assert_eq!(capture(bytes.chunks(cut)), whole, "{shown} cut by {cut}");
        }
    }
}

#[test]
fn a_refused_body_keeps_the_notes_of_its_head() {
    let sent = b"PURGE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx";
    let (records, ..) = capture([&sent[..]]);
    assert_eq!(records[0].odd, [rules::METHOD_UNKNOWN]);
    assert!(matches!(records[0].state, State::Refused(_)));
}

/// The record of an unfinished request. `interfere` runs after each piece.
fn unfinished(pieces: &[&[u8]], interfere: impl Fn(&mut Capture)) -> Option<(Vec<u8>, State)> {
    let mut records = Vec::new();
    let mut capture = Capture::new(LIMITS);
    for piece in pieces {
        capture.push(piece, |_| panic!("the request is whole"));
        interfere(&mut capture);
    }
    capture.finish(|request| records.push((request.raw.to_vec(), request.state)));
    records.pop()
}

const HALF_HEAD: &[u8] = b"GET / HT";
const HALF_BODY: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh";

#[test]
fn a_request_that_its_peer_ends_early_is_refused() {
    for (bytes, refusal) in [
        (HALF_HEAD, rules::HEAD_CUT_SHORT),
        (b"GET \\", rules::HEAD_CUT_SHORT),
        (HALF_BODY, rules::BODY_CUT_SHORT),
    ] {
        let expected = [(bytes.escape_ascii().to_string(), State::Refused(refusal))];
        assert_eq!(raws(bytes), expected);
    }
    assert_eq!(raws(b"\r\n"), [(r"\r\n".to_owned(), State::Incomplete)]);
    assert_eq!(raws(b""), []);
}

#[test]
fn a_request_that_a_failed_connection_cuts_is_incomplete() {
    for bytes in [HALF_HEAD, HALF_BODY, b"\r\n"] {
        let seen = unfinished(&[bytes], |_| {});
        assert_eq!(seen, Some((bytes.to_vec(), State::Incomplete)));
    }
    assert_eq!(unfinished(&[], |_| {}), None);
}

#[test]
fn a_refusal_of_the_caller_covers_all_that_follows() {
    let slow = rules::BODY_TOO_SLOW;
    for (bytes, more) in [
        (HALF_HEAD, "TP/1.0\r\n\r\n"),
        (HALF_BODY, "iGET / HTTP/1.0\r\n\r\n"),
    ] {
        let seen = unfinished(&[bytes, more.as_bytes()], |capture| capture.refuse(slow));
        let expected = ([bytes, more.as_bytes()].concat(), State::Refused(slow));
        assert_eq!(seen, Some(expected));
    }
    // No request has begun.
    let seen = unfinished(&[b"\r\n"], |capture| capture.refuse(slow));
    assert_eq!(seen, Some((b"\r\n".to_vec(), State::Incomplete)));
}

#[test]
fn a_body_has_a_limit() {
    let sized = |length: u64| format!("POST / HTTP/1.0\r\nContent-Length: {length}\r\n\r\nabc");
    let chunked = |length: u64| {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{length:x}\r\nabc")
    };
    for bytes in [sized(LIMITS.body), chunked(LIMITS.body)] {
        let (_, passed, refusal) = capture([bytes.as_bytes()]);
        assert_eq!(
            (passed.len(), refusal),
            (bytes.len(), Some(rules::BODY_CUT_SHORT))
        );
    }
    for bytes in [sized(LIMITS.body + 1), chunked(LIMITS.body + 1)] {
        let (records, _, refusal) = capture([bytes.as_bytes()]);
        assert_eq!(refusal, Some(rules::BODY_TOO_LONG));
        assert_eq!(records[0].raw, bytes.as_bytes());
    }
}

#[test]
fn a_head_has_a_limit() {
    let head = |length: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n",
            "b".repeat(length - 32)
        )
    };
    for cut in [1, 7, 1000] {
        let (records, _, refusal) = capture(head(LIMITS.head).as_bytes().chunks(cut));
        assert_eq!(
            (records[0].state, refusal),
            (State::Complete, None),
            "cut by {cut}"
        );
        let (records, passed, refusal) = capture(head(LIMITS.head + 1).as_bytes().chunks(cut));
        assert_eq!(
            records[0].state,
            State::Refused(rules::HEAD_TOO_LONG),
            "cut by {cut}"
        );
        assert_eq!(
            (passed.len(), refusal.map(|r| r.rule().status)),
            (0, Some(431)),
            "cut by {cut}"
        );
    }
}
