//! What the formats write: the record of a captured request, the answer to one, and a request that pauses.
//!
//! The recorder makes them. They borrow the bytes of the request: those that came in one read are not
//! copied before they are formatted.

use std::time::{Duration, SystemTime};

use super::connection::Connection;
use crate::capture::{Captured, State, Unfinished};

/// One record, ready to be formatted.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// When the request was complete.
    pub time: SystemTime,
    /// The connection of the request.
    pub connection: &'a Connection,
    /// The request.
    pub request: Captured<'a>,
    /// The status of the answer that the service gives to the request. None if it gives none.
    pub status: Option<u16>,
}

/// What became of a request that has its record: the answer has left, or never will.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// When the request was complete: the time of its record.
    pub time: SystemTime,
    /// The connection of the request.
    pub connection: &'a Connection,
    /// The number of the request on its connection.
    pub request: u64,
    /// As [`Captured::request_line`], of which the first bytes are kept.
    pub request_line: &'a [u8],
    /// The length of the request on the wire, in bytes.
    pub bytes: u64,
    /// How the request ended.
    pub state: State,
    /// Whether the request was odd.
    pub is_odd: bool,
    /// The status of the answer. None if no answer has left.
    pub status: Option<u16>,
    /// The time from the first byte of the request until the kernel had the last byte of the answer, or
    /// until the connection ended without one.
    pub duration: Duration,
}

/// A request that has begun and pauses.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// When the service noticed the pause.
    pub time: SystemTime,
    /// The connection of the request.
    pub connection: &'a Connection,
    /// What has come, and what is missing.
    pub request: Unfinished<'a>,
}
