//! What a head is held to: the limits of the service, and those that hyper has.

/// How many header fields a request may have, and how many trailer fields: hyper's own fixed number.
pub(in crate::capture) const FIELDS: usize = 100;

/// The longest name of a field, in bytes: hyper's own fixed number.
pub(super) const LONGEST_NAME: usize = u16::MAX as usize;

/// What a head is held to. Lengths are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) struct HeadLimits {
    /// The longest target; over it 414.
    pub(in crate::capture) target: usize,
    /// The longest body; over it 413.
    pub(in crate::capture) body: u64,
    /// Whether a fault of form refuses the request.
    pub(in crate::capture) is_strict: bool,
}
