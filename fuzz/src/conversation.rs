//! The bytes that a peer sends on one connection, and the pieces in which they arrive.
//!
//! An input has [`SETTINGS`] bytes and then the sent bytes, so that a person can read a seed's requests.
//! Some limits take many bytes to reach. Inputs should be short, so three bytes stand for a repetition:
//! 0xFF, a length, and a number. They repeat that many of the bytes before them, as often as the
//! number's square. UTF-8 text never contains 0xFF.

use std::fmt;

use arbitrary::{Arbitrary, Result, Unstructured};
use hellowire::capture::Limits;

/// How many bytes of settings an input begins with: four limits, four sizes of pieces, the ending.
/// For a limit, the digits 0 to 3 choose the value of its table at that index.
pub const SETTINGS: usize = 9;

/// The most bytes that a peer sends. They reach all limits of hyper that are below 64 KiB.
const LONGEST: usize = 40_000;

/// The bit of the first setting for a strict service: the digits 4 to 7 choose the same length of a
/// head as 0 to 3, and strictness.
const STRICT: u8 = 4;

const HEADS: [usize; 4] = [48, 256, 4096, 32_768];
const TARGETS: [usize; 4] = [1, 40, 1024, 32_768];
const BODIES: [u64; 4] = [0, 20, 20_000, u64::MAX];
const KEPT: [usize; 4] = [0, 7, 1024, LONGEST];

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer closes its side.
    Closed,
    /// The connection fails.
    Cut,
    /// The unfinished request times out after this many bytes. The rest arrives late.
    TooSlow(usize),
}

/// A peer's side of one connection.
#[derive(Clone)]
pub struct Conversation {
    /// The service's limits.
    pub limits: Limits,
    /// The sizes of the pieces, in bytes, used over and over. No size is 0.
    pub sizes: [usize; 4],
    /// How the connection ends.
    pub ending: Ending,
    /// The bytes that the peer sends.
    pub bytes: Vec<u8>,
}

impl Conversation {
    /// The sent bytes, in the pieces in which they arrive.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.bytes[..];
        self.sizes.iter().cycle().map_while(move |&size| {
            let piece = rest.split_off(..size.min(rest.len()))?;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}, {:?}", self.limits, self.ending)?;
        for piece in self.pieces() {
            writeln!(f, "\"{}\"", piece.escape_ascii())?;
        }
        Ok(())
    }
}

impl<'a> Arbitrary<'a> for Conversation {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let first = u8::arbitrary(input)?;
        let limits = Limits {
            head: HEADS[usize::from(first % 4)],
            target: choice(input, TARGETS)?,
            body: choice(input, BODIES)?,
            kept_body: choice(input, KEPT)?,
            is_strict: first & STRICT != 0,
        };
        let sizes = <[u8; 4]>::arbitrary(input)?.map(|size| usize::from(size).max(1));
        let ending = u8::arbitrary(input)?;
        let bytes = expanded(input.bytes(input.len())?);
        let ending = match ending % 4 {
            0 | 1 => Ending::Closed,
            2 => Ending::Cut,
            _ => Ending::TooSlow(bytes.len() * usize::from(ending) / 256),
        };
        Ok(Self {
            limits,
            sizes,
            ending,
            bytes,
        })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (SETTINGS, None)
    }
}

fn choice<T: Copy>(input: &mut Unstructured<'_>, table: [T; 4]) -> Result<T> {
    Ok(table[usize::from(u8::arbitrary(input)? % 4)])
}

/// Replaces each repetition by its bytes.
fn expanded(input: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some(byte) = rest.split_off_first() {
        match rest {
            [length, number, behind @ ..] if *byte == 0xff => {
                let run = bytes.len() - usize::from(*length).min(bytes.len());
                let run = bytes[run..].to_vec();
                let times = usize::from(*number).pow(2);
                let room = LONGEST.saturating_sub(bytes.len());
                bytes.extend(run.iter().cycle().take((run.len() * times).min(room)));
                rest = behind;
            }
            _ => bytes.push(*byte),
        }
    }
    bytes.truncate(LONGEST);
    bytes
}
