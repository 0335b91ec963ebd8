//! The rules that make the service refuse a request. Each row breaks one.

use super::bad::{Begun, Made};
use super::model::{MAX_BODY, MAX_HEAD, MAX_TARGET};
use super::random::Random;

/// A fault at a byte of a field.
pub(super) fn named_in_a_field(random: &mut Random, begun: Begun) -> Made {
    let (before, from, text, section) = random.pick(&[
        ("bad", "\r\n\r\n", "a field has no colon", "RFC 9112 5"),
        ("", ": b\r\n\r\n", "a field has no name", "RFC 9110 5.1"),
        (
            "",
            "(A): b\r\n\r\n",
            "the name of a field is no token",
            "RFC 9110 5.1",
        ),
        (
            "A",
            " : b\r\n\r\n",
            "a blank stands in or behind the name of a field",
            "RFC 9112 5.1",
        ),
        (
            "A: b\r\n",
            " c\r\n\r\n",
            "a field is folded over several lines",
            "RFC 9112 5.2",
        ),
        (
            "A: b",
            "\x01c\r\n\r\n",
            "the value of a field has a control byte",
            "RFC 9110 5.5",
        ),
        (
            "A: b",
            "\rc\r\n\r\n",
            "a CR stands without its LF",
            "RFC 9112 2.2",
        ),
        (
            "Content-Length: ",
            "+5\r\n\r\n",
            "Content-Length is no plain decimal number",
            "RFC 9110 8.6",
        ),
        (
            "A: b",
            "\nc: d\r\n\r\n",
            "some lines end in CRLF and some in a bare LF",
            "RFC 9112 2.2",
        ),
    ]);
    Made {
        halves: ((begun.start + before).into_bytes(), from.into()),
        head: None,
        status: 400,
        text,
        whole: Some(("", 0)),
        section,
        is_head: begun.is_head,
    }
}

/// A fault at a byte of the request line, or of Host.
pub(super) fn named_in_the_line(random: &mut Random, begun: &Begun, tag: &str) -> Made {
    let target = begun.method.len() + 1;
    let line = format!("{} /{tag}", begun.method);
    let host = format!("{line} HTTP/1.1\r\nHost: ");
    let host_starts = host.len();
    let (before, from, text, whole, section) = random.pick(&[
        (
            line.clone(),
            " b HTTP/1.1\r\n",
            "the request target has a blank",
            ("target", target),
            "RFC 9112 3",
        ),
        (
            line.clone(),
            "#b HTTP/1.1\r\nHost: a\r\n\r\n",
            "the request target has a fragment",
            ("target", target),
            "RFC 9112 3.2",
        ),
        (
            line.clone(),
            "\x1b HTTP/1.1\r\nHost: a\r\n\r\n",
            "the request target has a control byte",
            ("target", target),
            "RFC 3986 2",
        ),
        (
            line + " HTTP/1.",
            "x\r\n",
            "the version is malformed",
            ("", 0),
            "RFC 9112 2.3",
        ),
        (
            host.clone() + "a",
            " b\r\n\r\n",
            "Host is no host with an optional port",
            ("host", host_starts),
            "RFC 9112 3.2",
        ),
        (
            host + "a",
            "/b\r\n\r\n",
            "Host is no host with an optional port",
            ("host", host_starts),
            "RFC 9112 3.2",
        ),
    ]);
    Made {
        halves: (before.into_bytes(), from.into()),
        head: None,
        status: 400,
        text,
        whole: Some(whole),
        section,
        is_head: begun.is_head,
    }
}

/// A fault of a whole request line.
pub(super) fn of_the_line(random: &mut Random, begun: &Begun, tag: &str) -> Made {
    let long = format!("/{tag}/{}", "x".repeat(MAX_TARGET));
    let is_head = begun.is_head;
    let (method, target, version, status, text, section) = random.pick(&[
        (
            "TRACE",
            "/",
            "1.1",
            405,
            "the method is not served",
            "RFC 9110 15.5.6",
        ),
        (
            "CONNECT",
            "a:80",
            "1.1",
            405,
            "the method is not served",
            "RFC 9110 15.5.6",
        ),
        (
            "Head",
            "/",
            "1.1",
            501,
            "the method is HEAD, CONNECT or TRACE in another case",
            "RFC 9110 9.1",
        ),
        (
            begun.method,
            "/",
            "2.0",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served",
            "RFC 9110 15.6.6",
        ),
        (
            begun.method,
            "a/b",
            "1.1",
            400,
            "the request target has no form that this method takes",
            "RFC 9112 3.2",
        ),
        (
            begun.method,
            "https://a/",
            "1.1",
            421,
            "the scheme of the request target is not http",
            "RFC 9110 7.4",
        ),
        (
            begun.method,
            &*long,
            "1.1",
            414,
            "the request target is too long",
            "RFC 9112 3",
        ),
    ]);
    let begun = Begun {
        method,
        start: format!("{method} {target} HTTP/{version}\r\nHost: a\r\nX: {tag}\r\n"),
        is_head: is_head && method == "HEAD",
    };
    Made::plain(&begun, "", status, text, section)
}

