//! Counts the requests of one connection by what becomes of them.
//!
//! The recorder adds each request, and passes on what the protocol reports of the answers. The format `short`
//! gets the same reports: `request_log::answers` decides by the same rules, and a test compares both.
//!
//! # Invariants
//!
//! - Each request is counted once: when its answer has left, or when none can leave any more.
//! - Requests are answered in their order (RFC 9112 section 9.3.2).

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use super::counts::Counts;
use crate::capture::State;

/// The requests of one connection that are not counted yet.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: Arc<Counts>,
    /// When the last bytes came.
    read: Instant,
    /// When the first byte of the unfinished request came.
    began: Instant,
    /// When the first of `waiting` began.
    first: Instant,
    /// When the second of `waiting` began. The others came in the same read or later, and their time counts from
    /// here.
    second: Instant,
    /// How many requests wait until their answers have left.
    waiting: u64,
    /// How many of `waiting` have an answer.
    answered: u64,
    /// The status of the refusal that was given before its request was added, and whether it has left.
    refusal: Option<(u16, bool)>,
    last: Last,
}

/// The last request that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It is whole.
    Whole,
    /// It is refused, and its refusal was not given yet.
    Refused,
    /// It is refused, and a refusal of this status was given.
    Given(u16),
}

impl Tally {
    /// The tally of a new connection.
    pub(super) fn new(counts: Arc<Counts>) -> Self {
        counts.accepted.add(1);
        let now = Instant::now();
        Self {
            counts,
            read: now,
            began: now,
            first: now,
            second: now,
            waiting: 0,
            answered: 0,
            refusal: None,
            last: Last::Whole,
        }
    }

    /// So many bytes have come. `begins`: no request was unfinished before them.
    pub(crate) fn read(&mut self, bytes: usize, begins: bool) {
        self.counts.read_bytes.add(bytes as u64);
        self.read = Instant::now();
        if begins {
            self.began = self.read;
        }
    }

    /// A request has ended in this state. `is_over`: no answer is given any more.
    pub(crate) fn add(&mut self, state: State, is_over: bool) {
        // The next one begins in the same bytes, or later.
        let began = mem::replace(&mut self.began, self.read);
        let is_refused = state.refusal().is_some();
        let expects_answer = match state {
            State::Complete | State::Unparsed => !is_over,
            State::Refused(_) => !is_over && self.refusal.is_none(),
            State::Incomplete => false,
            // Bytes behind the answer are no request.
            State::Late => return,
        };
        if expects_answer {
            self.wait(began);
            if is_refused {
                self.last = Last::Refused;
            }
            return;
        }
        match self.refusal.take() {
            Some((status, true)) => self.counts.refused(status),
            _ if state == State::Incomplete => self.counts.incomplete.add(1),
            _ => self.counts.unanswered.add(1),
        }
    }

    /// A request that began then waits until its answer has left.
    fn wait(&mut self, began: Instant) {
        match self.waiting {
            0 => self.first = began,
            1 => self.second = began,
            _ => {}
        }
        self.waiting += 1;
    }

    /// The service has given the answer to the next request.
    pub(crate) fn answered(&mut self) {
        self.answered = self.waiting.min(self.answered + 1);
    }

    /// The service has given a refusal of this status, to the last request.
    pub(crate) fn refused(&mut self, status: u16) {
        if self.last == Last::Whole {
            self.refusal = Some((status, false));
        } else {
            self.last = Last::Given(status);
            self.answered = self.waiting;
        }
    }

    /// All answers so far have left.
    pub(crate) fn sent(&mut self) {
        if let Some((_, has_left)) = &mut self.refusal {
            *has_left = true;
        }
        let count = mem::take(&mut self.answered);
        if count == 0 {
            return;
        }
        let now = Instant::now();
        let last = self.take_last(count);
        let answers = count - u64::from(last != Last::Whole);
        if answers > 0 {
            self.counts.answered.add(now - self.first, 1);
        }
        if answers > 1 {
            self.counts.answered.add(now - self.second, answers - 1);
        }
        match last {
            Last::Whole => {}
            Last::Refused => self.counts.unanswered.add(1),
            Last::Given(status) => self.counts.refused(status),
        }
        self.waiting -= count;
        self.first = self.second;
    }

    /// No answer is given or leaves any more.
    pub(crate) fn finish(&mut self) {
        let count = mem::take(&mut self.waiting);
        self.answered = 0;
        self.counts.unanswered.add(count);
    }

    /// The last of the first `count` requests.
    fn take_last(&mut self, count: u64) -> Last {
        if count < self.waiting {
            return Last::Whole;
        }
        mem::replace(&mut self.last, Last::Whole)
    }
}

/// The connection has ended.
impl Drop for Tally {
    fn drop(&mut self) {
        self.counts.closed.add(1);
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
