//! Random numbers from a seed. The same seed gives the same clients.

/// A sequence of numbers: Steele, Lea and Flood's `SplitMix64`.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The sequence number `number` of `seed`.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut mixed = Self(number);
        Self(seed ^ mixed.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 on, and below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// Once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// So many lower-case letters.
    pub(super) fn letters(&mut self, length: usize) -> String {
        let mut letter = || char::from(self.pick(b"abcdefghijklmnopqrstuvwxyz"));
        (0..length).map(|_| letter()).collect()
    }

    /// So many bytes, of any value.
    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut byte = || u8::try_from(self.below(256)).unwrap();
        (0..length).map(|_| byte()).collect()
    }
}
