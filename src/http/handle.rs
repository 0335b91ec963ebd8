//! The handle of a connection: the service and the connection driver report events to the connection
//! state through it, and it adjusts the tap at once.
//!
//! hyper reads and writes through another handle.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::task::{Context, Poll};

use super::event::{Event, Outcome};
use super::filter::RequestFilter;
use super::shared_tap::SharedTap;
use super::state::State;
use super::tap::TapIo;
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
