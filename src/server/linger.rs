//! The end of a connection whose peer may still be sending.
//!
//! A socket that is closed with bytes unread, or that receives some afterwards, resets the connection. The
//! reset can overtake the answer, and the peer loses it. So a protocol shuts its writing side down first,
//! and then reads on here, within limits, until the peer has closed its side (RFC 9112 section 9.6).

use std::io;
use std::time::Duration;

use tokio::select;
use tokio::time::{sleep, timeout};

use super::phase::{Phase, Phases};

/// How long, and how much, the service reads from a peer that goes on sending.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For how long.
    pub time: Duration,
    /// How many bytes.
    pub bytes: u64,
}

/// Reads on through `read`, which returns the length of what it read, until the peer's end, an error, or a
/// limit. In a drain the time is at most [`Phases::grace`]: the peer has its answer, and has noticed the
/// end by then.
pub(crate) async fn drain(
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
    let drained = async {
        phases.reached(Phase::Draining).await;
        sleep(phases.grace()).await;
    };
    // At a limit the caller closes the connection.
    select! {
        _ = timeout(limits.time, until_end) => {}
        () = drained => {}
    }
}
