//! The responses: the configured answer, and the refusals.
//!
//! `add_common` adds the header fields that all of them have. The parts of an answer are parsed at
//! start, so a mistake in them is found then.

use std::str::FromStr;
use std::time::SystemTime;

use http_body_util::Full;
use httpdate::fmt_http_date;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
    HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use thiserror::Error;

use crate::capture::{Refusal, SERVED_METHODS};

/// A body of at most this many bytes is copied after its head, so that hyper writes one piece: that
/// costs less than two.
const SHORT: usize = 4 * 1024;

/// The answer reuses the map of its request's fields if that has room for at most this many. The map of
/// a browser's request would keep kilobytes.
const FEW_FIELDS: usize = 12;

const TEXT_PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A response as hyper takes it.
pub type Reply = Response<ReplyBody>;

/// A response's body.
pub(super) type ReplyBody = Full<Bytes>;

/// The answer to every request. Its parts live as long as the program: with reference counts, all workers
/// would write to the same counts at each request.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    fields: HeaderMap,
    body: Bytes,
}

/// The status of an answer: a final one.
#[derive(Debug, Clone, Copy)]
pub struct Status(StatusCode);

/// Why a text is no [`Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a status code, 200 to 599, as in 404")]
pub struct StatusError;

/// A header field of an answer.
#[derive(Debug, Clone)]
pub struct Field(HeaderName, HeaderValue);

/// Why a text is no [`Field`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// Not `Name: value`.
    #[error("expected a header field as in 'Name: value'")]
    NotAField,
    /// The field belongs to the framing of the answer, which hyper decides.
    #[error("the header field {0} can't be set: it belongs to the connection")]
    Framing(HeaderName),
}

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, StatusError> {
        let is_final = |code: &StatusCode| (200..600).contains(&code.as_u16());
        let code = text.parse().ok().filter(is_final);
        code.map(Self).ok_or(StatusError)
    }
}

impl Answer {
    /// The answer with this text, status and header fields, in this order. A Content-Type among them
    /// replaces the default, `text/plain; charset=utf-8`.
    #[must_use]
    pub fn new(text: String, Status(status): Status, fields: Vec<Field>) -> Self {
        let mut map = HeaderMap::new();
        for Field(name, value) in fields {
            map.append(name, value);
        }
        add_common(&mut map);
        let body = if has_content(status) {
            &*text.leak()
        } else {
            ""
        };
        Self {
            status,
            fields: map,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    /// The answer to a probe: what the service does. No cache may keep it.
    pub(super) fn of_state(status: StatusCode, text: &'static str) -> Self {
        let no_store = Field(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self::new(text.to_owned(), Status(status), vec![no_store])
    }

    /// The same answer, whose type no browser guesses from the content. Its content is a client's own bytes, and
    /// must not become a page.
    pub(super) fn unsniffed(mut self) -> Self {
        let field = self.fields.entry(X_CONTENT_TYPE_OPTIONS);
        field.or_insert(HeaderValue::from_static("nosniff"));
        self
    }

    /// The status.
    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Whether copying the body is cheaper than handing it on.
    pub(super) fn is_short(&self) -> bool {
        self.body.len() <= SHORT
    }

    /// The answer for one request. `spent` are the request's fields, whose map is used again: hyper takes
    /// the map of an answer for the next request.
    pub(super) fn reply(&self, mut spent: HeaderMap) -> Reply {
        if spent.capacity() > FEW_FIELDS {
            spent = HeaderMap::new();
        }
        spent.clear();
        // With room for one more field, which may be added, the map grows once.
        spent.reserve(self.fields.len() + 1);
        for (name, value) in &self.fields {
            spent.append(name, value.clone());
        }
        let mut reply = Response::new(Full::new(self.body.clone()));
        *reply.status_mut() = self.status;
        *reply.headers_mut() = spent;
        reply
    }
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let (name, value) = text.split_once(':').ok_or(FieldError::NotAField)?;
        let name: HeaderName = name.parse().map_err(|_| FieldError::NotAField)?;
        let name = HeaderName::from_static(name.as_str().to_owned().leak());
        let value = value.trim_matches([' ', '\t']).to_owned().leak();
        let value = Bytes::from_static(value.as_bytes());
        let value = HeaderValue::from_maybe_shared(value).map_err(|_| FieldError::NotAField)?;
        let of_the_connection = [
            CONNECTION,
            CONTENT_LENGTH,
            TE,
            TRAILER,
            TRANSFER_ENCODING,
            UPGRADE,
        ]
        .contains(&name)
            || matches!(name.as_str(), "keep-alive" | "proxy-connection");
        if of_the_connection {
            Err(FieldError::Framing(name))
        } else {
            Ok(Self(name, value))
        }
    }
}

/// Whether an answer of this status has content (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
fn has_content(status: StatusCode) -> bool {
    !matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    )
}

/// The reply with these bytes as its content, unless its status has none.
pub(super) fn with_content(mut reply: Reply, content: Vec<u8>) -> Reply {
    if has_content(reply.status()) {
        *reply.body_mut() = Full::new(Bytes::from(content));
    }
    reply
}

/// A refusal as hyper takes it, with these fields beside its own.
pub(super) fn refusal_reply(refusal: Refusal, fields: &HeaderMap) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(refusal_text(refusal))));
    *reply.status_mut() = status_of(refusal);
    *reply.headers_mut() = fields.clone();
    let fields = reply.headers_mut();
    add_common(fields);
    close(fields);
    reply
}

