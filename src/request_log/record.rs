//! What the log says of one request: what was captured of it, and who sent it and when.
//!
//! Stands between the recorder and the formats. It borrows: a request that came in one read is never copied
//! before it is formatted.

use std::time::SystemTime;

use super::origin::Origin;
use crate::capture::Captured;

/// One record, ready to be formatted.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// When the request was complete.
    pub time: SystemTime,
    /// Where it came from.
    pub origin: &'a Origin,
    /// What was captured.
    pub request: Captured<'a>,
}
