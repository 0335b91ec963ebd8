//! Finds the requests in a connection's bytes. Pure: bytes in, captured requests out.
//!
//! The request filter pushes every byte that it reads. It gets the captured requests for the
//! recorder, and a [`Verdict`]: how many bytes may go on to hyper. A head goes on once it is whole and
//! its framing is certain. A refused request never goes on, nor does any byte after it. A target that
//! hyper might refuse is replaced by another of the same length.
//!
//! # Invariants
//!
//! - The captured requests, concatenated, are the pushed bytes, but for the bytes that they count as
//!   omitted.
//! - They do not depend on how the bytes are cut into reads.
//! - Memory stays within [`Limits`].

use super::captured::{Captured, State};
use super::chunked::{Chunked, Progress};
use super::head::{Framing, Head};
use super::limits::Limits;
use super::pending::Pending;
use super::refusal::Refusal;
use super::rules;
use super::search::{self, Found, Search};
use super::verdict::{Phase, Verdict};

/// The part of a request that comes next.
#[derive(Debug)]
pub(super) enum Stage {
    Head,
    Sized {
        remaining: u64,
    },
    /// Boxed to keep a capture small: few bodies are chunked.
    Chunked(Box<Chunked>),
    Refused(Refusal),
}

/// The capture of one connection.
#[derive(Debug)]
pub struct Capture {
    limits: Limits,
    pub(super) stage: Stage,
    pub(super) pending: Pending,
    pub(super) search: Search,
    /// The number of captured requests so far.
    pub(super) records: u64,
    is_fresh: bool,
}

