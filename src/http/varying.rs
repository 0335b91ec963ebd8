//! An answer that varies: it is late (`--delay`), repeats its request (`--echo`), or says on one path whether
//! the service serves (`--ready-path`).
//!
//! `respond` chooses it, `plan` decides at each request what it will be, and `service` gives it.
//!
//! # Invariants
//!
//! - It lives as long as the program: no connection counts its references.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::HeaderMap;

use super::response::{Answer, Reply, with_content};
use crate::capture::{Captured, path_of};

/// An answer that varies.
#[derive(Debug)]
pub struct Varying {
    answer: Answer,
    delay: Duration,
    is_echo: bool,
    ready: Option<Ready>,
}

#[derive(Debug)]
struct Ready {
    path: String,
    serving: Answer,
    stopping: Answer,
}

/// What one request is answered.
#[derive(Debug)]
pub(super) enum Plan {
    /// The answer of all others.
    Plain,
    /// The request itself.
    Echo(Vec<u8>),
    /// The service serves.
    Ready,
    /// The service stops.
    Stopping,
}

impl Varying {
    /// This answer, `delay` late. `is_echo`: with the request as its body. `ready_path`: the path that is
    /// answered with the service's state instead.
    pub(super) fn new(
        answer: Answer,
        delay: Duration,
        is_echo: bool,
        ready_path: Option<String>,
    ) -> Self {
        let ready = ready_path.map(|path| Ready {
            path,
            serving: Answer::of_state(StatusCode::OK, "ready\n"),
            stopping: Answer::of_state(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        });
        Self {
            answer: if is_echo { answer.unsniffed() } else { answer },
            delay,
            is_echo,
            ready,
        }
    }

    /// The answer of most requests.
    pub(super) fn answer(&self) -> &Answer {
        &self.answer
    }

    /// Whether two requests may have different answers.
    pub(super) fn needs_plans(&self) -> bool {
        self.is_echo || self.ready.is_some()
    }

    /// Whether an answer may be long.
    pub(super) fn is_echo(&self) -> bool {
        self.is_echo
    }

    /// What this request is answered. `is_stopping`: the service has had its first signal.
    pub(super) fn plan(&self, request: &Captured<'_>, is_stopping: bool) -> Plan {
        match &self.ready {
            Some(ready) if path_of(request.target) == ready.path.as_bytes() => {
                if is_stopping {
                    Plan::Stopping
                } else {
                    Plan::Ready
                }
            }
            _ if self.is_echo => Plan::Echo(request.raw.to_vec()),
            _ => Plan::Plain,
        }
    }

    /// How late an answer is. A probe is answered at once.
    pub(super) fn delay(&self, plan: &Plan) -> Duration {
        match plan {
            Plan::Plain | Plan::Echo(_) => self.delay,
            Plan::Ready | Plan::Stopping => Duration::ZERO,
        }
    }

    /// The status of an answer.
    pub(super) fn status(&self, plan: &Plan) -> u16 {
        self.planned(plan).status()
    }

    /// The answer itself.
    pub(super) fn reply(&self, plan: Plan) -> Reply {
        let reply = self.planned(&plan).reply(HeaderMap::new());
        match plan {
            Plan::Echo(bytes) => with_content(reply, bytes),
            Plan::Plain | Plan::Ready | Plan::Stopping => reply,
        }
    }

    fn planned(&self, plan: &Plan) -> &Answer {
        match (plan, &self.ready) {
            (Plan::Ready, Some(ready)) => &ready.serving,
            (Plan::Stopping, Some(ready)) => &ready.stopping,
            _ => &self.answer,
        }
    }
}
