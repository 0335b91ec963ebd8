//! The format `pretty`: for people at a terminal.
//!
//! A first row with a mark, then why the request is refused or odd, then the request line by line, indented,
//! then an empty row. Printable characters of any script are written unchanged, all else as escapes, also
//! line ends. A body that is not text is a hexdump, and a long one is cut.
//!
//! # Invariants
//!
//! - Only the first row of a record begins with a mark. Each note below it begins with another one. No request
//!   can forge either, even where a terminal wraps a long row. A hexdump shows the request, and has no mark.
//! - Without colors and without a width, the bytes of text that is not cut can be restored.

mod dump;
mod parts;

use super::super::record::Record;
use super::clock::Clock;
use super::first_row::FirstRow;
use super::page::{Page, Paint};
use super::reasons::{paint, reasons};
use super::text::MARK;
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
    let language = page.language();
    if parts.cut > 0 {
        let text = if parts.binary.is_empty() {
            language.fill("{} more bytes: --log line has them", &[&parts.cut])
        } else {
            language.fill("{} more bytes: --log hex has them", &[&parts.cut])
        };
        page.note(Paint::Dim, &text);
    }
    if request.omitted > 0 {
        let count = &request.omitted;
        let text = language.fill(
            "{} more bytes that the log does not keep (--log-body)",
            &[count],
        );
        page.note(Paint::Dim, &text);
    }
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
