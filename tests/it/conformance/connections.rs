//! Persistence, order, and ends: RFC 9112 sections 8 and 9.

use super::{BEHIND, get, get_with, post, raw, subject};
use crate::support::{HELLO, expect_answer};

#[test]
fn http_1_1_persists_by_default() {
    let subject = subject();
    subject.serves(get("/"));
    subject.serves(get_with("Connection: keep-alive\r\n"));
    subject.serves(get_with("Connection: foo, Upgrade-Insecure\r\n"));
}

#[test]
fn close_is_heard_wherever_it_stands() {
    let subject = subject();
    for line in [
        "close",
        ", ,close,",
        "Close",
        "foo, close",
        "keep-alive, close",
        "keep-alive\r\nConnection: close",
    ] {
        let request = get_with(&format!("Connection: {line}\r\n"));
        let answer = subject.serves_as_the_last(&request);
        assert!(
            answer.contains("\r\nconnection: close\r\n"),
            "{line}: {answer}"
        );
    }
}

/// RFC 9112 section 9.6: whatever follows the last answer, nothing is said about it. It is recorded.
#[test]
fn nothing_is_said_after_the_last_answer() {
    let subject = subject();
    let bad = [
        "GET\r\n",
        "\0",
        "GET /#a HTTP/1.1\r\n",
        "GET / HTTP/2.0\r\n",
        "half a head",
    ];
    let asking = [
        "Connection: x, close",
        "Connection: close, x",
        "Connection: close, keep-alive",
        "Connection: ,close",
        "Connection: \tCLOSE\t",
        "Connection: x\r\nConnection: close",
        "Connection: close\r\nConnection: x",
        "Connection: close\r\nConnection: keep-alive",
    ];
    let in_http_10 = [
        "A: b",
        "Connection: x",
        "Connection: x, y",
        "Connection: keep-alive, close",
    ];
    let requests = asking
        .iter()
        .flat_map(|fields| ["1.0", "1.1"].map(|version| (version, *fields)))
        .chain(in_http_10.map(|fields| ("1.0", fields)));
    for (version, fields) in requests {
        for behind in bad {
            let request = format!("GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n");
            let mut client = subject.connect();
            client.send(format!("{request}{behind}"));
            client.finish();
            let answer = client.read_to_end();
            assert_eq!(
                answer.matches("HTTP/1.").count(),
                1,
                "{request}{behind}\n{answer}"
            );
            assert!(
                answer.contains(" 200 OK\r\n"),
                "{request}{behind}\n{answer}"
            );
            assert!(
                answer.contains("\r\nconnection: close\r\n"),
                "{request}\n{answer}"
            );
            assert_eq!(raw(&subject.record()), request.as_bytes());
            assert_eq!(raw(&subject.record()), behind.as_bytes());
        }
    }
}

#[test]
fn http_1_0_closes_by_default() {
    let subject = subject();
    subject.serves_as_the_last("GET / HTTP/1.0\r\n\r\n");
    subject.serves_as_the_last("GET / HTTP/1.0\r\nHost: a\r\nConnection: foo\r\n\r\n");
}

#[test]
fn http_1_0_persists_with_keep_alive() {
    let subject = subject();
    let mut client = subject.connect();
    for _ in 0..2 {
        client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        let answer = client.read_answer();
        assert!(
            answer.contains("\r\nconnection: keep-alive\r\n"),
            "{answer}"
        );
        assert!(answer.ends_with(HELLO), "{answer}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let subject = subject();
    let mut client = subject.connect();
    let head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    let body = post("Content-Length: 3\r\n", "abc");
    client.send([head, &body, BEHIND, head, "GET\r\n", BEHIND].concat());
    let answers = client.read_to_end();
    let bodies: Vec<_> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| (&answer[..3], answer.split_once("\r\n\r\n").unwrap().1))
        .collect();
    let refusal = (
        "400",
        "the request line is malformed: 0x0D CR at offset 3 (RFC 9112 3)\n",
    );
    assert_eq!(
        bodies,
        [
            ("200", ""),
            ("200", HELLO),
            ("200", HELLO),
            ("200", ""),
            refusal
        ]
    );
}

#[test]
fn a_body_is_read_before_the_next_request() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let request = post(&format!("Content-Length: {}\r\n", smuggled.len()), smuggled);
    subject().serves(request);
}

#[test]
fn an_upgrade_is_ignored() {
    let subject = subject();
    for protocol in ["websocket", "h2c", "foo/2", "TLS/1.0"] {
        let lines = format!(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AA\r\n"
        );
        subject.serves(get_with(&lines));
    }
    subject.serves_as_the_last("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n");
}

#[test]
fn every_answer_has_a_date_and_a_length() {
    let subject = subject();
    let mut client = subject.connect();
    client.send(get("/"));
    let answer = client.read_answer();
    expect_answer(&answer, 200, HELLO);
    let date = answer
        .lines()
        .find_map(|line| line.strip_prefix("date: "))
        .unwrap();
    assert!(httpdate::parse_http_date(date).is_ok(), "{answer}");
    assert!(answer.contains("\r\ncontent-length: 11\r\n"), "{answer}");
    client.send("GET\r\n");
    let refusal = client.read_to_end();
    let date = refusal
        .lines()
        .find_map(|line| line.strip_prefix("date: "))
        .unwrap();
    assert!(httpdate::parse_http_date(date).is_ok(), "{refusal}");
}

/// RFC 9110 section 6.2 says HTTP/1.1, with which an old client could do nothing else. hyper decides.
#[test]
fn http_1_0_is_answered_as_http_1_0_and_without_chunks() {
    let answer = subject().serves_as_the_last("GET / HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\ncontent-length: 11\r\n"), "{answer}");
    assert!(!answer.contains("transfer-encoding"), "{answer}");
}
