//! The bytes of a record as readable text: the escapes of the format `pretty`, one row for each line. Pure.
//!
//! # Invariants
//!
//! - No character of the text is invisible, or turns the direction of writing.
//! - The bytes can be restored from the text: a row ends behind the escape `\n`, and nowhere else.

use crate::capture::cut::behind_a_character;
use crate::request_log::{Piece, json_text, pieces};

/// The most bytes that are shown of a record, and of its body.
pub(super) const MOST: usize = 64 * 1024;

/// The beginning of `bytes` that is shown, and how many bytes are behind it.
pub(super) fn shown(bytes: &[u8]) -> (&[u8], u64) {
    let most = bytes.len().min(MOST);
    behind_a_character(&bytes[..most], (bytes.len() - most) as u64)
}

/// Appends `bytes` as a JSON string. Each line is a row where `has_rows` says so.
pub(super) fn push(bytes: &[u8], has_rows: bool, out: &mut Vec<u8>) {
    let mut text = Vec::with_capacity(bytes.len());
    for piece in pieces(bytes, false) {
        piece.write(&mut text);
        if has_rows && piece == Piece::Byte(b'\n') {
            text.push(b'\n');
        }
    }
    push_text(&String::from_utf8_lossy(&text), out);
}

/// Appends a text as a JSON string.
pub(in super::super) fn push_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    json_text(text, out);
    out.push(b'"');
}

/// Appends a text as a JSON string, or `null`.
pub(super) fn push_optional(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => push_text(text, out),
        None => out.extend_from_slice(b"null"),
    }
}
