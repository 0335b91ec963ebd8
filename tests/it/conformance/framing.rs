//! Where a body ends: RFC 9112 section 6, RFC 9110 section 8.6.

use super::{chunked, expect_refusal, get_with, post, subject, subject_with};

fn length(value: &str) -> String {
    post(&format!("Content-Length: {value}\r\n"), "hello")
}

fn coding(value: &str) -> String {
    post(
        &format!("Transfer-Encoding: {value}\r\n"),
        "5\r\nhello\r\n0\r\n\r\n",
    )
}

#[test]
fn a_body_is_as_long_as_content_length_says() {
    let subject = subject();
    for request in [
        length("5"),
        length("\t5 "),
        post("Content-Length: 0\r\n", ""),
    ] {
        subject.serves(request);
    }
}

#[test]
fn without_a_length_there_is_no_body() {
    let subject = subject();
    subject.serves(post("", ""));
    subject.serves(get_with("Content-Type: text/plain\r\n"));
}

#[test]
fn any_method_may_have_a_body() {
    for method in ["GET", "DELETE", "OPTIONS", "PROPFIND"] {
        let request = length("5").replacen("POST", method, 1);
        subject().serves(request);
    }
}

#[test]
fn a_length_is_a_plain_decimal_number() {
    let subject = subject();
    for value in [
        "", "05", "00", "+5", "-5", "5 5", "0x5", "5.0", "5_0", "5,5", "5, 5", "five", "\u{0665}",
        "1e1",
    ] {
        let reason = "Content-Length is no plain decimal number (RFC 9110 8.6)";
        subject.refuses(length(value), 400, reason);
    }
}

#[test]
fn a_length_is_there_once() {
    let subject = subject();
    for lines in [
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\ncontent-length: 6\r\n",
    ] {
        let reason = "Content-Length is repeated (RFC 9110 8.6)";
        subject.refuses(post(lines, "hello"), 400, reason);
    }
}

#[test]
fn large_lengths_do_not_overflow() {
    let subject = subject_with(&["--max-body", "18446744073709551615"]);
    for value in [
        "18446744073709551615",
        "18446744073709551621",
        "99999999999999999999999",
    ] {
        subject.refuses(
            length(value),
            413,
            "the body is too long (RFC 9110 15.5.14)",
        );
    }
}

#[test]
fn a_length_beside_a_coding_is_refused() {
    let subject = subject();
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
    ] {
        let reason = "Content-Length stands beside Transfer-Encoding (RFC 9112 6.1)";
        subject.refuses(post(lines, "0\r\n\r\n"), 400, reason);
    }
}

#[test]
fn http_1_0_has_no_transfer_encoding() {
    let reason = "Transfer-Encoding stands in HTTP/1.0 (RFC 9112 6.1)";
    let request = coding("chunked").replacen("HTTP/1.1", "HTTP/1.0", 1);
    subject().refuses(request, 400, reason);
}

#[test]
fn codings_end_in_chunked() {
    let subject = subject();
    for value in [
        "gzip",
        "identity",
        "chunked, gzip",
        "chunked, identity",
        "xchunked",
        "chunked\r\nTransfer-Encoding: x",
    ] {
        let reason = "Transfer-Encoding does not end in chunked (RFC 9112 6.3)";
        subject.refuses(coding(value), 400, reason);
    }
}

#[test]
fn chunked_is_named_once() {
    let subject = subject();
    for value in [
        "chunked, chunked",
        "chunked\r\nTransfer-Encoding: chunked",
        "chunked, gzip, chunked",
    ] {
        let reason = "Transfer-Encoding names chunked twice (RFC 9112 6.1)";
        subject.refuses(coding(value), 400, reason);
    }
}

#[test]
fn chunked_has_no_parameter() {
    let subject = subject();
    for value in ["chunked;a=b", "chunked ; a = \"b\"", "gzip, chunked;a=b"] {
        subject.refuses(
            coding(value),
            400,
            "the coding chunked has a parameter (RFC 9112 7.1)",
        );
    }
}

#[test]
fn codings_are_tokens() {
    let subject = subject();
    for value in [
        "",
        ",",
        "chunked,",
        ", chunked",
        "chunked chunked",
        "\"chunked\"",
        "[chunked]",
        "gzip;a, chunked",
        "chun\u{212a}ed",
    ] {
        subject.refuses(
            coding(value),
            400,
            "Transfer-Encoding is no list of codings (RFC 9112 6.1)",
        );
    }
}

#[test]
fn no_tab_stands_behind_a_coding() {
    let subject = subject();
    let reason = "a tab stands behind the value of Transfer-Encoding (RFC 9112 11.2)";
    for value in [
        "chunked\t",
        "\tchunked\t",
        "chunked \t ",
        "chunked\t\r\nA: b",
    ] {
        subject.refuses(coding(value), 400, reason);
    }
    for value in ["\tchunked", "chunked ", " \t chunked  "] {
        subject.serves(coding(value));
    }
}

#[test]
fn other_codings_get_501() {
    let subject = subject();
    for value in [
        "gzip, chunked",
        "gzip;a=\"b,c\", chunked",
        "gzip\r\nTransfer-Encoding: chunked",
        "identity, chunked",
    ] {
        let reason = "only the transfer coding chunked is served (RFC 9112 6.1)";
        subject.refuses(coding(value), 501, reason);
    }
}

#[test]
fn a_body_that_is_too_long_gets_413() {
    let subject = subject_with(&["--max-body", "4"]);
    let reason = "the body is too long (RFC 9110 15.5.14)";
    subject.refuses(length("5"), 413, reason);
    subject.refuses(chunked("5\r\nhello\r\n0\r\n\r\n"), 413, reason);
    subject.refuses(chunked("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), 413, reason);
    subject.serves(post("Content-Length: 4\r\n", "hell"));
    subject.serves(chunked("3\r\nhel\r\n1\r\nl\r\n0\r\n\r\n"));
}

#[test]
fn a_body_that_ends_early_gets_no_200() {
    let reason = "the body ended early (RFC 9112 8)";
    let subject = subject();
    for request in [
        length("6"),
        chunked("5\r\nhello\r\n"),
        chunked("5\r\nhel"),
        chunked("5\r\nhello\r\n0\r\n"),
        chunked("5"),
    ] {
        let mut client = subject.connect();
        client.send(&request);
        client.finish();
        expect_refusal(&client.read_to_end(), 400, reason, &request);
        let record = subject.record();
        assert_eq!(record["reason"], reason, "{record}");
    }
}

#[test]
fn a_head_that_ends_early_gets_400() {
    let reason = "the head ended early (RFC 9112 8)";
    let subject = subject();
    for request in [
        "G",
        "GET / HTTP/1.1\r\nHost: a",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "\r\nGET ",
    ] {
        let mut client = subject.connect();
        client.send(request);
        client.finish();
        expect_refusal(&client.read_to_end(), 400, reason, request);
        let record = subject.record();
        assert_eq!(record["reason"], reason, "{record}");
    }
}
