//! The state of one connection, and how each event changes it. Pure: no cell, no IO and no clock.
//!
//! The request filter, the service and the connection driver report events. [`State::on`] returns what
//! follows from one: the service carries out what concerns its answer, the driver all else. The state
//! has three regions that change independently: what the peer sends ([`Input`]), where the written
//! bytes are ([`Output`]), and whether another answer may follow ([`Answers`]).
//!
//! # Invariants
//!
//! - Neither bytes nor a failure change [`Input::Refused`] or a variant below it. Only a timeout or the
//!   peer's end does.
//! - The first refusal stands, and it is given once.
//! - The time that the log takes does not count against the peer, nor does the delay of an answer.

use super::event::{Awaited, Event, Outcome};
use crate::capture::{BODY_CUT_SHORT, BODY_TOO_SLOW, HEAD_TOO_SLOW, Phase, Refusal};

/// What the peer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing has come yet.
    Fresh,
    /// The last request is complete, and the next has not begun.
    Idle,
    /// A head has begun.
    Head,
    /// A body has begun.
    Body,
    /// The capture refused a request. Nothing more reaches hyper.
    Refused,
    /// The driver ended the input.
    Cut,
    /// The driver ended the input between two requests. The peer may be sending the next one.
    CutIdle,
    /// The peer has ended its side. All that it sent is read.
    Ended,
    /// Reading or writing failed.
    Failed,
}

/// Where the bytes are that were written to the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    /// All have left.
    Flushed,
    /// An answer was given, and hyper has not flushed it yet.
    Unflushed,
    /// The peer takes none at the moment.
    Blocked,
}

/// Whether another answer may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// It may.
    KeepAlive,
    /// The service closes: the next answer is the last, unless more whole requests wait for theirs.
    Closing,
    /// The service drains: the same, and an idle connection ends.
    Draining,
    /// The peer asked for the end, and the last answer is given.
    ClosedByPeer,
    /// The service ended the connection with its last answer. The peer may go on sending.
    ClosedByUs,
}

/// The state of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    input: Input,
    output: Output,
    answers: Answers,
    /// How many whole requests have no answer yet.
    owed: u64,
    /// Nothing is read until the log has room.
    is_log_blocked: bool,
    /// The next answer is due later.
    is_delayed: bool,
    /// The refusal that is not given yet.
    refusal: Option<Refusal>,
    /// Changes whenever the timer has to start again.
    progress: u32,
}

impl State {
    /// The state of a connection of which nothing was read.
    pub(super) const NEW: Self = Self {
        input: Input::Fresh,
        output: Output::Flushed,
        answers: Answers::KeepAlive,
        owed: 0,
        is_log_blocked: false,
        is_delayed: false,
        refusal: None,
        progress: 0,
    };

    /// Changes the state as `event` demands, and returns what follows.
    pub(super) fn on(&mut self, event: Event) -> Outcome {
        match event {
            Event::Read {
                phase,
                completed,
                has_passed,
                refusal,
            } => self.read(phase, completed, has_passed, refusal),
            Event::PeerEnded(refusal) => {
                self.input = Input::Ended;
                self.refusal = self.refusal.or(refusal);
            }
            Event::Failed if self.is_over() => {}
            Event::Failed => self.input = Input::Failed,
            Event::LogBlocked => self.is_log_blocked = true,
            Event::LogUnblocked => {
                if self.is_log_blocked {
                    self.is_log_blocked = false;
                    self.restart_time();
                }
            }
            Event::WriteBlocked => self.write_blocked(),
            Event::WriteUnblocked => return self.write_unblocked(),
            Event::Flushed => self.output = Output::Flushed,
            Event::Answered { asks_to_close } => return self.answered(asks_to_close),
            Event::BodyFailed => return self.body_failed(),
            Event::Delayed => self.is_delayed = true,
            Event::DelayOver => {
                self.is_delayed = false;
                self.restart_time();
            }
            Event::Closing => self.close(Answers::Closing),
            Event::Draining => self.close(Answers::Draining),
            Event::TimedOut => return self.timed_out(),
        }
        Outcome::Continue
    }

    fn read(&mut self, phase: Phase, completed: u64, has_passed: bool, refusal: Option<Refusal>) {
        self.owed += completed;
        self.refusal = self.refusal.or(refusal);
        if self.is_over() {
            return;
        }
        let input = match phase {
            Phase::Fresh => Input::Fresh,
            Phase::Idle => Input::Idle,
            Phase::Head => Input::Head,
            Phase::Body => Input::Body,
            Phase::Refused => Input::Refused,
        };
        // The time of a head, and of a pause between requests, runs on until something passes.
        if has_passed || input != self.input {
            self.restart_time();
        }
        self.input = input;
    }

    /// While the peer takes nothing, nothing is read, so the log is not awaited either.
    fn write_blocked(&mut self) {
        self.is_log_blocked = false;
        if self.output != Output::Blocked {
            self.output = Output::Blocked;
            self.restart_time();
        }
    }

    fn write_unblocked(&mut self) -> Outcome {
        if self.output != Output::Blocked {
            return Outcome::Continue;
        }
        self.output = Output::Unflushed;
        self.restart_time();
        Outcome::Resume
    }

