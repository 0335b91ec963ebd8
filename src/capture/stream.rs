//! Finds the requests in a connection's bytes. Pure: bytes in, records out, no IO and no clock.
//!
//! Stands between the tap, which shows it every byte read, and the recorder, which takes what it
//! captures. It also tells the tap how many bytes may go on to hyper, and so decides before hyper
//! does: a head goes on once it is whole and framed without doubt; a request that is refused, and
//! all behind it, never does. Where hyper might not take a target, something else goes on in its
//! place.
//!
//! What always holds: the records, joined, are the bytes pushed; however the same bytes are cut,
//! the records are the same; memory stays within [`Limits`]. Who answers a refused request, and
//! how, is left to the service.

use std::ops::Range;

use super::captured::{Captured, State};
use super::chunked::{Chunked, Progress};
use super::cut::behind_a_character;
use super::head::{self, Framing, Head, HeadLimits};
use super::protocol::{self, Look};
use super::refusal::Refusal;
use super::rules;
use super::search::{Search, Seen};
use crate::growth::extend;

/// Up to this much of the buffer that held a spread-out request is kept for the next one.
const KEPT_CAPACITY: usize = 4 * 1024;

/// What a connection may send, and how much of it the capture holds. Lengths are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest head, and the longest trailer section. A longer one is refused with 431.
    pub head: usize,
    /// The longest request target. A longer one is refused with 414.
    pub target: usize,
    /// The longest body. A longer one is refused with 413.
    pub body: u64,
    /// How much of a body is kept for the record, at most: what is kept ends behind a character.
    pub kept_body: usize,
    /// Whether a request that is odd in its form is refused, instead of noted.
    pub is_strict: bool,
}

/// What the connection is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has come yet.
    Fresh,
    /// Between two requests. Empty lines before a request do not begin it (RFC 9112 section 2.2).
    Idle,
    /// A head has begun.
    Head,
    /// A body has begun.
    Body,
    /// A request was refused; nothing that follows is one.
    Refused,
}

/// What follows from the bytes pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many bytes go on: counted from the first that has not gone on before.
    pub pass: usize,
    /// Where among them targets stand that hyper may not take: [`hide_target`](super::hide_target) is to be called for
    /// each before it goes on. Counted from the same byte.
    pub hidden: Vec<Range<usize>>,
    /// Where among them trailer fields stand, which do not go on: no answer depends on them, and hyper
    /// would keep them. Counted from the same byte.
    pub dropped: Vec<Range<usize>>,
    /// The refusal that came with these bytes. Nothing goes on after it.
    pub refusal: Option<Refusal>,
}

#[derive(Debug)]
enum Stage {
    Head,
    Sized {
        remaining: u64,
    },
    /// Apart, because a capture is moved, and few bodies are chunked.
    Chunked(Box<Chunked>),
    Refused(Refusal),
}

/// The capture of one connection.
#[derive(Debug)]
pub struct Capture {
    limits: Limits,
    stage: Stage,
    /// The unfinished request, as far as it is kept.
    kept: Vec<u8>,
    omitted: u64,
    /// What is odd about its head.
    odd: Box<[Refusal]>,
    /// How many bytes more of the unfinished request are kept once its head is.
    room: usize,
    search: Search,
    records: u64,
    fresh: bool,
}

