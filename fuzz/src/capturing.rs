//! All that a capture does with what arrives.

use std::fmt;
use std::ops::Range;

use hellowire::capture::{Capture, Captured, Kind, Limits, Refusal, Rule, State};

use crate::conversation::Ending;

/// A refusal of somebody else's.
pub const TOO_SLOW: Refusal = Refusal::of(&Rule {
    status: 408,
    kind: Kind::Framing,
    text: "too slow",
    section: "RFC 9110 15.5.9",
});

/// A record that owns its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Owned {
    /// Its number.
    pub number: u64,
    /// What is kept of it.
    pub raw: Vec<u8>,
    /// How much is not.
    pub omitted: u64,
    /// What it is.
    pub state: State,
    /// What is odd about it.
    pub odd: Vec<Refusal>,
}

impl Owned {
    /// Its own copy.
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

/// What became of what arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// The records.
    pub records: Vec<Owned>,
    /// How much went on.
    pub passed: usize,
    /// Where the targets stand that were hidden.
    pub hidden: Vec<Range<usize>>,
    /// Why not all of it did, or what the end refused.
    pub refusal: Option<Refusal>,
}

/// Shows `pieces` to a capture, and then the end.
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

/// The same, but what becomes of the records and the hidden targets is `emit`'s and `hide`'s to say.
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
        assert!(passed <= read, "{passed} of {read} bytes have gone on");
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
