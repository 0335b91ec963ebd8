//! The end of a connection, once hyper has let go of it.
//!
//! What is left to say, a refusal or an answer that has not left yet, is said here; who may still be
//! sending is listened to, so that no answer is lost to a reset; and what was read and is in no
//! record gets one.

use std::task::{Context, Waker};

use tokio::time::timeout;

use super::filter::Tap;
use super::response;
use super::state::ConnectionState;
use super::tap::Observer as _;
use crate::net::transport::Transport as _;
use crate::net::write_last::write_last;
use crate::server::linger;
use crate::server::phase::Phases;

/// What is left to do.
pub(super) struct End {
    tap: Tap,
    /// To be said.
    text: Vec<u8>,
    /// Whether anything is said, and heard, at all.
    says: bool,
    /// The peer has sent all, and all was read.
    has_ended: bool,
    /// We have ended the connection between two requests.
    was_idle: bool,
}

impl End {
    /// After hyper has finished, with this result, or has none because its peer takes nothing: what
    /// is left to do, where there is something.
    pub(super) fn after_hyper(
        mut tap: Tap,
        has_more: bool,
        state: &ConnectionState,
        result: Option<&hyper::Result<()>>,
    ) -> Option<Box<Self>> {
        let mut text = tap.take_unsent();
        let is_done = matches!(result, Some(Ok(())));
        // Nothing is said behind a last answer, which may have been a refusal.
        let refusal = state
            .take_refusal()
            .filter(|_| is_done && !state.has_last_answer());
        if let Some(refusal) = refusal {
            let is_for_head = tap.observer_mut().is_head_request();
            text.extend(response::refusal_bytes(refusal, is_for_head));
        }
        // Also where hyper was given more than it took: requests behind the last one.
        let may_send = !is_done || has_more || state.peer_may_send() || has_unread(&mut tap);
        let has_ended = state.peer_has_ended();
        let says = result.is_some() && (!text.is_empty() || (may_send && !has_ended));
        (says || tap.observer_mut().is_unsettled()).then(|| {
            Box::new(Self {
                tap,
                text,
                says,
                has_ended,
                was_idle: state.was_ended_idle(),
            })
        })
    }

    /// Of a connection that was resting, and that we end: its peer may be sending its next request.
    pub(super) fn of_rest(tap: Tap) -> Self {
        Self {
            tap,
            text: Vec::new(),
            says: true,
            has_ended: false,
            was_idle: true,
        }
    }

    /// Of one that has ended by itself, or was never used: what is in no record, where there is
    /// something.
    pub(super) fn unsaid(mut tap: Tap) -> Option<Box<Self>> {
        tap.observer_mut().is_unsettled().then(|| {
            Box::new(Self {
                tap,
                text: Vec::new(),
                says: false,
                has_ended: true,
                was_idle: false,
            })
        })
    }

    /// Does it.
    pub(super) async fn carry_out(mut self: Box<Self>, limits: linger::Limits, phases: &Phases) {
        if self.says {
            self.say(limits, phases).await;
        }
        if self.tap.observer_mut().is_unsettled() {
            self.tap.observer_mut().settle().await;
        }
    }

    async fn say(&mut self, mut limits: linger::Limits, phases: &Phases) {
        let said = timeout(limits.time, write_last(self.tap.inner_mut(), &self.text)).await;
        if self.was_idle {
            // The peer has its answers, or the kernel has: a request that crosses the end must not
            // reset them. Who goes on sending after that time has seen the end.
            limits.time = limits.time.min(phases.grace());
        }
        if matches!(said, Ok(Ok(()))) && !self.has_ended {
            linger::drain(limits, phases, async || self.tap.read_past().await).await;
        }
    }
}

/// Whether the socket holds something that nobody had read; it is recorded now. Closing over it would
/// take the last answer back. A system call, where the socket has not joined: the peer may have sent
/// on since it was read from.
fn has_unread(tap: &mut Tap) -> bool {
    // Nobody waits for room in the log here.
    let mut cx = Context::from_waker(Waker::noop());
    if tap.observer_mut().poll_room(&mut cx).is_pending() {
        return true;
    }
    // Where there is more, it is read with what comes after it.
    let mut space = [0; 512];
    let Ok(length @ 1..) = tap.inner_mut().try_read(&mut space) else {
        return false;
    };
    tap.observer_mut().read(&space[..length]);
    true
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::hyper_pool::tests::{connection, tap, worker};
    use super::*;

    /// A request may have been served at once, and its peer goes on sending in the meantime.
    #[tokio::test]
    async fn what_came_since_the_last_read_is_seen() {
        let worker = worker();
        let (mut client, accepted) = connection();
        let (mut tap, _state) = tap(&worker, accepted);
        client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        assert!(tap.read_past().await.unwrap() > 0);
        assert!(!has_unread(&mut tap));
        client.write_all(b"\r\n").unwrap();
        assert!(has_unread(&mut tap));
        assert!(!has_unread(&mut tap));
    }
}
