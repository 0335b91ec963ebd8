//! The corpus: bytes, and the expected result of the service.
//!
//! The tables contain cases for the rules of `docs/conformance.md`, requests of real clients, and the
//! known ways to smuggle a request. Two fine requests follow each case.

/// Chunked bodies.
mod chunks;
/// Fields, Host among them.
mod fields;
/// Content-Length and Transfer-Encoding.
mod lengths;
/// Line ends, blanks, versions.
mod lines;
/// Methods.
mod methods;
/// Several requests on one connection.
mod pipelines;
/// Request targets.
mod targets;

/// What the service should make of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Answered with 200, in both modes, and nothing is noted.
    Fine,
    /// Answered with 200, and noted; with `--strict` refused.
    Odd,
    /// Refused in both modes.
    Refused,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) kind: Kind,
    pub(super) bytes: Vec<u8>,
    /// Whether its sender asks for the connection's end.
    pub(super) is_last: bool,
}

/// All cases.
pub(super) fn all() -> Vec<Case> {
    let mut cases = [
        lines::cases(),
        targets::cases(),
        methods::cases(),
        fields::cases(),
        lengths::cases(),
        chunks::cases(),
        pipelines::cases(),
    ]
    .concat();
    cases.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    cases.dedup_by(|a, b| a.bytes == b.bytes);
    cases
}

/// Cases of one kind: `make`, of each of these.
fn each<T: AsRef<[u8]>>(kind: Kind, make: impl Fn(&[u8]) -> Vec<u8>, of: &[T]) -> Vec<Case> {
    let case = |item: &T| Case {
        kind,
        bytes: make(item.as_ref()),
        is_last: false,
    };
    of.iter().map(case).collect()
}

/// The same, where the connection ends with the answer.
fn last<T: AsRef<[u8]>>(kind: Kind, make: impl Fn(&[u8]) -> Vec<u8>, of: &[T]) -> Vec<Case> {
    let mut cases = each(kind, make, of);
    for case in &mut cases {
        case.is_last = true;
    }
    cases
}

fn as_it_is(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

/// A GET with this target.
fn get(target: &[u8]) -> Vec<u8> {
    [b"GET ", target, b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()
}

/// A GET with these lines behind its Host.
fn get_with(lines: &[u8]) -> Vec<u8> {
    [b"GET /lines HTTP/1.1\r\nHost: a\r\n", lines, b"\r\n"].concat()
}

/// A POST with these lines behind its Host, and this body.
fn post(lines: &[u8], body: &[u8]) -> Vec<u8> {
    [b"POST /post HTTP/1.1\r\nHost: a\r\n", lines, b"\r\n", body].concat()
}

/// The same request with LF for each CRLF in its head.
fn by_lf(request: &[u8]) -> Vec<u8> {
    let end = request
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    let is_left = |at: &usize| *at >= end || !request[*at..].starts_with(b"\r\n");
    (0..request.len())
        .filter(is_left)
        .map(|at| request[at])
        .collect()
}
