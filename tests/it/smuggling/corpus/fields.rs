//! Fields, Host among them.

use super::{Case, Kind, by_lf, each, get_with, last};

/// Lines behind Host that change nothing, and those that only one of two readers would heed.
const FINE: &[&str] = &[
    "A:b\r\n",
    "A: \t b \t\r\n",
    "A:\r\n",
    "A: \r\n",
    "A: \u{4e2d}\tb\r\n",
    "!#$%&'*+-.^_`|~9z: \"\r\n",
    "X: 1\r\nX: 2\r\nx: 3\r\n",
    "A: b: c\r\n",
    "A: ::\r\n",
    "Content_Length: 5\r\n",
    "Transfer_Encoding: chunked\r\n",
    "Content-Length-: 5\r\n",
    "X-Content-Length: 5\r\n",
    "Transfer-Encoding-: chunked\r\n",
    "Transfer.Encoding: chunked\r\n",
    "ContentLength: 5\r\n",
    "Content--Length: 5\r\n",
    "C0ntent-Length: 5\r\n",
    "TE: chunked\r\n",
    "TE: trailers\r\n",
    "Trailer: Content-Length\r\n",
    "X: Transfer-Encoding: chunked\r\n",
    "Connection: Content-Length\r\n",
    "Connection: Transfer-Encoding\r\n",
    "Connection: Host\r\n",
    "Connection: foo\r\n",
    "Connection: keep-alive\r\n",
    "Keep-Alive: timeout=0\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
    "Upgrade: websocket\r\n",
    "Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n",
    "X-HTTP-Method-Override: DELETE\r\n",
    "Max-Forwards: 0\r\n",
    "Via: 1.0 a\r\n",
    "X-Original-URL: /admin\r\n",
    "X-Rewrite-URL: /admin\r\n",
    "X-Forwarded-Host: b\r\n",
    "Range: bytes=0-\r\n",
    "Expect: 100-continue\r\n",
    "Content-Encoding: chunked\r\n",
    "Content-Type: multipart/form-data; boundary=a\r\n",
    "Cookie: a=b; c=\"d;e\"\r\n",
    "Proxy-Connection: close\r\n",
    "HTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "Forwarded: for=\"[::1]\"\r\n",
];

const LAST: &[&str] = &[
    "Connection: close\r\n",
    "connection:close\r\n",
    "Connection: Close\r\n",
    "Connection: foo, close\r\n",
    "Connection: foo\r\nConnection: close\r\n",
    "Connection: keep-alive\r\nConnection: close\r\n",
];

const REFUSED: &[&str] = &[
    // Blanks before the colon, and no name.
    "A : b\r\n",
    "A\t: b\r\n",
    "A b: c\r\n",
    ": b\r\n",
    " : b\r\n",
    "\t: b\r\n",
    "Content-Length : 5\r\n",
    "Content-Length\t: 5\r\n",
    "Transfer-Encoding : chunked\r\n",
    "Transfer-Encoding\t: chunked\r\n",
    "Content Length: 5\r\n",
    // Folding.
    "A: b\r\n c\r\n",
    "A: b\r\n\tc\r\n",
    "A:\r\n b\r\n",
    "A: b\r\n \r\n",
    " A: b\r\n",
    "\tA: b\r\n",
    "A: b\r\n Content-Length: 5\r\n",
    "A: b\r\n Transfer-Encoding: chunked\r\n",
    "Content-Length:\r\n 5\r\n",
    "Transfer-Encoding:\r\n chunked\r\n",
    // No token, no colon.
    "(A): b\r\n",
    "\u{e4}: b\r\n",
    "A\0: b\r\n",
    "\"A\": b\r\n",
    "A@: b\r\n",
    "A[]: b\r\n",
    "A/b: c\r\n",
    "A,b: c\r\n",
    "A;: b\r\n",
    "A=: b\r\n",
    "{A}: b\r\n",
    "A\x7f: b\r\n",
    "A\u{a0}: b\r\n",
    "bad\r\n",
    "bad\r\n: a\r\n",
    "GET / HTTP/1.1\r\n",
    "Content-Length\u{0}: 5\r\n",
    "\x0bContent-Length: 5\r\n",
    "Transfer-Encoding\x0b: chunked\r\n",
    "Transfer-Encoding\x0c: chunked\r\n",
    // Controls in a value.
    "A: \0\r\n",
    "A: b\0c\r\n",
    "A: \x01\r\n",
    "A: \x0b\r\n",
    "A: \x0c\r\n",
    "A: \x1b[2J\r\n",
    "A: \x7f\r\n",
    "A: b\x08\r\n",
    "A: b\0\r\nC: d\r\n",
    // Expectations that can't be met.
    "Expect: 200-ok\r\n",
    "Expect: 100-continue, a\r\n",
];

