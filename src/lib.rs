//! hellowire: a Hello World service that shows exactly what came over the wire.
//!
//! Most people want the program: see the README. The library is what the program and its tests are
//! made of.
//!
//! # Layout
//!
//! In the order in which they build on each other:
//!
//! - [`net`]: addresses, listening sockets, calls to others, one worker a core, the tap on a
//!   connection's bytes, signals, the phases of a shutdown. Knows no HTTP.
//! - [`request_log`]: finds the requests in a connection's bytes, formats and writes them. Knows no
//!   socket.
//! - [`server`]: one service's life, from an open log and bound addresses to an exit code.
//! - [`http`] and [`raw`]: what the service's connections speak.
//! - [`send`] and [`chat`]: the client, and two people on one connection. [`visible`]: what they
//!   show of foreign text.
//! - `unseen`: the characters that nobody sees.
//! - [`terminal`]: a line that is edited while it is typed.
//! - [`health`]: asks a running service for one answer.
//! - [`cli`]: what the user typed. [`diagnostics`] and [`language`]: what the user is told.
//!   [`lost`]: whether standard output is closed.
//!
//! # The flow of one request
//!
//! ```text
//! socket ─ net::listen ─ net::tap ─ hyper ─ http::service ─ response
//!                           └─ request_log::capture ─ format ─ writer ─ stdout or file
//! ```
//!
//! Both arrows run one way. The capture sees each byte before hyper does and finds the requests by
//! itself; what it can't frame without doubt never reaches hyper.
//!
//! ```
//! use hellowire::request_log::capture::{Capture, Limits};
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

pub mod chat;
pub mod cli;
pub mod diagnostics;
pub mod exit;
pub mod health;
pub mod http;
pub mod language;
pub mod lost;
pub mod net;
pub mod raw;
pub mod request_log;
pub mod send;
pub mod server;
pub mod terminal;
mod unseen;
pub mod visible;
