//! What both directions share: how a peer frames its messages, and the bytes and pauses that show it. Pure.

use std::time::Duration;

/// The message that ends a chat, from either side.
pub const BYE: &[u8] = b"byebye";

/// "I have read a line": ASCII's acknowledgement. It counts only as the first byte of a connection. It is
/// no part of a message, and only hellowire sends it.
pub(super) const ACK: u8 = 0x06;

/// "I am hellowire", right after a connection's first line end. A carriage return is invisible there, and
/// no other program sends one after a bare line feed.
pub(super) const MARK: u8 = b'\r';

/// The most bytes that we send in one turn to one of the tutorial's programs: they call `recv(1024)`.
pub(super) const TURN: usize = 1024;

/// The silence that ends a connection's first message if no line end does. It is long because it decides
/// how the peer is spoken to: a busy machine or a lost packet must not.
pub const PAUSE_AT_FIRST: Duration = Duration::from_secs(1);

/// The silence that ends a later message of a peer that takes turns. One `send` arrives at once, apart from
/// delays in the network.
pub const PAUSE_IN_TURNS: Duration = Duration::from_millis(200);

/// How the peer marks the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Not known yet: the peer has not ended a message.
    Unknown,
    /// By a line end.
    Lines,
    /// By a line end, and the peer is hellowire.
    Hellowire,
    /// By silence: the peer waits for an answer.
    Turns,
}

impl Framing {
    /// Whether a line end ends the peer's messages.
    #[must_use]
    pub fn is_lines(self) -> bool {
        matches!(self, Self::Lines | Self::Hellowire)
    }
}

/// Where to cut `bytes` so that the first part has at most `max` bytes and ends between two characters. In
/// bytes that are not UTF-8 it may fall anywhere.
pub(in crate::chat) fn cut(bytes: &[u8], max: usize) -> usize {
    if bytes.len() <= max {
        return bytes.len();
    }
    // A character has at most three bytes after its first.
    let is_inside_character = |at: usize| bytes[at] & 0b1100_0000 == 0b1000_0000;
    let start = (max.saturating_sub(3)..=max)
        .rev()
        .find(|&at| !is_inside_character(at));
    start.filter(|&at| at > 0).unwrap_or(max)
}