impl Capture {
    /// The capture of a connection of which nothing was read.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stage: Stage::Head,
            kept: Vec::new(),
            omitted: 0,
            odd: Box::default(),
            room: 0,
            search: Search::default(),
            records: 0,
            fresh: true,
        }
    }

    /// What the connection is in the middle of.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Head if self.fresh => Phase::Fresh,
            Stage::Head if self.search.has_begun() => Phase::Head,
            Stage::Head => Phase::Idle,
            Stage::Sized { .. } | Stage::Chunked(_) => Phase::Body,
            Stage::Refused(_) => Phase::Refused,
        }
    }

    /// Whether something has come that is in no record yet.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        !self.kept.is_empty() || self.omitted > 0
    }

    /// Takes the next bytes, in any cut, and gives `emit` each request that they complete.
    pub fn push(&mut self, bytes: &[u8], mut emit: impl FnMut(Captured<'_>)) -> Verdict {
        self.fresh &= bytes.is_empty();
        // Bytes of an unfinished head are the only ones that were held back before.
        let held = if matches!(self.stage, Stage::Head) {
            self.kept.len()
        } else {
            0
        };
        let mut verdict = Verdict {
            pass: 0,
            hidden: Vec::new(),
            dropped: Vec::new(),
            refusal: None,
        };
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let (taken, refusal) = match self.stage {
                Stage::Head => {
                    // A head whose beginning is held starts with that.
                    let start = if self.kept.is_empty() { held + at } else { 0 };
                    self.take_head(rest, start, &mut verdict.hidden, &mut emit)
                }
                Stage::Sized { remaining } => (self.take_sized(rest, remaining, &mut emit), None),
                Stage::Chunked(_) => {
                    self.take_chunked(rest, held + at, &mut verdict.dropped, &mut emit)
                }
                Stage::Refused(_) => {
                    self.keep(rest);
                    break;
                }
            };
            at += taken;
            verdict.refusal = refusal;
            // What a refused body had before the fault has to go on: it is a part of a request
            // that hyper has begun.
            let goes_on = match self.stage {
                Stage::Head => self.kept.is_empty(),
                Stage::Sized { .. } | Stage::Chunked(_) => true,
                Stage::Refused(_) => taken > 0,
            };
            if goes_on {
                verdict.pass = held + at;
            }
        }
        verdict
    }

    /// The peer has ended its side: refuses what is unfinished, and says why.
    pub fn end(&mut self) -> Option<Refusal> {
        let refusal = match self.phase() {
            Phase::Head => self
                .malformed()
                .unwrap_or_else(|| self.with_look(rules::HEAD_CUT_SHORT)),
            Phase::Body => rules::BODY_CUT_SHORT,
            // Line ends alone may be malformed.
            Phase::Idle if self.is_unfinished() => self.malformed()?,
            Phase::Fresh | Phase::Idle | Phase::Refused => return None,
        };
        self.stage = Stage::Refused(refusal);
        Some(refusal)
    }

    /// Somebody else refuses what is unfinished, for its time is up. Where it was refused before,
    /// or nothing has begun, this changes nothing.
    pub fn refuse(&mut self, refusal: Refusal) {
        if matches!(self.phase(), Phase::Head | Phase::Body) {
            if self.phase() == Phase::Head {
                self.room = self.limits.head + self.limits.kept_body - self.kept.len();
            }
            self.stage = Stage::Refused(refusal);
        }
    }

    /// The connection is over: gives `emit` what is unfinished.
    pub fn finish(&mut self, emit: impl FnOnce(Captured<'_>)) {
        if self.is_unfinished() {
            let state = match self.stage {
                Stage::Refused(refusal) => State::Refused(refusal),
                Stage::Head => self.malformed().map_or(State::Incomplete, State::Refused),
                Stage::Sized { .. } | Stage::Chunked(_) => State::Incomplete,
            };
            self.emit_kept(state, emit);
        }
        self.search = Search::default();
    }

    /// Whether what has come of an unfinished request begins with the method HEAD, whose answer has
    /// no content.
    #[must_use]
    pub fn is_head_request(&self) -> bool {
        let start = self.kept.iter().position(|b| !matches!(b, b'\r' | b'\n'));
        start.is_some_and(|start| self.kept[start..].starts_with(b"HEAD "))
    }

    /// What is wrong with an unfinished head: not every read was parsed.
    fn malformed(&self) -> Option<Refusal> {
        let refusal = head::parse(&self.kept, self.head_limits()).err()?;
        Some(self.with_look(refusal))
    }

    /// The refusal of the unfinished head, with the protocol that it looks like.
    fn with_look(&self, refusal: Refusal) -> Refusal {
        match protocol::look(&self.kept) {
            Look::Like(protocol) if self.records == 0 => refusal.looks_like(protocol),
            _ => refusal,
        }
    }

    fn head_limits(&self) -> HeadLimits {
        HeadLimits {
            target: self.limits.target,
            body: self.limits.body,
            is_strict: self.limits.is_strict,
        }
    }

    /// Reads a head, whole or in part, that begins at `start` of the bytes that have not gone on. A
    /// refused one is left to [`Stage::Refused`] to keep.
    fn take_head(
        &mut self,
        rest: &[u8],
        start: usize,
        hidden: &mut Vec<Range<usize>>,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> (usize, Option<Refusal>) {
        let before = self.kept.len();
        let wanted = rest.len().min(self.limits.head - before);
        // A head that came in one read is parsed where it is.
        let in_place = before == 0;
        if !in_place {
            extend(&mut self.kept, &rest[..wanted], self.limits.head);
        }
        let limits = self.head_limits();
        let window = if in_place {
            &rest[..wanted]
        } else {
            &self.kept
        };
        let is_first = self.records == 0;
        match self.search.look(window, is_first, self.limits.head, limits) {
            Seen::Whole(head) => {
                self.search = Search::default();
                if !head.odd.is_empty() {
                    hidden.push(start + head.target.start..start + head.target.end);
                }
                if in_place && let Some(taken) = self.take_whole(rest, &head, emit) {
                    return (taken, None);
                }
                if in_place {
                    self.kept.extend_from_slice(&rest[..head.length]);
                } else {
                    self.kept.truncate(head.length);
                }
                self.odd = head.odd;
                self.begin_body(head.framing, emit);
                (head.length - before, None)
            }
            Seen::Partial => {
                if in_place {
                    self.kept.extend_from_slice(&rest[..wanted]);
                }
                (wanted, None)
            }
            Seen::Refused(refusal) => {
                self.kept.truncate(before);
                self.room = self.limits.head + self.limits.kept_body - before;
                self.stage = Stage::Refused(refusal);
                (0, Some(refusal))
            }
        }
    }

    /// The common case: a whole request in one read, given on without a copy.
    fn take_whole(
        &mut self,
        rest: &[u8],
        head: &Head,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> Option<usize> {
        let Framing::Length(body) = head.framing else {
            return None;
        };
        let body = usize::try_from(body)
            .ok()
            .filter(|&body| body <= rest.len() - head.length)?;
        let kept_body = body.min(self.limits.kept_body);
        let kept = &rest[..head.length + kept_body];
        let (raw, omitted) = behind_a_character(kept, (body - kept_body) as u64);
        self.records += 1;
        emit(Captured {
            number: self.records,
            raw,
            omitted,
            state: State::Complete,
            odd: &head.odd,
        });
        Some(head.length + body)
    }

    fn begin_body(&mut self, framing: Framing, emit: &mut impl FnMut(Captured<'_>)) {
        self.room = self.limits.kept_body;
        self.stage = match framing {
            Framing::Length(0) => return self.emit_kept(State::Complete, emit),
            Framing::Length(remaining) => Stage::Sized { remaining },
            Framing::Chunked => {
                Stage::Chunked(Box::new(Chunked::new(self.limits.body, self.limits.head)))
            }
        };
    }

    fn take_sized(
        &mut self,
        rest: &[u8],
        remaining: u64,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> usize {
        let taken = usize::try_from(remaining)
            .unwrap_or(usize::MAX)
            .min(rest.len());
        self.keep(&rest[..taken]);
        let remaining = remaining - taken as u64;
        self.stage = Stage::Sized { remaining };
        if remaining == 0 {
            self.emit_kept(State::Complete, emit);
        }
        taken
    }

    /// Reads on in a chunked body, from `start` of the bytes that have not gone on.
    fn take_chunked(
        &mut self,
        rest: &[u8],
        start: usize,
        dropped: &mut Vec<Range<usize>>,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> (usize, Option<Refusal>) {
        let Stage::Chunked(chunked) = &mut self.stage else {
            return (0, None);
        };
        let progress = chunked.advance(rest);
        let fields = chunked.fields_at();
        if !fields.is_empty() {
            dropped.push(start + fields.start..start + fields.end);
        }
        match progress {
            Progress::More => {
                self.keep(rest);
                (rest.len(), None)
            }
            Progress::End(taken) => {
                self.keep(&rest[..taken]);
                self.emit_kept(State::Complete, emit);
                (taken, None)
            }
            Progress::Refused(taken, refusal) => {
                let body = chunked.read_before();
                let head = self.kept.len() as u64 + self.omitted - body;
                let refusal = refusal.behind(head);
                self.keep(&rest[..taken]);
                self.stage = Stage::Refused(refusal);
                (taken, Some(refusal))
            }
        }
    }

    /// Adds to the unfinished request what there is room for, and counts the rest.
    fn keep(&mut self, bytes: &[u8]) {
        let taken = bytes.len().min(self.room);
        let longest = self.kept.len() + self.room;
        extend(&mut self.kept, &bytes[..taken], longest);
        self.room -= taken;
        self.omitted += (bytes.len() - taken) as u64;
    }

    fn emit_kept(&mut self, state: State, emit: impl FnOnce(Captured<'_>)) {
        let (raw, omitted) = behind_a_character(&self.kept, self.omitted);
        self.records += 1;
        emit(Captured {
            number: self.records,
            raw,
            omitted,
            state,
            odd: &self.odd,
        });
        self.kept.clear();
        self.kept.shrink_to(KEPT_CAPACITY);
        self.omitted = 0;
        self.odd = Box::default();
        self.stage = Stage::Head;
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
