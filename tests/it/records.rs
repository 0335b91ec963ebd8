//! The records of a real service: of requests, and of bytes that are not a request.

use std::time::{Duration, Instant};

use crate::support::{BOUND, Service, expect_answer, expect_record};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const GET_RECORD: &str = r#" 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#;

#[test]
fn a_record_has_time_peer_numbers_length_and_bytes() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    let before = humantime::format_rfc3339_micros(std::time::SystemTime::now()).to_string();
    client.send(GET);
    client.read_answer();
    let record = service.stdout.next();
    let after = humantime::format_rfc3339_micros(std::time::SystemTime::now()).to_string();
    let (time, rest) = record.split_once(' ').unwrap();
    assert!(
        (&*before..=&*after).contains(&time),
        "{before} {record} {after}"
    );
    let peer = client.0.local_addr().unwrap();
    assert_eq!(rest, format!("{peer} #1.1{GET_RECORD}"));
}

#[test]
fn three_pipelined_requests_are_three_records_and_three_answers() {
    let service = Service::start(&["--workers", "1"]);
    service.exchange(GET);
    service.stdout.next();
    let answers = service.exchange([GET, GET, GET].concat());
    assert_eq!(answers.matches("Hello World").count(), 3);
    for number in 1..=3 {
        expect_record(&service.stdout.next(), format!(" #2.{number}{GET_RECORD}"));
    }
}

#[test]
fn one_request_sent_a_byte_at_a_time_is_one_record() {
    let service = Service::start(&[]);
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    let mut client = service.connect();
    for byte in request.as_bytes() {
        client.send([*byte]);
    }
    expect_answer(&client.read_answer(), 200, "Hello World");
    drop(client);
    let escaped = request.escape_default();
    let stopped = service.stop();
    assert_eq!(stopped.stdout.len(), 1, "{stopped:#?}");
    expect_record(
        &stopped.stdout[0],
        format!(" #1.1 {} \"{escaped}\"", request.len()),
    );
}

#[test]
fn what_never_became_a_request_is_a_record_too() {
    let service = Service::start(&[]);
    for (bytes, record) in [
        (
            &b"\x16\x03\x01\x02\0"[..],
            r#" 5 "\x16\x03\x01\x02\x00" refused 400: the request line is malformed: 0x16 at offset 0 (RFC 9112 3)"#,
        ),
        (
            b"GET / HT",
            r#" 8 "GET / HT" refused 400: the head ended early (RFC 9112 8)"#,
        ),
        (
            b"GET / HTTP/1.1\r\nbad\r\n\r\nmore",
            r#" 27 "GET / HTTP/1.1\r\nbad\r\n\r\nmore" refused 400: a field has no colon: 0x0D CR at offset 19 (RFC 9112 5)"#,
        ),
        (
            b"POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\ncut",
            r#" 41 "POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\ncut" refused 400: the body ended early (RFC 9112 8)"#,
        ),
        (b"\r\n", r#" 2 "\r\n" incomplete"#),
    ] {
        service.exchange(bytes);
        expect_record(&service.stdout.next(), record);
    }
    // A connection that sent nothing left nothing.
    service.exchange("");
    assert_eq!(service.stop().stdout, Vec::<String>::new());
}

#[test]
fn what_follows_a_refused_request_late_is_in_its_record() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    client.send("bad\r\n");
    expect_answer(
        &client.read_to_end(),
        400,
        "the request line is malformed: 0x0D CR at offset 3 (RFC 9112 3)\n",
    );
    client.send("more");
    drop(client);
    expect_record(
        &service.stdout.next(),
        r#" 9 "bad\r\nmore" refused 400: the request line is malformed: 0x0D CR at offset 3 (RFC 9112 3)"#,
    );
}

#[test]
fn a_body_is_kept_up_to_the_limit_and_counted_beyond() {
    let service = Service::start(&["--log-body", "3"]);
    for (body, record) in [
        ("abc", r#"\r\n\r\nabc""#),
        ("abcd", r#"\r\n\r\nabc" omitted=1"#),
    ] {
        let head = format!("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
        service.exchange(format!("{head}{body}"));
        let line = service.stdout.next();
        expect_record(&line, record);
        assert!(
            line.contains(&format!(" {} \"POST", head.len() + body.len())),
            "{line}"
        );
    }
}

#[test]
fn each_format_is_written_as_it_should() {
    for (format, record) in [
        (
            "json",
            vec![
                r#""connection":1,"request":1,"bytes":27,"raw":"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}"#,
            ],
        ),
        ("document", vec![r"b'GET / HTTP/1.1\r\nHost: a\r\n\r\n'"]),
        (
            "pretty",
            vec![
                "  GET /  27 B  200",
                r"  GET / HTTP/1.1\r\n",
                r"  Host: a\r\n",
                r"  \r\n",
                "",
            ],
        ),
        (
            "hex",
            vec![
                " 27 bytes",
                "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|",
                "00000010  48 6f 73 74 3a 20 61 0d  0a 0d 0a                 |Host: a....|",
                "",
            ],
        ),
        ("off", vec![]),
    ] {
        let service = Service::start(&["--log", format]);
        service.exchange(GET);
        let lines = service.stop().stdout;
        assert_eq!(lines.len(), record.len(), "{format}: {lines:#?}");
        for (line, end) in lines.iter().zip(record) {
            expect_record(line, end);
        }
    }
}

#[test]
fn each_format_but_document_says_why_a_request_was_refused() {
    let why = "refused 400: Host is missing (RFC 9112 3.2)";
    let fields = r#","state":"refused","status":400,"reason":"Host is missing (RFC 9112 3.2)"}"#;
    for (format, end) in [
        ("line", format!(r#" 18 "GET / HTTP/1.1\r\n\r\n" {why}"#)),
        ("json", fields.to_owned()),
        ("hex", format!(" 18 bytes, {why}")),
        ("document", r"b'GET / HTTP/1.1\r\n\r\n'".to_owned()),
    ] {
        let service = Service::start(&["--log", format]);
        service.exchange("GET / HTTP/1.1\r\n\r\n");
        expect_record(&service.stop().stdout[0], end);
    }
}

#[test]
fn pretty_says_why_on_a_row_of_its_own() {
    let service = Service::start(&["--log", "pretty"]);
    service.exchange("GET / HTTP/1.1\r\n\r\n");
    let lines = service.stop().stdout;
    expect_record(&lines[0], "  GET /  18 B  400");
    assert_eq!(lines[1], "  ↳ refused: Host is missing (RFC 9112 3.2)");
}

/// It waits for nothing: no record behind it, no end of its connection. A time that it waited would be
/// there each time, so one that is short shows that there is none; a machine that is busy has it later.
#[test]
fn a_record_is_out_soon_after_its_request() {
    let service = Service::start(&[]);
    let deadline = Instant::now() + BOUND;
    loop {
        let mut client = service.connect();
        let sent = Instant::now();
        client.send(GET);
        service.stdout.next();
        let passed = sent.elapsed();
        if passed < Duration::from_millis(50) {
            return;
        }
        assert!(Instant::now() < deadline, "the last one: {passed:?}");
    }
}
