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
use crate::net::lazily::Lazily;
use crate::request_log::Refusal;
use crate::request_log::capture::Phase;

const HEAD_TOO_SLOW: Refusal = Refusal::new(408, "the head took too long (RFC 9110 15.5.9)");
const BODY_TOO_SLOW: Refusal = Refusal::new(408, "the body took too long (RFC 9110 15.5.9)");

/// After how much idleness a connection puts down what hyper keeps for it, 11 of its 13 kB.
pub(super) const REST: Duration = Duration::from_secs(1);

/// With more connections than this in hyper's hands, on one worker, each puts that down at once,
/// unless it asks again sooner than [`REST`]: where 5000 are busy, taking it up again for each request
/// would cost a fifth of their CPU time (12.9 µs a request against 10.5).
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
    /// It has asked again soon.
    is_busy: bool,
    /// From the end of the input on: when hyper must have finished, unless answers are being taken.
    last: Option<Instant>,
    /// Made where something is waited for at all.
    sleep: Option<Lazily<Pin<Box<Sleep>>>>,
}

impl<'a> Deadline<'a> {
    /// The timer of a connection that hyper begins to serve, and which `is_busy` if its last request
    /// was less than [`REST`] ago.
    pub(super) fn new(exchange: &'a Exchange, worker: &'a Worker, is_busy: bool) -> Self {
        Self {
            exchange,
            worker,
            is_busy,
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
            let may_stay = self.is_busy || self.worker.in_hyper.get() <= FEW;
            if !may_stay && self.exchange.is_at_rest() {
                return Poll::Ready(Passed::Idleness);
            }
        }
        loop {
            let at = self.at();
            let new = || Lazily::new(Box::pin(sleep_until(at)));
            let sleep = self.sleep.get_or_insert_with(new);
            if at < sleep.get().deadline() {
                sleep.change().as_mut().reset(at);
            }
            match sleep.poll(cx, sleep.get().is_elapsed()) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if at > sleep.get().deadline() => {
                    sleep.change().as_mut().reset(at);
                }
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::super::{Answer, Http};
    use super::*;
    use crate::net::acceptor::Protocol as _;
    use crate::net::linger;
    use crate::request_log::Log;

    fn worker() -> Worker {
        let config = Config {
            answer: Answer::new(String::new(), 200, &[]).unwrap(),
            max_head: 1000,
            max_target: 1000,
            max_body: 0,
            kept_body: 0,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            linger: linger::Limits {
                time: Duration::from_secs(1),
                bytes: 1000,
            },
        };
        Http::new(config, Log::off().handle()).worker()
    }

    async fn rests_at_once(worker: &Worker, phase: Phase, is_busy: bool) -> bool {
        let exchange = Exchange::new();
        exchange.read(phase, 0, false);
        let mut deadline = Deadline::new(&exchange, worker, is_busy);
        let passed = poll_fn(|cx| Poll::Ready(deadline.poll(cx))).await;
        matches!(passed, Poll::Ready(Passed::Idleness))
    }

    #[tokio::test]
    async fn only_among_many_one_rests_at_once_unless_it_has_come_back_soon() {
        let worker = worker();
        for (in_hyper, phase, is_busy, expected) in [
            (FEW, Phase::Idle, false, false),
            (FEW + 1, Phase::Idle, false, true),
            (FEW + 1, Phase::Idle, true, false),
            (FEW + 1, Phase::Head, false, false),
        ] {
            worker.in_hyper.set(in_hyper);
            let rests = rests_at_once(&worker, phase, is_busy).await;
            assert_eq!(rests, expected, "{in_hyper} {phase:?} {is_busy}");
        }
    }
}
