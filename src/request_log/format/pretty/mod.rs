//! The format `pretty`: for people at a terminal.
//!
//! A first row with a mark, then why the request is refused or odd, then the request line by line, indented,
//! then an empty row. Printable characters of any script are written unchanged, all else as escapes, also
//! line ends. A body that is not text is a hexdump, and a long one is cut.
//!
//! # Invariants
//!
//! - Only the first row of a record has a mark. Even where a terminal wraps a long row, no request can forge
//!   one.
//! - Without colors and without a width, the bytes of text that is not cut can be restored.

mod dump;
mod parts;

use super::super::record::Record;
use super::clock::Clock;
use super::first_row::FirstRow;
use super::page::{ELLIPSIS, INDENT, Page, Paint};
use super::reasons::{paint, reasons};
use super::text::{MARK, with_number};
use crate::capture::Captured;
use parts::Parts;

pub(super) fn write(record: &Record<'_>, clock: &mut Clock, page: &mut Page<'_>) {
    let request = &record.request;
    let first = FirstRow {
        mark: MARK,
        time: record.time,
        connection: record.connection,
        request: request.number,
        line: request.request_line(),
        bytes: request.bytes(),
        status: record.status,
        paint: paint(request.state, !request.odd.is_empty()),
    };
    first.write(clock, page);
    reasons(request, page);
    bytes(request, page);
    page.end_row();
}

/// Appends the bytes of the request.
fn bytes(request: &Captured<'_>, page: &mut Page<'_>) {
    let parts = Parts::of(request);
    page.lines(parts.text);
    dump::write(parts.binary, page);
    let cut = if parts.binary.is_empty() {
        "{count} more bytes: --log line has them"
    } else {
        "{count} more bytes: --log hex has them"
    };
    not_shown(parts.cut, cut, page);
    not_shown(
        request.omitted,
        "{count} more bytes that the log does not keep (--log-body)",
        page,
    );
}

/// Appends a row that says how many bytes are not shown, if any.
fn not_shown(count: u64, text: &'static str, page: &mut Page<'_>) {
    if count > 0 {
        let text = page.language().text(text);
        let text = with_number(text, "{count}", count);
        page.pad(INDENT);
        page.words(Paint::Dim, &format!("{ELLIPSIS} {text}"), 2 * INDENT);
        page.end_row();
    }
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
