//! The HTTP service: "Hello World" to every request, over hyper.
//!
//! ```text
//! socket ─ tap ─ hyper ─ service ─ response
//!           └─ filter ─ capture ─ request_log ─ …
//! ```
//!
//! One connection: `connection` runs it, `hyper_pool` has the hypers that serve it and others in turn,
//! `timeouts` times it, `close` ends it, `tap` shows each byte to `filter`, which decides what hyper gets
//! to see, `service` answers what hyper made of it, `response` has the answers, and `state` is what they
//! know of each other. `config` is how all that is set, `worker` what connections share, and
//! `skip_poll` spares them polls.
//!
//! What always holds: a request is in the log before it is answered; a refused request never reaches hyper;
//! whoever is answered gets the whole answer, also when more was sent than was read (but for a peer
//! that asked for the end and goes on sending after it, and one that takes its answers later than a round
//! trip after an idle connection's end, and goes on sending).

mod close;
mod config;
mod connection;
mod filter;
mod hyper_pool;
mod response;
mod service;
mod skip_poll;
mod state;
pub mod tap;
mod timeouts;
mod worker;

use std::any::Any;
use std::future::Future;
use std::rc::Rc;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

pub use config::Config;
use hyper_pool::Engines;
pub use response::{Answer, Field, FieldError, Status, StatusError};
pub use worker::Worker;

use crate::net::socket::Socket;
use crate::net::transport::Transport;
use crate::request_log::Handle;
use crate::server::acceptor::{Accepted, Protocol};

/// The most header fields and trailer fields, in bytes, that hyper is to take beyond what the
/// capture lets pass: the capture is the one that decides.
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

    fn serve<T: Transport>(
        worker: Rc<Worker>,
        accepted: Accepted<T>,
    ) -> impl Future<Output = ()> + 'static {
        over_tcp(worker, accepted)
    }
}

/// Serves a connection over TCP, and closes any other at once.
async fn over_tcp<T: Transport>(worker: Rc<Worker>, accepted: Accepted<T>) {
    let mut accepted = Some(accepted);
    let accepted: &mut dyn Any = &mut accepted;
    if let Some(accepted) = accepted.downcast_mut::<Option<Accepted<Socket>>>()
        && let Some(accepted) = accepted.take()
    {
        connection::serve(worker, accepted).await;
    }
}

/// hyper as each connection has it, behind a filter that lets pass heads of at most `max_head` bytes.
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
