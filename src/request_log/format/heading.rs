//! The words that several formats have in common: the header line of a record, its state, and what is odd
//! about it. Pure.

use super::super::decimal::decimal;
use super::super::record::Record;
use super::stamp::Stamp;
use crate::capture::{Captured, Refusal, State};

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
pub(super) fn odd(notes: &[Refusal], out: &mut Vec<u8>) {
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
pub(super) fn state(state: State, out: &mut Vec<u8>) {
    out.extend_from_slice(state.word().unwrap_or_default().as_bytes());
    if let Some(refusal) = state.refusal() {
        out.push(b' ');
        decimal(refusal.rule().status.into(), out);
        out.extend_from_slice(b": ");
        out.extend_from_slice(refusal.to_string().as_bytes());
    }
}

/// The header line of the formats that take several lines a record, without its end.
pub(super) fn heading(record: &Record<'_>, stamp: &mut Stamp, out: &mut Vec<u8>) {
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
