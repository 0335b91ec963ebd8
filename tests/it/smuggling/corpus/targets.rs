//! Request targets.

use super::{Case, Kind, by_lf, each, get};

const FINE: &[&str] = &[
    "/",
    "//",
    "///a",
    "/a/../b;c=d",
    "/./a",
    "/a?",
    "/??",
    "/?a=/../",
    "/%41?b=c/d?e",
    "/%00",
    "/%0d%0aX:%20y",
    "/..%2f..%2f",
    "/%2e%2e/",
    "/a:b@c!$&'()*+,;=-._~",
    "/*",
    "/http://a/",
    "/[a]|^",
    "/?a[]=1&b={c}|d^e`f",
    "//b/c",
    "/a//b",
    "http://a",
    "http://a/",
    "http://a/b?c",
    "HTTP://a:80/b?c",
    "http://a?b",
    "http://b/",
    "http://[::1]:8080/",
    "http://127.0.0.1/a",
    "http://a_b/",
    "http://a:/",
];

/// What real clients send, and what else has a byte that no URI has: readable in one way only.
const ODD: &[&str] = &[
    "/?q=100%",
    "/50%/x",
    "/%u83DC",
    "/?p=C:\\dir",
    "/?query=up{job=\"x\"}",
    "/q?query=up{job=\"x\"}",
    "/%",
    "/%4",
    "/%4g",
    "/%%41",
    "/?%",
    "/?%zz",
    "/?a=%u83DC&b=%",
    "/a%?b%",
    "/\"",
    "/?\"",
    "/<a>",
    "/?<script>",
    "/{a}",
    "/`",
    "/\\",
    "/a\\b",
    "/..\\..\\a",
    "/\\\\a\\b",
    "/?\\",
    "/\u{e4}",
    "/?\u{4e2d}",
    "/菜鸡?我是=菜鸟",
    "/\u{1f600}",
    "/\u{feff}",
    "/\u{a0}",
    "/\u{2028}",
    "/\"<>{}\\^`|%",
    "/?\"<>{}\\^`|%",
    "http://a/%",
    "http://a/?%",
    "http://a/<b>",
    "http://a/\\b",
    "http://a/?{\"b\"}",
    "http://a/\u{e4}",
    "http://a?\"",
    "http://\u{e4}/",
    "http://[fe80::1%eth0]/",
    "http://[fe80::1%25eth0]/",
];

/// Bytes that are no UTF-8.
const LATIN_1: &[&[u8]] = &[
    b"/\xe8\x8f\x9c",
    b"/\xff",
    b"/?\xe4=\xf6",
    b"/\x80\x81",
    b"/\xc3",
    b"/a\xa0b",
    b"/?\x85",
    b"http://a/\xff",
];

const REFUSED: &[&str] = &[
    // Controls and blanks.
    "/\x1b[2J",
    "/\x7f",
    "/\0",
    "/a\0b",
    "/a b",
    "/\t",
    "/\x0b",
    "/\x01",
    "/?\0",
    "/?\x7f",
    "/ ",
    "http://a/\0",
    // No form.
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
    "\\",
    "\\\\a\\b",
    "\"/\"",
    "%2f",
    "%",
    "\u{e4}",
    "<a>",
    "**",
    "*/",
    "*?a",
    "-",
    "a:80",
    "127.0.0.1:80",
    "[::1]:80",
    // A fragment, userinfo, another scheme, no host.
    "/#",
    "/a#b",
    "/?a#b",
    "http://a/#",
    "#",
    "/%#",
    "http://u@a/",
    "http://u:p@a/",
    "http://@a/",
    "https://a/",
    "HTTPS://a",
    "ftp://a/",
    "ws://a/",
    "http://",
    "http:///",
    "http://:80/",
    // A host that is none, or that hyper takes for none.
    "http://a%41/",
    "http://a:b/",
    "http://a:65536/",
    "http://[::1/",
    "http://a,b/",
    "http://[a]/",
    "http://a:1:2/",
    "http://a|b/",
    "http://a\\b/",
    "http://a\"b/",
    "http://a%",
    "http://a{b}/",
];

/// The same with a body, with a form that a proxy gets, and by LF.
fn ways(kind: Kind, targets: &[&[u8]]) -> Vec<Case> {
    let lf = if kind == Kind::Fine { Kind::Odd } else { kind };
    [
        each(kind, get, targets),
        each(kind, sized, targets),
        each(kind, chunked, targets),
        each(kind, keep_alive, targets),
        each(lf, |target| by_lf(&get(target)), targets),
        each(lf, |target| by_lf(&sized(target)), targets),
    ]
    .concat()
}

fn sized(target: &[u8]) -> Vec<u8> {
    [
        b"POST ",
        target,
        b" HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    ]
    .concat()
}

fn chunked(target: &[u8]) -> Vec<u8> {
    let behind =
        b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    [b"PUT ", target, behind].concat()
}

fn keep_alive(target: &[u8]) -> Vec<u8> {
    [
        b"GET ",
        target,
        b" HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ]
    .concat()
}

fn bytes<'a>(targets: &'a [&str]) -> Vec<&'a [u8]> {
    targets.iter().map(|target| target.as_bytes()).collect()
}

pub(super) fn cases() -> Vec<Case> {
    [
        ways(Kind::Fine, &bytes(FINE)),
        ways(Kind::Odd, &bytes(ODD)),
        ways(Kind::Odd, LATIN_1),
        each(Kind::Refused, get, REFUSED),
        each(Kind::Refused, sized, REFUSED),
        each(Kind::Refused, |target| by_lf(&get(target)), REFUSED),
        // Long ones, on both sides of what fits.
        each(Kind::Fine, get, &["/".to_owned() + &"a".repeat(8000)]),
        each(Kind::Odd, get, &["/".to_owned() + &"\"".repeat(3000)]),
        each(Kind::Refused, get, &["/".to_owned() + &"a".repeat(33_000)]),
    ]
    .concat()
}
