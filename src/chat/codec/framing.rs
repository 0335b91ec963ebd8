//! What the two directions share: how the other side's messages end, and the bytes and times that tell.

use std::time::Duration;

/// What ends a chat, said by either side.
pub const BYE: &[u8] = b"byebye";

/// "I have read a line": ASCII's acknowledgement. As the first byte of a connection it is no part
/// of a message, and whoever sends it is one of ours.
pub(super) const ACK: u8 = 0x06;

/// "I am one of yours", right behind a connection's first line end: a carriage return, because it
/// is on no screen there, and because nobody else sends one behind a bare line feed.
pub(super) const MARK: u8 = b'\r';

/// How much the document's programs take at once, `recv(1024)`, and so the most that is sent to
/// such a peer in one turn, in bytes.
pub(super) const TURN: usize = 1024;

/// The pause that ends a connection's first message where no line end does. Long, because that
/// decides how the other side is spoken to: a busy machine or a lost packet must not.
pub const PAUSE_AT_FIRST: Duration = Duration::from_secs(1);

/// The pause that ends a message from a peer that takes turns: one `send` arrives at once, but for
/// what the network does to it.
pub const PAUSE_IN_TURNS: Duration = Duration::from_millis(200);

/// How the other side's messages end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Not known yet: it has sent nothing whole.
    Unknown,
    /// In a line end.
    Lines,
    /// In a line end, and it knows all this too.
    Ours,
    /// In its silence: it waits for an answer.
    Turns,
}

impl Manner {
    /// Whether a line end ends its messages.
    #[must_use]
    pub fn is_lines(self) -> bool {
        matches!(self, Self::Lines | Self::Ours)
    }
}

/// Where to cut `bytes` so that at most `most` are before it, and no character is torn.
pub(in crate::chat) fn cut(bytes: &[u8], most: usize) -> usize {
    if bytes.len() <= most {
        return bytes.len();
    }
    // A character has at most three bytes after its first.
    let is_inside = |at: usize| bytes[at] & 0b1100_0000 == 0b1000_0000;
    let start = (most.saturating_sub(3)..=most)
        .rev()
        .find(|&at| !is_inside(at));
    start.filter(|&at| at > 0).unwrap_or(most)
}
