//! What a session needs of its user, a person or a program. Two traits for the messages, because both
//! directions work at once, and one for the end.
//!
//! A session takes them as trait objects: it is 20 kB of program, once for both kinds of user.

use std::io;
use std::pin::Pin;

use super::codec::Message;

/// What a user is waited for.
pub(super) type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Where the user's messages come from.
pub(super) trait Speaker {
    /// Waits for the next message, or a part of one that is too long. `None` at the end of input.
    ///
    /// # Errors
    ///
    /// The input can't be read.
    ///
    /// # Cancel safety
    ///
    /// A call that is dropped loses nothing: the next call continues.
    fn next(&mut self) -> Waiting<'_, io::Result<Option<Message>>>;

    /// A message that is complete already. Does not wait.
    fn next_ready(&mut self) -> Option<Message>;
}

/// Where the peer's messages are shown.
pub(super) trait Display {
    /// Queues whole messages for the user.
    fn show(&mut self, messages: &[Message]);

    /// Queues the text of the message that has not ended: all of it, each time.
    fn show_partial(&mut self, text: &[u8]);

    /// `count` more of the user's messages have begun to leave.
    fn sent(&mut self, count: usize);

    /// Whether something queued is not shown yet.
    fn has_unshown(&self) -> bool;

    /// Shows everything that is queued.
    ///
    /// # Errors
    ///
    /// The output is closed.
    ///
    /// # Cancel safety
    ///
    /// A call that is dropped loses nothing: the next call continues.
    fn flush(&mut self) -> Waiting<'_, io::Result<()>>;

    /// Tells the user about the chat itself.
    fn notify(&mut self, notice: &str);
}

/// What ends the chat before either side does.
pub(super) trait Stop {
    /// Waits for the next request to stop.
    ///
    /// # Cancel safety
    ///
    /// A call that is dropped loses nothing: the next call continues.
    fn next(&mut self) -> Waiting<'_, ()>;
}
