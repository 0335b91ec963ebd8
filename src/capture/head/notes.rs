//! The faults of one head: collects those of form, stops at one of framing.

use super::super::refusal::{Kind, Refusal};

/// What is odd about a head so far.
#[derive(Debug)]
pub(super) struct Notes {
    is_strict: bool,
    odd: Vec<Refusal>,
}

impl Notes {
    /// None yet. Where `is_strict`, a fault of form stops too.
    pub(super) fn new(is_strict: bool) -> Self {
        Self {
            is_strict,
            odd: Vec::new(),
        }
    }

    /// Notes a fault. Of each rule only the first counts, so there are few.
    ///
    /// # Errors
    ///
    /// The fault itself, where it refuses the request.
    pub(super) fn add(&mut self, fault: Refusal) -> Result<(), Refusal> {
        if self.is_strict || fault.rule().kind == Kind::Framing {
            return Err(fault);
        }
        if !self.odd.iter().any(|other| other.rule() == fault.rule()) {
            self.odd.push(fault);
        }
        Ok(())
    }

    /// What is odd, in the order in which it was found.
    pub(super) fn into_odd(self) -> Box<[Refusal]> {
        self.odd.into()
    }
}
