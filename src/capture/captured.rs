//! One request as the bytes alone show it, and what it turned out to be.
//!
//! Stands between the capture, or `raw`, and the request log, which adds who and when. It borrows: a request
//! that came in one read is never copied before it is formatted.

use super::refusal::Refusal;

/// What a record's bytes turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A whole request.
    Complete,
    /// The connection ended before the request did.
    Incomplete,
    /// A request, or what never became one, that breaks this rule, and is answered so, unless the
    /// connection's last answer was given before. All that followed on the connection is in the
    /// same record.
    Refused(Refusal),
    /// Taken as it came. Only `raw` has these: it parses nothing.
    Unparsed,
    /// Came after the answer. Only `raw` has these: it answers what arrives first.
    Late,
}

impl State {
    /// The word a record carries, or none where there is nothing to say.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Complete | Self::Unparsed => None,
            Self::Incomplete => Some("incomplete"),
            Self::Refused(_) => Some("refused"),
            Self::Late => Some("late"),
        }
    }

    /// Why it was refused, where it was.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// One request as the bytes alone show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured<'a> {
    /// The request's number on its connection, from 1.
    pub number: u64,
    /// Its first bytes, exactly as they were read: the head, and the body as far as it is kept.
    pub raw: &'a [u8],
    /// How many bytes more there were.
    pub omitted: u64,
    /// Whether it was a request, and one that was taken.
    pub state: State,
    /// What is odd about its head, which was taken all the same: the faults of form, of each rule
    /// the first.
    pub odd: &'a [Refusal],
}

impl Captured<'_> {
    /// The length on the wire, in bytes: what is kept and what is not.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.raw.len() as u64 + self.omitted
    }
}
