//! A record as words: a header, the peer, the bytes, and the notes. Pure.
//!
//! # Invariants
//!
//! - The notes are text: two lines for each, in English and in Chinese. Only a refused or odd request has some.
//! - A record that would be longer than its ring keeps its first bytes. The others are omitted.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::connection::Connection;
use crate::capture::cut::behind_a_character;
use crate::capture::{Captured, State};
use crate::language::Language;

/// The words of a header.
pub(super) const HEADER: usize = 6;

pub(super) const WORD: usize = size_of::<u64>();

/// A record that is about to be written.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    /// In nanoseconds since 1970.
    time: u64,
    connection: u64,
    request: u64,
    state: StateKind,
    head: usize,
    omitted: u64,
    peer: &'a [u8],
    raw: &'a [u8],
    notes: Vec<u8>,
}

/// The header of a record that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header(pub(super) [u64; HEADER]);

/// A [`State`] without its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateKind {
    Complete,
    Unparsed,
    /// It ended within the head.
    HeadCut,
    /// It ended within the body.
    BodyCut,
    Late,
    Refused,
    /// Refused because it took too long.
    TooSlow,
}

/// Each at the number that it has in a header.
const KINDS: [StateKind; 7] = [
    StateKind::Complete,
    StateKind::Unparsed,
    StateKind::HeadCut,
    StateKind::BodyCut,
    StateKind::Late,
    StateKind::Refused,
    StateKind::TooSlow,
];

/// The time in nanoseconds since 1970, which fit until the year 2554.
pub(super) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() * 1_000_000_000 + u64::from(since.subsec_nanos())
}

// === impl Parts ===

impl<'a> Parts<'a> {
    /// The record of a request, of at most so many words.
    #[inline]
    pub(super) fn new(
        time: u64,
        connection: &'a Connection,
        request: &Captured<'a>,
        longest: usize,
    ) -> Self {
        let is_plain = request.odd.is_empty() && request.state.refusal().is_none();
        let mut parts = Self {
            time,
            connection: connection.number(),
            request: request.number,
            state: StateKind::of(request),
            head: request.head,
            omitted: request.omitted,
            peer: connection.peer(),
            raw: request.raw,
            notes: if is_plain { Vec::new() } else { notes(request) },
        };
        if parts.length() > longest {
            parts.shorten(longest);
        }
        parts
    }

    #[cold]
    fn shorten(&mut self, longest: usize) {
        let fixed = |parts: &Self| parts.length() - words(parts.raw.len());
        if fixed(self) > longest {
            self.notes = Vec::new();
        }
        let room = longest.saturating_sub(fixed(self)) * WORD;
        let kept = self.raw.len().min(room);
        let omitted = self.omitted + (self.raw.len() - kept) as u64;
        (self.raw, self.omitted) = behind_a_character(&self.raw[..kept], omitted);
        if self.head > self.raw.len() {
            // It is not whole any more.
            self.head = 0;
        }
    }

    /// The number of its words.
    #[inline]
    pub(super) fn length(&self) -> usize {
        HEADER + words(self.peer.len()) + words(self.raw.len()) + words(self.notes.len())
    }

    /// Stores it in as many words.
    #[inline]
    pub(super) fn write(&self, out: &[AtomicU64]) {
        let header: [u64; HEADER] = [
            self.time,
            self.connection,
            self.request,
            self.omitted,
            // A ring has at most 1 GiB, and so less than 2^32 of each.
            self.raw.len() as u64 | (self.notes.len() as u64) << 32,
            self.head as u64 | (self.peer.len() as u64) << 32 | (self.state as u64) << 48,
        ];
        let Some((out_header, out)) = out.split_first_chunk::<HEADER>() else {
            return;
        };
        for (index, word) in header.into_iter().enumerate() {
            out_header[index].store(word, Ordering::Relaxed);
        }
        let out = write_bytes(self.peer, out);
        let out = write_bytes(self.raw, out);
        if !self.notes.is_empty() {
            write_bytes(&self.notes, out);
        }
    }
}

/// Stores bytes, eight in a word. Returns the words behind them.
#[inline]
fn write_bytes<'a>(bytes: &[u8], out: &'a [AtomicU64]) -> &'a [AtomicU64] {
    let (whole, rest) = bytes.as_chunks::<WORD>();
    let (out_whole, out) = out.split_at(whole.len());
    let store = |chunk: &[u8; WORD], word: &AtomicU64| {
        word.store(u64::from_le_bytes(*chunk), Ordering::Relaxed);
    };
    // The compiler makes no loop over atomic words take several at a time.
    let (fours, single) = whole.as_chunks::<4>();
    let (out_fours, out_single) = out_whole.as_chunks::<4>();
    for (chunks, words) in fours.iter().zip(out_fours) {
        for (chunk, word) in chunks.iter().zip(words) {
            store(chunk, word);
        }
    }
    for (chunk, word) in single.iter().zip(out_single) {
        store(chunk, word);
    }
    match out.split_first() {
        Some((word, out)) if !rest.is_empty() => {
            word.store(last_word(bytes, rest), Ordering::Relaxed);
            out
        }
        _ => out,
    }
}