    fn answered(&mut self, asks_to_close: bool) -> Outcome {
        self.count_answer();
        if asks_to_close {
            self.answers = Answers::ClosedByPeer;
        } else if self.is_stopping() && self.owed == 0 {
            self.answers = Answers::ClosedByUs;
        } else {
            return Outcome::Continue;
        }
        Outcome::Close
    }

    fn body_failed(&mut self) -> Outcome {
        self.count_answer();
        self.answers = Answers::ClosedByUs;
        // Without a refusal the connection has failed, and the peer does not get this one.
        Outcome::Refuse(self.refusal.take().unwrap_or(BODY_CUT_SHORT))
    }

    fn count_answer(&mut self) {
        // A request that is refused for its body was never complete.
        self.owed = self.owed.saturating_sub(1);
        if self.output == Output::Flushed {
            self.output = Output::Unflushed;
        }
    }

    fn close(&mut self, answers: Answers) {
        if !self.has_last_answer() {
            self.answers = answers;
        }
    }

    fn timed_out(&mut self) -> Outcome {
        if self.is_at_rest() {
            return Outcome::Silent;
        }
        let is_drained = self.answers == Answers::Draining && self.input == Input::Idle;
        let (input, refusal) = match self.input {
            Input::Cut | Input::CutIdle | Input::Ended | Input::Failed => return Outcome::Stuck,
            _ if self.output == Output::Blocked && !is_drained => return Outcome::Stuck,
            Input::Head => (Input::Cut, Some(HEAD_TOO_SLOW)),
            Input::Body => (Input::Cut, Some(BODY_TOO_SLOW)),
            Input::Idle => (Input::CutIdle, None),
            Input::Fresh | Input::Refused => (Input::Cut, None),
        };
        self.input = input;
        self.refusal = self.refusal.or(refusal);
        self.restart_time();
        Outcome::EndInput(refusal)
    }

    fn restart_time(&mut self) {
        self.progress = self.progress.wrapping_add(1);
    }

    /// What the connection waits for, which has to come within a time.
    pub(super) fn awaits(self) -> Awaited {
        let is_blocked = self.output == Output::Blocked;
        let is_draining = self.answers == Answers::Draining;
        match self.input {
            _ if self.is_delayed && !is_blocked => Awaited::Due,
            Input::Cut | Input::CutIdle if is_blocked => Awaited::Taking,
            Input::Cut | Input::CutIdle => Awaited::Finish,
            _ if self.is_log_blocked => Awaited::Log,
            Input::Idle if is_draining => Awaited::Nothing,
            _ if is_blocked => Awaited::Taking,
            Input::Fresh if is_draining => Awaited::FirstByteInDrain,
            Input::Fresh | Input::Head => Awaited::Head,
            Input::Idle | Input::Body | Input::Refused | Input::Ended | Input::Failed => {
                Awaited::Next
            }
        }
    }

    /// A number that changes whenever the timer has to start again.
    pub(super) fn progress(self) -> u32 {
        self.progress
    }

    /// Whether nothing has come yet.
    pub(super) fn is_fresh(self) -> bool {
        self.input == Input::Fresh
    }

    /// Whether whole requests wait for their answers: bytes written now are followed by others at once.
    pub(super) fn owes_answers(self) -> bool {
        self.owed > 0
    }

    /// Whether the service has begun to stop.
    pub(super) fn is_stopping(self) -> bool {
        matches!(self.answers, Answers::Closing | Answers::Draining)
    }

    /// Whether the last answer was given. The end follows it at once.
    pub(super) fn has_last_answer(self) -> bool {
        matches!(self.answers, Answers::ClosedByPeer | Answers::ClosedByUs)
    }

    /// Whether the peer takes nothing at the moment.
    pub(super) fn is_write_blocked(self) -> bool {
        self.output == Output::Blocked
    }

    /// Whether hyper has nothing of the connection: all that passed is answered, all answers have left.
    pub(super) fn is_between_requests(self) -> bool {
        matches!(self.input, Input::Fresh | Input::Idle | Input::Head)
            && self.owed == 0
            && self.output == Output::Flushed
    }

    /// Whether the peer has ended its side.
    pub(super) fn has_peer_ended(self) -> bool {
        self.input == Input::Ended
    }

    /// Whether the driver ended the input between two requests.
    pub(super) fn was_cut_idle(self) -> bool {
        self.input == Input::CutIdle
    }

    /// Whether the peer may go on sending what gets no answer. It does not where it asked for the end
    /// itself (RFC 9112 section 9.6).
    pub(super) fn may_peer_send(self) -> bool {
        self.answers == Answers::ClosedByUs || !self.is_idle()
    }

    /// The refusal that is still to be given, as long as no answer was the last.
    pub(super) fn open_refusal(self) -> Option<Refusal> {
        self.refusal.filter(|_| !self.has_last_answer())
    }

    /// Whether there is nothing to do: the connection is between requests, and the next has not begun.
    fn is_at_rest(self) -> bool {
        self.is_idle() && self.is_between_requests()
    }

    fn is_idle(self) -> bool {
        matches!(self.input, Input::Fresh | Input::Idle)
    }

    /// Whether no bytes change the input any more.
    fn is_over(self) -> bool {
        !matches!(
            self.input,
            Input::Fresh | Input::Idle | Input::Head | Input::Body
        )
    }
}

#[cfg(test)]
#[path = "state_delay_tests.rs"]
mod delay_tests;
#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
