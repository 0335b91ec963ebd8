//! Whom the client sends what, and how long it waits.

use std::time::Duration;

use crate::language::Language;
use crate::net::address::Address;

/// Whom to send what.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom.
    pub to: Address,
    /// What.
    pub source: Source,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the other side may take nothing, and then answer nothing.
    pub timeout: Duration,
    /// After how much silence a reply that has begun, and is not ended, is taken as whole.
    pub quiet: Duration,
    /// Whether the writing side stays open after all of stdin, until the reply has ended: some
    /// servers take its end for an abort.
    pub keep_open: bool,
    /// Whether stderr is a terminal, where somebody is told of a silence before it is an error.
    pub is_watched: bool,
    /// Whether the reply goes to a terminal, and gets a label and visible control bytes.
    pub is_shown: bool,
    /// The language of prompt and label.
    pub language: Language,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// These bytes.
    Text(Vec<u8>),
    /// A line that is asked for, without its end.
    Line,
    /// Everything from stdin; then the writing side is shut down, unless it is kept open.
    Stdin,
}
