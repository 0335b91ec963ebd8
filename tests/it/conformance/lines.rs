//! Lines, versions and the request line: RFC 9112 sections 2 and 3.

use super::{get, get_with, subject, subject_with};

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
fn a_bare_lf_ends_no_line() {
    let subject = subject();
    for request in [
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        subject.refuses(request, 400, "a line ends in a bare LF (RFC 9112 2.2)");
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
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\x80\xff\xfe",
        b"\0",
        b"bad\r\n",
        b"{\"a\": 1}\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        subject.refuses(bytes, 400, REQUEST_LINE);
    }
}

#[test]
fn the_version_is_1_0_or_1_1() {
    let subject = subject();
    for version in ["HTTP/2.0", "HTTP/3", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9"] {
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
fn the_http_2_preface_is_refused() {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    subject().refuses(preface, 505, NOT_SERVED);
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
        ("GET /  HTTP/1.1", VERSION),
        ("GET / HTTP/1.1 ", VERSION),
        ("GET / HTTP/1.1\t", VERSION),
        ("GET /a b HTTP/1.1", VERSION),
        (" GET / HTTP/1.1", REQUEST_LINE),
        ("GET\t/ HTTP/1.1", REQUEST_LINE),
        (
            "GET /\tHTTP/1.1",
            "the request target has a byte that no URI has (RFC 3986 2)",
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
    let reason = "the method is not known (RFC 9110 9.1)";
    let long = "A".repeat(2000);
    subject().refuses(get("/").replace("GET", &long), 501, reason);
    subject_with(&["--max-head", "1000"]).refuses(long, 501, reason);
}