/// The word of the `rest` of bytes, which does not fill it.
#[inline]
fn last_word(bytes: &[u8], rest: &[u8]) -> u64 {
    match bytes.last_chunk::<WORD>() {
        // Faster than a copy of so few bytes.
        Some(last) => u64::from_le_bytes(*last) >> (8 * (WORD - rest.len())),
        None => rest
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// How many words hold so many bytes.
pub(super) fn words(bytes: usize) -> usize {
    bytes.div_ceil(WORD)
}

/// What a viewer reads of the rules that a request breaks: the refusal first.
#[cold]
fn notes(request: &Captured<'_>) -> Vec<u8> {
    let mut text = String::new();
    for note in request.state.refusal().iter().chain(request.odd) {
        for language in [Language::English, Language::Chinese] {
            // A string takes all of it.
            let _ = writeln!(text, "{}", note.text(language));
        }
    }
    text.into_bytes()
}

// === impl Header ===

impl Header {
    pub(super) fn time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.0[0])
    }

    pub(super) fn connection(self) -> u64 {
        self.0[1]
    }

    pub(super) fn request(self) -> u64 {
        self.0[2]
    }

    pub(super) fn omitted(self) -> u64 {
        self.0[3]
    }

    pub(super) fn head(self) -> usize {
        low(self.0[5])
    }

    pub(super) fn state(self) -> StateKind {
        let code = low(self.0[5] >> 48);
        *KINDS.get(code).unwrap_or(&StateKind::Complete)
    }

    /// The peer, the bytes and the notes have so many bytes.
    pub(super) fn lengths(self) -> [usize; 3] {
        let peer = low(self.0[5] >> 32) & 0xffff;
        [peer, low(self.0[4]), low(self.0[4] >> 32)]
    }
}

/// The lower half of a word.
fn low(word: u64) -> usize {
    (word & 0xffff_ffff) as usize
}

// === impl StateKind ===

impl StateKind {
    /// The kind of a request.
    pub(crate) fn of(request: &Captured<'_>) -> Self {
        match request.state {
            State::Complete => Self::Complete,
            State::Unparsed => Self::Unparsed,
            State::Incomplete if request.head == 0 => Self::HeadCut,
            State::Incomplete => Self::BodyCut,
            State::Late => Self::Late,
            State::Refused(refusal) if refusal.rule().status == 408 => Self::TooSlow,
            State::Refused(_) => Self::Refused,
        }
    }

    pub(crate) fn is_incomplete(self) -> bool {
        matches!(self, Self::HeadCut | Self::BodyCut)
    }

    pub(crate) fn is_refused(self) -> bool {
        matches!(self, Self::Refused | Self::TooSlow)
    }

    /// As [`State::label`]. Empty for none.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Complete | Self::Unparsed => "",
            Self::HeadCut | Self::BodyCut => "incomplete",
            Self::Late => "late",
            Self::Refused | Self::TooSlow => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::rules;

    #[test]
    fn each_state_is_read_as_it_was_written() {
        for (state, head, kind) in [
            (State::Complete, 3, StateKind::Complete),
            (State::Unparsed, 0, StateKind::Unparsed),
            (State::Incomplete, 0, StateKind::HeadCut),
            (State::Incomplete, 3, StateKind::BodyCut),
            (State::Late, 0, StateKind::Late),
            (State::Refused(rules::HOST_MISSING), 3, StateKind::Refused),
            (State::Refused(rules::HEAD_TOO_SLOW), 0, StateKind::TooSlow),
            (State::Refused(rules::BODY_TOO_SLOW), 3, StateKind::TooSlow),
        ] {
            let request = Captured {
                number: 1,
                raw: b"GET",
                omitted: 0,
                state,
                head,
                target: b"",
                odd: &[],
            };
            assert_eq!(StateKind::of(&request), kind);
            let header = Header([0, 0, 0, 0, 0, (kind as u64) << 48]);
            assert_eq!(header.state(), kind);
            assert_eq!(kind.label(), state.label().unwrap_or_default());
        }
    }

    #[test]
    fn bytes_of_any_length_fill_words() {
        let bytes: Vec<u8> = (1..=40).collect();
        for length in 0..=bytes.len() {
            let out: Vec<_> = (0..=words(length)).map(|_| AtomicU64::new(7)).collect();
            let behind = write_bytes(&bytes[..length], &out);
            assert_eq!(behind.len(), 1, "{length}");
            let written: Vec<u8> = out
                .into_iter()
                .flat_map(|word| word.into_inner().to_le_bytes())
                .collect();
            let (whole, rest) = written.split_at(length);
            assert_eq!(whole, &bytes[..length]);
            let padding = rest.len() - WORD;
            assert!(rest[..padding].iter().all(|&byte| byte == 0), "{length}");
        }
    }
}
