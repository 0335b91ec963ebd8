//! What answers the requests: one answer for all of them, or a responder of another service in this process.
//!
//! # Invariants
//!
//! - The one answer costs nothing of what a responder needs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderMap;
use hyper::http::request::Parts;

use super::response::{Answer, Reply};

/// What answers the requests of a service.
#[derive(Debug, Clone)]
pub enum Answers {
    /// This answer, for all.
    Same(Answer),
    /// A responder, for each on its own.
    Own(Arc<dyn Respond>),
}

/// The answer to one request, once it is there.
pub type Responding = Pin<Box<dyn Future<Output = Reply>>>;

/// What answers one request.
pub(super) enum Answering<'a> {
    /// The one answer, in the map of the request's fields.
    Same(&'a Answer, HeaderMap),
    /// The answer of this responder to the request with this head.
    Own(&'a dyn Respond, Box<Parts>),
}

/// Answers each request on its own.
pub trait Respond: Send + Sync {
    /// The answer to the request with this head.
    fn respond(&self, head: &Parts) -> Responding;

    /// The fields of a refusal, beside its own.
    fn refusal_fields(&self) -> HeaderMap;
}

/// Not a supertrait: the derived text of a responder, with all that it holds, would be in the program.
impl fmt::Debug for dyn Respond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Respond")
    }
}

impl Answers {
    /// The status of all answers. 0 if each request has its own: only a log has a use for it.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Same(answer) => answer.status(),
            Self::Own(_) => 0,
        }
    }

    /// Whether copying each body is cheaper than handing it on.
    pub(super) fn are_short(&self) -> bool {
        matches!(self, Self::Same(answer) if answer.is_short())
    }

    /// Whether an answer may take long.
    pub(super) fn may_wait(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// What answers this request, and the request's body.
    #[inline]
    pub(super) fn respond(&self, request: Request<Incoming>) -> (Answering<'_>, Incoming) {
        // Split apart in each case: a head that a responder can see would be copied for the one answer, too.
        match self {
            Self::Same(answer) => {
                let (head, body) = request.into_parts();
                // The map holds hyper's buffer of the head, which must not stay for as long as a body may take.
                let spent = if body.is_end_stream() {
                    head.headers
                } else {
                    HeaderMap::new()
                };
                (Answering::Same(answer, spent), body)
            }
            Self::Own(responder) => {
                let (head, body) = request.into_parts();
                (Answering::Own(&**responder, Box::new(head)), body)
            }
        }
    }

    /// The fields of a refusal, beside its own.
    pub(super) fn refusal_fields(&self) -> HeaderMap {
        match self {
            Self::Same(_) => HeaderMap::new(),
            Self::Own(responder) => responder.refusal_fields(),
        }
    }
}

impl Answering<'_> {
    /// As [`Answers::refusal_fields`], for where the answers themselves are not at hand: keeping them for a body
    /// that fails took 80 of the 16 100 instructions of every request.
    pub(super) fn refusal_fields(&self) -> HeaderMap {
        match self {
            Self::Same(..) => HeaderMap::new(),
            Self::Own(responder, _) => responder.refusal_fields(),
        }
    }
}
