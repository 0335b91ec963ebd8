//! What the capture tells its caller: which of the pushed bytes go on to hyper, and which part of a
//! request the connection is in.

use std::ops::Range;

use super::refusal::Refusal;

/// The part of a request that the connection is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No byte was read.
    Fresh,
    /// Between two requests. Empty lines before a request do not begin it (RFC 9112 section 2.2).
    Idle,
    /// Within a head.
    Head,
    /// Within a body.
    Body,
    /// A request was refused. All bytes after it belong to its record.
    Refused,
}

/// What to do with the pushed bytes. All offsets count from the first byte that has not gone on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many bytes go on.
    pub pass: usize,
    /// The targets among them that hyper may not accept. The caller replaces each with
    /// [`hide_target`](super::hide_target) before it goes on.
    pub hidden: Vec<Range<usize>>,
    /// The trailer fields among them. The caller drops them: no answer depends on them, and hyper would
    /// keep them in memory.
    pub dropped: Vec<Range<usize>>,
    /// The refusal that these bytes caused. Nothing goes on after it.
    pub refusal: Option<Refusal>,
}
