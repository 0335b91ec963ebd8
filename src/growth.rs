//! Growth of a buffer with a bound. Pure.
//!
//! The capture and `raw` use it for the buffers that a peer fills. `Vec` alone doubles its capacity, past
//! any bound.
//!
//! # Invariants
//!
//! The capacity of a buffer is at most its bound.

/// Appends `bytes` to `buffer`, which then has at most `longest` bytes.
pub(crate) fn extend(buffer: &mut Vec<u8>, bytes: &[u8], longest: usize) {
    let length = buffer.len() + bytes.len();
    if length > buffer.capacity() {
        // Doubled, so that many small pieces need few copies.
        let capacity = length.max(longest.min(2 * buffer.capacity()));
        buffer.reserve_exact(capacity - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_capacity_is_at_most_the_bound(
            pieces in vec(vec(any::<u8>(), 0..50), 0..50),
            unused in 0..100_usize,
        ) {
            let all = pieces.concat();
            let longest = all.len() + unused;
            let mut buffer = Vec::new();
            for piece in &pieces {
                extend(&mut buffer, piece, longest);
                prop_assert!(buffer.capacity() <= longest, "{}", buffer.capacity());
            }
            prop_assert_eq!(buffer, all);
        }
    }

    #[test]
    fn many_small_pieces_need_few_allocations() {
        let mut buffer = Vec::new();
        let mut capacities = Vec::new();
        for _ in 0..100_000 {
            extend(&mut buffer, b"a", 1_000_000);
            capacities.push(buffer.capacity());
        }
        capacities.dedup();
        assert_eq!(capacities.len(), 18, "{capacities:?}");
    }
}
