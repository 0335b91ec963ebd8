//! Collects the faults of form in one head, and stops at a fault of framing.

use super::super::refusal::{Kind, Refusal};

/// The faults of form so far.
#[derive(Debug)]
pub(super) struct Notes {
    is_strict: bool,
    odd: Vec<Refusal>,
}

impl Notes {
    /// No faults. With `is_strict` a fault of form stops too.
    pub(super) fn new(is_strict: bool) -> Self {
        Self {
            is_strict,
            odd: Vec::new(),
        }
    }

    /// Adds a fault, unless its rule has one already.
    ///
    /// # Errors
    ///
    /// The fault itself, if it refuses the request.
    pub(super) fn add(&mut self, fault: Refusal) -> Result<(), Refusal> {
        if self.is_strict || fault.rule().kind == Kind::Framing {
            return Err(fault);
        }
        if !self.odd.iter().any(|other| other.rule() == fault.rule()) {
            self.odd.push(fault);
        }
        Ok(())
    }

    /// The faults, in the order in which they were found.
    pub(super) fn into_odd(self) -> Box<[Refusal]> {
        self.odd.into()
    }
}
