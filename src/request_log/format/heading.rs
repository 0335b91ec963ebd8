//! The parts that several formats share: the header line, the state and the notes of a record. Pure.

use super::super::decimal::decimal;
use super::super::record::Record;
use super::timestamp::Timestamp;
use crate::capture::{Captured, Refusal, State};

/// Appends the end of a header line: `, 12 not shown, refused 400: Host is missing …`.
fn remarks(request: &Captured<'_>, out: &mut Vec<u8>) {
    if request.omitted > 0 {
        out.extend_from_slice(b", ");
        decimal(request.omitted, out);
        out.extend_from_slice(b" not shown");
    }
    if request.state.label().is_some() {
        out.extend_from_slice(b", ");
        state(request.state, out);
    }
    if !request.odd.is_empty() {
        out.extend_from_slice(b", ");
        odd(request.odd, out);
    }
}

/// Appends the notes of an odd request: `odd: …; …`.
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

/// Appends the label of a state, and the status and the rule of a refusal. None of it comes from a peer.
pub(super) fn state(state: State, out: &mut Vec<u8>) {
    out.extend_from_slice(state.label().unwrap_or_default().as_bytes());
    if let Some(refusal) = state.refusal() {
        out.push(b' ');
        decimal(refusal.rule().status.into(), out);
        out.extend_from_slice(b": ");
        out.extend_from_slice(refusal.to_string().as_bytes());
    }
}

/// Appends the header line of a format with several lines a record, without its end.
pub(super) fn heading(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    out.push(b'#');
    decimal(record.connection.number(), out);
    out.push(b'.');
    decimal(record.request.number, out);
    out.push(b' ');
    out.extend_from_slice(record.connection.peer());
    out.push(b' ');
    timestamp.write(record.time, out);
    out.push(b' ');
    decimal(record.request.bytes(), out);
    out.extend_from_slice(b" bytes");
    remarks(&record.request, out);
}
