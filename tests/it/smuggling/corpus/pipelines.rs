//! Several requests on one connection: fine, odd and refused ones, one after the other.

use super::{Case, Kind, each};

const FINE: &str = "GET /fine HTTP/1.1\r\nHost: a\r\n\r\n";
const BODY: &str =
    "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\n\r\nGET /inner HTTP/1.1\r\nHost:\r\n";
const CHUNKS: &str = "PUT /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
    1c\r\nGET /inner HTTP/1.1\r\nHost: a\r\n0\r\n\r\n";

const ODD: &[&str] = &[
    "GET /?q=100% HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n",
    "PURGE /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /lf HTTP/1.1\nHost: a\n\n",
    "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD /<a> HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /\\ HTTP/1.1\r\nHost: a\r\nContent-Length: 28\r\n\r\nGET /inner HTTP/1.1\r\nHost:\r\n",
    "POST /{} HTTP/1.1\nHost: a\nContent-Length: 20\n\nGET / HTTP/1.1\nA: b\n",
    "BAN /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nA\r\n\r\n0\r\n\r\n",
];

const REFUSED: &[&str] = &[
    "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: a\n\n",
    "GET /a HTTP/1.1\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello",
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "GET /a\r\n",
];

/// Each of these behind each of the fine and the odd ones.
fn behind_each(kind: Kind, requests: &[&str]) -> Vec<Case> {
    let before = [&[FINE, BODY, CHUNKS][..], ODD].concat();
    let behind = |first: &&str| {
        each(
            kind,
            |request| [first.as_bytes(), request].concat(),
            requests,
        )
    };
    before.iter().flat_map(behind).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let fine = [FINE, BODY, CHUNKS];
    let make = |many: usize| move |request: &[u8]| request.repeat(many);
    let between = |request: &[u8]| [BODY.as_bytes(), request, CHUNKS.as_bytes(), request].concat();
    [
        each(Kind::Fine, make(1), &fine),
        each(Kind::Fine, make(20), &fine),
        each(Kind::Fine, between, &fine),
        each(Kind::Odd, make(1), ODD),
        each(Kind::Odd, make(20), ODD),
        each(Kind::Odd, between, ODD),
        behind_each(Kind::Odd, ODD),
        behind_each(Kind::Refused, REFUSED),
    ]
    .concat()
}
