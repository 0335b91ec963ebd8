//! A connection's one timer while hyper serves it: how long what it is in the middle of may take.
//!
//! Asked whenever hyper has to wait. It ends hyper's *input* where a peer is too slow to send, tells
//! when one is too slow to take, and when a connection has been idle for long enough to rest. What
//! always holds: the time that the log takes is not the peer's.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::exchange::Exchange;
use super::{Config, Worker};
use crate::request_log::Refusal;
use crate::request_log::capture::Phase;

const HEAD_TOO_SLOW: Refusal = Refusal::new(408, "the head took too long (RFC 9110 15.5.9)");
const BODY_TOO_SLOW: Refusal = Refusal::new(408, "the body took too long (RFC 9110 15.5.9)");

/// After how much idleness a connection puts down what hyper keeps for it, 11 of its 13 kB.
const REST: Duration = Duration::from_secs(1);

/// With more connections than this in hyper's hands, on one worker, each puts that down at once.
/// Taking it up again is 2000 user instructions a request, of 11 000 (callgrind); where 5000 are busy
/// that was not to be seen: 11.5 µs of CPU time a request with it, 11.4 without.
const FEW: usize = 64;

/// What a connection's time was up for.
pub(super) enum Passed {
    /// It sends nothing, or too slowly: its input is over now.
    Input,
    /// It does not take its last answer.
    Output,
    /// It has been idle, and hyper need not be kept waiting for it.
    Idleness,
}

/// See the module. It is set again only where it would fire too late, or has fired too early, so
/// that a request costs no timer.
pub(super) struct Deadline<'a> {
    exchange: &'a Exchange,
    worker: &'a Worker,
    is_draining: bool,
    /// From the end of the input on: when hyper must have finished, unless answers are being taken.
    last: Option<Instant>,
    /// Made where something is waited for at all.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<'a> Deadline<'a> {
    /// The timer of a connection that hyper begins to serve.
    pub(super) fn new(exchange: &'a Exchange, worker: &'a Worker) -> Self {
        Self {
            exchange,
            worker,
            is_draining: false,
            last: None,
            sleep: None,
        }
    }

    /// Whether the service drains: then nobody may be idle.
    pub(super) fn set_draining(&mut self, is_draining: bool) {
        self.is_draining = is_draining;
    }

    /// Ready when something has taken its time.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Passed> {
        if self.last.is_none() {
            if self.exchange.waits_for_log() {
                // The log wakes the task.
                return Poll::Pending;
            }
            if self.is_draining && self.exchange.phase().0 == Phase::Idle {
                return Poll::Ready(self.end_input());
            }
            if self.worker.in_hyper.get() > FEW && self.exchange.is_at_rest() {
                return Poll::Ready(Passed::Idleness);
            }
        }
        loop {
            let at = self.at();
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
            if at < sleep.deadline() {
                sleep.as_mut().reset(at);
            }
            match sleep.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if at > sleep.deadline() => sleep.as_mut().reset(at),
                Poll::Ready(()) if self.last.is_some() => return Poll::Ready(Passed::Output),
                Poll::Ready(()) if self.exchange.is_at_rest() => {
                    return Poll::Ready(Passed::Idleness);
                }
                Poll::Ready(()) => return Poll::Ready(self.end_input()),
            }
        }
    }

    fn at(&self) -> Instant {
        let (phase, since) = self.exchange.phase();
        if self.exchange.is_write_blocked() {
            return since + self.config().idle_timeout;
        }
        if let Some(last) = self.last {
            // Answers that are taken slowly are taken all the same.
            return last.max(since + self.config().linger.time);
        }
        match phase {
            Phase::Fresh | Phase::Head => since + self.config().header_timeout,
            Phase::Idle if self.exchange.is_at_rest() => {
                since + REST.min(self.config().idle_timeout)
            }
            Phase::Idle | Phase::Body | Phase::Refused => since + self.config().idle_timeout,
        }
    }

    fn config(&self) -> &Config {
        &self.worker.config
    }

    fn end_input(&mut self) -> Passed {
        match self.exchange.phase().0 {
            // It is too slow to read, not to write.
            _ if self.exchange.is_write_blocked() => {}
            Phase::Head => self.exchange.refuse(HEAD_TOO_SLOW),
            Phase::Body => self.exchange.refuse(BODY_TOO_SLOW),
            Phase::Idle => self.exchange.set_ended_idle(),
            Phase::Fresh | Phase::Refused => {}
        }
        self.exchange.end_input();
        self.last = Some(Instant::now() + self.config().linger.time);
        Passed::Input
    }
}
