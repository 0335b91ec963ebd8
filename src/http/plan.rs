//! The plans of one connection: what its requests will be answered, where that differs from one to the next.
//!
//! The request filter adds the plan of each whole request when the request is recorded. The service takes the
//! plans in the same order. So the log and the client see the same status, whatever the service's phase does in
//! between.
//!
//! # Invariants
//!
//! - The plans of one read wait here at most: no more is read before its requests are answered, and the filter
//!   drops the plans once no answer is given any more.
//! - A connection that owes no answer has no buffer here.

use std::collections::VecDeque;

use super::respond::Answers;
use super::varying::{Plan, Varying};
use crate::capture::{Captured, State};

/// The plans of one connection.
#[derive(Debug)]
pub(super) struct Plans {
    varying: &'static Varying,
    waiting: VecDeque<Plan>,
}

impl Plans {
    /// The plans of a new connection. None if all requests have the same answer. Boxed to keep a connection
    /// small.
    pub(super) fn of(answers: &Answers) -> Option<Box<Self>> {
        match answers {
            Answers::Varying(varying) if varying.needs_plans() => Some(Box::new(Self {
                varying,
                waiting: VecDeque::new(),
            })),
            _ => None,
        }
    }

    /// Plans the answer to the next request that is whole. Returns its status. `is_stopping`: the service has had
    /// its first signal.
    #[inline(never)]
    pub(super) fn add(&mut self, request: &Captured<'_>, is_stopping: bool) -> u16 {
        debug_assert_eq!(request.state, State::Complete, "the service answers it");
        let plan = self.varying.plan(request, is_stopping);
        let status = self.varying.status(&plan);
        self.waiting.push_back(plan);
        status
    }

    /// The plan of the next request that is answered.
    pub(super) fn take(&mut self) -> Option<Plan> {
        let plan = self.waiting.pop_front();
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
        plan
    }
}
