//! Fields: RFC 9112 section 5, RFC 9110 section 5.

use super::{get_with, subject, subject_with};

#[test]
fn a_field_has_a_name_a_colon_and_a_value() {
    let subject = subject();
    for (line, reason) in [
        ("bad\r\n", "a field has no colon (RFC 9112 5)"),
        (": b\r\n", "a field has no name (RFC 9110 5.1)"),
        (
            "(A): b\r\n",
            "the name of a field is no token (RFC 9110 5.1)",
        ),
        (
            "\u{e4}: b\r\n",
            "the name of a field is no token (RFC 9110 5.1)",
        ),
        (
            "A\0: b\r\n",
            "the name of a field is no token (RFC 9110 5.1)",
        ),
        (
            "\"A\": b\r\n",
            "the name of a field is no token (RFC 9110 5.1)",
        ),
    ] {
        subject.refuses(get_with(line), 400, reason);
    }
}

#[test]
fn no_blank_stands_before_the_colon() {
    let reason = "a blank stands in or behind the name of a field (RFC 9112 5.1)";
    let subject = subject();
    for line in [
        "A : b\r\n",
        "A\t: b\r\n",
        "Content-Length : 5\r\n",
        "A b: c\r\n",
    ] {
        subject.refuses(get_with(line), 400, reason);
    }
}

#[test]
fn a_folded_field_is_refused() {
    let reason = "a field is folded over several lines (RFC 9112 5.2)";
    let subject = subject();
    for line in [
        "A: b\r\n c\r\n",
        "A: b\r\n\tc\r\n",
        "A:\r\n b\r\n",
        "A: b\r\n \r\n",
    ] {
        subject.refuses(get_with(line), 400, reason);
    }
}

#[test]
fn control_bytes_in_a_value_are_refused() {
    let reason = "the value of a field has a control byte (RFC 9110 5.5)";
    let subject = subject();
    for byte in (0..0x20)
        .chain([0x7f])
        .filter(|byte| !b"\t\r\n".contains(byte))
    {
        let line = [b"A: b", &[byte][..], b"c\r\n"].concat();
        let request = [b"GET / HTTP/1.1\r\nHost: a\r\n", &line[..], b"\r\n"].concat();
        subject.refuses(request, 400, reason);
    }
}

#[test]
fn blanks_around_a_value_and_bytes_beyond_ascii_are_taken() {
    let subject = subject();
    for line in [
        "A:b\r\n",
        "A: \t b \t\r\n",
        "A:\r\n",
        "A: \r\n",
        "A: \u{4e2d}\tb\r\n",
        "!#$%&'*+-.^_`|~9z: \"\r\n",
    ] {
        subject.serves(get_with(line));
    }
    subject.serves(b"GET / HTTP/1.1\r\nHost: a\r\nA: \x80\xff\r\n\r\n");
}

#[test]
fn names_have_no_case_and_unknown_fields_may_be_repeated() {
    let subject = subject();
    subject.serves("GET / HTTP/1.1\r\nhOsT: a\r\nX: 1\r\nX: 2\r\nx: 3\r\n\r\n");
    subject.serves("POST / HTTP/1.1\r\nHOST: a\r\nCONTENT-LENGTH: 2\r\n\r\nhi");
}

#[test]
fn a_head_that_is_too_long_gets_431() {
    let subject = subject_with(&["--max-head", "1000"]);
    let with = |length: usize| get_with(&format!("A: {}\r\n", "b".repeat(length - 32)));
    subject.serves(with(1000));
    subject.refuses(with(1001), 431, "the head is too long (RFC 6585 5)");
}

#[test]
fn more_than_a_hundred_fields_get_431() {
    let subject = subject();
    subject.serves(get_with(&"A: b\r\n".repeat(99)));
    let reason = "there are more than 100 fields (RFC 6585 5)";
    subject.refuses(get_with(&"A: b\r\n".repeat(100)), 431, reason);
}

#[test]
fn a_name_over_65535_bytes_gets_431() {
    let subject = subject_with(&["--max-head", "128KiB"]);
    let named = |length: usize| get_with(&format!("{}: b\r\n", "a".repeat(length)));
    subject.serves(named(65_535));
    let reason = "the name of a field is longer than 65535 bytes (RFC 6585 5)";
    subject.refuses(named(65_536), 431, reason);
}
