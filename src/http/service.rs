//! The service: one request to one response. It knows no transport and no log.
//!
//! # Invariants
//!
//! - The body is read to its end before the answer: an earlier answer could be lost to a reset. The delay of an
//!   answer begins behind it.
//! - A body that the request filter refuses gets that refusal, never the answer.

use std::convert::Infallible;
use std::future::Future;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::CONNECTION;
use hyper::{Method, Request, Version};

use super::config::Config;
use super::event::{Event, Outcome};
use super::handle::Handle;
use super::respond::Answering;
use super::response::{self, Reply};
use super::varying::{Plan, Varying};
use crate::net::transport::Transport;

/// Answers one request.
pub(super) fn answer<T: Transport>(
    config: &Config,
    handle: &Handle<T>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Reply, Infallible>> {
    // Outside of the future, which is moved before it runs and stays small without the request.
    let asks_for_options = request.method() == Method::OPTIONS;
    let asks_to_close = asks_to_close(&request);
    let (answering, body) = config.answers.respond(request);
    async move {
        if !body.is_end_stream()
            && read_to_end(body).await.is_err()
            && let Outcome::Refuse(refusal) = handle.event(Event::BodyFailed)
        {
            let fields = answering.refusal_fields();
            return Ok(response::refusal_reply(refusal, &fields));
        }
        handle.writable().await;
        let mut reply = match answering {
            Answering::Same(answer, spent) => answer.reply(spent),
            // Boxed to keep the future of a connection without these options small.
            Answering::Varying(varying) => Box::pin(vary(varying, handle)).await,
            Answering::Own(responder, head) => responder.respond(&head).await,
        };
        if asks_for_options {
            response::allow(reply.headers_mut());
        }
        let outcome = handle.event(Event::Answered { asks_to_close });
        if matches!(outcome, Outcome::Close) {
            // hyper goes by the last Connection field where there are several.
            response::close(reply.headers_mut());
        }
        Ok(reply)
    }
}

/// The answer that was planned for this request, once it is due.
async fn vary<T: Transport>(varying: &Varying, handle: &Handle<T>) -> Reply {
    let plan = handle.take_plan().unwrap_or(Plan::Plain);
    let delay = varying.delay(&plan);
    if !delay.is_zero() {
        handle.delay(delay).await;
        handle.writable().await;
    }
    varying.reply(plan)
}

/// Whether the client wants the connection closed after the answer (RFC 9112 section 9.3).
fn asks_to_close(request: &Request<Incoming>) -> bool {
    // Most requests have few fields: to compare their names takes less than to hash this one.
    if !request.headers().keys().any(|name| name == CONNECTION) {
        return request.version() == Version::HTTP_10;
    }
    let has = |option: &str| {
        let fields = request.headers().get_all(CONNECTION).iter();
        let mut options = fields.flat_map(|field| field.as_bytes().split(|&byte| byte == b','));
        options.any(|other| other.trim_ascii().eq_ignore_ascii_case(option.as_bytes()))
    };
    has("close") || request.version() == Version::HTTP_10 && !has("keep-alive")
}

async fn read_to_end(mut body: Incoming) -> hyper::Result<()> {
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
