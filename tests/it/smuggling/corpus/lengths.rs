//! Content-Length and Transfer-Encoding: what ends a body.

use super::{Case, Kind, by_lf, each, post};

/// Ends an empty chunked body, and begins a request that only some readers see.
const SMUGGLED: &str = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nX: ";

/// Lengths that are none, or more than one.
const NO_LENGTHS: &[&str] = &[
    "",
    "05",
    "00",
    "005",
    "+5",
    "-5",
    "-0",
    "5 5",
    "0x5",
    "0X5",
    "5.0",
    "5_0",
    "5,5",
    "5, 5",
    "5,6",
    "5,",
    ",5",
    "5;",
    "5;a",
    "five",
    "1e1",
    "\u{665}",
    "\u{ff15}",
    "\u{b2}",
    "5\x0b",
    "5\x0c",
    "5\0",
    "\x0b5",
    "\x0c5",
    "\u{a0}5",
    "5\u{a0}",
    "5\t5",
    "\"5\"",
    "5'",
    "(5)",
    "5h",
    "0 0",
    "NaN",
    "5 chunked",
    "18446744073709551616",
    "18446744073709551621",
    "99999999999999999999999",
    "4294967301,5",
];

/// Codings that are not `chunked`, or not alone, or not named right.
const NO_CODINGS: &[&str] = &[
    "",
    ",",
    "chunked,",
    ", chunked",
    ",chunked",
    "chunked,,",
    "chunked chunked",
    "\"chunked\"",
    "'chunked'",
    "[chunked]",
    "chunked;a=b",
    "chunked ; a = \"b\"",
    "chunked;",
    "chunked, chunked",
    "chunked,chunked",
    "chunked, gzip",
    "chunked, identity",
    "identity, chunked",
    "gzip, chunked",
    "gzip",
    "identity",
    "cow",
    "cow, chunked",
    "chunked, cow",
    "xchunked",
    "chunkedx",
    "chunke",
    "x chunked",
    "chunked x",
    "\x0bchunked",
    "chunked\x0b",
    "\x0cchunked",
    "chunked\0",
    "\0chunked",
    "chun\u{212a}ed",
    "\u{a0}chunked",
    "chunked\u{a0}",
    "\u{ff}chunked",
    "chunked\x08",
    "chunk\ted",
    "chunked\r\nTransfer-Encoding: chunked",
    "chunked\r\nTransfer-Encoding: x",
    "x\r\nTransfer-Encoding: chunked",
    "identity\r\nTransfer-Encoding: chunked",
    "chunked\r\nTransfer-Encoding:",
    "\r\n chunked",
    "\r\n\tchunked",
    "chunked\r\n , x",
    "gzip;a=\"b,c\", chunked",
    "gzip;a, chunked",
    // Node's lenient parser takes a tab behind it for a part of the coding.
    "chunked\t",
    "\tchunked\t",
    "chunked \t ",
];

/// Lines that name both, in either order, and lines that hide one of the two from some.
const BOTH: &[&str] = &[
    "Content-Length: 32\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 32\r\n",
    "Content-Length: 32\r\nTransfer-Encoding : chunked\r\n",
    "Content-Length: 32\r\nTransfer-Encoding: cow\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nTransfer-Encoding : chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding\t: chunked\r\n",
    "Content-Length: 5\r\n Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n\tTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nX: y\nTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nX: y\rTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nX:\0Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\nTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\rTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding\n: chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding\r\n: chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding\0: chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: cow\r\n",
    "Content-Length: 5\r\nTransfer-Encoding:\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding: \x0bchunked\r\n",
    "Content-Length: 5\r\nTransfer-Encoding:\x0bchunked\r\n",
    "Content-Length: 5\r\nFoo: bar\r\n\tTransfer-Encoding: chunked\r\n",
    "Content-Length : 5\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length\r\n: 5\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n",
    "Content-Length: 6\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\ncontent-length: 0\r\n",
    "Content-Length: 5\r\nX: y\r\nCONTENT-LENGTH: 5\r\n",
    "Content-Length: 5\r\nContent-Length:\r\n",
    "Content-Length: 5\r\nContent-Length : 6\r\n",
];

