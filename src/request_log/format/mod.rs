//! Turns a record into the bytes of the chosen format. Pure.
//!
//! Stands between the recorder and the queue. What always holds, in every format: no byte of a
//! peer's comes out unescaped that a terminal or a line-based reader could take for anything but
//! text, so no request can forge a record. `line`, `json`, `hex` and `document` can be turned back
//! into the exact bytes; `pretty` is for people.

mod cache;
mod document;
mod heading;
mod hex;
mod json;
mod line;
mod pretty;
#[cfg(test)]
mod samples;
mod stamp;

use super::record::Record;
use cache::Last;
use stamp::Stamp;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: a header line, then the request as readable lines.
    Pretty,
    /// One line a record, the bytes escaped within double quotes.
    Line,
    /// One JSON object a line.
    Json,
    /// Offset, hex and ASCII columns.
    Hex,
    /// What the document's `print(data)` shows: a Python bytes literal a line.
    Document,
}

/// Writes records in one format.
#[derive(Debug)]
pub struct Formatter {
    format: Format,
    color: bool,
    stamp: Stamp,
    last: Last,
}

impl Formatter {
    /// A formatter; `color` counts for [`Format::Pretty`] alone.
    #[must_use]
    pub fn new(format: Format, color: bool) -> Self {
        Self {
            format,
            color,
            stamp: Stamp::default(),
            last: Last::default(),
        }
    }

    /// Appends one record to `out`.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Pretty => pretty::write(record, &mut self.stamp, self.color, out),
            Format::Line => line::write(record, &mut self.stamp, &mut self.last, out),
            Format::Json => json::write(record, &mut self.stamp, &mut self.last, out),
            Format::Hex => hex::write(record, &mut self.stamp, out),
            Format::Document => document::write(&record.request, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{record, text};
    use super::*;
    use crate::capture::{State, rules};

    /// In every format but `document`, behind the state.
    #[test]
    fn what_is_odd_is_said() {
        let notes = [
            rules::TARGET_BYTE.in_target(b'\\', 7),
            rules::METHOD_UNKNOWN,
        ];
        let mut odd = record(b"x");
        odd.request.odd = &notes;
        odd.request.state = State::Incomplete;
        let said = "odd: the request target has a byte that no URI has: 0x5C backslash at offset 7 of the \
                    target (RFC 3986 2); the method is not registered (RFC 9110 16.1)\n";
        for (format, before) in [
            (Format::Line, " incomplete "),
            (Format::Pretty, ", incomplete, "),
            (Format::Hex, ", incomplete, "),
        ] {
            let shown = text(format, &odd);
            assert!(shown.contains(&format!("{before}{said}")), "{shown}");
        }
        let shown = text(Format::Json, &odd);
        assert!(
            shown.contains("\"state\":\"incomplete\",\"odd\":[\"the request"),
            "{shown}"
        );
        assert_eq!(text(Format::Document, &odd), "b'x'\n");
    }
}
