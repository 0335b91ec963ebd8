//! One request to one response. Knows no socket and no log.
//!
//! What always holds: the body is read to its end before the answer, because an answer given
//! earlier may be lost to a reset; a body that is too long, cut short or malformed gets its
//! refusal, never the answer.

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::CONNECTION;
use hyper::{Method, Request, Version};

use super::answer::{self, Answer, Reply};
use super::exchange::Exchange;
use crate::request_log::capture::Refusal;

const TOO_LONG: Refusal = Refusal::new(413, "the body is too long");
const CUT_SHORT: Refusal = Refusal::new(400, "the body ended early");

/// Answers one request.
pub(super) async fn answer(
    answer: &Answer,
    max_body: u64,
    exchange: &Exchange,
    request: Request<Incoming>,
) -> Reply {
    let is_tunnel = matches!(*request.method(), Method::CONNECT | Method::TRACE);
    let is_last = asks_to_close(&request);
    let mut reply = match read_to_end(request.into_body(), max_body).await {
        Err(end) => {
            exchange.answered();
            // Where the gate ended a body it knows better why.
            let refusal = match end {
                BodyEnd::TooLong => TOO_LONG,
                BodyEnd::CutShort => exchange.take_refusal().unwrap_or(CUT_SHORT),
            };
            exchange.set_server_ended();
            return answer::refusal_reply(refusal);
        }
        Ok(()) if is_tunnel => answer::method_not_allowed(),
        Ok(()) => answer.reply(),
    };
    exchange.answered();
    if is_last {
        exchange.set_last_answer();
    } else if exchange.is_closing() && !exchange.has_unanswered() {
        exchange.set_server_ended();
        answer::close(&mut reply);
    }
    reply
}

/// Whether the client wants the connection closed after the answer, in the two ways in which
/// clients do (RFC 9112 section 9.3). Of the others hyper knows; here nothing depends on them.
fn asks_to_close(request: &Request<Incoming>) -> bool {
    match request.headers().get(CONNECTION) {
        Some(options) => options.as_bytes().eq_ignore_ascii_case(b"close"),
        None => request.version() == Version::HTTP_10,
    }
}

/// Why a body was not read to its end.
enum BodyEnd {
    TooLong,
    CutShort,
}

async fn read_to_end(mut body: Incoming, max: u64) -> Result<(), BodyEnd> {
    // Known ahead: nothing is read, and a client that waits for `100 Continue` sends nothing.
    if body.size_hint().lower() > max {
        return Err(BodyEnd::TooLong);
    }
    let mut left = max;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyEnd::CutShort)?;
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        left = left.checked_sub(length).ok_or(BodyEnd::TooLong)?;
    }
    Ok(())
}
