//! A place in the records that are kept, and the name of one of them, as a viewer's requests have them. Pure.

use std::fmt::{self, Display};
use std::str::FromStr;

use thiserror::Error;

/// A place between records: the process, and of each of its rings the number of the next record. Its text is
/// `1795384040123456.12.40`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    process: u64,
    positions: Vec<u64>,
}

/// The name of a record: the ring, and the number of the record in it. Its text is `1.40`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) ring: usize,
    pub(crate) number: u64,
}

/// A text is no [`Place`], or no [`Id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected numbers as in 1.40")]
pub(crate) struct PlaceError;

impl Place {
    /// A place of the process with this number.
    pub(super) fn new(process: u64, positions: Vec<u64>) -> Self {
        Self { process, positions }
    }

    pub(super) fn process(&self) -> u64 {
        self.process
    }

    pub(super) fn positions(&self) -> &[u64] {
        &self.positions
    }

    pub(super) fn positions_mut(&mut self) -> &mut [u64] {
        &mut self.positions
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.process)?;
        self.positions
            .iter()
            .try_for_each(|position| write!(f, ".{position}"))
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let mut numbers = text.split('.').map(number);
        let process = numbers.next().flatten().ok_or(PlaceError)?;
        let positions = numbers.collect::<Option<_>>().ok_or(PlaceError)?;
        Ok(Self { process, positions })
    }
}

impl Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.ring, self.number)
    }
}

impl FromStr for Id {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (ring, number) = text.split_once('.').ok_or(PlaceError)?;
        let ring = self::number(ring).and_then(|ring| ring.try_into().ok());
        Ok(Self {
            ring: ring.ok_or(PlaceError)?,
            number: self::number(number).ok_or(PlaceError)?,
        })
    }
}

/// A number of digits alone: no sign.
fn number(text: &str) -> Option<u64> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}
