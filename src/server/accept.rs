//! Accepts connections in spite of failures.
//!
//! Stands between a listener and the acceptor, which decides when a connection is served.
//!
//! # Invariants
//!
//! - A failed accept neither spins nor ends the service.
//! - No connection is lost that the system has handed over.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use log::{debug, warn};
use tokio::time::sleep;

use crate::net::accept::{Listen, is_of_one_connection};
use crate::net::peer::Peer;

/// The pause after an accept that failed for lack of descriptors or memory: long enough not to spin, short
/// enough to be hardly noticed once connections have ended.
const PAUSE: Duration = Duration::from_millis(100);

/// The shortest time between two warnings about a shortage.
const WARN_INTERVAL: Duration = Duration::from_mins(1);

/// The lack of descriptors or memory, as all listeners of a service see it.
#[derive(Debug, Default)]
pub(super) struct Shortage {
    warned: Mutex<Option<Instant>>,
}

impl Shortage {
    /// Warns, unless a listener did lately, and waits a little.
    async fn pause(&self, error: &io::Error) {
        if self.may_warn() {
            warn!("cannot accept: {error}; who connects waits until others have left");
        }
        sleep(PAUSE).await;
    }

    fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let may_warn = warned.is_none_or(|at| at.elapsed() >= WARN_INTERVAL);
        if may_warn {
            *warned = Some(Instant::now());
        }
        may_warn
    }
}

/// Accepts one connection, however often that fails first.
///
/// # Cancel safety
///
/// No connection is lost when dropped.
pub(super) async fn accept<L: Listen>(listener: &L, shortage: &Shortage) -> (L::Transport, Peer) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {
                debug!("a connection ended before its accept: {error}");
            }
            Err(error) => shortage.pause(&error).await,
        }
    }
}

/// Accepts one connection from the accept queue. None if the queue is empty.
///
/// # Cancel safety
///
/// No connection is lost when dropped.
pub(super) async fn accept_queued<L: Listen>(
    listener: &L,
    shortage: &Shortage,
) -> Option<(L::Transport, Peer)> {
    loop {
        match listener.accept_queued() {
            Ok(accepted) => return Some(accepted),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(error) => shortage.pause(&error).await,
        }
    }
}
