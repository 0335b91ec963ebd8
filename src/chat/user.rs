//! The person at this end, or the program: what a session needs of either.

use std::fmt::Display;
use std::io;

use super::codec::Message;

/// Whoever talks and listens at this end.
pub trait User {
    /// The next message that the user says, without a line end; none at the end of input.
    ///
    /// # Cancel safety
    ///
    /// What a call that was dropped had of it is there for the next.
    fn next(&mut self) -> impl Future<Output = Option<Vec<u8>>>;

    /// Shows what the other side has said.
    ///
    /// # Errors
    ///
    /// When nobody can see it any more.
    fn show(&mut self, messages: &[Message]) -> impl Future<Output = io::Result<()>>;

    /// Tells the user about the chat itself.
    fn tell(&mut self, notice: impl Display);
}
