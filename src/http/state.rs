//! What the parts of one connection know of each other: the filter tells how the input stands, the
//! service how it answered, and the connection when it is enough. One thread, so plain cells.

use std::cell::{Cell, RefCell};
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;

use crate::capture::Phase;
use crate::capture::Refusal;

/// See the module.
#[derive(Debug)]
pub(super) struct ConnectionState {
    phase: Cell<Phase>,
    /// Since when: for a head its first byte, else the last progress. None before there is any, and
    /// before anybody asks: a short connection is spared a look at the clock.
    since: Cell<Option<Instant>>,
    unanswered: Cell<u64>,
    write_blocked: Cell<bool>,
    /// Who waits until it is not.
    writer: RefCell<Option<Waker>>,
    waits_for_log: Cell<bool>,
    input_is_over: Cell<bool>,
    peer_has_ended: Cell<bool>,
    refusal: Cell<Option<Refusal>>,
    refusal_is_said: Cell<bool>,
    closing: Cell<bool>,
    has_last_answer: Cell<bool>,
    server_ended: Cell<bool>,
    ended_idle: Cell<bool>,
}

impl ConnectionState {
    /// A connection that was just accepted.
    pub(super) fn new() -> Self {
        Self {
            phase: Cell::new(Phase::Fresh),
            since: Cell::new(None),
            unanswered: Cell::new(0),
            write_blocked: Cell::new(false),
            writer: RefCell::new(None),
            waits_for_log: Cell::new(false),
            input_is_over: Cell::new(false),
            peer_has_ended: Cell::new(false),
            refusal: Cell::new(None),
            refusal_is_said: Cell::new(false),
            closing: Cell::new(false),
            has_last_answer: Cell::new(false),
            server_ended: Cell::new(false),
            ended_idle: Cell::new(false),
        }
    }

    /// What the input is in the middle of, and since when.
    pub(super) fn phase(&self) -> (Phase, Instant) {
        let since = self.since.get().unwrap_or_else(Instant::now);
        self.since.set(Some(since));
        (self.phase.get(), since)
    }

    /// Whether nothing has come yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.phase.get() == Phase::Fresh
    }

    /// Bytes were read, and so many requests with them became whole. Where they only go on with
    /// what had begun before, its clock runs on.
    pub(super) fn read(&self, phase: Phase, requests: u64, goes_on: bool) {
        self.phase.set(phase);
        self.unanswered.set(self.unanswered.get() + requests);
        if !goes_on {
            self.since.set(Some(Instant::now()));
        }
    }

    /// A request was answered.
    pub(super) fn answered(&self) {
        // One that is refused for its body is not whole yet.
        self.unanswered.set(self.unanswered.get().saturating_sub(1));
    }

    /// Whether there are whole requests behind the one that is being answered.
    pub(super) fn has_unanswered(&self) -> bool {
        self.unanswered.get() > 0
    }

    /// The peer holds its answers up, or took some of them: meanwhile nothing was read, so the
    /// clock of what it sends begins anew.
    pub(super) fn set_write_blocked(&self, is_blocked: bool) {
        if self.write_blocked.replace(is_blocked) != is_blocked {
            self.since.set(Some(Instant::now()));
            if let Some(writer) = self.writer.take() {
                writer.wake();
            }
        }
    }

    /// Ready unless the peer holds its answers up: until then it is given no further one, so that
    /// what it is owed has a bound.
    pub(super) fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        if !self.is_write_blocked() {
            return Poll::Ready(());
        }
        self.writer.replace(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Whether the peer holds its answers up.
    pub(super) fn is_write_blocked(&self) -> bool {
        self.write_blocked.get()
    }

    /// Nothing can be read for want of room in the log, or it can again: the time in between is
    /// not the peer's.
    pub(super) fn set_waits_for_log(&self, waits: bool) {
        if self.waits_for_log.replace(waits) && !waits {
            self.since.set(Some(Instant::now()));
        }
    }

    /// Whether it waits for that.
    pub(super) fn waits_for_log(&self) -> bool {
        self.waits_for_log.get()
    }

    /// hyper is to be told that nothing more comes.
    pub(super) fn end_input(&self) {
        self.input_is_over.set(true);
    }

    /// Whether that was said.
    pub(super) fn input_is_over(&self) -> bool {
        self.input_is_over.get()
    }

    /// The peer has shut down its writing side: all that it sent is read.
    pub(super) fn set_peer_ended(&self) {
        self.peer_has_ended.set(true);
    }

    /// Whether it has.
    pub(super) fn peer_has_ended(&self) -> bool {
        self.peer_has_ended.get()
    }

    /// The request that is being read is refused. The first refusal stands.
    pub(super) fn refuse(&self, refusal: Refusal) {
        if self.refusal.get().is_none() {
            self.refusal.set(Some(refusal));
        }
    }

    /// The refusal, for the record.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.refusal.get()
    }

    /// The refusal, for whoever answers with it: the first who asks.
    pub(super) fn take_refusal(&self) -> Option<Refusal> {
        let is_said = self.refusal_is_said.replace(true);
        self.refusal.get().filter(|_| !is_said)
    }

    /// From now on an answer is the last, unless there are whole requests behind it.
    pub(super) fn close_after_answer(&self) {
        self.closing.set(true);
    }

    /// Whether it is.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// The answer ends the connection, as the peer asked for.
    pub(super) fn set_last_answer(&self) {
        self.has_last_answer.set(true);
    }

    /// Whether the connection's last answer was given.
    pub(super) fn has_last_answer(&self) -> bool {
        self.has_last_answer.get()
    }

    /// The answer ends the connection, and the peer did not ask for that: it may go on sending.
    pub(super) fn set_server_ended(&self) {
        self.has_last_answer.set(true);
        self.server_ended.set(true);
    }

    /// We have ended the connection between two requests, of which the peer may be sending the next.
    pub(super) fn set_ended_idle(&self) {
        self.ended_idle.set(true);
    }

    /// Whether we have.
    pub(super) fn was_ended_idle(&self) -> bool {
        self.ended_idle.get()
    }

    /// Whether the peer may go on sending what nobody will answer. Not where it asked for the end
    /// itself (RFC 9112 section 9.6).
    pub(super) fn peer_may_send(&self) -> bool {
        self.server_ended.get() || self.was_ended_idle() || !self.is_idle()
    }

    /// Whether hyper has nothing of it: all that has passed was answered, and the answers taken.
    pub(super) fn is_between_requests(&self) -> bool {
        (self.is_idle() || self.phase.get() == Phase::Head)
            && !self.has_unanswered()
            && !self.is_write_blocked()
            && !self.input_is_over()
            && !self.peer_has_ended()
    }

    /// Whether it has nothing to do: it is between requests, and the next has not begun.
    pub(super) fn is_at_rest(&self) -> bool {
        self.is_idle() && self.is_between_requests()
    }

    /// Whether the input is between two requests, or before the first.
    fn is_idle(&self) -> bool {
        matches!(self.phase.get(), Phase::Fresh | Phase::Idle)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    use super::*;

    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_has_an_answer_waits_while_those_before_it_are_held_up() {
        let state = ConnectionState::new();
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let cx = Context::from_waker(&waker);
        assert!(state.poll_writable(&cx).is_ready());
        state.set_write_blocked(true);
        assert!(state.poll_writable(&cx).is_pending());
        assert!(!woken.0.load(Ordering::Relaxed));
        state.set_write_blocked(false);
        assert!(woken.0.load(Ordering::Relaxed));
        assert!(state.poll_writable(&cx).is_ready());
    }
}
