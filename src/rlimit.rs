//! The limit on open descriptors, of which every connection takes one.
//!
//! Many systems start programs with room for 1024, far below what they would allow, and below the
//! default limit of connections. What always holds: a program that goes on from here has the descriptors
//! that it can't do without. The kernel is asked for them; no table says what is open already.

use std::fmt::Display;

use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::stdio::stdin;
use thiserror::Error;
use tracing::warn;

/// What each runtime has: its poll twice, what wakes it, and its end of the pipe for signals.
const RUNTIME: usize = 4;

/// What the program has once: the pipe for signals, and the terminal that is watched.
const SIGNALS: usize = 3;

/// What a service has once: its log.
const LOG: usize = 1;

/// What a service opens while it serves, at least: a connection; the log file that is opened again, and
/// once more to look at its end; the question to the kernel who is about to connect.
const SERVING: usize = 4;

/// What a client, a chat or a probe opens: two sockets, for an address has two families; what the
/// resolver reads; the terminal.
const TALKING: usize = 6;

/// What is open from the start, and what a parent may leave open.
const INHERITED: u64 = 16;

/// The limit on open descriptors is too low.
#[derive(Debug, Error)]
#[error("the limit on open descriptors (ulimit -n) is {limit}: {purpose} needs at least {needed}")]
pub struct TooFew {
    limit: u64,
    needed: u64,
    purpose: String,
}

/// Raises this process's limit, as far as the system allows it, to what that many connections need. Where
/// that is less, it is said: accepting will have to pause.
///
/// # Errors
///
/// Where a service with that many workers, each with that many listeners, could not serve.
pub fn provide(connections: usize, workers: usize, listeners: usize) -> Result<(), TooFew> {
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

/// Makes sure that so many workers, whose listeners are open by now, can be started, and can serve.
///
/// # Errors
///
/// Where they could not.
pub fn provide_workers(workers: usize) -> Result<(), TooFew> {
    require(workers * RUNTIME + SERVING, serving(workers))
}

/// Makes sure that a client, a chat or a probe can do its work. Raises the limit, as far as the system
/// allows it.
///
/// # Errors
///
/// Where it could not.
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
    // None is no limit.
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Raises the limit to `wanted`, or as far as the system allows it. The limit then.
fn raise(wanted: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|now| now < wanted) {
        let possible = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        let current = Some(possible);
        // Where that fails, the limit stays.
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
            // Whoever needs one will say what is wrong.
            Err(_) => break,
        }
    }
    Ok(())
}
