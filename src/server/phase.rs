//! The phases of a service's end, and how every connection learns of them.
//!
//! The service decides when a phase begins, for example at a signal. Each connection decides what the
//! phase means for it. [`Phases`] also carries the durations of the drain.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::drain::DrainLimits;

/// What the service is doing. It only ever goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Accepts and keeps connections.
    Serving,
    /// Still accepts, but each answer is its connection's last.
    Closing,
    /// Accepts no more, and finishes requests in flight.
    Draining,
    /// Finishes nothing more.
    Cut,
}

/// Sets the phase of one worker, from any thread.
pub(crate) type PhaseSender = watch::Sender<Phase>;

/// Receives the phase of one worker, on its thread.
#[derive(Debug)]
pub(crate) struct PhaseReceiver {
    phase: watch::Receiver<Phase>,
    limits: DrainLimits,
}

/// The two ends of a worker's phase, which begins as [`Phase::Serving`].
pub(crate) fn phases(limits: DrainLimits) -> (PhaseSender, PhaseReceiver) {
    let (sender, phase) = watch::channel(Phase::Serving);
    (sender, PhaseReceiver { phase, limits })
}

/// The phase on a worker's thread.
///
/// Every connection has a clone and reads it for every request, so neither costs an atomic operation.
#[derive(Debug, Clone)]
pub struct Phases(Rc<State>);

#[derive(Debug)]
struct State {
    phase: Cell<Phase>,
    changed: Notify,
    limits: DrainLimits,
}

impl PhaseReceiver {
    /// The phase for the connections of this thread, and a future that updates it as long as it is polled,
    /// until [`Phase::Cut`].
    pub(crate) fn follow(mut self) -> (Phases, impl Future<Output = ()>) {
        let phases = Phases(Rc::new(State {
            phase: Cell::new(*self.phase.borrow()),
            changed: Notify::new(),
            limits: self.limits,
        }));
        let followed = phases.clone();
        let updates = async move {
            while followed.now() < Phase::Cut {
                let changed = self.phase.changed().await;
                // Without a sender the service is gone, and there is nothing left to work for.
                followed.enter(changed.map_or(Phase::Cut, |()| *self.phase.borrow_and_update()));
            }
        };
        (phases, updates)
    }
}

impl Phases {
    /// The phase now.
    #[must_use]
    pub fn now(&self) -> Phase {
        self.0.phase.get()
    }

    /// The durations of the drain.
    #[must_use]
    pub(super) fn limits(&self) -> DrainLimits {
        self.0.limits
    }

    /// [`DrainLimits::grace`].
    #[must_use]
    pub(crate) fn grace(&self) -> Duration {
        self.0.limits.grace()
    }

    /// [`DrainLimits::round_trip`] in this phase.
    #[must_use]
    pub(crate) fn round_trip(&self) -> Duration {
        self.0.limits.round_trip(self.now() >= Phase::Draining)
    }

    /// Waits until the phase is past `phase`, and returns it.
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

    /// Wakes the waiting tasks only if the phase changes.
    fn enter(&self, phase: Phase) {
        if phase > self.now() {
            self.0.phase.set(phase);
            self.0.changed.notify_waiters();
        }
    }

    async fn until(&self, is_reached: impl Fn(Phase) -> bool) -> Phase {
        loop {
            let changed = self.0.changed.notified();
            let now = self.now();
            if is_reached(now) {
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
    fn an_acknowledgement_has_less_time_from_the_drain_on() {
        let limits = DrainLimits::new(Duration::ZERO);
        let (_sender, receiver) = phases(limits);
        let (phases, _updates) = receiver.follow();
        for (phase, is_draining) in [
            (Phase::Serving, false),
            (Phase::Closing, false),
            (Phase::Draining, true),
        ] {
            phases.enter(phase);
            let expected = limits.round_trip(is_draining);
            assert_eq!(phases.round_trip(), expected, "{phase:?}");
        }
    }

    #[tokio::test]
    async fn a_task_that_waits_learns_of_each_phase_and_of_the_senders_end() {
        let (sender, receiver) = phases(DrainLimits::new(Duration::ZERO));
        let (phases, updates) = receiver.follow();
        let waiting = async {
            phases.reached(Phase::Serving).await;
            sender.send_replace(Phase::Closing);
            assert_eq!(phases.after(Phase::Serving).await, Phase::Closing);
            sender.send_replace(Phase::Draining);
            phases.reached(Phase::Draining).await;
            phases.reached(Phase::Closing).await;
            assert_eq!(phases.now(), Phase::Draining);
            drop(sender);
            assert_eq!(phases.after(Phase::Draining).await, Phase::Cut);
        };
        tokio::join!(updates, waiting);
    }
}
