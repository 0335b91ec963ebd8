//! How a service comes to its end: signals on one side, phases on the other.
//!
//! Signals are caught from the moment [`Signals`] exists, also as PID 1, where the kernel gives
//! them no default effect. What a signal means is left to the caller; what a phase means for a
//! connection, to the connection.

use std::io;
use std::time::Duration;

use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The longest round trip that an end still waits for. Between any two places on earth it is shorter,
/// as long as nothing is lost.
const ROUND_TRIP: Duration = Duration::from_millis(300);

/// How long an end waits for what may be under way: a round trip, but at most half of the drain, in
/// which everything else has to be done too.
#[must_use]
pub fn grace(drain_timeout: Duration) -> Duration {
    ROUND_TRIP.min(drain_timeout / 2)
}

/// What the service is doing. It only ever goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Accepts and keeps connections.
    Serving,
    /// Still accepts, but each answer is its connection's last.
    Closing,
    /// Accepts no more; finishes what is in flight.
    Draining,
    /// Finishes nothing more.
    Cut,
}

/// Tells the phase to whoever has the other end.
pub type PhaseSender = watch::Sender<Phase>;

/// Follows the phase.
#[derive(Debug, Clone)]
pub struct Phases {
    phase: watch::Receiver<Phase>,
    grace: Duration,
}

/// The two ends of a service's phase, which begins as [`Phase::Serving`]. `grace` is for whom it may
/// concern: [`Phases::grace`].
#[must_use]
pub fn phases(grace: Duration) -> (PhaseSender, Phases) {
    let (sender, phase) = watch::channel(Phase::Serving);
    (sender, Phases { phase, grace })
}

impl Phases {
    /// The phase now.
    #[must_use]
    pub fn now(&self) -> Phase {
        *self.phase.borrow()
    }

    /// How long an end waits for what may be under way.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// Waits for the next phase.
    ///
    /// # Cancel safety
    ///
    /// A change that comes while nobody waits is seen by the next call.
    pub async fn next(&mut self) -> Phase {
        if self.phase.changed().await.is_err() {
            // Whoever told the phase is gone: there is nothing left to work for.
            return Phase::Cut;
        }
        *self.phase.borrow_and_update()
    }

    /// Waits until the phase is at least `phase`.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub async fn reached(&mut self, phase: Phase) {
        // Fails only when the sender is gone, which is as good as any end.
        let _ = self.phase.wait_for(|now| *now >= phase).await;
    }
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: `docker stop`, an init system.
    Terminate,
    /// SIGHUP: open the log file again.
    Reopen,
}

/// The signals of this process.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Caught only where a log file could be opened again: else it keeps its default effect,
    /// and under `nohup` none.
    hangup: Option<Signal>,
}

impl Signals {
    /// Catches SIGINT and SIGTERM from now on, and SIGHUP with `reopens`. In a tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system said to a handler.
    pub fn catch(reopens: bool) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: reopens.then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    /// Waits for the next signal.
    ///
    /// # Cancel safety
    ///
    /// A signal that comes while nobody waits is given to the next call.
    pub async fn next(&mut self) -> Request {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        select! {
            _ = self.interrupt.recv() => Request::Interrupt,
            _ = self.terminate.recv() => Request::Terminate,
            _ = hangup => Request::Reopen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_end_waits_for_leaves_the_drain_its_time() {
        for (drain, expected) in [(0, 0), (200, 100), (600, 300), (10_000, 300)] {
            let expected = Duration::from_millis(expected);
            assert_eq!(grace(Duration::from_millis(drain)), expected, "{drain}");
        }
    }
}