/// Host lines of a request that has no other.
const HOSTS: &[&str] = &[
    "Host: a\r\n",
    "Host: localhost:8080\r\n",
    "Host: 127.0.0.1\r\n",
    "Host: [::1]\r\n",
    "Host: [2001:db8::1]:80\r\n",
    "Host: a:\r\n",
    "Host:a\r\n",
    "hOsT:\t a \r\n",
    "Host: xn--4gbrim.example.\r\n",
    "Host: A_b-c.D~e\r\n",
    "Host: a%20b\r\n",
    "Host: a!b\r\n",
    "X: y\r\nHost: a\r\n",
];

const ODD_HOSTS: &[&str] = &[
    "Host: [fe80::1%eth0]\r\n",
    "Host: [fe80::1%eth0]:8080\r\n",
    "Host: [v1.a]\r\n",
    "Host: [fe80::1%25lo]\r\n",
    "Host: \u{e4}\r\n",
];

const REFUSED_HOSTS: &[&str] = &[
    "",
    "Hosts: a\r\n",
    "Host: a\r\nHost: b\r\n",
    "Host: a\r\nHost: a\r\n",
    "Host: a\r\nHost:\r\n",
    "Host: a\r\nA: b\r\nHOST: c\r\n",
    "Host : a\r\n",
    " Host: a\r\n",
    "Host\r\n",
    "Host: a\0\r\n",
    "Host: \x0ba\r\n",
    "Host:\r\n a\r\n",
    "Host: a\r\n b\r\n",
];

/// Hosts that are none.
const NO_HOSTS: &[&str] = &[
    "Host: a, b\r\n",
    "Host: a,b\r\n",
    "Host: a b\r\n",
    "Host: u@a\r\n",
    "Host: u:p@a\r\n",
    "Host: a/\r\n",
    "Host: a/b\r\n",
    "Host: /\r\n",
    "Host: a?b\r\n",
    "Host: a#b\r\n",
    "Host: a\\b\r\n",
    "Host: http://a\r\n",
    "Host: :80\r\n",
    "Host: a:b\r\n",
    "Host: a:-1\r\n",
    "Host: a:65536\r\n",
    "Host: a:1:2\r\n",
    "Host: ::1\r\n",
    "Host: [::1\r\n",
    "Host: [::1]a\r\n",
    "Host: a%2\r\n",
    "Host: \"a\"\r\n",
    "Host: <a>\r\n",
    "Host: a\tb\r\n",
    "Host: a^b\r\n",
    "Host: {a}\r\n",
    "Host: fe80::1%eth0\r\n",
    "Host: [::1%]\r\n",
    "Host: [127.0.0.1%eth0]\r\n",
    "Host: a%eth0\r\n",
];

/// Fine where the target names another.
const EMPTY_HOSTS: &[&str] = &["Host:\r\n", "Host: \t\r\n"];

fn hosted(lines: &[u8]) -> Vec<u8> {
    [b"GET /host HTTP/1.1\r\n", lines, b"\r\n"].concat()
}

/// The absolute form counts over Host.
fn absolute(lines: &[u8]) -> Vec<u8> {
    [b"GET http://other/ HTTP/1.1\r\n", lines, b"\r\n"].concat()
}

fn with_body(lines: &[u8]) -> Vec<u8> {
    super::post(&[b"Content-Length: 5\r\n", lines].concat(), b"hello")
}

fn with_body_behind(lines: &[u8]) -> Vec<u8> {
    super::post(
        &[lines, b"Transfer-Encoding: chunked\r\n"].concat(),
        b"5\r\nhello\r\n0\r\n\r\n",
    )
}

fn many(fields: usize) -> String {
    "A: b\r\n".repeat(fields)
}

pub(super) fn cases() -> Vec<Case> {
    let ways = [get_with, with_body, with_body_behind];
    let by_each_way = |kind, lines: &'static [&'static str]| {
        ways.into_iter().flat_map(move |way| each(kind, way, lines))
    };
    let mut cases: Vec<_> = by_each_way(Kind::Refused, REFUSED).collect();
    cases.extend(by_each_way(Kind::Fine, FINE));
    cases.extend(ways.into_iter().flat_map(|way| last(Kind::Fine, way, LAST)));
    let others = [
        each(Kind::Odd, |lines| by_lf(&get_with(lines)), FINE),
        each(Kind::Fine, hosted, HOSTS),
        each(Kind::Fine, absolute, HOSTS),
        each(Kind::Odd, hosted, ODD_HOSTS),
        each(Kind::Refused, hosted, REFUSED_HOSTS),
        each(Kind::Refused, absolute, REFUSED_HOSTS),
        each(Kind::Odd, absolute, ODD_HOSTS),
        each(Kind::Refused, hosted, NO_HOSTS),
        each(Kind::Refused, absolute, NO_HOSTS),
        each(Kind::Refused, hosted, EMPTY_HOSTS),
        each(Kind::Fine, absolute, EMPTY_HOSTS),
        each(
            Kind::Fine,
            get_with,
            &[many(99), format!("A: {}\r\n", "b".repeat(6000))],
        ),
        each(Kind::Refused, get_with, &[many(100)]),
    ];
    cases.extend(others.concat());
    cases
}
