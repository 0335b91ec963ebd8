//! The limit on open descriptors, of which every connection takes one.
//!
//! Many systems start programs with a limit of 1024, far below what they allow, and below the default limit
//! of connections. A program calls this first.
//!
//! # Invariants
//!
//! - A program that goes on from here can open the descriptors that it needs at least. To be sure, it
//!   opens as many once: it does not know how many are open already.

use std::fmt::Display;

use crate::diagnostics::debug_is_display;
use log::warn;
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::stdio::stdin;
use thiserror::Error;

/// The descriptors of a runtime: its poll twice, its waker, and its end of the pipe for signals.
const RUNTIME: usize = 4;

/// The descriptors for signals: their pipe, and the terminal that is watched.
const SIGNALS: usize = 3;

/// The descriptor of a service's log.
const LOG: usize = 1;

/// The descriptors that a service opens at least while it serves: a connection; the log file that is opened
/// again, and once more to look at its end; the request to the kernel about handshakes.
const SERVING: usize = 4;

/// The descriptors of a client, a chat or a probe: two sockets, one for each address family; the
/// resolver's files; the terminal.
const TALKING: usize = 6;

/// The descriptors that are open from the start, or that a parent may leave open.
const INHERITED: u64 = 16;

/// The limit on open descriptors is too low.
#[derive(Error)]
#[error("the limit on open descriptors (ulimit -n) is {limit}: {purpose} needs at least {needed}")]
pub struct TooFew {
    limit: u64,
    needed: u64,
    purpose: String,
}

debug_is_display!(TooFew);

/// Raises this process's limit to what that many connections need, or as far as the system allows. Warns
/// if that is less: the service will have to pause accepting.
///
/// # Errors
///
/// If a service with that many workers, each with that many listeners, could not serve.
pub(crate) fn provide(connections: usize, workers: usize, listeners: usize) -> Result<(), TooFew> {
    let needed = RUNTIME + SIGNALS + LOG + workers * (RUNTIME + listeners) + SERVING;
    let wanted = (connections as u64)
        .saturating_add(needed as u64)
        .saturating_add(INHERITED);
    let has = raise(wanted);
    require(needed, serving(workers))?;
    if has < wanted {
        warn!("the system allows {has} open descriptors; {connections} connections need {wanted}");
    }
    Ok(())
}

/// Makes sure that so many workers, whose listeners are open by now, can start and serve.
///
/// # Errors
///
/// If they could not.
pub(crate) fn provide_workers(workers: usize) -> Result<(), TooFew> {
    require(workers * RUNTIME + SERVING, serving(workers))
}

/// Makes sure that a client, a chat or a probe can do its work. Raises the limit as far as the system allows.
///
/// # Errors
///
/// If it could not.
pub fn provide_talk() -> Result<(), TooFew> {
    let needed = RUNTIME + SIGNALS + TALKING;
    raise(needed as u64 + INHERITED);
    require(needed, "this command")
}

fn serving(workers: usize) -> String {
    let plural = if workers == 1 { "" } else { "s" };
    format!("serving with {workers} worker{plural}")
}

/// The limit now.
fn limit() -> u64 {
    // None means no limit.
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Raises the limit to `wanted`, or as far as the system allows. Returns the new limit.
fn raise(wanted: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|now| now < wanted) {
        let possible = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        let current = Some(possible);
        // If that fails, the limit stays as it is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    }
    limit()
}

/// Opens so many descriptors, and closes them again.
fn require(needed: usize, purpose: impl Display) -> Result<(), TooFew> {
    let mut held = Vec::new();
    while held.len() < needed {
        match fcntl_dupfd_cloexec(stdin(), 0) {
            Ok(descriptor) => held.push(descriptor),
            Err(Errno::MFILE) => {
                let limit = limit();
                return Err(TooFew {
                    limit,
                    needed: limit + (needed - held.len()) as u64,
                    purpose: purpose.to_string(),
                });
            }
            // The part that needs a descriptor will report the error.
            Err(_) => break,
        }
    }
    Ok(())
}
