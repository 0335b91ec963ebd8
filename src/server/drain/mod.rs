//! How a service drains: its listeners close without resetting a client.
//!
//! Closing a listener resets the clients in its accept queue, and those whose handshake is under way. So
//! before an acceptor closes its listener, [`Drain`] decides how long it goes on accepting. Each system
//! has its own means:
//!
//! - `linux`: sees handshakes that are under way, and lets no new one begin. While the service runs, the
//!   kernel also keeps each connection until its first bytes are there, which saves CPU time.
//! - `plain`, on other systems: no wait. The acceptor still serves the clients in the accept queue.
//!
//! `limits` has the durations. What a connection does in a drain is left to its protocol, with
//! [`linger`](super::linger).
//!
//! # Invariants
//!
//! - No caller knows the mechanism.
//! - A mechanism that the system refuses is logged (debug), and the service goes on without it.

mod limits;
#[cfg(target_os = "linux")]
mod linux;
mod plain;

use tokio::time::Instant;

use crate::net::accept::Listen;
use crate::net::listen::Bound;
pub(crate) use limits::DrainLimits;
pub(super) use limits::{CUT, LAST_RECORDS};

/// The mechanism by which the listeners of a service drain. All workers share it.
#[derive(Debug)]
pub(super) enum Drain {
    /// With the means of Linux.
    #[cfg(target_os = "linux")]
    Linux(linux::Kernel),
    /// Without any means of the system.
    #[cfg_attr(
        all(target_os = "linux", not(test)),
        expect(dead_code, reason = "Linux has a better one; tests run both")
    )]
    Plain,
}

impl Drain {
    /// The best mechanism of this system.
    pub(super) fn of_this_system() -> Self {
        #[cfg(target_os = "linux")]
        return Self::Linux(linux::Kernel::default());
        #[cfg(not(target_os = "linux"))]
        Self::Plain
    }

    /// Prepares the listeners of a service that is about to start.
    pub(super) fn prepare(&mut self, bound: &Bound, limits: DrainLimits) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Linux(kernel) => kernel.prepare(bound, limits),
            Self::Plain => plain::prepare(bound, limits),
        }
    }

    /// Calls `accept_until`, which accepts connections of `listener`, until no handshake with it is under way.
    /// Without the means of a system it does not call it. Afterwards clients may still be in the accept queue.
    pub(super) async fn finish_handshakes(
        &self,
        listener: &impl Listen,
        limits: DrainLimits,
        accept_until: impl AsyncFn(Instant),
    ) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Linux(kernel) => {
                // Other listeners have no handshakes.
                if let Some(socket) = listener.tcp_socket() {
                    kernel.finish_handshakes(socket, limits, accept_until).await;
                }
            }
            Self::Plain => plain::finish_handshakes(listener, limits, accept_until),
        }
    }
}
