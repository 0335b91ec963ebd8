//! One request to one response. Knows no socket and no log.
//!
//! What always holds: the body is read to its end before the answer, because an answer given
//! earlier may be lost to a reset; a body that the filter refuses gets that refusal, never the answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::rc::Rc;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONNECTION, HeaderMap};
use hyper::{Method, Request, Version};

use super::config::Config;
use super::response::{self, Reply};
use super::state::ConnectionState;
use crate::capture::BODY_CUT_SHORT;

/// Answers one request.
pub(super) fn answer(
    config: Rc<Config>,
    state: Rc<ConnectionState>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Reply, Infallible>> {
    // Here and not in the future: it is moved before it runs, and had better be small.
    let asks_for_options = request.method() == Method::OPTIONS;
    let is_last = asks_to_close(&request);
    let (head, body) = request.into_parts();
    // With the map hyper's buffer of the head is held: not for as long as a body may take.
    let spent = if body.is_end_stream() {
        head.headers
    } else {
        HeaderMap::new()
    };
    async move {
        if read_to_end(body).await.is_err() {
            state.answered();
            // Without a refusal the connection has failed, and nobody will see this one.
            let refusal = state.take_refusal().unwrap_or(BODY_CUT_SHORT);
            state.set_server_ended();
            return Ok(response::refusal_reply(refusal));
        }
        poll_fn(|cx| state.poll_writable(cx)).await;
        let mut reply = config.answer.reply(spent);
        if asks_for_options {
            response::tell_methods(&mut reply);
        }
        state.answered();
        if is_last {
            state.set_last_answer();
            // hyper goes by the last Connection field where there are several.
            response::close(&mut reply);
        } else if state.is_closing() && !state.has_unanswered() {
            state.set_server_ended();
            response::close(&mut reply);
        }
        Ok(reply)
    }
}

/// Whether the client wants the connection closed after the answer (RFC 9112 section 9.3).
fn asks_to_close(request: &Request<Incoming>) -> bool {
    if !request.headers().contains_key(CONNECTION) {
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
