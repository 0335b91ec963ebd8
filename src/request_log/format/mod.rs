//! Turns a record into the bytes of the chosen log format. Pure.
//!
//! Each format has a file. A new format is a variant of [`Format`], whose comment is the text in `--help`,
//! and a file; the compiler names the rest. `heading` has the parts that several formats share.
//!
//! # Invariants
//!
//! - A byte of a peer is escaped unless a terminal and a line-based reader take it for text. No request
//!   can forge a record.
//! - `line`, `json`, `hex` and `document` are exact: the bytes can be restored from them. `pretty` is for
//!   people.

mod document;
mod heading;
mod hex;
mod json;
mod line;
mod pretty;
#[cfg(test)]
mod samples;
mod timestamp;

use clap::ValueEnum;

use super::record::Record;
use timestamp::Timestamp;

/// How records are written. The names and comments are those of the option `--log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: a header line, then the request as readable lines.
    Pretty,
    /// One line a record, the bytes escaped within double quotes.
    Line,
    /// One JSON object a line.
    Json,
    /// Offset, hex and ASCII columns.
    Hex,
    /// A Python bytes literal a line, as the document's server prints it.
    Document,
}

/// Writes records in one format.
#[derive(Debug)]
pub struct Formatter {
    format: Format,
    color: bool,
    timestamp: Timestamp,
}

impl Formatter {
    /// A formatter. Only [`Format::Pretty`] uses `color`.
    #[must_use]
    pub fn new(format: Format, color: bool) -> Self {
        Self {
            format,
            color,
            timestamp: Timestamp::default(),
        }
    }

    /// Appends one record to `out`.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Pretty => pretty::write(record, &mut self.timestamp, self.color, out),
            Format::Line => line::write(record, &mut self.timestamp, out),
            Format::Json => json::write(record, &mut self.timestamp, out),
            Format::Hex => hex::write(record, &mut self.timestamp, out),
            Format::Document => document::write(&record.request, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{record, text};
    use super::*;
    use crate::capture::{State, rules};

    /// In every format but `document`, after the state.
    #[test]
    fn notes_of_odd_requests_are_shown() {
        let notes = [
            rules::TARGET_BYTE.in_target(b'\\', 7),
            rules::METHOD_UNKNOWN,
        ];
        let mut odd = record(b"x");
        odd.request.odd = &notes;
        odd.request.state = State::Incomplete;
        let notes_text = "odd: the request target has a byte that no URI has: 0x5C backslash at offset 7 of the \
                    target (RFC 3986 2); the method is not registered (RFC 9110 16.1)\n";
        for (format, before) in [
            (Format::Line, " incomplete "),
            (Format::Pretty, ", incomplete, "),
            (Format::Hex, ", incomplete, "),
        ] {
            let shown = text(format, &odd);
            assert!(shown.contains(&format!("{before}{notes_text}")), "{shown}");
        }
        let shown = text(Format::Json, &odd);
        assert!(
            shown.contains("\"state\":\"incomplete\",\"odd\":[\"the request"),
            "{shown}"
        );
        assert_eq!(text(Format::Document, &odd), "b'x'\n");
    }
}
