//! One record as it is kept for a viewer.
//!
//! # Invariants
//!
//! - The bytes are those of the record. What does not fit is counted as omitted.

use std::time::{SystemTime, UNIX_EPOCH};

use super::layout::{HEADER, Header, StateKind, WORD, words};
use super::place::Id;
use super::ring::Ring;
use crate::language::Language;

/// A record that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: Id,
    pub(crate) time: SystemTime,
    pub(crate) peer: String,
    /// The number of the connection.
    pub(crate) connection: u64,
    /// The number of the request on it.
    pub(crate) request: u64,
    /// As [`Captured::raw`](crate::capture::Captured::raw), or its first bytes.
    pub(crate) raw: Vec<u8>,
    /// How many bytes are kept. `raw` has all of them, or the first that were asked for.
    pub(crate) length: usize,
    /// How many bytes followed those that are kept.
    pub(crate) omitted: u64,
    /// The length of the head in `raw`. 0 without a whole head that passes.
    pub(crate) head: usize,
    /// How it ended.
    pub(crate) state: StateKind,
    /// Why it is refused. None, too, if the text did not fit.
    pub(crate) refused: Option<Note>,
    /// What is odd about it.
    pub(crate) odd: Vec<Note>,
}

/// The text of a broken rule, in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) english: String,
    pub(crate) chinese: String,
}

impl Kept {
    /// The record with this name in `ring`, if it is there. At most `most` of its bytes are read.
    pub(super) fn read(id: Id, ring: &Ring, most: usize) -> Option<Self> {
        let header = header(id, ring)?;
        let [peer, raw, notes] = header.lengths();
        let behind_peer = HEADER + words(peer);
        let peer = bytes(id, ring, HEADER, peer)?;
        let notes = bytes(id, ring, behind_peer + words(raw), notes)?;
        let state = header.state();
        let mut odd = Note::all(&String::from_utf8_lossy(&notes));
        Some(Self {
            id,
            time: header.time(),
            peer: String::from_utf8_lossy(&peer).into_owned(),
            connection: header.connection(),
            request: header.request(),
            raw: bytes(id, ring, behind_peer, raw.min(most))?,
            length: raw,
            omitted: header.omitted(),
            head: header.head(),
            state,
            refused: (state.is_refused() && !odd.is_empty()).then(|| odd.remove(0)),
            odd,
        })
    }

    /// At most `most` bytes of a record, from this one on, which is a multiple of eight.
    pub(super) fn part(id: Id, ring: &Ring, from: usize, most: usize) -> Option<Vec<u8>> {
        let [peer, raw, _] = header(id, ring)?.lengths();
        let word = HEADER + words(peer) + from / WORD;
        bytes(id, ring, word, raw.saturating_sub(from).min(most))
    }

    /// The time in microseconds since 1970.
    pub(crate) fn microseconds(&self) -> u128 {
        let time = self.time.duration_since(UNIX_EPOCH);
        time.unwrap_or_default().as_micros()
    }

    /// The length of the request on the wire, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.length as u64 + self.omitted
    }

    /// Whether it is refused because it took too long.
    pub(crate) fn took_too_long(&self) -> bool {
        self.state == StateKind::TooSlow
    }

    /// Whether its bytes were never parsed: those of `raw`.
    pub(crate) fn is_unparsed(&self) -> bool {
        matches!(self.state, StateKind::Unparsed | StateKind::Late)
    }

    /// The name of a file with its bytes.
    pub(crate) fn file_name(&self) -> String {
        format!("hellowire-{}-{}.bin", self.connection, self.request)
    }
}

#[inline(never)]
fn header(id: Id, ring: &Ring) -> Option<Header> {
    let mut header = [0; HEADER];
    ring.copy(id.number, 0, &mut header)?;
    Some(Header(header))
}

/// So many bytes of a record, from this word on. In pieces: there is no second copy of a long record.
#[inline(never)]
fn bytes(id: Id, ring: &Ring, mut word: usize, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(words(length) * WORD);
    let mut piece = [0; 256];
    while bytes.len() < length {
        let count = words(length - bytes.len()).min(piece.len());
        let piece = &mut piece[..count];
        ring.copy(id.number, word, piece)?;
        for word in piece {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        word += count;
    }
    bytes.truncate(length);
    Some(bytes)
}

impl Note {
    /// Those of a record, by the lines of its notes.
    fn all(text: &str) -> Vec<Self> {
        let mut lines = text.lines().map(str::to_owned);
        let mut notes = Vec::new();
        while let (Some(english), Some(chinese)) = (lines.next(), lines.next()) {
            notes.push(Self { english, chinese });
        }
        notes
    }

    /// The text in this language.
    pub(crate) fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}
