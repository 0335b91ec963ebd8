//! What a peer sends on one connection, and how it arrives.
//!
//! An input is [`SETTINGS`] bytes and then what is sent, so that a seed reads as the requests that
//! it holds. What can only go wrong beyond some limit would take long inputs, so a run is written
//! short: 0xFF, how many bytes, and a number, whose square is how often they are repeated. No text
//! has an 0xFF.

use std::fmt;

use arbitrary::{Arbitrary, Result, Unstructured};
use hellowire::capture::Limits;

/// How many bytes an input begins with that are not sent: four limits, four sizes of pieces, the
/// end. The digits 0 to 3 choose of each table what stands there.
pub const SETTINGS: usize = 9;

/// The most that is sent: enough for each limit of hyper's but those that need 64 KiB.
const LONGEST: usize = 40_000;

/// The digits 4 to 7 choose the same length of a head as 0 to 3, and a strict service.
const STRICT: u8 = 4;

const HEADS: [usize; 4] = [48, 256, 4096, 32_768];
const TARGETS: [usize; 4] = [1, 40, 1024, 32_768];
const BODIES: [u64; 4] = [0, 20, 20_000, u64::MAX];
const KEPT: [usize; 4] = [0, 7, 1024, LONGEST];

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer ends its side.
    Closed,
    /// The connection fails.
    Cut,
    /// The time of what is unfinished is up, after so many bytes, and the rest comes late.
    TooSlow(usize),
}

/// See the module.
#[derive(Clone)]
pub struct Conversation {
    /// What the service takes.
    pub limits: Limits,
    /// How long the pieces are in which it arrives, over and over. None is empty.
    pub sizes: [usize; 4],
    /// How it ends.
    pub ending: Ending,
    /// What is sent.
    pub bytes: Vec<u8>,
}

impl Conversation {
    /// What is sent, in the pieces in which it arrives.
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

/// Writes out what is repeated.
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
