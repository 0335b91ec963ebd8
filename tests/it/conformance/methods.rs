//! Methods: RFC 9110 section 9.

use super::{BEHIND, get, subject};
use crate::support::{HELLO, expect_answer};

/// IANA's registry of methods as of RFC 10008 (2026-06), but the two entries that only keep others
/// from using them, `*` and PRI, and but CONNECT, HEAD and TRACE, which have tests of their own.
const REGISTERED: &[&str] = &[
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "DELETE",
    "GET",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

fn with(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// The methods in an answer's `Allow`.
#[track_caller]
fn allowed(answer: &str) -> Vec<&str> {
    let field = answer.lines().find_map(|line| line.strip_prefix("allow: "));
    field
        .unwrap_or_else(|| panic!("{answer}"))
        .split(", ")
        .collect()
}

#[track_caller]
fn expect_all_allowed(answer: &str) {
    let mut allowed = allowed(answer);
    allowed.sort_unstable();
    let mut expected = [REGISTERED, &["HEAD"]].concat();
    expected.sort_unstable();
    assert_eq!(allowed, expected, "{answer}");
}

#[test]
fn every_registered_method_gets_hello_world() {
    let subject = subject();
    for method in REGISTERED {
        subject.serves(with(method, "/"));
    }
}

#[test]
fn head_gets_the_fields_of_get_and_no_content() {
    let subject = subject();
    let mut client = subject.connect();
    client.send(with("HEAD", "/") + BEHIND);
    client.finish();
    let answers = client.read_to_end();
    let (head, behind) = answers.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{answers}");
    assert!(head.contains("\r\ncontent-length: 11\r\n"), "{answers}");
    expect_answer(behind, 200, HELLO);
}

/// The length is that of the reason that a GET would get.
#[test]
fn a_refused_head_gets_no_content_either() {
    for request in [
        "HEAD / HTTP/1.1\r\n\r\n",
        "\r\nHEAD / HTTP/1.1\r\nbad\r\n",
        "HEAD / HTT",
    ] {
        let subject = subject();
        let mut client = subject.connect();
        client.send(request);
        client.finish();
        let answer = client.read_to_end();
        assert!(
            answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
            "{answer}"
        );
        assert!(answer.contains("\r\ncontent-length: "), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
        assert_eq!(answer.matches("\r\n\r\n").count(), 1, "{answer}");
    }
}

#[test]
fn options_tells_the_methods() {
    let subject = subject();
    let mut client = subject.connect();
    for target in ["/", "*", "http://a/"] {
        client.send(with("OPTIONS", target));
        let answer = client.read_answer();
        expect_answer(&answer, 200, HELLO);
        expect_all_allowed(&answer);
    }
}

#[test]
fn connect_and_trace_are_refused_with_405_and_allow() {
    let reason = "the method is not served (RFC 9110 15.5.6)";
    let subject = subject();
    for request in [
        with("CONNECT", "a:80"),
        with("CONNECT", "[::1]:443"),
        with("TRACE", "/"),
    ] {
        subject.refuses(&request, 405, reason);
        let mut client = subject.connect();
        client.send(&request);
        expect_all_allowed(&client.read_to_end());
        drop(client);
        subject.record();
    }
}

#[test]
fn other_methods_are_odd() {
    let subject = subject();
    for method in [
        "PURGE",
        "BAN",
        "NOTIFY",
        "SUBSCRIBE",
        "BREW",
        "A",
        "!#$%&'*+-.^_`|~",
        "PRI",
        "*",
        "get",
        "Post",
    ] {
        let note = "the method is not registered (RFC 9110 16.1)";
        subject.notes(with(method, "/"), 501, &[note]);
    }
    subject.notes(
        with("M-SEARCH", "*"),
        501,
        &[
            "the method is not registered (RFC 9110 16.1)",
            "the request target is an asterisk, which OPTIONS alone has (RFC 9112 3.2.4)",
        ],
    );
}

#[test]
fn methods_that_frame_the_answer_have_their_case() {
    let subject = subject();
    for method in ["head", "Head", "connect", "Connect", "trace"] {
        let reason = "the method is HEAD, CONNECT or TRACE in another case (RFC 9110 9.1)";
        subject.refuses(with(method, "/"), 501, reason);
    }
}

#[test]
fn a_method_is_a_token() {
    let subject = subject();
    for method in ["G(T", "G\u{e4}T", "\"GET\"", "G/T", "G\0T", "{}"] {
        let request = get("/").replacen("GET", method, 1);
        subject.refuses(request, 400, "the request line is malformed (RFC 9112 3)");
    }
}
