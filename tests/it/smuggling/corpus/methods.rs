//! Methods, with bodies and without.

use super::{Case, Kind, by_lf, each};

const FINE: &[&str] = &[
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "PROPFIND",
    "SEARCH",
    "QUERY",
    "REPORT",
    "MKCOL",
    "LOCK",
    "UNLOCK",
    "COPY",
    "MOVE",
    "VERSION-CONTROL",
    "LINK",
    "ACL",
];

/// Tokens that are in no registry, and the two that are in it so that nobody uses them.
const ODD: &[&str] = &[
    "PRI",
    "*",
    "PURGE",
    "BAN",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "M-SEARCH",
    "BREW",
    "FOO",
    "A",
    "RENAME",
    "SOURCE",
    "PURGEALL",
    "X-FOO",
    "FOO_BAR",
    "get",
    "Get",
    "gET",
    "post",
    "Post",
    "options",
    "BPROPFIND",
    "SUBSCRIBE1",
    "GETS",
    "GE",
    "ET",
    "!#$%&'*+-.^_`|~",
    "0",
];

const REFUSED: &[&str] = &[
    "TRACE", "CONNECT", "head", "Head", "hEAD", "connect", "Connect", "trace", "Trace", "G(T",
    "G/T", "G\u{e4}T", "\"GET\"", "G\0T", "{}", "GET:", "GET,POST", "<GET>", "", "G\x7fT",
];

fn bare(method: &[u8]) -> Vec<u8> {
    [method, b" /method HTTP/1.1\r\nHost: a\r\n\r\n"].concat()
}

fn sized(method: &[u8]) -> Vec<u8> {
    [
        method,
        b" /method HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    ]
    .concat()
}

fn chunked(method: &[u8]) -> Vec<u8> {
    let behind = b" /method HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    [method, behind].concat()
}

fn absolute(method: &[u8]) -> Vec<u8> {
    [method, b" http://a/method HTTP/1.1\r\nHost: a\r\n\r\n"].concat()
}

fn asterisk(method: &[u8]) -> Vec<u8> {
    [method, b" * HTTP/1.1\r\nHost: a\r\n\r\n"].concat()
}

fn authority(method: &[u8]) -> Vec<u8> {
    [method, b" a:80 HTTP/1.1\r\nHost: a\r\n\r\n"].concat()
}

fn ways(kind: Kind, methods: &[&str]) -> Vec<Case> {
    [bare, sized, chunked, absolute]
        .into_iter()
        .flat_map(|way| each(kind, way, methods))
        .collect()
}

pub(super) fn cases() -> Vec<Case> {
    let others: Vec<_> = FINE.iter().filter(|method| **method != "OPTIONS").collect();
    let known = others.iter().map(|method| method.as_bytes());
    [
        ways(Kind::Fine, FINE),
        ways(Kind::Odd, ODD),
        ways(Kind::Refused, REFUSED),
        each(Kind::Odd, |method| by_lf(&bare(method)), FINE),
        each(Kind::Odd, |method| by_lf(&bare(method)), ODD),
        each(Kind::Refused, |method| by_lf(&bare(method)), REFUSED),
        each(Kind::Fine, asterisk, &["OPTIONS"]),
        each(Kind::Odd, asterisk, &known.collect::<Vec<_>>()),
        each(Kind::Odd, asterisk, &["HEAD", "M-SEARCH", "NOTIFY"]),
        each(Kind::Refused, asterisk, &["CONNECT", "TRACE"]),
        each(
            Kind::Refused,
            authority,
            &["CONNECT", "GET", "POST", "PURGE", "connect"],
        ),
        each(Kind::Fine, bare, &["HEAD"]),
        each(Kind::Fine, sized, &["HEAD"]),
        each(Kind::Fine, chunked, &["HEAD"]),
        each(Kind::Refused, bare, &["A".repeat(70_000)]),
    ]
    .concat()
}
