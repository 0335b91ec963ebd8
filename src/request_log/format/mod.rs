//! Turns a record into the bytes of the chosen log format. Pure, but for the time zone and the width of the
//! terminal, which the formats for people ask for.
//!
//! Each format has a file. A new format is a variant of [`Format`], whose comment is the text in `--help`,
//! and a file; the compiler names the rest. `heading` has the parts that several formats for programs share.
//! Those for people write by a `page`.
//!
//! # Invariants
//!
//! - A byte of a peer is escaped unless a terminal and a line-based reader take it for text. No request
//!   can forge a record.
//! - `line`, `json`, `hex` and `document` are exact: the bytes can be restored from them. `pretty` and `short`
//!   are for people.

mod clock;
mod document;
mod first_row;
mod heading;
mod hex;
mod json;
mod json_full;
mod line;
mod page;
mod pretty;
mod reasons;
#[cfg(test)]
mod samples;
mod short;
mod text;
mod timestamp;
mod waiting;

use clap::ValueEnum;

use super::record::{Answered, Record, Waiting};
use super::view::{View, Zone};
use clock::Clock;
pub(crate) use json::string as json_text;
use page::Page;
pub(crate) use text::{Piece, pieces};
use timestamp::Timestamp;

/// How records are written. The names and comments are those of the option `--log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: a header line, then the request as readable lines.
    Pretty,
    /// For people: one line a request, with the status and the duration of its answer.
    Short,
    /// One line a record, the bytes escaped within double quotes.
    Line,
    /// One JSON object a line.
    Json,
    /// As `json`, with the parts of the head, the body, and the answer.
    JsonFull,
    /// Offset, hex and ASCII columns.
    Hex,
    /// A Python bytes literal a line, as the document's server prints it.
    Document,
}

impl Format {
    /// Whether it has the bytes of each request.
    pub(super) fn has_records(self) -> bool {
        self != Self::Short
    }

    /// Whether it has what became of each request.
    pub(super) fn has_answers(self) -> bool {
        matches!(self, Self::Short | Self::JsonFull)
    }

    /// Whether it has requests that pause.
    pub(super) fn has_pauses(self) -> bool {
        matches!(self, Self::Pretty | Self::Short)
    }
}

/// Writes records in one format.
#[derive(Debug)]
pub struct Formatter {
    format: Format,
    view: View,
    timestamp: Timestamp,
    clock: Clock,
}

impl Formatter {
    /// A formatter. The formats for people use `view`.
    #[must_use]
    pub fn new(format: Format, view: View) -> Self {
        // The other formats have times in UTC, and no need for the machine's zone.
        let zone = match format {
            Format::Pretty | Format::Short => view.zone,
            _ => Zone::Utc,
        };
        Self {
            format,
            view,
            timestamp: Timestamp::default(),
            clock: Clock::new(zone),
        }
    }

    /// Appends one record to `out`.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Pretty => {
                pretty::write(record, &mut self.clock, &mut Page::new(self.view, out));
            }
            Format::Short => {}
            Format::Line => line::write(record, &mut self.timestamp, out),
            Format::Json => json::write(record, &mut self.timestamp, out),
            Format::JsonFull => json_full::write(record, &mut self.timestamp, out),
            Format::Hex => hex::write(record, &mut self.timestamp, out),
            Format::Document => document::write(&record.request, out),
        }
    }

    /// Appends what became of a request, in the formats that have it.
    pub fn write_answered(&mut self, answered: &Answered<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Short => {
                short::write(answered, &mut self.clock, &mut Page::new(self.view, out));
            }
            Format::JsonFull => json_full::write_answered(answered, &mut self.timestamp, out),
            Format::Pretty | Format::Line | Format::Json | Format::Hex | Format::Document => {}
        }
    }

    /// Appends a request that pauses, in the formats that have it.
    pub fn write_waiting(&mut self, waiting: &Waiting<'_>, out: &mut Vec<u8>) {
        let mut page = Page::new(self.view, out);
        match self.format {
            Format::Pretty => waiting::write(waiting, &mut self.clock, &mut page),
            Format::Short => short::write_waiting(waiting, &mut self.clock, &mut page),
            Format::Line | Format::Json | Format::JsonFull | Format::Hex | Format::Document => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{record, text};
    use super::*;
    use crate::capture::{State, rules};

    /// In every format for programs but `document`, after the state.
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
