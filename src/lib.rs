//! hellowire: a Hello World service that shows exactly what came over the wire.
//!
//! Most people want the program: see the README. The library has the parts of the program.
//!
//! # Layout
//!
//! Each part imports only from the parts above it.
//!
//! - [`escape`]: escapes foreign text for a terminal or a log. `growth`: grows a buffer within a bound.
//!   [`exit`]: the exit codes. [`diagnostics`] and [`language`]: messages for the user. [`stdout`]: whether
//!   standard output is closed. [`rlimit`]: the limit on open descriptors. `runtime`: the runtime of a
//!   command with one connection. `signals`: what a signal requests.
//! - [`net`]: what the service and the clients share: addresses, listening sockets, outgoing connections, a
//!   connection's socket. Has the seams for another kind of listener (`net::accept`) and of transport
//!   ([`net::transport`]). Knows no HTTP.
//! - [`capture`]: finds the requests in a connection's bytes. Pure.
//! - [`metrics`]: counts the requests, one set of counts a worker.
//! - [`request_log`]: formats captured requests and writes them. Knows no socket.
//! - [`server`]: one service's life, from an open log and bound addresses to an exit code. Its workers, one a
//!   core, accept connections. `drain` ends listeners without a reset, by the means of the system.
//! - [`http`] and [`raw`]: the protocols of the service's connections. `http` has the tap on a connection's
//!   bytes, and the request filter.
//! - [`inspect`]: the page that shows what arrives, at an address of its own.
//! - `terminal`: a line editor.
//! - [`send`] and [`chat`]: the client, and two people on one connection. [`health`]: asks a running service
//!   for one answer.
//! - [`cli`]: the command line.
//!
//! # The flow of one request
//!
//! ```text
//! socket ─ server::acceptor ─ http::tap ─ hyper ─ http::service ─ response
//!                                └─ capture ─ request_log ─ stdout or file
//! ```
//!
//! Bytes and records flow one way. The capture sees each byte before hyper does and finds the requests on
//! its own. A request that it cannot frame without doubt never reaches hyper.
//!
//! ```
//! use hellowire::capture::{Capture, Limits};
//!
//! let mut capture = Capture::new(Limits {
//!     head: 65_536,
//!     target: 32_768,
//!     body: 16 << 20,
//!     kept_body: 65_536,
//!     is_strict: false,
//! });
//! let mut records = Vec::new();
//! // The records do not depend on how the bytes are cut into reads.
//! for read in ["GET / HT", "TP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n", "\r\n"] {
//!     capture.push(read.as_bytes(), |request| records.push(request.raw.to_vec()));
//! }
//! assert_eq!(records, [&b"GET / HTTP/1.0\r\n\r\n"[..], b"GET /2 HTTP/1.0\r\n\r\n"]);
//! ```

#![forbid(unsafe_code)]

pub mod capture;
pub mod chat;
pub mod cli;
pub mod diagnostics;
pub mod escape;
pub mod exit;
mod growth;
pub mod health;
pub mod http;
pub mod inspect;
pub mod language;
pub mod metrics;
pub mod net;
pub mod raw;
pub mod request_log;
pub mod rlimit;
mod runtime;
pub mod send;
pub mod server;
mod signals;
pub mod stdout;
mod terminal;
mod wrap;
