//! Chunked bodies: sizes, extensions, data, trailers.

use super::{Case, Kind, by_lf, each, post};

/// A request that only a reader sees whose body ends earlier.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

const FINE: &[&str] = &[
    "0\r\n\r\n",
    "000\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "1\r\nh\r\n2\r\nel\r\n0002\r\nlo\r\n0\r\n\r\n",
    "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "2\r\n\r\n\r\n0\r\n\r\n",
    "1\r\n\n\r\n0\r\n\r\n",
    "5\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "23\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n\r\n0\r\n\r\n",
    "0000000000000005\r\nhello\r\n0\r\n\r\n",
    // Extensions.
    "5;a\r\nhello\r\n0\r\n\r\n",
    "5;a=b\r\nhello\r\n0;c\r\n\r\n",
    "5 ; a = b\r\nhello\r\n0\r\n\r\n",
    "5;a=\"b;\\\"c\"\r\nhello\r\n0\r\n\r\n",
    "5;a=\"\"\r\nhello\r\n0\r\n\r\n",
    "5;a;b;c\r\nhello\r\n0\r\n\r\n",
    // Trailers, which change nothing.
    "5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n",
    "5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n",
    "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n0\r\nHost: b\r\n\r\n",
    "0\r\nConnection: close\r\n\r\n",
    "0\r\nExpect: 100-continue\r\n\r\n",
];

const REFUSED: &[&str] = &[
    // LF for CRLF.
    "5\nhello\r\n0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhello\r\n0\n\r\n",
    "5\r\nhello\r\n0\r\n\n",
    "5\r\nhello\r\n0\n\n",
    "5\nhello\n0\n\n",
    "0\n\r\n",
    "0\r\n\n",
    "0\n\n",
    "0\r\nA: b\n\r\n",
    "0\r\nA: b\n\n",
    "0\r\nA: b\r\n\n",
    "5;a\nhello\r\n0\r\n\r\n",
    "5;\nhello\r\n0\r\n\r\n",
    "2;\nxx\r\n0\r\n\r\n",
    "5;a=\"b\n\"\r\nhello\r\n0\r\n\r\n",
    "5;a=\"\r\nhello\r\n0\r\n\r\n",
    // CR alone.
    "5\rhello\r\n0\r\n\r\n",
    "5\r\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r0\r\n\r\n",
    "5\r\nhello\r\r\n0\r\n\r\n",
    "5\r\nhello\r\n0\r\r\n",
    "5;a\rb\r\nhello\r\n0\r\n\r\n",
    "0\r\nA: b\rc\r\n\r\n",
    "0\r\n\r\r\n",
    // Sizes.
    "\r\nhello\r\n0\r\n\r\n",
    "-5\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "5_0\r\nhello\r\n0\r\n\r\n",
    " 5\r\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "\t5\r\nhello\r\n0\r\n\r\n",
    "5\t\r\nhello\r\n0\r\n\r\n",
    "5 5\r\nhello\r\n0\r\n\r\n",
    "g\r\nhello\r\n0\r\n\r\n",
    "5g\r\nhello\r\n0\r\n\r\n",
    "\"5\"\r\nhello\r\n0\r\n\r\n",
    "5,\r\nhello\r\n0\r\n\r\n",
    "5.0\r\nhello\r\n0\r\n\r\n",
    "\u{665}\r\nhello\r\n0\r\n\r\n",
    "5\0\r\nhello\r\n0\r\n\r\n",
    "\u{0}5\r\nhello\r\n0\r\n\r\n",
    "5\x0b\r\nhello\r\n0\r\n\r\n",
    "5\x0c\r\nhello\r\n0\r\n\r\n",
    "0 \r\n\r\n",
    "0x0\r\n\r\n",
    "-0\r\n\r\n",
    "5h\r\nhello\r\n0\r\n\r\n",
    "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    "8000000000000000\r\nhello\r\n0\r\n\r\n",
    "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "100000000\r\nhello\r\n0\r\n\r\n",
    "00000000000000005\r\nhello\r\n0\r\n\r\n",
    // Extensions.
    "5;\r\nhello\r\n0\r\n\r\n",
    "5;;a\r\nhello\r\n0\r\n\r\n",
    "5; \r\nhello\r\n0\r\n\r\n",
    "5;a=\r\nhello\r\n0\r\n\r\n",
    "5;=b\r\nhello\r\n0\r\n\r\n",
    "5;a b\r\nhello\r\n0\r\n\r\n",
    "5;a=\"b\r\nhello\r\n0\r\n\r\n",
    "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n",
    "5;a\0\r\nhello\r\n0\r\n\r\n",
    "5;\u{e4}\r\nhello\r\n0\r\n\r\n",
    "5 a\r\nhello\r\n0\r\n\r\n",
    "0;\r\n\r\n",
    "5,a\r\nhello\r\n0\r\n\r\n",
    // Data that is longer or shorter than its size.
    "5\r\nhello0\r\n\r\n",
    "5\r\nhello!\r\n0\r\n\r\n",
    "4\r\nhello\r\n0\r\n\r\n",
    "5\r\nhellox\n0\r\n\r\n",
    "5\r\nhello\rx0\r\n\r\n",
    "5\r\nhello  0\r\n\r\n",
    "6\r\nhello\r\n0\r\n\r\n",
    // Trailers that are no fields.
    "0\r\nbad\r\n\r\n",
    "0\r\nA : b\r\n\r\n",
    "0\r\n: b\r\n\r\n",
    "0\r\nA: b\r\n c\r\n\r\n",
    "0\r\nA: \0\r\n\r\n",
    "0\r\n A: b\r\n\r\n",
    "0\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
    "0\r\n",
    // Never ended.
    "5\r\nhello\r\n",
    "5\r\nhel",
    "5",
    "",
];

fn chunked(body: &[u8]) -> Vec<u8> {
    post(b"Transfer-Encoding: chunked\r\n", body)
}

fn followed(body: &[u8]) -> Vec<u8> {
    [&chunked(body), SMUGGLED.as_bytes()].concat()
}

fn as_get(body: &[u8]) -> Vec<u8> {
    [b"GET", &chunked(body)[b"POST".len()..]].concat()
}

fn with_expectation(body: &[u8]) -> Vec<u8> {
    post(
        b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
        body,
    )
}

pub(super) fn cases() -> Vec<Case> {
    let by_lf = |body: &[u8]| by_lf(&chunked(body));
    let extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(1000));
    let extensions = format!("{}0\r\n\r\n", "1;aaaaaaaaaa\r\nx\r\n".repeat(100));
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(20_000));
    let trailers = |many: usize| format!("0\r\n{}\r\n", "A: b\r\n".repeat(many));
    [
        each(Kind::Fine, chunked, FINE),
        each(Kind::Fine, followed, FINE),
        each(Kind::Fine, as_get, FINE),
        each(Kind::Fine, with_expectation, FINE),
        each(Kind::Odd, by_lf, FINE),
        each(Kind::Refused, chunked, REFUSED),
        each(Kind::Refused, as_get, REFUSED),
        each(Kind::Refused, by_lf, REFUSED),
        each(Kind::Fine, chunked, &[extension, extensions, trailers(100)]),
        each(Kind::Refused, chunked, &[long, trailers(101)]),
    ]
    .concat()
}
