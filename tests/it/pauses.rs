//! A request that has begun and pauses is announced in the formats for people, once.

use std::thread;
use std::time::Duration;

use crate::support::{BOUND, HELLO, Service, expect_answer};

const HEAD: &str = "POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";

/// Sends `bytes`, waits until the log says `waiting: …`, and returns that row with the row before it.
#[track_caller]
fn announced(options: &[&str], bytes: &str) -> String {
    let service = Service::start(options);
    let mut client = service.connect();
    client.send(bytes);
    let rows = service.stdout.until("waiting: ");
    rows.join("\n")
}

#[test]
fn what_is_missing_is_named() {
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    for (bytes, row, missing) in [
        (
            format!("{HEAD}12345678"),
            "POST /hook",
            "92 of 100 body bytes are missing",
        ),
        (
            "GET /a HTTP/1.1\r\nHo".to_owned(),
            "GET /a",
            "the head has not ended",
        ),
        (chunked.to_owned(), "POST /", "the last chunk has not come"),
    ] {
        for format in ["pretty", "short"] {
            let shown = announced(&["--log", format], &bytes);
            let expected = format!("waiting: {missing}");
            assert!(
                shown.contains(&expected) && shown.contains(row),
                "{format}: {shown}"
            );
            assert!(!shown.contains('▶'), "{format}: {shown}");
        }
    }
}

#[test]
fn a_request_is_announced_once_and_its_record_follows() {
    let service = Service::start(&["--log", "short"]);
    let mut client = service.connect();
    for number in 1..=2 {
        client.send(HEAD);
        let rows = service.stdout.until("waiting: 100 of 100");
        assert!(rows.concat().contains('◌'), "{rows:#?}");
        // Each byte begins the time again. The request was announced, so the pause is not.
        client.send("x");
        thread::sleep(Duration::from_millis(1500));
        client.send("x".repeat(99));
        expect_answer(&client.read_answer(), 200, HELLO);
        let rows = service.stdout.until("POST /hook");
        assert!(
            rows.len() == 1 && rows[0].starts_with('▶'),
            "{number}: {rows:#?}"
        );
    }
}

#[test]
fn a_request_that_may_have_no_record_is_not_announced() {
    for selection in [["--log-only", "/other,GET"], ["--log-exclude", "/hook"]] {
        let service = Service::start(&[&["--log", "short"], &selection[..]].concat());
        let mut clients = [service.connect(), service.connect()];
        clients[0].send(HEAD);
        clients[1].send("GET /a HTTP/1.1\r\n");
        let rows = service.stdout.until("waiting: ");
        assert!(rows.concat().contains("GET /a"), "{rows:#?}");
        assert!(!rows.concat().contains("/hook"), "{rows:#?}");
    }
}

/// A log that is not for people has records alone.
#[test]
fn the_formats_for_programs_have_no_pauses() {
    for format in ["line", "json", "json-full", "hex", "document"] {
        let service = Service::start(&["--log", format, "--header-timeout", "2s"]);
        let mut client = service.connect();
        client.send("GET / HTTP");
        // Longer than a pause takes to be announced.
        client.0.set_read_timeout(Some(BOUND)).unwrap();
        let answer = client.read_answer();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        drop(client);
        let records = service.stop().stdout;
        let shown = records.concat();
        assert!(!shown.contains("waiting"), "{format}: {shown}");
        assert!(!shown.is_empty(), "{format}");
    }
}
