//! Expect: RFC 9110 section 10.1.1.

use super::{BEHIND, get_with, post, subject, subject_with};
use crate::support::{HELLO, expect_answer};

#[test]
fn a_100_continue_expectation_gets_100_and_then_the_answer() {
    let subject = subject();
    let mut client = subject.connect();
    for value in ["100-continue", "100-Continue"] {
        client.send(post(
            &format!("Expect: {value}\r\nContent-Length: 5\r\n"),
            "",
        ));
        assert_eq!(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
        client.send("hello");
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    client.send(post(
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n",
        "",
    ));
    assert_eq!(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("0\r\n\r\n");
    expect_answer(&client.read_answer(), 200, HELLO);
}

#[test]
fn an_expectation_without_a_body_gets_the_answer_alone() {
    subject().serves(get_with("Expect: 100-continue\r\n"));
    subject().serves(get_with("Expect:\r\n"));
}

#[test]
fn who_will_be_refused_gets_no_100() {
    let request = post("Expect: 100-continue\r\nContent-Length: 1001\r\n", "");
    let reason = "the body is too long (RFC 9110 15.5.14)";
    subject_with(&["--max-body", "1000"]).refuses(request, 413, reason);
}

#[test]
fn http_1_0_gets_no_100() {
    let subject = subject();
    let mut client = subject.connect();
    // In one go: who asks for the end and goes on sending later may lose the answer.
    let request = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi";
    client.send(format!("{request}{BEHIND}"));
    let answer = client.read_to_end();
    assert!(
        answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with(HELLO),
        "{answer}"
    );
}

#[test]
fn other_expectations_get_417() {
    let subject = subject();
    for value in [
        "200-ok",
        "100-continue, a",
        "100-continue, 100-continue",
        "a=b",
        "100-continue;q=1",
    ] {
        let request = post(&format!("Expect: {value}\r\nContent-Length: 2\r\n"), "hi");
        let reason = "an expectation other than 100-continue can't be met (RFC 9110 10.1.1)";
        subject.refuses(request, 417, reason);
    }
}
