//! A connection's one timer: it limits each wait of the connection.
//!
//! The connection state names what the connection waits for. The connection driver polls the timer
//! whenever the connection has to wait, and tells the state when the time is up.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::config::Config;
use super::event::Awaited;
use super::state::State;

/// The timer of one connection.
///
/// It is reset only if it would fire too late, or has fired too early. So most requests reset no timer.
pub(super) struct Timer<'a> {
    config: &'a Config,
    /// How long a drain waits for the first byte of a connection.
    grace: Duration,
    /// When the time began, and the state's progress then. None before the connection waits for the first
    /// time: a short connection needs no look at the clock.
    since: Option<(Instant, u32)>,
    /// Made once the connection waits.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<'a> Timer<'a> {
    /// The timer of a new connection.
    pub(super) fn new(config: &'a Config, grace: Duration) -> Self {
        Self {
            config,
            grace,
            since: None,
            sleep: None,
        }
    }

    /// Ready when what `state` awaits has taken too long.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, state: State) -> Poll<()> {
        let at = match self.limit(state.awaits()) {
            Limit::None => return Poll::Pending,
            Limit::Over => return Poll::Ready(()),
            Limit::Within(time) => self.since(state) + time,
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if at < sleep.deadline() {
            sleep.as_mut().reset(at);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if at <= sleep.deadline() {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(at);
        }
    }

    fn since(&mut self, state: State) -> Instant {
        match self.since {
            Some((since, progress)) if progress == state.progress() => since,
            _ => {
                let now = Instant::now();
                self.since = Some((now, state.progress()));
                now
            }
        }
    }

    fn limit(&self, awaited: Awaited) -> Limit {
        Limit::Within(match awaited {
            Awaited::Log | Awaited::Due => return Limit::None,
            Awaited::Nothing => return Limit::Over,
            Awaited::Head => self.config.header_timeout,
            Awaited::FirstByteInDrain => self.grace,
            Awaited::Next | Awaited::Taking => self.config.idle_timeout,
            Awaited::Finish => self.config.linger.time,
        })
    }
}

/// How long something may take.
enum Limit {
    /// As long as it likes.
    None,
    /// No time: the wait is over already.
    Over,
    /// This long, from the last progress on.
    Within(Duration),
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::timeout;

    use super::super::event::Event;
    use super::super::testing::{HEADER_TIMEOUT, config};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_log_does_not_count() {
        let config = config();
        let mut timer = Timer::new(&config, Duration::ZERO);
        let mut state = State::NEW;
        state.on(Event::LogBlocked);
        let hour = Duration::from_hours(1);
        let is_over = timeout(hour, poll_fn(|cx| timer.poll(cx, state))).await;
        assert!(is_over.is_err());
        state.on(Event::LogUnblocked);
        let begun = Instant::now();
        poll_fn(|cx| timer.poll(cx, state)).await;
        assert_eq!(begun.elapsed().as_secs(), HEADER_TIMEOUT.as_secs());
    }
}
