//! One record: a captured request, its connection and its time.
//!
//! The recorder makes it, and the formats write it. It borrows the bytes of the request: those that came
//! in one read are not copied before they are formatted.

use std::time::SystemTime;

use super::connection::Connection;
use crate::capture::Captured;

/// One record, ready to be formatted.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// When the request was complete.
    pub time: SystemTime,
    /// The connection of the request.
    pub connection: &'a Connection,
    /// The request.
    pub request: Captured<'a>,
}
