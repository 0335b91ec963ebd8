//! The end of a connection whose peer may still be sending.
//!
//! Closing a socket that holds unread bytes, or gets some, resets the connection, and a reset can
//! overtake the answer: the peer loses it. So the writing side is shut down first and what still
//! comes is read, within bounds, until the peer has closed its side (RFC 9112 section 9.6).

use std::io;
use std::time::Duration;

use tokio::select;
use tokio::time::{sleep, timeout};

use super::phase::{Phase, Phases};

/// How long, and for how much, a peer that goes on sending is listened to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For how long.
    pub time: Duration,
    /// For how many bytes.
    pub bytes: u64,
}

/// Reads on through `read`, which gives the length of what it read, until the peer closes, an
/// error, or a limit. During a drain [`Phases::grace`] is the limit: the peer has its answer, and has
/// noticed the end by then.
pub async fn drain(
    limits: Limits,
    phases: &Phases,
    mut read: impl AsyncFnMut() -> io::Result<usize>,
) {
    let until_end = async {
        let mut left = limits.bytes;
        while left > 0 {
            match read().await {
                Ok(0) | Err(_) => return,
                Ok(length) => left = left.saturating_sub(length as u64),
            }
        }
    };
    let hurried = async {
        phases.reached(Phase::Draining).await;
        sleep(phases.grace()).await;
    };
    // At any limit the connection is simply closed.
    select! {
        _ = timeout(limits.time, until_end) => {}
        () = hurried => {}
    }
}
