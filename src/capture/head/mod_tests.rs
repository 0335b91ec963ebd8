//! Heads by example: where they end, how they are framed, and why they are refused.

use super::*;

pub(super) const LIMITS: Limits = Limits {
    head: 65_536,
    target: 100,
    body: 1000,
    kept_body: 0,
    is_strict: false,
};
pub(super) const STRICT: Limits = Limits {
    is_strict: true,
    ..LIMITS
};

pub(super) fn seen(head: &str) -> Result<Option<Head>, Refusal> {
    parse(head.as_bytes(), &LIMITS)
}

/// A POST with these lines after its Host.
fn with(fields: &str) -> Result<Option<Head>, Refusal> {
    seen(&format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"))
}

/// Expects the refusal of `head` by this rule, strict or not. The named byte does not matter.
#[track_caller]
fn refused(head: &str, refusal: Refusal) {
    for limits in [LIMITS, STRICT] {
        let seen = parse(head.as_bytes(), &limits).map_err(|refusal| refusal.rule());
        assert_eq!(seen, Err(refusal.rule()), "{head:?} {limits:?}");
    }
}

#[track_caller]
fn framed(fields: &str, expected: Framing) {
    let seen = with(fields).map(|head| head.map(|head| head.framing));
    assert_eq!(seen, Ok(Some(expected)), "{fields:?}");
}

#[test]
fn a_head_ends_at_its_empty_line() {
    let bytes = "\r\nGET /a?b HTTP/1.1\r\nHost: a\r\n\r\nGET";
    let head = seen(bytes).unwrap().unwrap();
    assert_eq!(&bytes[head.length..], "GET");
    assert_eq!(&bytes[head.target], "/a?b");
    assert_eq!(seen(&bytes[..head.length - 1]), Ok(None));
}

#[test]
fn a_request_line_has_three_parts_with_one_blank_between() {
    for (line, refusal) in [
        ("\x16\x03\x01\x02\0", rules::REQUEST_LINE),
        (" GET / HTTP/1.1\r\n", rules::REQUEST_LINE),
        ("GET\t/ HTTP/1.1\r\n", rules::REQUEST_LINE),
        ("GET\r\n", rules::REQUEST_LINE),
        ("G(T / HTTP/1.1\r\n", rules::REQUEST_LINE),
        ("GET  / HTTP/1.1\r\n", rules::TARGET_MISSING),
        ("GET \r\n", rules::TARGET_MISSING),
        ("GET /\r\n", rules::VERSION_MISSING),
        ("GET / \r\n", rules::VERSION_MISSING),
        ("GET /\tHTTP/1.1\r\n", rules::TARGET_CONTROL),
        ("GET /  HTTP/1.1\r\n", rules::TARGET_BLANK),
        ("GET /a b HTTP/1.1\r\n", rules::TARGET_BLANK),
        ("GET /a b HTTP/2\r\n", rules::TARGET_BLANK),
        ("GET /a b http/1.1\r\n", rules::TARGET_BLANK),
        ("GET /a b c\r\n", rules::TARGET_BLANK),
        ("GET /a b\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/1.1 \r\n", rules::VERSION_MALFORMED),
        ("GET / http/1.1\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/1.x\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/11\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/1.10\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/01.01\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/2\r\n", rules::VERSION_MALFORMED),
        ("GET / HTTP/1.2\r\n", rules::VERSION_UNKNOWN),
        ("GET / HTTP/0.9\r\n", rules::VERSION_UNKNOWN),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", rules::VERSION_UNKNOWN),
        ("GET / HTTP/1.1\rHost: a\r\n", rules::BARE_CR),
        ("\rGET / HTTP/1.1\r\n", rules::BARE_CR),
    ] {
        refused(line, refusal);
    }
}

#[test]
fn a_field_is_a_name_a_colon_and_a_value() {
    for (line, refusal) in [
        (" A: b\r\n", rules::FOLDED),
        ("\tA: b\r\n", rules::FOLDED),
        (": b\r\n", rules::NAME_EMPTY),
        ("A : b\r\n", rules::NAME_BLANK),
        ("A\t: b\r\n", rules::NAME_BLANK),
        ("A b: c\r\n", rules::NAME_BLANK),
        ("bad\r\n", rules::NO_COLON),
        ("(A): b\r\n", rules::NAME_MALFORMED),
        ("\u{e4}: b\r\n", rules::NAME_MALFORMED),
        ("A\0: b\r\n", rules::NAME_MALFORMED),
        ("A: \0\r\n", rules::VALUE_CONTROL),
        ("A: b\x7f\r\n", rules::VALUE_CONTROL),
        ("A: b\x1bc\r\n", rules::VALUE_CONTROL),
        ("A: b\rc\r\n", rules::BARE_CR),
        ("A: b\r\r\n", rules::BARE_CR),
        ("A: b\n", rules::MIXED_ENDS),
    ] {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{line}\r\n");
        refused(&head, refusal);
    }
    refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", rules::LEADING_BLANK);
    for line in [
        "A:\r\n",
        "A:b\r\n",
        "A: \t b \t \r\n",
        "A: \u{e4}\tb\r\n",
        "!#$%&'*+-.^_`|~: a\r\n",
    ] {
        assert!(matches!(with(line), Ok(Some(_))), "{line:?}");
    }
}

#[test]
fn a_fault_names_its_byte() {
    for (head, refusal) in [
        ("\x16\x03", rules::REQUEST_LINE.at(0x16, 0)),
        ("G(T / HTTP/1.1\r\n", rules::REQUEST_LINE.at(b'(', 1)),
        ("\r\n GET", rules::REQUEST_LINE.at(b' ', 2)),
        (
            "GET /a b HTTP/1.1\r\n",
            rules::TARGET_BLANK.in_target(b' ', 2),
        ),
        (
            "GET /\0 HTTP/1.1\r\n",
            rules::TARGET_CONTROL.in_target(b'\0', 1),
        ),
        (
            "GET /#a HTTP/1.1\r\n\r\n",
            rules::TARGET_FRAGMENT.in_target(b'#', 1),
        ),
        ("GET / HTTP/1.x\r\n", rules::VERSION_MALFORMED.at(b'x', 13)),
        (
            "GET / HTTP/01.01\r\n",
            rules::VERSION_MALFORMED.at(b'1', 12),
        ),
        ("GET / HTTP/1.1 \r\n", rules::VERSION_MALFORMED.at(b' ', 14)),
        ("GET / HTTP/1.1\rH", rules::BARE_CR.at(b'\r', 14)),
        ("GET / HTTP/1.1\r\n H", rules::LEADING_BLANK.at(b' ', 16)),
        ("GET / HTTP/1.1\r\nA : b", rules::NAME_BLANK.at(b' ', 17)),
        (
            "GET / HTTP/1.1\r\nA(: b",
            rules::NAME_MALFORMED.at(b'(', 17),
        ),
        (
            "GET / HTTP/1.1\r\nA: \0",
            rules::VALUE_CONTROL.at(b'\0', 19),
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
            rules::LENGTH_MALFORMED.at(b'+', 41),
        ),
    ] {
        assert_eq!(seen(head), Err(refusal), "{head:?}");
    }
}

#[test]
fn the_number_of_fields_and_the_length_of_a_name_have_limits() {
    assert!(matches!(
        with(&"A: b\r\n".repeat(MAX_FIELDS - 1)),
        Ok(Some(_))
    ));
    assert_eq!(
        with(&"A: b\r\n".repeat(MAX_FIELDS)),
        Err(rules::TOO_MANY_FIELDS)
    );
    let named = |length: usize| with(&format!("{}: b\r\n", "a".repeat(length)));
    assert!(matches!(named(MAX_NAME), Ok(Some(_))));
    assert_eq!(named(MAX_NAME + 1), Err(rules::NAME_TOO_LONG));
}

#[test]
fn host_is_present_once_and_well_formed() {
    let head = |target: &str, fields: &str| format!("GET {target} HTTP/1.1\r\n{fields}\r\n");
    refused(&head("/", ""), rules::HOST_MISSING);
    refused(&head("http://a/", ""), rules::HOST_MISSING);
    refused(&head("/", "Host: a\r\nHost: a\r\n"), rules::HOST_REPEATED);
    refused(&head("/", "Host: a\r\nhost:\r\n"), rules::HOST_REPEATED);
    refused(&head("/", "Host: \r\n"), rules::HOST_EMPTY);
    refused(&head("/", "Host: :80\r\n"), rules::HOST_MALFORMED);
    refused(&head("/", "Host: a, b\r\n"), rules::HOST_MALFORMED);
    refused(&head("http://a/", "Host: a/b\r\n"), rules::HOST_MALFORMED);
    assert!(matches!(seen(&head("http://a/", "Host:\r\n")), Ok(Some(_))));
    assert!(matches!(seen("GET / HTTP/1.0\r\n\r\n"), Ok(Some(_))));
    refused(
        "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        rules::HOST_REPEATED,
    );
}

#[test]
fn connect_and_trace_are_refused() {
    refused("head / HTTP/1.1\r\nHost: a\r\n\r\n", rules::METHOD_CASE);
    refused("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", rules::METHOD_REFUSED);
    refused(
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        rules::METHOD_REFUSED,
    );
    refused("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", rules::TARGET_FORM);
}

#[test]
fn the_only_expectation_is_100_continue() {
    assert!(matches!(with("Expect: 100-Continue\r\n"), Ok(Some(_))));
    for value in [
        "100-continue, x",
        "x",
        "100-continue, 100-continue",
        "\"100-continue\"",
    ] {
        let seen = with(&format!("Expect: {value}\r\n"));
        assert_eq!(seen, Err(rules::EXPECTATION), "{value}");
    }
}

#[test]
fn a_body_has_one_framing() {
    framed("", Framing::Length(0));
    framed("content-length:12 \r\n", Framing::Length(12));
    framed("Content-Length: 1000\r\n", Framing::Length(1000));
    framed("transfer-encoding: Chunked\r\n", Framing::Chunked);
    for (fields, refusal) in [
        ("Content-Length: 1001\r\n", rules::BODY_TOO_LONG),
        (
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            rules::LENGTH_REPEATED,
        ),
        (
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            rules::LENGTH_AND_CODING,
        ),
        (
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            rules::CODING_UNKNOWN,
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            rules::CODING_CHUNKED_TWICE,
        ),
    ] {
        assert_eq!(with(fields), Err(refusal), "{fields:?}");
    }
    refused(
        "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        rules::CODING_IN_HTTP_10,
    );
}

#[test]
fn the_unfinished_part_is_too_long() {
    for (bytes, refusal) in [
        ("A".repeat(300), rules::METHOD_TOO_LONG),
        (format!("GET /{}", "a".repeat(50)), rules::TARGET_TOO_LONG),
        (format!("GET /{}", "a".repeat(300)), rules::TARGET_TOO_LONG),
        (
            format!("GET /#{}", "a".repeat(300)),
            rules::TARGET_FRAGMENT.in_target(b'#', 1),
        ),
        (format!("GET / {}", "a".repeat(300)), rules::HEAD_TOO_LONG),
        ("GET / HTTP/1.1\r\nA: b".to_owned(), rules::HEAD_TOO_LONG),
        ("\r\n\r\n".to_owned(), rules::HEAD_TOO_LONG),
    ] {
        assert_eq!(too_long(bytes.as_bytes(), &LIMITS), refusal, "{bytes:?}");
    }
}
