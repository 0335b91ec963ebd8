//! The HTTP service: "Hello World" to every request, over hyper.
//!
//! ```text
//! socket ─ tap ─ hyper ─ service ─ response
//!           └─ gate ─ capture ─ request_log ─ …
//! ```
//!
//! One connection: `connection` runs it, `hyper_pool` has the hypers that serve it and others in turn,
//! `timeouts` times it, `close` ends it, `tap` shows each byte to `gate`, which decides what hyper gets
//! to see, `service` answers what hyper made of it, `response` has the answers, and `state` is what they
//! know of each other. What always holds: a request is in the log before it is answered; a refused
//! request never reaches hyper; whoever is answered gets the whole answer, also when more was sent than was read
//! (but for a peer that asked for the end and goes on sending after it, and one that takes its answers
//! later than a round trip after an idle connection's end, and goes on sending).

mod close;
mod connection;
mod gate;
mod hyper_pool;
mod response;
mod service;
mod skip_poll;
mod state;
pub mod tap;
mod timeouts;

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

use hyper_pool::Engines;
pub use response::{Answer, Field, FieldError, Status, StatusError};

use crate::capture;
use crate::request_log::{Handle, Recorder};
use crate::server::acceptor::{Accepted, Protocol};
use crate::server::linger;

/// The most header fields and trailer fields, in bytes, that hyper is to take beyond what the
/// capture lets pass: the capture is the one that decides.
const HYPER_SLACK: usize = 8 * 1024;

/// How the service answers, and its limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// The answer to every request.
    pub answer: Answer,
    /// The longest head, in bytes; over it 431.
    pub max_head: usize,
    /// The longest request target, in bytes, at most 65 534, which is hyper's limit; over it 414.
    pub max_target: usize,
    /// The longest body, in bytes; over it 413.
    pub max_body: u64,
    /// Whether a request that is odd in its form is refused, instead of answered and noted.
    pub is_strict: bool,
    /// How much of a body is kept for the log, in bytes.
    pub kept_body: usize,
    /// How long a head may take from its first byte; over it 408.
    pub header_timeout: Duration,
    /// How long a connection may be idle, a body may pause, and an answer may wait to be taken.
    pub idle_timeout: Duration,
    /// How a connection ends whose peer goes on sending.
    pub linger: linger::Limits,
}

/// The protocol of the service's connections.
#[derive(Debug)]
pub struct Http {
    config: Config,
    log: Handle,
}

/// What the connections of one worker share.
#[derive(Debug)]
pub struct Worker {
    config: Rc<Config>,
    recorder: Rc<Recorder>,
    engines: Engines,
}

impl Http {
    /// The service with this configuration, recording its requests in `log`.
    #[must_use]
    pub fn new(config: Config, log: Handle) -> Self {
        Self { config, log }
    }
}

impl Worker {
    fn capture_limits(&self) -> capture::Limits {
        capture::Limits {
            head: self.config.max_head,
            target: self.config.max_target,
            body: self.config.max_body,
            kept_body: self.config.kept_body,
            is_strict: self.config.is_strict,
        }
    }
}

impl Protocol for Http {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        let mut hyper = hyper(self.config.max_head);
        hyper.writev(!self.config.answer.is_short());
        let config = Rc::new(self.config.clone());
        Worker {
            config: Rc::clone(&config),
            recorder: Rc::new(self.log.recorder()),
            engines: Engines::new(hyper, config),
        }
    }

    fn serve(worker: Rc<Worker>, accepted: Accepted) -> impl Future<Output = ()> + 'static {
        connection::serve(worker, accepted)
    }
}

/// hyper as each connection has it, behind a gate that lets pass heads of at most `max_head` bytes.
/// Public for `fuzz/`, which holds the capture against this hyper and no other.
#[must_use]
pub fn hyper(max_head: usize) -> http1::Builder {
    let mut hyper = http1::Builder::new();
    let longest = max_head + HYPER_SLACK;
    hyper
        // A client that has shut down its writing side still wants its answer.
        .half_close(true)
        .max_buf_size(longest)
        .max_header_size(longest)
        // Whatever hyper may time needs a clock. Its own timeout for heads closes without a
        // word; ours answers.
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    hyper
}
