//! hellowire: a Hello World service that shows exactly what came over the wire.
//!
//! Most people want the program: see the README. The library is what the program and its tests are
//! made of.
//!
//! # Layout
//!
//! In the order in which they build on each other. Each imports only from those above it.
//!
//! - [`escape`]: what of foreign text may stand as it is, and the escapes of the rest. `growth`: how a buffer
//!   with a bound grows. [`exit`]: the exit codes. [`diagnostics`] and [`language`]: what the user is told.
//!   [`lost`]: whether standard output is closed. [`rlimit`]: the limit on open descriptors. `runtime`: the
//!   runtime of a command with one connection. [`signals`]: what a signal asks for.
//! - [`net`]: what the service and the clients share: addresses, listening sockets, calls to others, a
//!   connection's socket. Knows no HTTP.
//! - [`capture`]: finds the requests in a connection's bytes. Pure.
//! - [`request_log`]: formats what was captured and writes it. Knows no socket.
//! - [`server`]: one service's life, from an open log and bound addresses to an exit code; its workers, one a
//!   core; and in `drain` what Linux offers for a restart without a reset.
//! - [`http`] and [`raw`]: what the service's connections speak. In `http` is the tap on a connection's bytes.
//! - `terminal`: a line that is edited while it is typed.
//! - [`send`] and [`chat`]: the client, and two people on one connection. [`health`]: asks a running service
//!   for one answer.
//! - [`cli`]: what the user typed.
//!
//! # The flow of one request
//!
//! ```text
//! socket ─ server::acceptor ─ http::tap ─ hyper ─ http::service ─ response
//!                                └─ capture ─ request_log ─ stdout or file
//! ```
//!
//! Both arrows run one way. The capture sees each byte before hyper does and finds the requests by
//! itself; what it can't frame without doubt never reaches hyper.
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
//! // However the bytes are cut into reads, the records are the same.
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
pub mod language;
pub mod lost;
pub mod net;
pub mod raw;
pub mod request_log;
pub mod rlimit;
mod runtime;
pub mod send;
pub mod server;
pub mod signals;
mod terminal;
