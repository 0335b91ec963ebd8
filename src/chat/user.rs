//! The person at this end, or the program: what a session needs of either, in two halves, because
//! both are at work at once.

use std::fmt::Display as Text;
use std::io;

use super::codec::Message;

/// Whoever talks at this end.
pub trait Speaker {
    /// The next message, or part of one that is too long; none at the end of input.
    ///
    /// # Errors
    ///
    /// When the input can't be read.
    ///
    /// # Cancel safety
    ///
    /// What a call that was dropped had of it is there for the next.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Message>>>;

    /// A message that is there already, without waiting for one.
    fn entered(&mut self) -> Option<Message>;
}

/// Whatever shows, at this end, what the other side says.
pub trait Display {
    /// Takes messages to be shown.
    fn put(&mut self, messages: &[Message]);

    /// Takes what has come of the message behind these: all of it, each time.
    fn begun(&mut self, text: &[u8]);

    /// So many more of our user's messages are on their way to the other side.
    fn said(&mut self, count: usize);

    /// Whether there is something to show yet.
    fn has_more(&self) -> bool;

    /// Shows what there is to show.
    ///
    /// # Errors
    ///
    /// When nobody can see it any more.
    ///
    /// # Cancel safety
    ///
    /// What a call that was dropped has not shown, the next does.
    fn flush(&mut self) -> impl Future<Output = io::Result<()>>;

    /// Tells the user about the chat itself.
    fn tell(&mut self, notice: impl Text);
}
