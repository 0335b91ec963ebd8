//! A connection's one timer: how long what it is in the middle of may take.
//!
//! Asked whenever the connection has to wait. It ends hyper's *input* where a peer is too slow to
//! send, and tells when one is too slow to take, and when one has sent nothing for too long. What
//! always holds: the time that the log takes is not the peer's.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::config::Config;
use super::skip_poll::Lazily;
use super::state::ConnectionState;
use crate::capture::{BODY_TOO_SLOW, HEAD_TOO_SLOW, Phase};

/// What a connection's time was up for.
pub(super) enum Passed {
    /// It sends too slowly: its input is over now.
    Input,
    /// It does not take its last answer.
    Output,
    /// It sends nothing, and is owed nothing.
    Silence,
}

/// See the module. It is set again only where it would fire too late, or has fired too early, so
/// that a request costs no timer.
pub(super) struct Deadline<'a> {
    state: &'a ConnectionState,
    config: &'a Config,
    /// In a drain: how long a connection is awaited that has sent nothing yet.
    grace: Duration,
    is_draining: bool,
    /// From the end of the input on: when hyper must have finished, unless answers are being taken.
    last: Option<Instant>,
    /// Made where something is waited for at all.
    sleep: Option<Lazily<Pin<Box<Sleep>>>>,
}

impl<'a> Deadline<'a> {
    /// The timer of a new connection.
    pub(super) fn new(state: &'a ConnectionState, config: &'a Config, grace: Duration) -> Self {
        Self {
            state,
            config,
            grace,
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
            if self.state.waits_for_log() {
                // The log wakes the task.
                return Poll::Pending;
            }
            if self.is_draining && self.state.phase().0 == Phase::Idle {
                return Poll::Ready(self.end());
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
                Poll::Ready(()) => return Poll::Ready(self.end()),
            }
        }
    }

    fn at(&self) -> Instant {
        let (phase, since) = self.state.phase();
        if self.state.is_write_blocked() {
            return since + self.config.idle_timeout;
        }
        if let Some(last) = self.last {
            // Answers that are taken slowly are taken all the same.
            return last.max(since + self.config.linger.time);
        }
        match phase {
            Phase::Fresh if self.is_draining => since + self.grace,
            Phase::Fresh | Phase::Head => since + self.config.header_timeout,
            Phase::Idle | Phase::Body | Phase::Refused => since + self.config.idle_timeout,
        }
    }

    fn end(&mut self) -> Passed {
        match self.state.phase().0 {
            // It is too slow to read, not to write.
            _ if self.state.is_write_blocked() => {}
            _ if self.state.is_at_rest() => return Passed::Silence,
            Phase::Head => self.state.refuse(HEAD_TOO_SLOW),
            Phase::Body => self.state.refuse(BODY_TOO_SLOW),
            Phase::Idle => self.state.set_ended_idle(),
            Phase::Fresh | Phase::Refused => {}
        }
        self.state.end_input();
        self.last = Some(Instant::now() + self.config.linger.time);
        Passed::Input
    }
}
