//! The handle of a connection: the service and the connection driver report events to the connection
//! state through it, and it adjusts the tap at once.
//!
//! hyper reads and writes through another handle.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::sleep;

use super::event::{Event, Outcome};
use super::filter::RequestFilter;
use super::shared_tap::SharedTap;
use super::state::State;
use super::tap::TapIo;
use super::varying::Plan;
use crate::capture::Refusal;
use crate::net::transport::Transport;

/// A connection's tap.
pub(super) type Tap<T> = TapIo<T, RequestFilter>;

/// A handle of a connection.
pub(super) type Handle<T> = SharedTap<T, RequestFilter>;

impl<T: Transport> SharedTap<T, RequestFilter> {
    /// The connection state.
    pub(super) fn state(&self) -> State {
        self.borrow_mut().observer().state()
    }

    /// Reports an event. The caller carries out the outcome.
    #[inline]
    pub(super) fn event(&self, event: Event) -> Outcome {
        let mut tap = self.borrow_mut();
        let outcome = tap.observer_mut().event(event);
        let state = tap.observer().state();
        tap.set_corked(state.owes_answers());
        if state.has_last_answer() {
            tap.set_closing();
        }
        outcome
    }

    /// Ends hyper's input. The unfinished request is refused, where there is a refusal.
    pub(super) fn end_input(&self, refusal: Option<Refusal>) {
        let mut tap = self.borrow_mut();
        tap.end_input();
        if let Some(refusal) = refusal {
            tap.observer_mut().refuse(refusal);
        }
    }

    /// Waits for `delay`, in which no time of the peer runs. What was written before leaves at once.
    pub(super) async fn delay(&self, delay: Duration) {
        self.event(Event::Delayed);
        // hyper flushes whenever the service waits.
        self.borrow_mut().set_corked(false);
        sleep(delay).await;
        self.event(Event::DelayOver);
    }

    /// The plan of the next answer. None if none was made.
    pub(super) fn take_plan(&self) -> Option<Plan> {
        self.borrow_mut().observer_mut().take_plan()
    }

    /// Waits until the peer takes what was written.
    pub(super) async fn writable(&self) {
        poll_fn(|cx| self.borrow_mut().observer_mut().poll_writable(cx)).await;
    }

    /// As [`TapIo::poll_request`].
    pub(super) fn poll_request(
        &self,
        cx: &mut Context<'_>,
        space: &mut [MaybeUninit<u8>],
    ) -> Poll<io::Result<bool>> {
        self.borrow_mut().poll_request(cx, space)
    }
}
