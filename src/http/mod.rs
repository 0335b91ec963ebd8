//! The HTTP service: "Hello World" to every request, over hyper.
//!
//! ```text
//! transport ─ tap ─ hyper ─ service ─ response
//!              └─ filter ─ capture ─ request_log ─ …
//!                   └─ state
//! ```
//!
//! - `connection` is the connection driver: it runs one connection, with a hyper connection for each busy
//!   period. `timeouts` has its timer, `pause` sees requests that pause, and `close` has the connection's
//!   end.
//! - `tap` shows each byte to its `observer`, the request `filter`, which decides what hyper gets. Its
//!   output is in `tap_output`. The `cork` lets answers that follow each other leave together.
//! - `state` is the connection state: a pure state machine, and `event` its events and outcomes. The
//!   filter owns it, and `handle` gives the driver and the service access to it, through a `shared_tap`.
//! - `service` answers what hyper makes of the bytes, and `response` has the answers. `respond` is the seam for
//!   a service that answers each request on its own. `varying` has an answer that is late, echoes, or says
//!   whether the service serves. `plan` holds what the recorded requests will get of it.
//! - `config` has the settings, `worker` what the connections of one worker share.
//!
//! # Invariants
//!
//! - A request is in the log before it is answered, but for the format `short`, which has the answer.
//! - A request that is refused in its head never reaches hyper. Of one that is refused in its body, hyper
//!   gets the bytes before the fault.
//! - A client that gets an answer gets all of it, also where it sent more than was read.
//!
//! Limitation: two clients may lose an answer to a reset. One has asked for the end, and goes on
//! sending. The other goes on sending after the service has ended its idle connection, and has not read
//! the last answer within a round trip after that end.

mod close;
mod config;
mod connection;
mod cork;
mod event;
mod filter;
mod handle;
mod observer;
mod pause;
mod plan;
mod respond;
mod response;
mod service;
mod shared_tap;
mod state;
pub mod tap;
mod tap_output;
#[cfg(test)]
mod testing;
mod timeouts;
mod varying;
mod worker;

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

pub use config::Config;
pub use respond::{Answers, Respond, Responding};
pub use response::{Answer, Field, FieldError, Reply, Status, StatusError};
pub use shared_tap::SharedTap;
pub use varying::Varying;
pub use worker::Worker;

use crate::exit::Exit;
use crate::net::transport::Transport;
use crate::request_log::Handle;
use crate::server::acceptor::{Accepted, Protocol};
use crate::server::{self, Start, StartError};

/// How many more bytes of header and trailer fields hyper takes than the capture lets pass, so that only
/// the capture refuses.
const HYPER_SLACK: usize = 8 * 1024;

/// The protocol of the service's connections.
#[derive(Debug)]
pub struct Http {
    config: Config,
    log: Handle,
}

impl Http {
    /// The service with this configuration, recording its requests in `log`.
    #[must_use]
    pub fn new(config: Config, log: Handle) -> Self {
        Self { config, log }
    }
}

/// Runs the service until a signal or the log's last record ends it. Blocks.
///
/// Not generic: each crate that called a generic function would compile the connections once more.
///
/// # Errors
///
/// If it could not start.
pub fn run(config: Config, start: Start) -> Result<Exit, StartError> {
    server::run(start, |log| Http::new(config, log))
}

impl Protocol for Http {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        let mut hyper = hyper(self.config.max_head);
        hyper.writev(!self.config.answers.are_short());
        // A responder may take long. A client that has left meanwhile has no use for its answer.
        hyper.half_close(!self.config.answers.may_wait());
        Worker {
            config: self.config.clone(),
            recorder: Rc::new(self.log.recorder(self.config.answers.status())),
            hyper,
            space: RefCell::new(Box::new_uninit_slice(worker::SPACE)),
        }
    }

    fn serve<T: Transport>(
        worker: Rc<Worker>,
        accepted: Accepted<T>,
    ) -> impl Future<Output = ()> + 'static {
        connection::serve(worker, accepted)
    }
}

/// hyper's settings for each connection, behind a filter that lets pass heads of at most `max_head` bytes.
///
/// Public for `fuzz/`, which compares the capture with exactly this hyper.
#[must_use]
pub fn hyper(max_head: usize) -> http1::Builder {
    let mut hyper = http1::Builder::new();
    let longest = max_head + HYPER_SLACK;
    hyper
        // A client that has shut down its writing side still wants its answer.
        .half_close(true)
        .max_buf_size(longest)
        .max_header_size(longest)
        // Without a clock hyper has no timeouts. Its own timeout for heads closes without an answer, and
        // the connection's timer answers.
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    hyper
}
