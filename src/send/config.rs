//! The settings of the client.

use std::time::Duration;

use crate::language::Language;
use crate::net::address::Address;

/// The most bytes of one read, in either direction: the size of a pipe.
pub(super) const CHUNK: usize = 64 * 1024;

/// What to send, where to, and how long to wait.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server.
    pub to: Address,
    /// The bytes to send.
    pub source: Source,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the server may take nothing of what is sent, and then how long it may give no answer.
    pub timeout: Duration,
    /// How long a silence ends a reply that has begun, if the server does not close.
    pub quiet: Duration,
    /// Whether the writing side stays open after all of stdin, until the reply has ended. Some servers take
    /// a closed writing side for an abort.
    pub keep_open: bool,
    /// Whether stderr is a terminal. If so, the user is told of a silent server before that is an error.
    pub is_watched: bool,
    /// Whether stdout is a terminal, which gets a label and visible control bytes.
    pub is_shown: bool,
    /// The language of prompt and label.
    pub language: Language,
}

/// Where the bytes to send come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// These bytes.
    Text(Vec<u8>),
    /// One line from a prompt, without its end.
    Line,
    /// All of stdin. Its end shuts the writing side down, unless `keep_open` is set.
    Stdin,
}
