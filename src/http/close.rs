//! The end of a connection. [`rest`] decides what is left to do, and [`Rest::carry_out`] does it.
//!
//! It may be left to send the unsent answers, to send a refusal, to read on while the peer may still
//! send (so that no answer is lost to a reset), and to record the bytes that have no record yet.

use std::task::{Context, Waker};

use tokio::time::timeout;

use super::config::Config;
use super::handle::Tap;
use super::observer::Observer as _;
use super::response;
use super::state::State;
use crate::capture::Refusal;
use crate::net::transport::Transport;
use crate::net::write_last::write_last;
use crate::server::linger;
use crate::server::phase::Phases;

/// The way a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// All that reached hyper was answered, or nothing reached it.
    Finished,
    /// Reading or writing failed.
    Failed,
    /// The peer takes no answers.
    Stuck,
    /// The peer sent nothing for too long, and nothing is owed to it.
    Silent,
}

/// What the peer gets at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// Nothing: the transport is closed.
    None,
    /// What is left to send, and the end.
    Send(Option<Refusal>),
    /// The same. Then the service reads on until the peer ends its side.
    Linger(Option<Refusal>),
    /// As `Linger`, without a refusal and for a round trip at most. The peer may be sending its next
    /// request: that must not lead to a reset, which could destroy answers that the peer has not read. A
    /// peer that sends later has seen the end.
    LingerBriefly,
}

/// Decides what the peer gets. `has_unsent`: bytes were written that have not left. `has_more`: bytes have
/// come that get no answer.
fn farewell(ending: Ending, state: State, has_unsent: bool, has_more: bool) -> Farewell {
    let refusal = match ending {
        Ending::Stuck => return Farewell::None,
        Ending::Silent if state.is_fresh() => return Farewell::None,
        Ending::Silent => return Farewell::LingerBriefly,
        Ending::Finished => state.open_refusal(),
        Ending::Failed => None,
    };
    let sends = has_unsent || refusal.is_some();
    let may_peer_send = ending == Ending::Failed || has_more || state.may_peer_send();
    if state.has_peer_ended() {
        if sends {
            Farewell::Send(refusal)
        } else {
            Farewell::None
        }
    } else if state.was_cut_idle() {
        Farewell::LingerBriefly
    } else if sends || may_peer_send {
        Farewell::Linger(refusal)
    } else {
        Farewell::None
    }
}

/// What is left to do at the end of a connection.
#[derive(Debug)]
pub(super) struct Rest(Farewell);

/// What is left to do for the connection of `tap`, where there is something.
pub(super) fn rest<T: Transport>(tap: &mut Tap<T>, ending: Ending) -> Option<Rest> {
    let state = tap.observer().state();
    let is_asked = ending == Ending::Finished && !state.may_peer_send();
    let has_more = tap.passable() > 0 || is_asked && has_unread(tap);
    let farewell = farewell(ending, state, tap.has_unsent(), has_more);
    let is_left = farewell != Farewell::None || tap.observer().is_unsettled();
    is_left.then_some(Rest(farewell))
}

/// Whether the transport may hold unread bytes: the peer may have sent more since the last read. Reads
/// and records some of them. Closing with unread bytes would reset the connection, and the last answer
/// could be lost. Costs a system call.
fn has_unread<T: Transport>(tap: &mut Tap<T>) -> bool {
    // No task waits for room in the log here.
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

impl Rest {
    /// Does what is left. Writing and lingering each end within the limits.
    pub(super) async fn carry_out<T: Transport>(
        self,
        mut tap: Tap<T>,
        config: &Config,
        phases: &Phases,
    ) {
        let limits = config.linger;
        match self.0 {
            Farewell::None => {}
            Farewell::Send(refusal) => {
                send(&mut tap, refusal, config).await;
            }
            Farewell::Linger(refusal) => {
                if send(&mut tap, refusal, config).await {
                    linger::drain(limits, phases, async || tap.read_past().await).await;
                }
            }
            Farewell::LingerBriefly => {
                if send(&mut tap, None, config).await {
                    let time = limits.time.min(phases.grace());
                    let limits = linger::Limits { time, ..limits };
                    linger::drain(limits, phases, async || tap.read_past().await).await;
                }
            }
        }
        if tap.observer().is_unsettled() {
            tap.observer_mut().settle().await;
        }
    }
}

/// Sends what has not left, then the refusal, then the end. Returns whether all has left in time.
async fn send<T: Transport>(tap: &mut Tap<T>, refusal: Option<Refusal>, config: &Config) -> bool {
    let mut bytes = tap.take_unsent();
    if let Some(refusal) = refusal {
        let is_for_head = tap.observer().refuses_head();
        bytes.extend(response::refusal_bytes(
            refusal,
            is_for_head,
            &config.answers.refusal_fields(),
        ));
    }
    let sent = timeout(config.linger.time, write_last(tap.inner_mut(), &bytes)).await;
    let have_left = matches!(sent, Ok(Ok(())));
    tap.observer_mut().sent_last(refusal, have_left);
    have_left
}

#[cfg(test)]
#[path = "close_tests.rs"]
mod tests;
