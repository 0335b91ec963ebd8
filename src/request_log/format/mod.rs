//! Turns a record into the bytes of the chosen format. Pure.
//!
//! Stands between the recorder and the queue. What always holds, in every format: no byte of a
//! peer's comes out unescaped that a terminal or a line-based reader could take for anything but
//! text, so no request can forge a record. `line`, `json`, `hex` and `document` can be turned back
//! into the exact bytes; `pretty` is for people.

mod document;
pub(crate) mod escape;
mod hex;
mod json;
mod last;
mod line;
mod pretty;
#[cfg(test)]
mod samples;
mod stamp;

use super::record::{Captured, Record, State};
use super::refusal::Refusal;
use last::Last;
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

/// Appends a number in decimal.
pub(super) fn decimal(number: u64, out: &mut Vec<u8>) {
    if number < 10 {
        return out.push(b'0' + (number % 10) as u8);
    }
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// What a header line says behind the length: `, 12 not shown, refused 400: Host is missing …`.
fn remarks(request: &Captured<'_>, out: &mut Vec<u8>) {
    if request.omitted > 0 {
        out.extend_from_slice(b", ");
        decimal(request.omitted, out);
        out.extend_from_slice(b" not shown");
    }
    if request.state.word().is_some() {
        out.extend_from_slice(b", ");
        state(request.state, out);
    }
    if !request.odd.is_empty() {
        out.extend_from_slice(b", ");
        odd(request.odd, out);
    }
}

/// Appends what is odd about a request: `odd: …; …`.
#[cold]
fn odd(notes: &[Refusal], out: &mut Vec<u8>) {
    out.extend_from_slice(b"odd: ");
    for (number, note) in notes.iter().enumerate() {
        if number > 0 {
            out.extend_from_slice(b"; ");
        }
        out.extend_from_slice(note.to_string().as_bytes());
    }
}

/// Appends a state's word, and of a refused request its status and the rule it broke. None of that
/// is a peer's.
fn state(state: State, out: &mut Vec<u8>) {
    out.extend_from_slice(state.word().unwrap_or_default().as_bytes());
    if let Some(refusal) = state.refusal() {
        out.push(b' ');
        decimal(refusal.rule().status.into(), out);
        out.extend_from_slice(b": ");
        out.extend_from_slice(refusal.to_string().as_bytes());
    }
}

/// The header line of the formats that take several lines a record, without its end.
fn heading(record: &Record<'_>, stamp: &mut Stamp, out: &mut Vec<u8>) {
    out.push(b'#');
    decimal(record.origin.connection(), out);
    out.push(b'.');
    decimal(record.request.number, out);
    out.push(b' ');
    out.extend_from_slice(record.origin.peer());
    out.push(b' ');
    stamp.write(record.time, out);
    out.push(b' ');
    decimal(record.request.bytes(), out);
    out.extend_from_slice(b" bytes");
    remarks(&record.request, out);
}

#[cfg(test)]
mod tests {
    use super::samples::{record, text};
    use super::*;
    use crate::request_log::rules;

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
