//! How a service comes to its end: the phases it goes through.
//!
//! Which signal begins one is the service's to say (see [`crate::signals`]); what a phase means for a
//! connection, the connection's.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// The longest round trip that an end still waits for. Between any two places on earth it is shorter,
/// as long as nothing is lost.
const ROUND_TRIP: Duration = Duration::from_millis(300);

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

/// Tells a worker the phase, from any thread.
pub type PhaseSender = watch::Sender<Phase>;

/// A worker's end of that.
#[derive(Debug)]
pub struct PhaseReceiver {
    phase: watch::Receiver<Phase>,
    drain_timeout: Duration,
}

/// The two ends of a service's phase, which begins as [`Phase::Serving`]. Its drain may take so long.
#[must_use]
pub fn phases(drain_timeout: Duration) -> (PhaseSender, PhaseReceiver) {
    let (sender, phase) = watch::channel(Phase::Serving);
    let receiver = PhaseReceiver {
        phase,
        drain_timeout,
    };
    (sender, receiver)
}

/// Follows the phase on a worker's thread: every connection has one, and looks at it for every
/// request, so neither costs an atomic operation.
#[derive(Debug, Clone)]
pub struct Phases(Rc<Here>);

#[derive(Debug)]
struct Here {
    phase: Cell<Phase>,
    changed: Notify,
    drain_timeout: Duration,
}

impl PhaseReceiver {
    /// For the connections of the calling thread, and what tells them of each change as long as it is
    /// polled, up to [`Phase::Cut`].
    pub fn here(mut self) -> (Phases, impl Future<Output = ()>) {
        let phases = Phases(Rc::new(Here {
            phase: Cell::new(*self.phase.borrow()),
            changed: Notify::new(),
            drain_timeout: self.drain_timeout,
        }));
        let here = phases.clone();
        let tell = async move {
            while here.now() < Phase::Cut {
                let changed = self.phase.changed().await;
                // Where nobody is left to tell the phase, there is nothing left to work for.
                here.enter(changed.map_or(Phase::Cut, |()| *self.phase.borrow_and_update()));
            }
        };
        (phases, tell)
    }
}

impl Phases {
    /// The phase now.
    #[must_use]
    pub fn now(&self) -> Phase {
        self.0.phase.get()
    }

    /// How long an end waits for what may be under way: a round trip, but at most half of the drain, in
    /// which everything else has to be done too.
    #[must_use]
    pub fn grace(&self) -> Duration {
        ROUND_TRIP.min(self.0.drain_timeout / 2)
    }

    /// How long an answer's acknowledgement is awaited: a round trip, and from the drain on its grace.
    #[must_use]
    pub fn round_trip(&self) -> Duration {
        if self.now() < Phase::Draining {
            ROUND_TRIP
        } else {
            self.grace()
        }
    }

    /// Waits until the phase is past `phase`: the phase then.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub async fn after(&self, phase: Phase) -> Phase {
        self.until(|now| now > phase).await
    }

    /// Waits until the phase is at least `phase`.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub async fn reached(&self, phase: Phase) {
        self.until(|now| now >= phase).await;
    }

    /// Who waits for a later phase than this one is not woken in vain.
    fn enter(&self, phase: Phase) {
        if phase > self.now() {
            self.0.phase.set(phase);
            self.0.changed.notify_waiters();
        }
    }

    async fn until(&self, is_it: impl Fn(Phase) -> bool) -> Phase {
        loop {
            let changed = self.0.changed.notified();
            let now = self.now();
            if is_it(now) {
                return now;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_end_waits_for_leaves_the_drain_its_time() {
        for (drain, expected) in [(0, 0), (200, 100), (600, 300), (10_000, 300)] {
            let (_sender, receiver) = phases(Duration::from_millis(drain));
            let (here, _tell) = receiver.here();
            assert_eq!(here.grace(), Duration::from_millis(expected), "{drain}");
        }
    }

    #[test]
    fn an_acknowledgement_has_its_time_until_the_drain() {
        let (_sender, receiver) = phases(Duration::ZERO);
        let (here, _tell) = receiver.here();
        for (phase, expected) in [
            (Phase::Serving, ROUND_TRIP),
            (Phase::Closing, ROUND_TRIP),
            (Phase::Draining, Duration::ZERO),
        ] {
            here.enter(phase);
            assert_eq!(here.round_trip(), expected, "{phase:?}");
        }
    }

    #[tokio::test]
    async fn who_waits_learns_of_each_phase_and_at_last_that_nobody_tells_any() {
        let (sender, receiver) = phases(Duration::ZERO);
        let (here, tell) = receiver.here();
        let waiting = async {
            here.reached(Phase::Serving).await;
            sender.send_replace(Phase::Closing);
            assert_eq!(here.after(Phase::Serving).await, Phase::Closing);
            sender.send_replace(Phase::Draining);
            here.reached(Phase::Draining).await;
            here.reached(Phase::Closing).await;
            assert_eq!(here.now(), Phase::Draining);
            drop(sender);
            assert_eq!(here.after(Phase::Draining).await, Phase::Cut);
        };
        tokio::join!(tell, waiting);
    }
}
