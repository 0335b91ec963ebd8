//! The limits of a request: those that the service sets, and those that are fixed in hyper.
//!
//! `stream`, `head` and `chunked` hold a request to them. Lengths are in bytes.

/// The limits of one connection's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest head, and the longest trailer section. A longer one is refused with 431.
    pub head: usize,
    /// The longest request target. A longer one is refused with 414.
    pub target: usize,
    /// The longest body. A longer one is refused with 413.
    pub body: u64,
    /// How much of a body its record keeps, at most. The record ends after a whole character.
    pub kept_body: usize,
    /// Whether a fault of form refuses the request. Otherwise the record notes the fault.
    pub is_strict: bool,
}

/// The most header fields of a request, and the most trailer fields. Fixed in hyper.
pub(crate) const MAX_FIELDS: usize = 100;

/// The longest name of a field. Fixed in hyper.
pub(super) const MAX_NAME: usize = u16::MAX as usize;

/// The largest Content-Length. hyper gives the two larger values another meaning.
pub(super) const MAX_CONTENT_LENGTH: u64 = u64::MAX - 2;

/// The most bytes of chunk extensions in one body. Fixed in hyper.
pub(super) const MAX_EXTENSIONS: usize = 16 * 1024 - 1;