/// A refusal as bytes, with these fields beside its own, for where hyper writes no more. The answer to a HEAD
/// request has all but its content (RFC 9110 section 9.3.2).
pub(super) fn refusal_bytes(refusal: Refusal, is_for_head: bool, fields: &HeaderMap) -> Vec<u8> {
    let (status, text) = (status_of(refusal), refusal_text(refusal));
    let mut fields = fields.clone();
    add_common(&mut fields);
    fields.insert(CONTENT_LENGTH, text.len().into());
    if status == StatusCode::METHOD_NOT_ALLOWED {
        // RFC 9110 section 15.5.6.
        allow(&mut fields);
    }
    close(&mut fields);
    if let Ok(date) = fmt_http_date(SystemTime::now()).parse() {
        fields.insert(DATE, date);
    }
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in &fields {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    if !is_for_head {
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// Adds the fields that every response has, answers and refusals alike, unless they are there already.
fn add_common(fields: &mut HeaderMap) {
    fields.entry(CONTENT_TYPE).or_insert(TEXT_PLAIN);
}

/// Adds the methods that are served (RFC 9110 section 9.3.7), unless the response names them already.
pub(super) fn allow(fields: &mut HeaderMap) {
    let methods = HeaderValue::from_static(SERVED_METHODS);
    fields.entry(ALLOW).or_insert(methods);
}

/// Makes the response its connection's last.
pub(super) fn close(fields: &mut HeaderMap) {
    fields.insert(CONNECTION, CLOSE);
}

fn refusal_text(refusal: Refusal) -> String {
    format!("{refusal}\n")
}

fn status_of(refusal: Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.rule().status).unwrap_or(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::HEAD_TOO_SLOW;

    fn answer(fields: &[&str]) -> Answer {
        let fields = fields.iter().map(|field| field.parse().unwrap());
        Answer::new("hi".to_owned(), Status(StatusCode::OK), fields.collect())
    }

    #[test]
    fn statuses_are_final_ones() {
        for status in ["200", "404", "599"] {
            assert!(status.parse::<Status>().is_ok(), "{status}");
        }
        for status in ["", "0", "100", "199", "600", "1000", "-1", "2x0"] {
            assert_eq!(status.parse::<Status>().unwrap_err(), StatusError);
        }
    }

    #[test]
    fn fields_are_kept_in_order_and_replace_the_default() {
        let reply = answer(&[
            "Set-Cookie: a=1",
            "set-cookie:b=2",
            "Content-Type: text/html",
        ])
        .reply(HeaderMap::new());
        let cookies: Vec<_> = reply.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        let types: Vec<_> = reply.headers().get_all(CONTENT_TYPE).iter().collect();
        assert_eq!(types, ["text/html"]);
    }

    #[test]
    fn nothing_of_a_requests_fields_is_in_the_answer() {
        for length in [1, FEW_FIELDS, 2 * FEW_FIELDS] {
            let mut spent = HeaderMap::new();
            for number in 0..length {
                let name = HeaderName::from_bytes(format!("x-{number}").as_bytes()).unwrap();
                spent.append(name.clone(), CLOSE);
                spent.append(name, CLOSE);
            }
            let reply = answer(&["A: b"]).reply(spent);
            let fields: Vec<_> = reply
                .headers()
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            assert_eq!(fields, ["a", "content-type"], "{length}");
        }
    }

    #[test]
    fn fields_that_could_not_be_sent_are_refused() {
        for field in ["", "a", ": b", "a b: c", "a: b\nc: d", "a: \0"] {
            assert_eq!(
                field.parse::<Field>().unwrap_err(),
                FieldError::NotAField,
                "{field}"
            );
        }
        for field in [
            "Content-Length: 3",
            "connection: close",
            "Transfer-Encoding: chunked",
            "Keep-Alive: 1",
        ] {
            assert!(
                matches!(field.parse::<Field>(), Err(FieldError::Framing(_))),
                "{field}"
            );
        }
    }

    #[test]
    fn refusals_say_why_and_close() {
        let bytes = refusal_bytes(HEAD_TOO_SLOW, false, &HeaderMap::new());
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{text}"
        );
        assert!(
            text.contains("\r\ncontent-length: 41\r\nconnection: close\r\ndate: "),
            "{text}"
        );
        assert!(
            text.ends_with(" GMT\r\n\r\nthe head took too long (RFC 9110 15.5.9)\n"),
            "{text}"
        );
        let bytes = refusal_bytes(HEAD_TOO_SLOW, true, &HeaderMap::new());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\r\ncontent-length: 41\r\n"), "{text}");
        assert!(text.ends_with(" GMT\r\n\r\n"), "{text}");
    }
}
