//! What one worker counts.
//!
//! The tallies of the worker's connections write, and [`super::Metrics`] reads.
//!
//! # Invariants
//!
//! - No two workers write to the same cache line.

use super::count::Count;
use super::duration::{Buckets, Durations};

/// The statuses that a refusal can have.
pub(crate) const STATUSES: [u16; 10] = [400, 405, 408, 413, 414, 417, 421, 431, 501, 505];

/// The counts of one worker. Aligned to the two cache lines that a processor may fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Counts {
    pub(super) accepted: Count,
    pub(super) closed: Count,
    pub(super) read_bytes: Count,
    pub(super) answered: Durations,
    pub(super) unanswered: Count,
    pub(super) incomplete: Count,
    refused: [Count; STATUSES.len()],
}

/// The sums of the counts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Totals {
    /// The connections that were accepted.
    pub(crate) accepted: u64,
    /// Those of them that have ended.
    closed: u64,
    /// The bytes that were read.
    pub(crate) read_bytes: u64,
    /// The answered requests, by the time from the first byte to the answer.
    pub(crate) answered: Buckets,
    /// The sum of those times, in nanoseconds.
    pub(crate) answered_nanoseconds: u64,
    /// The whole requests without an answer.
    pub(crate) unanswered: u64,
    /// The requests that never became whole.
    pub(crate) incomplete: u64,
    /// The refused requests, by status as in [`STATUSES`].
    pub(crate) refused: [u64; STATUSES.len()],
}

impl Counts {
    /// Counts a request that was refused with this status.
    pub(super) fn refused(&self, status: u16) {
        let index = STATUSES.iter().position(|&known| known == status);
        if let Some(index) = index {
            self.refused[index].add(1);
        }
    }

    /// Adds the counts to these.
    pub(super) fn add_to(&self, totals: &mut Totals) {
        // Before `accepted`: the counts go on meanwhile, and the connections that are open are then too many, not
        // too few.
        totals.closed += self.closed.get();
        self.answered
            .add_to(&mut totals.answered, &mut totals.answered_nanoseconds);
        totals.unanswered += self.unanswered.get();
        totals.incomplete += self.incomplete.get();
        for (sum, count) in totals.refused.iter_mut().zip(&self.refused) {
            *sum += count.get();
        }
        totals.read_bytes += self.read_bytes.get();
        totals.accepted += self.accepted.get();
    }
}

impl Totals {
    /// The connections that are open.
    pub(crate) fn open(&self) -> u64 {
        self.accepted.saturating_sub(self.closed)
    }

    /// The requests that were answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::rules;

    #[test]
    fn each_refusal_has_its_count() {
        let counts = Counts::default();
        for refusal in rules::ALL {
            counts.refused(refusal.rule().status);
        }
        let mut totals = Totals::default();
        counts.add_to(&mut totals);
        let counted = totals.refused.iter().sum::<u64>();
        assert_eq!(counted, rules::ALL.len() as u64, "{totals:?}");
        assert!(!totals.refused.contains(&0), "{totals:?}");
    }
}
