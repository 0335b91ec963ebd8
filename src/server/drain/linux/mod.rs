//! The drain by the means of Linux.
//!
//! `defer_accept` has the kernel keep a connection until its first bytes are there, `sock_diag` asks
//! whether the kernel has any such connection or handshake left, and `syn_filter` lets no new handshake
//! begin. This file puts them in order.

mod defer_accept;
mod sock_diag;
mod syn_filter;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use log::debug;
use tokio::time::Instant;

use super::limits::DrainLimits;
use crate::net::listen::Bound;
use sock_diag::{Handshakes, Pending};

/// The shortest drain with which connections are deferred. It has time for silent connections that the
/// kernel keeps, 1.6 s, and at least as much for everything else.
const LEAST_DRAIN_TO_DEFER: Duration = Duration::from_secs(4);

/// How long an acceptor goes on after the last handshake could begin. The kernel processes packets that
/// came before within microseconds.
const SETTLED: Duration = Duration::from_millis(10);

/// How long an acceptor waits before it asks for connections that the kernel keeps. The workers reach
/// the drain one after the other, and share one answer.
const COALESCE: Duration = Duration::from_millis(1);

/// What the service knows of its listeners in the kernel.
#[derive(Debug, Default)]
pub(crate) struct Kernel {
    /// Whether the kernel keeps connections until their first bytes are there.
    defers: bool,
    handshakes: Handshakes,
}

impl Kernel {
    /// Has the kernel keep each connection until its client has sent bytes, if the drain has time for that.
    pub(super) fn prepare(&mut self, bound: &Bound, limits: DrainLimits) {
        if limits.timeout < LEAST_DRAIN_TO_DEFER {
            return;
        }
        for listener in bound.listeners.iter().flat_map(|worker| &worker.tcp) {
            match defer_accept::enable(listener) {
                Ok(()) => self.defers = true,
                Err(error) => debug!("connections are accepted before their first bytes: {error}"),
            }
        }
    }

    /// Accepts until no handshake is under way and none can begin.
    pub(super) async fn finish_handshakes(
        &self,
        listener: BorrowedFd<'_>,
        limits: DrainLimits,
        accept_until: impl AsyncFn(Instant),
    ) {
        if self.defers && stops_deferring(listener) {
            // Connections of silent clients too: a client may still be about to send.
            let longest = defer_accept::LONGEST + limits.grace();
            self.accept_pending(listener, Instant::now(), COALESCE, longest, &accept_until)
                .await;
        }
        if let Err(error) = syn_filter::block_handshakes(listener) {
            debug!("clients that connect at this moment may be reset: {error}");
            return;
        }
        let since = Instant::now() + SETTLED / 2;
        self.accept_pending(listener, since, SETTLED, limits.grace(), &accept_until)
            .await;
    }

    /// Accepts for `first`, and then until no handshake is pending, but at most for `longest`. Only answers
    /// of the kernel from after `since` count.
    ///
    /// Limitation: handshakes on the same port of another address, or of another program that shares the
    /// port, count as pending.
    async fn accept_pending(
        &self,
        listener: BorrowedFd<'_>,
        mut since: Instant,
        first: Duration,
        longest: Duration,
        accept_until: &impl AsyncFn(Instant),
    ) {
        let stop_by = Instant::now() + longest;
        let mut ask_at = Instant::now() + first;
        loop {
            accept_until(ask_at.min(stop_by)).await;
            if Instant::now() >= stop_by {
                return;
            }
            match self.handshakes.pending(listener, since) {
                Ok(Pending::No) => return,
                Ok(Pending::AskAt(at)) => ask_at = at,
                // Then there may be some.
                Err(error) => {
                    debug!("the kernel does not tell which handshakes are under way: {error}");
                    since = Instant::now();
                    ask_at = since + sock_diag::INTERVAL;
                }
                Ok(Pending::Yes) => {
                    since = Instant::now();
                    ask_at = since + sock_diag::INTERVAL;
                }
            }
        }
    }
}

/// Has the listener hand over each connection without its first bytes.
fn stops_deferring(listener: BorrowedFd<'_>) -> bool {
    defer_accept::disable(listener)
        .inspect_err(|error| debug!("silent clients may be reset: {error}"))
        .is_ok()
}
