//! Lines, versions and the request line: RFC 9112 sections 2 and 3.

use super::{get, get_with, refuses, subject, subject_with};

const REQUEST_LINE: &str = "the request line is malformed (RFC 9112 3)";
const VERSION: &str = "the version is malformed (RFC 9112 2.3)";
const NOT_SERVED: &str = "only HTTP/1.0 and HTTP/1.1 are served (RFC 9110 15.6.6)";

#[test]
fn empty_lines_before_a_request_are_ignored() {
    let subject = subject();
    for lines in ["\r\n", "\r\n\r\n\r\n"] {
        subject.serves(lines.to_owned() + &get("/"));
    }
}

#[test]
fn a_head_may_have_a_bare_lf_behind_each_line() {
    let subject = subject();
    let note = "the lines end in a bare LF (RFC 9112 2.2)";
    for request in [
        "GET / HTTP/1.1\nHost: a\n\n",
        "\nGET / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\nHost: a\nContent-Length: 5\n\nhello",
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\r\nhello\r\n0\r\n\r\n",
    ] {
        subject.notes(request, 400, &[note]);
    }
}

#[test]
fn lines_that_end_in_both_ways_are_refused() {
    let service = subject().lenient;
    let reason = "some lines end in CRLF and some in a bare LF (RFC 9112 2.2)";
    for request in [
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        refuses(&service, request.as_bytes(), 400, reason);
    }
}

/// A strict service takes no bare LF, whatever the other lines end in.
#[test]
fn strict_takes_no_bare_lf() {
    let service = subject().strict;
    let reason = "the lines end in a bare LF (RFC 9112 2.2)";
    for request in [
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        refuses(&service, request.as_bytes(), 400, reason);
    }
}

#[test]
fn a_bare_cr_is_refused() {
    let subject = subject();
    for request in [
        "GET / HTTP/1.1\rHost: a\r\n\r\n".to_owned(),
        "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        get_with("A: b\rc\r\n"),
        get_with("A: b\r\r\n"),
        get_with("\rA: b\r\n"),
    ] {
        subject.refuses(request, 400, "a CR stands without its LF (RFC 9112 2.2)");
    }
}

#[test]
fn a_blank_before_the_first_field_is_refused() {
    let reason = "a blank stands before the first field (RFC 9112 2.2)";
    for blank in [" ", "\t"] {
        let request = format!("GET / HTTP/1.1\r\n{blank}Host: a\r\n\r\n");
        subject().refuses(request, 400, reason);
    }
}

#[test]
fn what_is_no_http_is_refused() {
    let subject = subject();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x02\x00\x01\xfc\x03\x03"[..],
        b"\x80\xff\xfe",
        b"\0",
        b"bad\r\n",
        b"{\"a\": 1}\r\n",
    ] {
        subject.refuses(bytes, 400, REQUEST_LINE);
    }
}

#[test]
fn the_version_is_1_0_or_1_1() {
    let subject = subject();
    for version in ["HTTP/2.0", "HTTP/3.0", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9"] {
        let request = format!("GET / {version}\r\nHost: a\r\n\r\n");
        subject.refuses(request, 505, NOT_SERVED);
    }
}

#[test]
fn the_version_has_its_form_and_case() {
    let subject = subject();
    for version in [
        "http/1.1",
        "HTTP/1.x",
        "HTTP/11",
        "HTTP/2",
        "HTTP/3",
        "HTTP/01.01",
        "HTTP/1.01",
        "HTTP/1.10",
        "HTTP 1.1",
        "HTTP/1,1",
        "FTP/1.1",
    ] {
        let request = format!("GET / {version}\r\nHost: a\r\n\r\n");
        subject.refuses(request, 400, VERSION);
    }
}

#[test]
fn who_speaks_another_protocol_hears_so() {
    let subject = subject();
    for (hello, status, reason) in [
        (
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            400,
            "the request line is malformed (RFC 9112 3); it looks like TLS: this service speaks plain http, not https",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served (RFC 9110 15.6.6); it looks like HTTP/2: this service speaks HTTP/1.1",
        ),
        (
            b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n",
            400,
            "the request target has a blank (RFC 9112 3); it looks like the PROXY protocol, version 1: this service does not read it",
        ),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
            400,
            "the request line is malformed (RFC 9112 3); it looks like the PROXY protocol, version 2: this service does not read it",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            400,
            "the request line is malformed (RFC 9112 3); it looks like SSH: this service speaks HTTP",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n",
            400,
            "the request line has no version (RFC 9112 3); it looks like SSH: this service speaks HTTP",
        ),
        (
            b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00",
            400,
            "the request line is malformed (RFC 9112 3); it looks like SOCKS 4: this service is no proxy",
        ),
        (
            b"\x05\x02\x00\x02",
            400,
            "the request line is malformed (RFC 9112 3); it looks like SOCKS 5: this service is no proxy",
        ),
    ] {
        subject.refuses(hello, status, reason);
        // A client that waits for an answer to just these bytes gets it at once.
        for cut in [hello.len(), 1, 2, 3] {
            let mut client = subject.connect();
            for piece in hello.chunks(cut) {
                client.send(piece);
            }
            let answer = client.read_to_end();
            drop(client);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{answer}"
            );
            let (rule, hint) = reason.split_once("; ").unwrap();
            let (text, _) = rule.split_once(" (").unwrap();
            assert!(answer.contains(text), "{cut}: {answer}");
            assert!(answer.ends_with(&format!("; {hint}\n")), "{cut}: {answer}");
            subject.record();
        }
    }
}

