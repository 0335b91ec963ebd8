//! A second service of the process, which shows what the first one does.
//!
//! It has one worker, and serves until the process ends: no drain waits for it.

use std::fmt;
use std::io;
use std::time::Duration;

use super::acceptor::Protocol;
use super::drain::{Drain, DrainLimits};
use super::workers::{self, Workers};
use crate::net::address::Address;
use crate::net::bound::BoundAddress;
use crate::net::listen::Bound;

/// A second service, to be started.
pub struct SecondService {
    /// The address to listen on.
    pub(super) listen: Address,
    /// The most connections that it serves at once.
    pub(super) max_connections: usize,
    start: Start,
}

/// Starts it at what was bound, beside a service at these addresses.
type Start = Box<dyn FnOnce(Bound, &[BoundAddress]) -> io::Result<Running>>;

/// A second service that serves, until this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    _workers: Workers,
    /// What announces it.
    pub(super) lines: Vec<String>,
}

impl SecondService {
    /// A service at this address. `protocol` makes its protocol, and the lines that announce it, from the
    /// addresses that were bound and from those of the first service.
    pub(crate) fn new<P: Protocol>(
        listen: Address,
        max_connections: usize,
        protocol: impl FnOnce(&[BoundAddress], &[BoundAddress]) -> io::Result<(P, Vec<String>)>
        + 'static,
    ) -> Self {
        let start = move |bound: Bound, service: &[BoundAddress]| {
            let (protocol, lines) = protocol(&bound.addresses, service)?;
            // It is never drained.
            let (drain, limits) = (Drain::of_this_system(), DrainLimits::new(Duration::ZERO));
            let workers = workers::spawn(bound, protocol, max_connections, drain, limits)?;
            Ok(Running {
                _workers: workers,
                lines,
            })
        };
        Self {
            listen,
            max_connections,
            start: Box::new(start),
        }
    }

    /// Starts it at what was bound, beside a service at these addresses.
    ///
    /// # Errors
    ///
    /// The system refuses a thread, or random bits.
    pub(super) fn start(self, bound: Bound, service: &[BoundAddress]) -> io::Result<Running> {
        (self.start)(bound, service)
    }
}

impl fmt::Debug for SecondService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondService")
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}
