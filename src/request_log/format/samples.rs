//! Helpers of the formats' tests: a record, its text, and a parser of the escapes.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use super::{Format, Formatter};
use crate::capture::{Captured, State};
use crate::request_log::{Connection, Record, View};

static CONNECTION: LazyLock<Connection> =
    LazyLock::new(|| Connection::new(SocketAddr::from(([127, 0, 0, 1], 51_234)), 12));

/// The record of a whole request with these bytes.
pub(super) fn record(raw: &[u8]) -> Record<'_> {
    Record {
        time: UNIX_EPOCH + Duration::from_micros(1_795_384_040_123_456),
        connection: &CONNECTION,
        request: Captured {
            number: 1,
            raw,
            omitted: 0,
            state: State::Complete,
            head: 0,
            target: b"",
            odd: &[],
        },
        status: None,
    }
}

/// The text of a record, without color.
pub(super) fn text(format: Format, record: &Record<'_>) -> String {
    formatted(format, false, record)
}

/// The text of a record, with color.
pub(super) fn colored(format: Format, record: &Record<'_>) -> String {
    formatted(format, true, record)
}

fn formatted(format: Format, color: bool, record: &Record<'_>) -> String {
    let mut out = Vec::new();
    let view = View {
        color,
        ..View::PLAIN
    };
    Formatter::new(format, view).write(record, &mut out);
    String::from_utf8(out).unwrap()
}

/// Restores the bytes from the escapes of `line` and `document`.
pub(super) fn unescape(escaped: &str) -> Vec<u8> {
    let mut bytes = escaped.bytes();
    let mut raw = Vec::new();
    while let Some(byte) = bytes.next() {
        raw.push(match byte {
            b'\\' => match bytes.next().unwrap() {
                b'r' => b'\r',
                b'n' => b'\n',
                b't' => b'\t',
                b'x' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                itself => itself,
            },
            _ => byte,
        });
    }
    raw
}
