//! Why the client has no whole reply, in the sentences that its user reads.

use std::io;
use std::time::Duration;

use thiserror::Error;

use super::hint::Hint;
use crate::diagnostics::debug_is_display;
use crate::net::dial::DialError;

/// Why there is no whole reply. The text of each kind names it.
#[derive(Error)]
pub enum SendError {
    /// There is no connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The server closed the connection without a byte of an answer.
    #[error("closed without an answer{0}")]
    NoAnswer(Hint),
    /// The prompt got no line.
    #[error("nothing was sent: the input has ended")]
    NothingSent,
    /// The server reads nothing, or answers nothing.
    #[error("timed out: {0} for {1:?}{2}")]
    TimedOut(&'static str, Duration, Hint),
    /// The server reset the connection.
    #[error("reset: the other side has cut the connection{0}")]
    Reset(Hint),
    /// The connection failed in another way.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
    /// The bytes to send can't be read.
    #[error("cannot read what to send")]
    Input(#[source] io::Error),
    /// The reply can't be written.
    #[error("cannot write the reply")]
    Output(#[source] io::Error),
    /// The system refused a signal handler or a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
}

debug_is_display!(SendError);

impl SendError {
    /// A connection that failed in a read or a write.
    pub(super) fn broken(error: io::Error, hint: Hint) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Self::Reset(hint),
            _ => Self::Connection(error),
        }
    }
}
