//! Notices that a request has begun, and that no more of it comes for a while.
//!
//! The connection driver polls it whenever the connection has to wait, and has the log show the pause. It
//! ends nothing: `timeouts` does.
//!
//! # Invariants
//!
//! Each request is noticed once at most.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::capture::Unfinished;

/// How long a pause lasts before it is noticed.
const PAUSE: Duration = Duration::from_secs(1);

/// The pauses of one connection's requests.
#[derive(Debug)]
pub(super) struct Pauses {
    sleep: Pin<Box<Sleep>>,
    /// The number and the length of the request when the time began. None without an unfinished request.
    seen: Option<(u64, u64)>,
    /// The number of the last request that was noticed.
    noticed: u64,
}

impl Pauses {
    /// The pauses of a new connection.
    pub(super) fn new() -> Self {
        Self {
            sleep: Box::pin(sleep_until(Instant::now())),
            seen: None,
            noticed: 0,
        }
    }

    /// Ready once for each request that has paused. `request` is the unfinished request that waits for its
    /// client.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        request: Option<&Unfinished<'_>>,
    ) -> Poll<()> {
        let now = request.map(|request| (request.number, request.bytes));
        if self.seen != now {
            self.seen = now;
            self.sleep.as_mut().reset(Instant::now() + PAUSE);
        }
        match now {
            Some((number, _)) if number != self.noticed => {
                ready!(self.sleep.as_mut().poll(cx));
                self.noticed = number;
                Poll::Ready(())
            }
            _ => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::timeout;

    use super::*;
    use crate::capture::Missing;

    /// When the pause of this request is noticed, within a minute.
    async fn noticed(pauses: &mut Pauses, number: u64, bytes: u64) -> Option<Duration> {
        let request = Unfinished {
            number,
            raw: b"GET",
            bytes,
            missing: Missing::HeadEnd,
        };
        let begun = Instant::now();
        let pause = poll_fn(|cx| pauses.poll(cx, Some(&request)));
        let noticed = timeout(Duration::from_mins(1), pause).await;
        noticed.ok().map(|()| begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_noticed_once_for_each_request() {
        let mut pauses = Pauses::new();
        assert_eq!(noticed(&mut pauses, 1, 3).await, Some(PAUSE));
        assert_eq!(noticed(&mut pauses, 1, 3).await, None);
        assert_eq!(noticed(&mut pauses, 1, 4).await, None);
        assert_eq!(noticed(&mut pauses, 2, 3).await, Some(PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn each_byte_begins_the_time_again() {
        let mut pauses = Pauses::new();
        let almost = PAUSE.checked_sub(Duration::from_millis(10)).unwrap();
        for bytes in 1..5 {
            let noticed = timeout(almost, noticed(&mut pauses, 1, bytes)).await;
            assert!(noticed.is_err(), "{bytes}");
        }
        assert_eq!(noticed(&mut pauses, 1, 5).await, Some(PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_request_nothing_is_noticed() {
        let mut pauses = Pauses::new();
        let pause = poll_fn(|cx| pauses.poll(cx, None));
        assert!(timeout(Duration::from_mins(1), pause).await.is_err());
    }
}
