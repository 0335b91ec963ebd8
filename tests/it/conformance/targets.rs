//! Request targets: RFC 9112 section 3.2.

use super::{get, refuses, subject};

const FORM: &str = "the request target has no form that this method takes (RFC 9112 3.2)";
const HOST: &str = "the request target has a malformed host or port (RFC 9110 4.2.1)";
const BYTE: &str = "the request target has a byte that no URI has (RFC 3986 2)";

#[test]
fn the_origin_form_is_taken() {
    let subject = subject();
    for target in [
        "/",
        "//",
        "/a/../b;c=d",
        "/%41?b=c/d?e",
        "/a:b@c!$&'()*+,;=-._~",
        "/*",
        "/http://a/",
    ] {
        subject.serves(get(target));
    }
}

#[test]
fn what_browsers_leave_bare_is_taken() {
    let subject = subject();
    for target in ["/[a]|^", "/?a[]=1&b={c}|d^e`f"] {
        subject.serves(get(target));
    }
}

#[test]
fn the_absolute_form_is_taken() {
    let subject = subject();
    for target in [
        "http://a",
        "http://a/",
        "HTTP://a:80/b?c",
        "http://a?b",
        "http://[::1]:8080/",
        "http://127.0.0.1/",
    ] {
        subject.serves(get(target));
    }
}

#[test]
fn odd_hosts_in_the_absolute_form_are_noted() {
    let zone = "the host has an IPv6 zone, which only its sender knows (RFC 6874 1)";
    subject().notes(get("http://[fe80::1%25eth0]:80/"), 400, &[zone]);
    let beyond = "the host has a byte beyond ASCII (RFC 3986 3.2.2)";
    subject().notes(get("http://\u{e4}/"), 400, &[BYTE, beyond]);
}

#[test]
fn the_absolute_form_counts_over_host() {
    let subject = subject();
    for host in ["b", "a:80", ""] {
        subject.serves(format!("GET http://a/ HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    }
    let without = "GET http://a/ HTTP/1.1\r\n\r\n";
    subject.refuses(without, 400, "Host is missing (RFC 9112 3.2)");
}

#[test]
fn a_scheme_other_than_http_is_misdirected() {
    let subject = subject();
    for target in ["https://a/", "HTTPS://a", "ftp://a/", "coap+tcp://a"] {
        let reason = "the scheme of the request target is not http (RFC 9110 7.4)";
        subject.refuses(get(target), 421, reason);
    }
}

#[test]
fn the_authority_form_is_for_connect_alone() {
    let subject = subject();
    for target in ["a:80", "127.0.0.1:80", "[::1]:80"] {
        subject.refuses(get(target), 400, FORM);
    }
    for target in [
        "/",
        "http://a/",
        "*",
        "a",
        "a:",
        ":80",
        "u@a:80",
        "a:b",
        "[::1:80",
    ] {
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        subject.refuses(request, 400, FORM);
    }
}

#[test]
fn the_asterisk_form_is_for_options_and_odd_elsewhere() {
    let subject = subject();
    let note = "the request target is an asterisk, which OPTIONS alone has (RFC 9112 3.2.4)";
    subject.serves("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    subject.notes(get("*"), 400, &[note]);
    subject.notes(get("*").replace("GET", "POST"), 400, &[note]);
    subject.refuses("OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n", 400, FORM);
}

#[test]
fn no_other_form_is_taken() {
    let subject = subject();
    for target in [
        "a",
        "a/b",
        "?a",
        "../a",
        "mailto:a@b",
        "http:a",
        "http:/a",
        "1http://a/",
        "://a/",
        "@",
    ] {
        subject.refuses(get(target), 400, FORM);
    }
}

#[test]
fn a_fragment_is_refused() {
    let subject = subject();
    for target in ["/#", "/a#b", "/?a#b", "http://a/#", "#"] {
        subject.refuses(
            get(target),
            400,
            "the request target has a fragment (RFC 9112 3.2)",
        );
    }
}

#[test]
fn bytes_that_no_uri_has_are_odd() {
    let subject = subject();
    for target in [
        "/\\",
        "/?\\",
        "/?p=C:\\dir",
        "/q?query=up{job=\"x\"}",
        "/\"",
        "/<a>",
        "/?<a>",
        "/{a}",
        "/`",
        "/\u{83dc}",
        "/?\u{83dc}",
        "http://a/\"",
    ] {
        subject.notes(get(target), 400, &[BYTE]);
    }
    for target in [&b"/\xe8"[..], b"/?\xff", b"/\xe8\x8f\x9c", b"http://a/\xe4"] {
        let request = [b"GET ", target, b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
        subject.notes(request, 400, &[BYTE]);
    }
}

#[test]
fn control_bytes_in_a_target_are_refused() {
    let subject = subject();
    for target in ["/\x1b[2J", "/\x7f", "/\0", "/\t", "/\x0b", "/?\x0c"] {
        let reason = "the request target has a control byte (RFC 3986 2)";
        subject.refuses(get(target), 400, reason);
    }
}

#[test]
fn a_percent_sign_without_two_hex_digits_is_odd() {
    let subject = subject();
    for target in [
        "/%",
        "/%4",
        "/%4g",
        "/%%41",
        "/?100%",
        "/?q=100%",
        "/50%/x",
        "/%u83DC",
        "http://a/%",
    ] {
        let note = "the request target has a percent sign without two hex digits (RFC 3986 2.1)";
        subject.notes(get(target), 400, &[note]);
    }
}

#[test]
fn a_blank_in_a_target_is_refused_and_named() {
    let subject = subject();
    let reason = "the request target has a blank (RFC 9112 3)";
    for target in ["/a b", "/a b c", "/ ", "/%20 x", "http://a/b c"] {
        subject.refuses(get(target), 400, reason);
    }
}

#[test]
fn userinfo_is_refused() {
    let subject = subject();
    for target in ["http://u@a/", "http://u:p@a/", "http://@a/"] {
        subject.refuses(
            get(target),
            400,
            "the request target has userinfo (RFC 9110 4.2.4)",
        );
    }
}

#[test]
fn the_absolute_form_has_a_host_and_a_port() {
    let subject = subject();
    for target in [
        "http://",
        "http:///",
        "http://:80/",
        "http://a:b/",
        "http://a:65536/",
        "http://[::1/",
        "http://a,b/",
        "http://[a]/",
        "http://a%41/",
        "http://a:1:2/",
        "http://a|b/",
    ] {
        subject.refuses(get(target), 400, HOST);
    }
    // A backslash ends a host for browsers, and for nobody else.
    refuses(&subject.lenient, get("http://a\\b/").as_bytes(), 400, HOST);
}
