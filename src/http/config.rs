//! How the HTTP service answers, and its limits.

use std::time::Duration;

use super::respond::Answers;
use crate::server::linger;

/// How the service answers, and its limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// What answers the requests.
    pub answers: Answers,
    /// The longest head, in bytes; over it 431.
    pub max_head: usize,
    /// The longest request target, in bytes, at most 65 534, which is hyper's limit; over it 414.
    pub max_target: usize,
    /// The longest body, in bytes; over it 413.
    pub max_body: u64,
    /// Whether a request that is odd in its form is refused, instead of answered and noted.
    pub is_strict: bool,
    /// How much of a body is kept for the log, in bytes.
    pub kept_body: usize,
    /// How long a head may take from its first byte, over it 408; and how long a new connection may be
    /// silent.
    pub header_timeout: Duration,
    /// How long a connection may be idle, a body may pause, and an answer may wait to be taken.
    pub idle_timeout: Duration,
    /// How a connection ends whose peer goes on sending.
    pub linger: linger::Limits,
}
