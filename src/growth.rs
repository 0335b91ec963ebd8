//! How a buffer with a bound grows. Pure.
//!
//! Stands under the capture and `raw`, whose buffers a peer fills. What always holds: a buffer's capacity
//! is at most its bound. `Vec` alone doubles it, past any bound.

/// Adds `bytes` to `buffer`, which holds at most `longest` bytes with them.
pub(crate) fn extend(buffer: &mut Vec<u8>, bytes: &[u8], longest: usize) {
    let length = buffer.len() + bytes.len();
    if length > buffer.capacity() {
        // Doubled, so that many small pieces cost few copies.
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
        fn a_buffer_never_has_room_for_more_than_its_bound(
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
    fn many_small_pieces_are_few_allocations() {
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