impl Capture {
    /// The capture of a new connection.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stage: Stage::Head,
            pending: Pending::default(),
            search: Search::default(),
            records: 0,
            is_fresh: true,
        }
    }

    /// The part of a request that the connection is in.
    #[must_use]
    pub(crate) fn phase(&self) -> Phase {
        match self.stage {
            Stage::Head if self.is_fresh => Phase::Fresh,
            Stage::Head if self.search.has_begun() => Phase::Head,
            Stage::Head => Phase::Idle,
            Stage::Sized { .. } | Stage::Chunked(_) => Phase::Body,
            Stage::Refused(_) => Phase::Refused,
        }
    }

    /// How many bytes of the present body are still to come, if its head says how long it is.
    #[must_use]
    pub(crate) fn remaining_body(&self) -> u64 {
        match self.stage {
            Stage::Sized { remaining } => remaining,
            Stage::Head | Stage::Chunked(_) | Stage::Refused(_) => 0,
        }
    }

    /// Whether bytes were pushed that no record has yet.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether the unfinished request begins with the method HEAD. The answer to such a request has no
    /// content.
    #[must_use]
    pub(crate) fn is_head_request(&self) -> bool {
        self.pending.begins_with(b"HEAD ")
    }

    /// Takes the next bytes, and gives `emit` each request that they complete.
    pub fn push(&mut self, bytes: &[u8], mut emit: impl FnMut(Captured<'_>)) -> Verdict {
        self.is_fresh &= bytes.is_empty();
        // Only the bytes of an unfinished head have not gone on.
        let held = match self.stage {
            Stage::Head => self.pending.bytes().len(),
            _ => 0,
        };
        let mut verdict = Verdict::default();
        let mut at = 0;
        while at < bytes.len() {
            let (rest, start) = (&bytes[at..], held + at);
            let taken = match self.stage {
                Stage::Head => self.take_head(rest, start, &mut verdict, &mut emit),
                Stage::Sized { remaining } => self.take_sized(rest, remaining, &mut emit),
                Stage::Chunked(_) => self.take_chunked(rest, start, &mut verdict, &mut emit),
                Stage::Refused(_) => {
                    self.pending.add(rest);
                    break;
                }
            };
            at += taken;
            if self.goes_on(taken) {
                verdict.pass = held + at;
            }
        }
        verdict
    }

    /// Whether all bytes so far go on, with the `taken` ones.
    fn goes_on(&self, taken: usize) -> bool {
        match self.stage {
            Stage::Head => self.pending.bytes().is_empty(),
            Stage::Sized { .. } | Stage::Chunked(_) => true,
            // hyper has begun to read this body: it gets the bytes before the fault.
            Stage::Refused(_) => taken > 0,
        }
    }

    /// The peer has ended its side: refuses an unfinished request, and returns why.
    pub fn end(&mut self) -> Option<Refusal> {
        let refusal = match self.phase() {
            Phase::Head => self.fault_of_head().unwrap_or_else(|| {
                let refusal = rules::HEAD_CUT_SHORT;
                search::name_protocol(refusal, self.pending.bytes(), self.is_first())
            }),
            Phase::Body => rules::BODY_CUT_SHORT,
            // Line ends alone may be malformed.
            Phase::Idle if self.is_unfinished() => self.fault_of_head()?,
            Phase::Fresh | Phase::Idle | Phase::Refused => return None,
        };
        self.stage = Stage::Refused(refusal);
        Some(refusal)
    }

    /// Refuses the unfinished request for the caller's reason, for example a timeout. Does nothing
    /// without an unfinished request, or after another refusal.
    pub fn refuse(&mut self, refusal: Refusal) {
        match self.phase() {
            Phase::Head => self.refuse_head(refusal),
            Phase::Body => self.stage = Stage::Refused(refusal),
            Phase::Fresh | Phase::Idle | Phase::Refused => {}
        }
    }

    /// The connection is over: gives `emit` the unfinished request, if any.
    pub fn finish(&mut self, emit: impl FnOnce(Captured<'_>)) {
        if self.is_unfinished() {
            let state = match self.stage {
                Stage::Refused(refusal) => State::Refused(refusal),
                Stage::Head => self
                    .fault_of_head()
                    .map_or(State::Incomplete, State::Refused),
                Stage::Sized { .. } | Stage::Chunked(_) => State::Incomplete,
            };
            self.emit_pending(state, emit);
        }
        self.search = Search::default();
    }

    fn fault_of_head(&self) -> Option<Refusal> {
        search::fault_of(self.pending.bytes(), self.is_first(), &self.limits)
    }

    fn is_first(&self) -> bool {
        self.records == 0
    }

    /// Takes bytes of a head. `start` is the offset of `rest` in the bytes that have not gone on.
    fn take_head(
        &mut self,
        rest: &[u8],
        start: usize,
        verdict: &mut Verdict,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> usize {
        let before = self.pending.bytes().len();
        let wanted = &rest[..rest.len().min(self.limits.head - before)];
        let is_in_place = before == 0;
        let is_first = self.is_first();
        let window = if is_in_place {
            // A head that came in one read is parsed without a copy.
            wanted
        } else {
            self.pending.add_head(wanted, self.limits.head);
            self.pending.bytes()
        };
        match self.search.find(window, is_first, &self.limits) {
            Found::Whole(head) => {
                self.search = Search::default();
                if !head.odd.is_empty() {
                    let start = if is_in_place { start } else { 0 };
                    let target = start + head.target.start..start + head.target.end;
                    verdict.hidden.push(target);
                }
                self.take_body(rest, before, head, emit)
            }
            Found::Partial => {
                if is_in_place {
                    self.pending.add_head(wanted, self.limits.head);
                }
                wanted.len()
            }
            Found::Refused(refusal) => {
                // `push` adds `rest` to the record next.
                self.pending.truncate_head(before);
                self.refuse_head(refusal);
                verdict.refusal = Some(refusal);
                0
            }
        }
    }

    /// Takes the rest of a whole head, of which `before` bytes came in earlier reads. Takes its body too, if
    /// all of it came in one read.
    fn take_body(
        &mut self,
        rest: &[u8],
        before: usize,
        head: Head,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> usize {
        let kept_body = self.limits.kept_body;
        if before > 0 {
            self.pending.truncate_head(head.length);
        } else if let Some((request, taken)) =
            Captured::in_place(self.records + 1, rest, &head, kept_body)
        {
            self.records += 1;
            emit(request);
            return taken;
        } else {
            let head = &rest[..head.length];
            self.pending.add_head(head, self.limits.head);
        }
        let (framing, taken) = (head.framing, head.length - before);
        self.pending.end_head(head, kept_body);
        match framing {
            Framing::Length(0) => self.emit_pending(State::Complete, emit),
            Framing::Length(remaining) => self.stage = Stage::Sized { remaining },
            Framing::Chunked => {
                let chunked = Chunked::new(self.limits.body, self.limits.head);
                self.stage = Stage::Chunked(Box::new(chunked));
            }
        }
        taken
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
        self.pending.add(&rest[..taken]);
        let remaining = remaining - taken as u64;
        self.stage = Stage::Sized { remaining };
        if remaining == 0 {
            self.emit_pending(State::Complete, emit);
        }
        taken
    }

    /// Takes bytes of a chunked body. `start` is the offset of `rest` in the bytes that have not gone on.
    fn take_chunked(
        &mut self,
        rest: &[u8],
        start: usize,
        verdict: &mut Verdict,
        emit: &mut impl FnMut(Captured<'_>),
    ) -> usize {
        let Stage::Chunked(chunked) = &mut self.stage else {
            return 0;
        };
        let progress = chunked.advance(rest);
        let fields = chunked.fields_at();
        if !fields.is_empty() {
            let fields = start + fields.start..start + fields.end;
            verdict.dropped.push(fields);
        }
        match progress {
            Progress::More => {
                self.pending.add(rest);
                rest.len()
            }
            Progress::End(taken) => {
                self.pending.add(&rest[..taken]);
                self.emit_pending(State::Complete, emit);
                taken
            }
            Progress::Refused(taken, refusal) => {
                let head = self.pending.length() - chunked.read_before();
                let refusal = refusal.shifted(head);
                self.pending.add(&rest[..taken]);
                self.stage = Stage::Refused(refusal);
                verdict.refusal = Some(refusal);
                taken
            }
        }
    }

    /// Refuses the unfinished head. Its record gets as many bytes as that of a request would.
    fn refuse_head(&mut self, refusal: Refusal) {
        let room = self.limits.head + self.limits.kept_body - self.pending.bytes().len();
        self.pending.set_room(room);
        self.stage = Stage::Refused(refusal);
    }

    fn emit_pending(&mut self, state: State, emit: impl FnOnce(Captured<'_>)) {
        self.records += 1;
        self.pending.emit(self.records, state, emit);
        self.stage = Stage::Head;
    }
}

#[cfg(test)]
#[path = "stream_property_tests.rs"]
mod property_tests;
#[cfg(test)]
#[path = "stream_refusal_tests.rs"]
mod refusal_tests;
#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
