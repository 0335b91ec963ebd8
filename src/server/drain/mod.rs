//! What Linux offers to a service that drains, and to one that is to drain well: who has connected is still
//! served, and nobody is reset.
//!
//! Stands between the acceptor and the kernel. `defer_accept` leaves a connection with the kernel until its
//! first bytes are there, `sock_diag` asks whether the kernel has any such connection left, and `syn_filter`
//! lets no other begin. What always holds: each says so where the system can't do it, and the service goes on
//! without.

mod defer_accept;
mod sock_diag;
mod syn_filter;

use tracing::debug;

use crate::net::listen::Bound;
pub(super) use defer_accept::{LONGEST, no_more};
pub(super) use sock_diag::{AGAIN, Known, UnderWay};
pub(super) use syn_filter::let_none_begin;

/// Leaves each connection with the kernel until its peer has sent something, where the kernel can do that.
pub(super) fn defer(bound: &mut Bound) {
    for listener in bound.listeners.iter().flatten() {
        match defer_accept::until_first_bytes(listener) {
            Ok(()) => bound.defers = true,
            Err(error) => debug!(%error, "connections are accepted before their first bytes"),
        }
    }
}
