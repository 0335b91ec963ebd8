//! The drain without any means of the system.
//!
//! For systems other than Linux. The acceptor serves the clients in the accept queue and then closes its
//! listener.
//!
//! Limitation: a client that connects at that moment may be reset.

use tokio::time::Instant;

use super::limits::DrainLimits;
use crate::net::accept::Listen;
use crate::net::listen::Bound;

/// Prepares nothing.
pub(super) fn prepare(_: &Bound, _: DrainLimits) {}

/// Waits for no handshake.
pub(super) fn finish_handshakes(_: &impl Listen, _: DrainLimits, _: impl AsyncFn(Instant)) {}
