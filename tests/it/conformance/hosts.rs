//! Host: RFC 9112 section 3.2, RFC 9110 section 7.2.

use super::subject;

fn with(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\n{lines}\r\n")
}

#[test]
fn host_is_there_in_http_1_1() {
    let reason = "Host is missing (RFC 9112 3.2)";
    subject().refuses(with(""), 400, reason);
    subject().refuses(with("Hosts: a\r\n"), 400, reason);
}

#[test]
fn host_may_be_missing_in_http_1_0() {
    subject().serves_as_the_last("GET / HTTP/1.0\r\n\r\n");
}

#[test]
fn host_is_there_once() {
    let subject = subject();
    for lines in [
        "Host: a\r\nHost: b\r\n",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nA: b\r\nHOST:\r\n",
    ] {
        subject.refuses(with(lines), 400, "Host is repeated (RFC 9112 3.2)");
    }
    let request = "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n";
    subject.refuses(request, 400, "Host is repeated (RFC 9112 3.2)");
}

#[test]
fn host_is_not_empty() {
    let subject = subject();
    for lines in ["Host:\r\n", "Host: \t \r\n"] {
        subject.refuses(with(lines), 400, "Host is empty (RFC 9112 3.3)");
    }
}

#[test]
fn host_is_a_host_with_an_optional_port() {
    let subject = subject();
    for host in [
        "a, b",
        "a,b",
        "a b",
        "u@a",
        "u:p@a",
        "a/",
        "a/b",
        "/",
        "a?b",
        "a#b",
        "a\\b",
        "http://a",
        ":80",
        "a:b",
        "a:-1",
        "a:65536",
        "a:1:2",
        "::1",
        "[::1",
        "[::1]a",
        "[v1.]",
        "[fe80::1%]",
        "[fe80::1%25lo]x",
        "a,\u{e4}",
        "a%2",
        "\"a\"",
        "<a>",
        "a\tb",
        "a^b",
        "{a}",
    ] {
        let reason = "Host is no host with an optional port (RFC 9112 3.2)";
        subject.refuses(with(&format!("Host: {host}\r\n")), 400, reason);
    }
}

#[test]
fn odd_hosts_are_noted() {
    let subject = subject();
    let zone = "the host has an IPv6 zone, which only its sender knows (RFC 6874 1)";
    let future = "the host is an address of a later IP version (RFC 3986 3.2.2)";
    let beyond = "the host has a byte beyond ASCII (RFC 3986 3.2.2)";
    for (host, note) in [
        (&b"[fe80::1%eth0]"[..], zone),
        (b"[fe80::1%25eth0]:8080", zone),
        (b"[v1.a]", future),
        (b"\xe8\x8f\x9c.example", beyond),
        (b"\xe4:80", beyond),
    ] {
        let request = [b"GET / HTTP/1.1\r\nHost: ", host, b"\r\n\r\n"].concat();
        subject.notes(request, 400, &[note]);
    }
}

#[test]
fn hosts_that_are_fine_are_taken() {
    let subject = subject();
    for host in [
        "a",
        "localhost:8080",
        "127.0.0.1",
        "[::1]",
        "[2001:db8::1]:80",
        "a:",
        "xn--4gbrim.example.",
        "A_b-c.D~e",
        "a%20b",
        "a!b",
    ] {
        subject.serves(with(&format!("Host: {host}\r\n")));
        subject.serves(with(&format!("host:\t {host} \r\n")));
    }
}
