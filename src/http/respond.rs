//! What answers the requests: one answer for all of them, which may vary, or a responder of another service in
//! this process.
//!
//! # Invariants
//!
//! - The one answer costs nothing of what one that varies, or a responder, needs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderMap;
use hyper::http::request::Parts;

use super::response::{Answer, Reply};
use super::varying::Varying;

/// What answers the requests of a service.
#[derive(Debug, Clone)]
pub enum Answers {
    /// This answer, for all.
    Same(Answer),
    /// This answer, which is late, differs from request to request, or both.
    Varying(&'static Varying),
    /// A responder, for each on its own.
    Own(Arc<dyn Respond>),
}

/// The answer to one request, once it is there.
pub type Responding = Pin<Box<dyn Future<Output = Reply>>>;

/// What answers one request.
pub(super) enum Answering<'a> {
    /// The one answer, in the map of the request's fields.
    Same(&'a Answer, HeaderMap),
    /// The answer that was planned for the request.
    Varying(&'static Varying),
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
    /// This answer. Each is `delay` late. `is_echo`: its body is the request. `ready_path`: this path gets 200
    /// while the service serves and 503 from the first signal on, instead, and at once.
    #[must_use]
    pub fn new(answer: Answer, delay: Duration, is_echo: bool, ready_path: Option<String>) -> Self {
        if delay.is_zero() && !is_echo && ready_path.is_none() {
            return Self::Same(answer);
        }
        let varying = Varying::new(answer, delay, is_echo, ready_path);
        Self::Varying(Box::leak(Box::new(varying)))
    }

    /// The status of all answers that are not planned. 0 if each request has its own: only a log has a use for it.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Same(answer) => answer.status(),
            Self::Varying(varying) => varying.answer().status(),
            Self::Own(_) => 0,
        }
    }

    /// Whether copying each body is cheaper than handing it on.
    pub(super) fn are_short(&self) -> bool {
        match self {
            Self::Same(answer) => answer.is_short(),
            Self::Varying(varying) => varying.answer().is_short() && !varying.is_echo(),
            Self::Own(_) => false,
        }
    }

    /// Whether an answer may take long to make.
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
            Self::Varying(varying) => (Answering::Varying(varying), request.into_body()),
            Self::Own(responder) => {
                let (head, body) = request.into_parts();
                (Answering::Own(&**responder, Box::new(head)), body)
            }
        }
    }

    /// The fields of a refusal, beside its own.
    pub(super) fn refusal_fields(&self) -> HeaderMap {
        match self {
            Self::Same(_) | Self::Varying(_) => HeaderMap::new(),
            Self::Own(responder) => responder.refusal_fields(),
        }
    }
}

impl Answering<'_> {
    /// As [`Answers::refusal_fields`], for where the answers themselves are not at hand: keeping them for a body
    /// that fails took 80 of the 16 100 instructions of every request.
    pub(super) fn refusal_fields(&self) -> HeaderMap {
        match self {
            Self::Same(..) | Self::Varying(_) => HeaderMap::new(),
            Self::Own(responder, _) => responder.refusal_fields(),
        }
    }
}
