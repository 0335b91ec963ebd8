//! Generates requests as clients send them. Now and then a part of one is odd.

use fastrand::Rng;

const METHODS: &[&str] = &["GET", "POST", "HEAD", "PUT", "OPTIONS", "QUERY"];
const ODD_METHODS: &[&str] = &[
    "CONNECT", "TRACE", "BREW", "get", "head", "M-SEARCH", "G T", "PRI", "*", "",
];
const TARGETS: &[&str] = &[
    "/",
    "/a?b=c",
    "//",
    "/%41",
    "http://a/b",
    "http://a?b",
    "http://a:80",
];
const ODD_TARGETS: &[&str] = &[
    "*",
    "a:80",
    "/#f",
    "/%4",
    "/\\",
    "/a b",
    "HTTP://[::1]/",
    "http://u@a/",
    "https://a/",
    "/\u{e4}",
    "/?100%",
    "/{\"<",
    "http://a%41/",
    "http://[fe80::1%25lo]/",
];
const VERSIONS: &[&str] = &["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"];
const ODD_VERSIONS: &[&str] = &[
    "HTTP/2.0",
    "HTTP/1.2",
    "http/1.1",
    "HTTP/1.1 ",
    "HTTP/11",
    "",
];
const FIELDS: &[&str] = &[
    "A: b",
    "Accept: text/html, */*;q=0.8",
    "Connection: close",
    "Connection: keep-alive",
    "Connection: keep-alive, Upgrade",
    "Cookie: a=\u{e4}",
    "Empty:",
    "Expect: 100-continue",
    "Upgrade: h2c",
];
const ODD_FIELDS: &[&str] = &[
    " folded",
    ": no name",
    "Bad Name: a",
    "Content-Length : 1",
    "Content-Length: +1",
    "Content-Length: 0x1",
    "Content-Length: 1, 1",
    "Content-Length: 01",
    "Content-Length:\t2\t",
    "Expect: more",
    "Host: a b",
    "Host: \u{e4}",
    "Host: [fe80::1%lo]",
    "Host:",
    "no colon",
    "Null: a\0b",
    "Return: a\rb",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked;a=b",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding:\x0bchunked",
    "transfer-encoding: Chunked",
];
const SIZE_ENDS: &[&str] = &["", "", "", ";a", ";a=b", "; a = \"b;\\\"c\"", " ;a"];
const ODD_SIZE_ENDS: &[&str] = &[" ", ";", ";=", ";a=\"", "_", "h", ";a\tb", "\t"];
const TRAILERS: &[&str] = &["A: b", "B:", "Content-Length: 1"];
const ODD_TRAILERS: &[&str] = &[" a: b", "a b: c", ":", "a", "A: b\rC: d", "A: \0"];

/// Generates a request.
pub fn request(rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    if rng.u8(..) < 16 {
        line_end(rng, &mut out);
    }
    let [method, target, version] = [
        (METHODS, ODD_METHODS),
        (TARGETS, ODD_TARGETS),
        (VERSIONS, ODD_VERSIONS),
    ]
    .map(|(usual, odd)| pick(rng, usual, odd));
    line(rng, &format!("{method} {target} {version}"), &mut out);
    if rng.u8(..) < 240 {
        line(rng, "Host: a", &mut out);
    }
    for _ in 0..rng.usize(..4) {
        field(rng, &mut out);
    }
    let mut body = vec![b'x'; rng.usize(..40)];
    match rng.u8(..4) {
        0 => sized(rng, &mut body, &mut out),
        1 => chunked(rng, &body, &mut out),
        _ => line_end(rng, &mut out),
    }
    if rng.u8(..) < 16 {
        out = with_bare_lf(&out);
    }
    out
}

/// Replaces the line ends of the head by a bare LF.
fn with_bare_lf(request: &[u8]) -> Vec<u8> {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = request.split_at(end.map_or(request.len(), |end| end + 4));
    let mut out = head.to_vec();
    out.retain(|&byte| byte != b'\r');
    out.extend_from_slice(body);
    out
}

/// Generates a field line.
pub fn field(rng: &mut Rng, out: &mut Vec<u8>) {
    let field = pick(rng, FIELDS, ODD_FIELDS);
    line(rng, field, out);
}

fn sized(rng: &mut Rng, body: &mut Vec<u8>, out: &mut Vec<u8>) {
    line(rng, &format!("Content-Length: {}", body.len()), out);
    line_end(rng, out);
    if rng.u8(..) < 16 {
        body.pop();
    }
    out.append(body);
}

fn chunked(rng: &mut Rng, body: &[u8], out: &mut Vec<u8>) {
    line(rng, "Transfer-Encoding: chunked", out);
    line_end(rng, out);
    let chunk = rng.usize(1..20);
    for data in body.chunks(chunk) {
        let size = data.len() + usize::from(rng.u8(..) < 8);
        let end = pick(rng, SIZE_ENDS, ODD_SIZE_ENDS);
        line(rng, &format!("{size:x}{end}"), out);
        out.extend_from_slice(data);
        line_end(rng, out);
    }
    let end = pick(rng, SIZE_ENDS, ODD_SIZE_ENDS);
    line(rng, &format!("0{end}"), out);
    for _ in 0..rng.usize(..3) {
        let trailer = pick(rng, TRAILERS, ODD_TRAILERS);
        line(rng, trailer, out);
    }
    line_end(rng, out);
}

/// Picks a usual text, or an odd one in one of 16 cases.
fn pick<'a>(rng: &mut Rng, usual: &[&'a str], odd: &[&'a str]) -> &'a str {
    let table = if rng.u8(..) < 16 { odd } else { usual };
    table[rng.usize(..table.len())]
}

fn line(rng: &mut Rng, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    line_end(rng, out);
}

fn line_end(rng: &mut Rng, out: &mut Vec<u8>) {
    out.extend_from_slice(match rng.u8(..) {
        0 => b"\n",
        1 => b"\r",
        2 => b"\r\r\n",
        _ => b"\r\n",
    });
}