/// Near misses, and what comes behind a request: three bytes of a body without a length are no SOCKS.
#[test]
fn who_does_not_hears_nothing_of_the_kind() {
    let subject = subject();
    for bytes in [
        &b"\x16text\r\n"[..],
        b"\x16\x03\x05",
        b"\x05text",
        b"\x04text",
        b"PROXYX TCP4 1.1.1.1\r\n",
        b"SSH-3.0-x\r\n",
        b"\r\n\r\n\0\r\nquit\n",
        b"GET / HTTP/2.0\r\n",
        b"PRI * HTTP/1.2\r\n",
    ] {
        let mut client = subject.connect();
        client.send(bytes);
        let answer = client.read_to_end();
        assert!(
            answer.ends_with(")\n"),
            "{}: {answer}",
            bytes.escape_ascii()
        );
    }
    for hello in [
        &b"\x05\x01\x00"[..],
        b"SSH-2.0-x\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ] {
        let mut client = subject.connect();
        client.send(get("/"));
        client.read_answer();
        client.send(hello);
        let answer = client.read_to_end();
        assert!(answer.ends_with(" (RFC 9112 3)\n"), "{answer}");
    }
}

/// Whatever else of a request line is wrong is said when the line ends.
#[test]
fn a_bad_request_line_is_refused_at_its_end() {
    let subject = subject();
    for line in [
        "GET /a b HTTP/1.1\r\n",
        "GET / HTTP/2.0\r\n",
        "GET / FOO\r\n",
        "bad\r\n",
    ] {
        let mut client = subject.connect();
        for byte in line.as_bytes().chunks(1) {
            client.send(byte);
        }
        let answer = client.read_to_end();
        assert!(answer.starts_with("HTTP/1.1 "), "{line:?}: {answer}");
    }
}

#[test]
fn a_request_line_without_a_version_is_refused() {
    let subject = subject();
    for request in ["GET /\r\n", "GET /\r\nHost: a\r\n\r\n"] {
        subject.refuses(request, 400, "the request line has no version (RFC 9112 3)");
    }
}

#[test]
fn single_blanks_part_a_request_line() {
    let subject = subject();
    for (line, reason) in [
        (
            "GET  / HTTP/1.1",
            "the request target is missing (RFC 9112 3)",
        ),
        (
            "GET /  HTTP/1.1",
            "the request target has a blank (RFC 9112 3)",
        ),
        ("GET / HTTP/1.1 ", VERSION),
        ("GET / HTTP/1.1\t", VERSION),
        (" GET / HTTP/1.1", REQUEST_LINE),
        ("GET\t/ HTTP/1.1", REQUEST_LINE),
        (
            "GET /\tHTTP/1.1",
            "the request target has a control byte (RFC 3986 2)",
        ),
    ] {
        subject.refuses(format!("{line}\r\nHost: a\r\n\r\n"), 400, reason);
    }
}

#[test]
fn request_lines_of_8000_octets_are_taken() {
    let line = |target: usize| get(&("/".to_owned() + &"a".repeat(target - 1)));
    subject().serves(line(8000));
    subject().serves(line(32 * 1024));
}

#[test]
fn a_target_that_is_too_long_gets_414() {
    let reason = "the request target is too long (RFC 9112 3)";
    let long = "/".to_owned() + &"a".repeat(32 * 1024);
    subject().refuses(get(&long), 414, reason);
    subject_with(&["--max-target", "10"]).refuses(get("/2345678901"), 414, reason);
    subject_with(&["--max-target", "10"]).serves(get("/234567890"));
}

#[test]
fn a_method_that_is_too_long_gets_501() {
    let reason = "the method is longer than any that is known (RFC 9112 3)";
    subject_with(&["--max-head", "1000"]).refuses("A".repeat(2000), 501, reason);
}
