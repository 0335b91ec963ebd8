//! Runs a capture over the pieces of a conversation and collects its results.

use std::fmt;
use std::ops::Range;

use hellowire::capture::{Capture, Captured, Kind, Limits, Refusal, Rule, State};

use crate::conversation::Ending;

/// A refusal that comes from outside of the capture, as the service's timeouts do.
pub const TOO_SLOW: Refusal = Refusal::of(&Rule {
    status: 408,
    kind: Kind::Framing,
    text: "too slow",
    section: "RFC 9110 15.5.9",
});

/// A record that owns its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Owned {
    /// The request's number on its connection, from 1.
    pub number: u64,
    /// The bytes that the capture kept.
    pub raw: Vec<u8>,
    /// How many bytes the capture omitted.
    pub omitted: u64,
    /// Whether the request is complete, and if not, why.
    pub state: State,
    /// The notes about what is odd.
    pub odd: Vec<Refusal>,
}

impl Owned {
    /// Copies a record.
    #[must_use]
    pub fn of(captured: &Captured<'_>) -> Self {
        Self {
            number: captured.number,
            raw: captured.raw.to_vec(),
            omitted: captured.omitted,
            state: captured.state,
            odd: captured.odd.to_vec(),
        }
    }
}

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            omitted,
            state,
            odd,
            ..
        } = self;
        let raw = self.raw.escape_ascii();
        write!(
            f,
            "#{number} {state:?} omitted={omitted} odd={odd:?} \"{raw}\""
        )
    }
}

/// The results of a capture.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// The records.
    pub records: Vec<Owned>,
    /// How many bytes the capture let pass.
    pub passed: usize,
    /// The positions of the hidden targets in the sent bytes.
    pub hidden: Vec<Range<usize>>,
    /// The refusal, of the bytes or of the connection's end.
    pub refusal: Option<Refusal>,
}

/// Pushes `pieces` into a capture, and then the end.
pub fn capture<'a>(limits: Limits, pieces: impl Iterator<Item = &'a [u8]>, ending: Ending) -> Seen {
    let (mut records, mut hidden) = (Vec::new(), Vec::new());
    let emit = |request: Captured<'_>| records.push(Owned::of(&request));
    let seen = follow(limits, pieces, ending, emit, |target| hidden.push(target));
    Seen {
        records,
        hidden,
        ..seen
    }
}

/// Like [`capture`], but passes the records to `emit` and the hidden targets to `hide`.
pub fn follow<'a>(
    limits: Limits,
    pieces: impl Iterator<Item = &'a [u8]>,
    ending: Ending,
    mut emit: impl FnMut(Captured<'_>),
    mut hide: impl FnMut(Range<usize>),
) -> Seen {
    let mut capture = Capture::new(limits);
    let (mut passed, mut read, mut refusal) = (0, 0, None);
    for piece in pieces {
        if matches!(ending, Ending::TooSlow(at) if (read..read + piece.len()).contains(&at)) {
            capture.refuse(TOO_SLOW);
        }
        read += piece.len();
        let verdict = capture.push(piece, &mut emit);
        assert!(refusal.is_none() || verdict.refusal.is_none() && verdict.pass == 0);
        for target in verdict.hidden {
            hide(passed + target.start..passed + target.end);
        }
        passed += verdict.pass;
        refusal = refusal.or(verdict.refusal);
        assert!(passed <= read, "{passed} of {read} bytes have passed");
    }
    if ending == Ending::Closed {
        let by_end = capture.end();
        assert!(refusal.is_none() || by_end.is_none());
        refusal = refusal.or(by_end);
    }
    capture.finish(emit);
    assert!(!capture.is_unfinished());
    Seen {
        records: Vec::new(),
        passed,
        hidden: Vec::new(),
        refusal,
    }
}
