//! The answers, and the header fields that all of them have.
//!
//! # Invariants
//!
//! - Each answer has the fixed fields, the refusals of the HTTP stack included.

use http_body_util::Full;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};

use crate::http::Reply;

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
pub(super) const CSS: &str = "text/css; charset=utf-8";
pub(super) const JSON: &str = "application/json";
pub(super) const BYTES: &str = "application/octet-stream";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// The page loads its own script and style, and asks its own origin. Nothing else loads, no script runs in
/// a text, and no other page frames it or reads an answer. On loopback none opens it with a handle on it:
/// elsewhere browsers ignore that field without TLS. No cache keeps a record.
const FIXED: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// The methods that are answered.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// A request that gets no more than a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) text: &'static str,
}

impl Refused {
    /// The answer. It says what would help, where the status has a field for it.
    pub(super) fn reply(self) -> Reply {
        let mut reply = reply(TEXT, format!("{}\n", self.text).into());
        *reply.status_mut() = self.status;
        let (name, value) = match self.status {
            StatusCode::METHOD_NOT_ALLOWED => (ALLOW, METHODS),
            StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => (RETRY_AFTER, HeaderValue::from_static("1")),
            _ => return reply,
        };
        reply.headers_mut().insert(name, value);
        reply
    }
}

/// An answer with this body, and the status 200.
pub(super) fn reply(content_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Reply::new(Full::new(body));
    let fields = reply.headers_mut();
    *fields = fixed();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// The fixed fields.
pub(super) fn fixed() -> HeaderMap {
    let fields = FIXED.into_iter().map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_static(value))
    });
    fields.collect()
}

/// The fields of the stack's own refusals. Its 405 would name the service's methods.
pub(super) fn of_refusals() -> HeaderMap {
    let mut fields = fixed();
    fields.insert(ALLOW, METHODS);
    fields
}
