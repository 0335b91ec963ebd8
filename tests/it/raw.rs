//! The raw-TCP fallback: it logs the first bytes, and answers with the document's bytes.

use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;
use rustix::process::Signal;

use crate::support::{Service, expect_record};

/// The document's `conn.sendall(…)`.
const ANSWER: &str = "HTTP/1.1 200 OK\r\n\r\nHello World";

#[test]
fn whatever_arrives_gets_the_documents_bytes() {
    let service = Service::raw(&["--log", "document"]);
    for (bytes, shown) in [
        (&b"hi"[..], "b'hi'"),
        (b"GET / HTTP/1.1\r\n\r\n", r"b'GET / HTTP/1.1\r\n\r\n'"),
        (b"\x16\x03\x01", r"b'\x16\x03\x01'"),
        (b"it's", r#"b"it's""#),
    ] {
        let mut client = service.connect();
        client.send(bytes);
        assert_eq!(client.read_to_end(), ANSWER);
        assert_eq!(service.stdout.next(), shown);
    }
}

#[test]
fn who_only_ends_its_side_is_answered_too() {
    let service = Service::raw(&["--log", "document"]);
    assert_eq!(service.exchange(""), ANSWER);
    assert_eq!(service.stdout.next(), "b''");
}

/// As `nc -z` and balancers try a port: connect, and close. Only the reset that our answer gets tells
/// them from who has ended its side and waits.
#[test]
fn who_connects_and_closes_has_no_record() {
    let service = Service::raw(&["--log", "document"]);
    for _ in 0..20 {
        drop(service.connect());
    }
    assert_eq!(service.exchange("hi"), ANSWER);
    assert_eq!(service.exchange(""), ANSWER);
    let mut records = service.stop().stdout;
    records.sort();
    assert_eq!(records, ["b''", "b'hi'"]);
}

/// Nor has one that is reset, or silent for too long, or when the service ends.
#[test]
fn no_connection_without_a_byte_is_a_request() {
    let service = Service::raw(&["--header-timeout", "200ms"]);
    let reset = service.connect();
    set_socket_linger(&reset.0, Some(Duration::ZERO)).unwrap();
    drop(reset);
    service.connect().expect_end();
    let mut silent = service.connect();
    service.signal(Signal::TERM);
    silent.expect_end();
    let stopped = service.wait();
    assert_eq!(stopped.stdout, Vec::<String>::new());
    assert_eq!(stopped.status.code(), Some(0), "{stopped:?}");
}

/// Its record is there also where the service ends at once.
#[test]
fn who_is_answered_without_a_byte_is_recorded_before_the_service_is_gone() {
    for options in [&[][..], &["--drain-timeout", "0s"]] {
        let service = Service::raw(&[&["--log", "document"], options].concat());
        assert_eq!(service.exchange(""), ANSWER);
        service.signal(Signal::TERM);
        assert_eq!(service.wait().stdout, ["b''"], "{options:?}");
    }
}

#[test]
fn what_comes_after_the_answer_is_one_late_record() {
    let service = Service::raw(&["--log-body", "3"]);
    let mut client = service.connect();
    client.send("first");
    assert_eq!(client.read_to_end(), ANSWER);
    client.send("se");
    client.send("cond");
    drop(client);
    expect_record(&service.stdout.next(), r#" #1.1 5 "first""#);
    expect_record(&service.stdout.next(), r#" #1.2 6 "sec" omitted=3 late"#);
}

#[test]
fn a_silent_client_holds_nobody_up() {
    let service = Service::raw(&["--workers", "1"]);
    let _silent: Vec<_> = (0..10).map(|_| service.connect()).collect();
    assert_eq!(service.exchange("hi"), ANSWER);
}

/// With both limits the end comes although the client goes on: no answer is worth for ever.
#[test]
fn the_drain_is_bounded_in_time_and_in_bytes() {
    for limit in [["--linger-timeout", "1s"], ["--linger-bytes", "10"]] {
        let service = Service::raw(&limit);
        let mut client = service.connect();
        client.send("hi");
        assert_eq!(client.read_to_end(), ANSWER);
        client.send("0123456789");
        // The record comes when the connection has ended, which the client never did.
        service.stdout.next();
        expect_record(&service.stdout.next(), " late");
    }
}