/// Bodies by their length: the number, and what stands there.
const BODIES: &[&str] = &[
    "",
    "hello",
    "\r\n",
    "\n",
    "\0",
    "\r\n\r\n",
    "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    SMUGGLED,
    "\u{4e2d}\u{1f600}",
    "\"\\%00<>",
];

fn length(value: &[u8]) -> Vec<u8> {
    post(&[b"Content-Length: ", value, b"\r\n"].concat(), b"hello")
}

fn coding(value: &[u8]) -> Vec<u8> {
    post(
        &[b"Transfer-Encoding: ", value, b"\r\n"].concat(),
        b"5\r\nhello\r\n0\r\n\r\n",
    )
}

/// The coding beside a length that ends the body early, or late.
fn coding_and_length(value: &[u8]) -> Vec<u8> {
    let lines = [b"Content-Length: 4\r\nTransfer-Encoding: ", value, b"\r\n"].concat();
    post(&lines, b"1b\r\nGET /smuggled HTTP/1.1\r\nX: \r\n0\r\n\r\n")
}

fn smuggling(lines: &[u8]) -> Vec<u8> {
    post(lines, SMUGGLED.as_bytes())
}

/// By its length the body ends in the middle of a chunk.
fn in_chunks(lines: &[u8]) -> Vec<u8> {
    post(lines, b"5\r\nhello\r\n0\r\n\r\n")
}

fn hello(lines: &[u8]) -> Vec<u8> {
    post(lines, b"hello")
}

fn sized(body: &[u8]) -> Vec<u8> {
    post(
        format!("Content-Length: {}\r\n", body.len()).as_bytes(),
        body,
    )
}

fn as_get(request: &[u8]) -> Vec<u8> {
    [b"GET", &request[b"POST".len()..]].concat()
}

fn as_http_1_0(request: &[u8]) -> Vec<u8> {
    let at = request
        .windows(8)
        .position(|eight| eight == b"HTTP/1.1")
        .unwrap();
    [
        &request[..at],
        b"HTTP/1.0\r\nConnection: keep-alive",
        &request[at + 8..],
    ]
    .concat()
}

pub(super) fn cases() -> Vec<Case> {
    [
        each(Kind::Fine, sized, BODIES),
        each(Kind::Fine, |body| as_get(&sized(body)), BODIES),
        each(Kind::Fine, |body| as_http_1_0(&sized(body)), BODIES),
        each(Kind::Odd, |body| by_lf(&sized(body)), BODIES),
        each(Kind::Fine, length, &["5", "\t5 ", "5\t"]),
        each(
            Kind::Fine,
            |lines| post(lines, b""),
            &["Content-Length: 0\r\n", ""],
        ),
        each(Kind::Refused, length, NO_LENGTHS),
        each(Kind::Refused, |value| by_lf(&length(value)), NO_LENGTHS),
        each(Kind::Refused, |value| as_get(&length(value)), NO_LENGTHS),
        each(
            Kind::Fine,
            coding,
            &["chunked", "Chunked", "CHUNKED", "\tchunked", "chunked "],
        ),
        each(Kind::Refused, coding, NO_CODINGS),
        each(Kind::Refused, coding_and_length, NO_CODINGS),
        each(
            Kind::Refused,
            |value| by_lf(&coding_and_length(value)),
            NO_CODINGS,
        ),
        each(
            Kind::Refused,
            |value| as_http_1_0(&coding(value)),
            NO_CODINGS,
        ),
        each(
            Kind::Refused,
            |value| as_http_1_0(&coding(value)),
            &["chunked"],
        ),
        each(Kind::Refused, smuggling, BOTH),
        each(Kind::Refused, in_chunks, BOTH),
        each(Kind::Refused, hello, BOTH),
        each(Kind::Refused, |lines| as_get(&smuggling(lines)), BOTH),
        each(Kind::Refused, |lines| by_lf(&hello(lines)), BOTH),
        // One byte of the next request is the body's last: what is left of it is a method `ET`.
        each(Kind::Odd, length, &["6"]),
    ]
    .concat()
}