/// A fault of the fields.
pub(super) fn of_the_fields(random: &mut Random, mut begun: Begun) -> Made {
    let many = "A: b\r\n".repeat(101);
    let long = format!("A: {}\r\n", "b".repeat(MAX_HEAD));
    let (fields, status, text, section) = random.pick(&[
        ("", 400, "Host is missing", "RFC 9112 3.2"),
        ("Host: a\r\n", 400, "Host is repeated", "RFC 9112 3.2"),
        (
            "Expect: x\r\n",
            417,
            "an expectation other than 100-continue can't be met",
            "RFC 9110 10.1.1",
        ),
        (&*many, 431, "there are more than 100 fields", "RFC 6585 5"),
        (&*long, 431, "the head is too long", "RFC 6585 5"),
    ]);
    if fields.is_empty() {
        begun.start = begun.start.replacen("Host", "Hosts", 1);
    }
    Made::plain(&begun, fields, status, text, section)
}

/// A fault of a body's length.
pub(super) fn of_lengths(random: &mut Random, begun: &Begun) -> Made {
    let (fields, status, text, section) = random.pick(&[
        (
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            400,
            "Content-Length is repeated",
            "RFC 9110 8.6",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            400,
            "Content-Length stands beside Transfer-Encoding",
            "RFC 9112 6.1",
        ),
        (
            "Transfer-Encoding: gzip\r\n",
            400,
            "Transfer-Encoding does not end in chunked",
            "RFC 9112 6.3",
        ),
        (
            "Transfer-Encoding: gzip, chunked\r\n",
            501,
            "only the transfer coding chunked is served",
            "RFC 9112 6.1",
        ),
        (
            "Content-Length: 100001\r\n",
            413,
            "the body is too long",
            "RFC 9110 15.5.14",
        ),
    ]);
    assert_eq!(MAX_BODY, 100_000);
    Made::plain(begun, fields, status, text, section)
}

/// A fault of a chunked body.
pub(super) fn of_chunks(random: &mut Random, begun: Begun) -> Made {
    let many = "A: b\r\n".repeat(101);
    let head = begun.start + "Transfer-Encoding: chunked\r\n\r\n";
    let whole = Some(("", 0));
    let (before, from, status, text, whole, section) = random.pick(&[
        (
            "5\r\nhello\r\n",
            "g\r\n",
            400,
            "the size line of a chunk is malformed",
            whole,
            "RFC 9112 7.1",
        ),
        (
            "5\r\nhello",
            "!\r\n0\r\n\r\n",
            400,
            "the data of a chunk is not followed by CRLF",
            whole,
            "RFC 9112 7.1",
        ),
        (
            "5\r\nhello\r\n0;a=",
            "=\r\n\r\n",
            400,
            "a chunk extension is malformed",
            whole,
            "RFC 9112 7.1.1",
        ),
        (
            "5\r\nhello\r\nfffff\r\n",
            "",
            413,
            "the body is too long",
            None,
            "RFC 9110 15.5.14",
        ),
        (
            "0\r\n",
            &*many,
            431,
            "there are more than 100 trailer fields",
            None,
            "RFC 6585 5",
        ),
    ]);
    Made {
        head: Some(head.len()),
        halves: ((head + before).into_bytes(), from.into()),
        status,
        text,
        whole,
        section,
        is_head: begun.is_head,
    }
}

/// Another protocol, which a connection has to begin with.
pub(super) fn of_another_protocol(random: &mut Random) -> Made {
    let (from, status, text, whole, section) = random.pick(&[
        (
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            400,
            "the request line is malformed",
            Some(("", 0)),
            "RFC 9112 3; it looks like TLS: this service speaks plain http, not https",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served",
            None,
            "RFC 9110 15.6.6; it looks like HTTP/2: this service speaks HTTP/1.1",
        ),
        (
            b"\x05\x02\x00\x02",
            400,
            "the request line is malformed",
            Some(("", 0)),
            "RFC 9112 3; it looks like SOCKS 5: this service is no proxy",
        ),
    ]);
    Made {
        halves: (Vec::new(), from.to_vec()),
        head: None,
        status,
        text,
        whole,
        section,
        is_head: false,
    }
}
