//! Durations by their length, in buckets that never change.
//!
//! A worker's counts have one; [`crate::inspect`] shows the sum.
//!
//! # Invariants
//!
//! - Each duration is in one bucket: the first whose bound it does not exceed, or the last, which has no bound.

use std::time::Duration;

use super::count::Count;

/// The largest duration of each bucket but the last, in nanoseconds, and in seconds as text.
pub(crate) const BOUNDS: [(u64, &str); 15] = [
    (25_000, "0.000025"),
    (50_000, "0.00005"),
    (100_000, "0.0001"),
    (250_000, "0.00025"),
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (100_000_000, "0.1"),
    (250_000_000, "0.25"),
    (1_000_000_000, "1.0"),
    (2_500_000_000, "2.5"),
    (10_000_000_000, "10.0"),
];

/// How many durations each bucket has.
pub(crate) type Buckets = [u64; BOUNDS.len() + 1];

/// The durations that one worker has counted.
#[derive(Debug, Default)]
pub(super) struct Durations {
    buckets: [Count; BOUNDS.len() + 1],
    nanoseconds: Count,
}

impl Durations {
    /// Counts a duration that `times` requests have.
    pub(super) fn add(&self, duration: Duration, times: u64) {
        let nanoseconds = nanoseconds(duration);
        self.buckets[bucket(nanoseconds)].add(times);
        self.nanoseconds.add(nanoseconds.saturating_mul(times));
    }

    /// Adds the numbers to these.
    pub(super) fn add_to(&self, buckets: &mut Buckets, nanoseconds: &mut u64) {
        for (sum, count) in buckets.iter_mut().zip(&self.buckets) {
            *sum += count.get();
        }
        *nanoseconds = nanoseconds.wrapping_add(self.nanoseconds.get());
    }
}

/// Up to 584 years.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The bucket of a duration. Most are short, so the search starts at the shortest.
fn bucket(nanoseconds: u64) -> usize {
    let bucket = BOUNDS.iter().position(|&(bound, _)| nanoseconds <= bound);
    bucket.unwrap_or(BOUNDS.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bounds_increase() {
        let increase = BOUNDS.is_sorted_by(|(one, _), (next, _)| one < next);
        assert!(increase, "{BOUNDS:?}");
    }

    #[test]
    fn a_bound_is_written_in_seconds() {
        for (nanoseconds, text) in BOUNDS {
            let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
            assert_eq!(text.parse(), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn a_bound_is_in_its_bucket() {
        for (index, (bound, _)) in BOUNDS.into_iter().enumerate() {
            assert_eq!(bucket(bound), index);
            assert_eq!(bucket(bound + 1), index + 1);
        }
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(u64::MAX), BOUNDS.len());
    }

    proptest! {
        /// Up to each bound there are as many as are not longer, and the sum is that of all.
        #[test]
        fn the_buckets_have_each_duration_once(
            durations in proptest::collection::vec((0_u64..20_000_000_000, 1_u64..5), 0..50),
        ) {
            let counted = Durations::default();
            for &(length, times) in &durations {
                counted.add(Duration::from_nanos(length), times);
            }
            let (mut buckets, mut sum) = (Buckets::default(), 0);
            counted.add_to(&mut buckets, &mut sum);
            let bounds = BOUNDS.into_iter().map(|(bound, _)| bound).chain([u64::MAX]);
            let mut so_far = 0;
            for (count, bound) in buckets.into_iter().zip(bounds) {
                so_far += count;
                let not_longer = durations.iter().filter(|&&(length, _)| length <= bound);
                prop_assert_eq!(so_far, not_longer.map(|&(_, times)| times).sum::<u64>());
            }
            prop_assert_eq!(sum, durations.iter().map(|(length, times)| length * times).sum::<u64>());
        }
    }
}
