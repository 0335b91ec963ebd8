//! Why the client has no whole reply, in the words that its user reads.

use std::io;
use std::time::Duration;

use thiserror::Error;

use super::hint::Hint;
use crate::net::dial::DialError;

/// Why there is no whole reply. Each kind names itself in its text.
#[derive(Debug, Error)]
pub enum SendError {
    /// There is no connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The other side has closed and said nothing.
    #[error("closed without an answer{0}")]
    NoAnswer(Hint),
    /// Nobody typed anything to send.
    #[error("nothing was sent: the input has ended")]
    NothingSent,
    /// The other side takes nothing, or answers nothing.
    #[error("timed out: {0} for {1:?}{2}")]
    TimedOut(&'static str, Duration, Hint),
    /// The other side has cut the connection.
    #[error("reset: the other side has cut the connection{0}")]
    Reset(Hint),
    /// The connection failed in another way.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
    /// What is to be sent can't be read.
    #[error("cannot read what to send")]
    Input(#[source] io::Error),
    /// The reply can't be written.
    #[error("cannot write the reply")]
    Output(#[source] io::Error),
    /// The system refused a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
}
