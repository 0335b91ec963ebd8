//! The durations of a service's end.
//!
//! [`Phases`](crate::server::phase::Phases) carries them to every connection, and the service itself ends by
//! them. The waits that only one mechanism needs are with that mechanism.

use std::time::Duration;

/// The longest round trip that an end still waits for. Between any two places on earth it is shorter,
/// as long as no packet is lost.
const ROUND_TRIP: Duration = Duration::from_millis(300);

/// How long the log may take for queued records after a second signal, or after a drain that took all its
/// time. A sink that works needs less, and the user does not notice it.
pub(in crate::server) const LAST_RECORDS: Duration = Duration::from_millis(100);

/// How long the service may take beyond the drain to cut connections, and to write their records and
/// those in the queue. With the default drain it stays well within a container's usual 30 s.
pub(in crate::server) const CUT: Duration = Duration::from_secs(3);

/// How long a service drains, and how long the parts of its drain may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DrainLimits {
    /// How long the drain may take.
    pub(super) timeout: Duration,
}

impl DrainLimits {
    /// The limits of a drain that may take this long.
    #[must_use]
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { timeout }
    }

    /// How long an end waits for bytes or handshakes that may be on their way: a round trip, but at most
    /// half of the drain, which has to do everything else too.
    #[must_use]
    pub(crate) fn grace(self) -> Duration {
        ROUND_TRIP.min(self.timeout / 2)
    }

    /// How long an answer's acknowledgement may take: a round trip, and in the drain its grace.
    #[must_use]
    pub(crate) fn round_trip(self, is_draining: bool) -> Duration {
        if is_draining {
            self.grace()
        } else {
            ROUND_TRIP
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grace_is_a_round_trip_or_half_of_the_drain() {
        for (drain, expected) in [(0, 0), (200, 100), (600, 300), (10_000, 300)] {
            let limits = DrainLimits::new(Duration::from_millis(drain));
            assert_eq!(limits.grace(), Duration::from_millis(expected), "{drain}");
        }
    }

    #[test]
    fn an_acknowledgement_has_a_round_trip_until_the_drain() {
        let limits = DrainLimits::new(Duration::ZERO);
        assert_eq!(limits.round_trip(false), ROUND_TRIP);
        assert_eq!(limits.round_trip(true), Duration::ZERO);
    }
}
