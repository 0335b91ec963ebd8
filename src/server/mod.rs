//! One service's life: it opens the log, binds the addresses, runs the workers, drains at a signal,
//! closes the log, and returns an exit code. The same for every protocol.
//!
//! ```text
//! net::listen ─ workers ─ acceptor ─ a protocol: http or raw
//!                            └─ accept, drain
//! ```
//!
//! `life` is what follows the start. `phase` says how far the end has come. `drain` ends the listeners, and
//! has the durations of the end. `linger` ends connections whose peers go on sending.
//!
//! # Invariants
//!
//! - The log's last record, if the user has counted them, ends the service as a signal does.
//! - All signals are caught before anything that can take time.
//! - From the first signal on the end has a bound, the log's flush included.
//! - A second signal ends the service at once.

mod accept;
pub mod acceptor;
pub(crate) mod drain;
mod life;
pub mod linger;
pub mod phase;
mod workers;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use log::warn;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::select;
use tokio::task::spawn_blocking;

use crate::diagnostics::say;
use crate::exit::Exit;
use crate::language::Language;
use crate::net::address::Address;
use crate::net::interfaces;
use crate::net::listen::{self, BindError, Bound};
use crate::request_log::{self, Handle, Log, OpenError};
use crate::rlimit::{self, TooFew};
use crate::signals::Signals;
use crate::stdout;
use acceptor::Protocol;
use drain::{Drain, DrainLimits};
use life::{Life, next_stop};
use workers::Workers;

/// How the service listens and ends.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses to listen on.
    pub listen: Vec<Address>,
    /// The number of workers.
    pub workers: usize,
    /// Whether other programs may listen on the same ports.
    pub share_port: bool,
    /// The size of a connection's kernel buffers, in bytes each way. None: the kernel chooses.
    pub socket_buffer: Option<usize>,
    /// The most connections that are served at once.
    pub max_connections: usize,
    /// How long the service still accepts connections after the signal.
    pub shutdown_delay: Duration,
    /// How long requests in flight, and the log, may take after that.
    pub drain_timeout: Duration,
    /// Whether SIGHUP opens the log again, unless it comes with the loss of the terminal.
    pub reopens_log: bool,
    /// The language in which the addresses are announced.
    pub language: Language,
}

/// Why a service could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The log could not be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// An address could not be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The limit on open descriptors is too low to serve.
    #[error(transparent)]
    Descriptors(#[from] TooFew),
    /// The system refused a thread, a handler or a runtime.
    #[error("cannot start")]
    System(#[from] io::Error),
}

/// Runs a service until a signal or the log's last record ends it, with a log of this configuration and the
/// protocol that `protocol` makes with it. Blocks.
///
/// The threads and descriptors of its workers stay until the process ends. Call it in programs that end
/// afterwards.
///
/// # Errors
///
/// If it could not start.
pub fn run<P: Protocol>(
    config: &Config,
    log: Option<request_log::Config>,
    protocol: impl FnOnce(Handle) -> P,
) -> Result<Exit, StartError> {
    let most = config.max_connections;
    let spawn =
        |log, bound, drain, limits| workers::spawn(bound, protocol(log), most, drain, limits);
    run_workers(config, log, Box::new(spawn))
}

/// Starts the workers of a protocol. All else is the same code for every protocol.
type Spawn<'a> = Box<dyn FnOnce(Handle, Bound, Drain, DrainLimits) -> io::Result<Workers> + 'a>;

fn run_workers(
    config: &Config,
    log: Option<request_log::Config>,
    spawn: Spawn<'_>,
) -> Result<Exit, StartError> {
    rlimit::provide(config.max_connections, config.workers, config.listen.len())?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async {
        let mut signals = Signals::catch()?;
        // A request to open the log again has no effect yet.
        let unopened = Log::off().handle();
        let (log, bound) = select! {
            started = start(config, log) => started?,
            exit = next_stop(&mut signals, &unopened) => return Ok(exit),
        };
        if config.reopens_log {
            signals.reopen_on_hangup()?;
        }
        serve(config, signals, bound, spawn, log).await
    });
    // A name that is still being resolved, or a log that is still being opened, cannot be cancelled. The
    // process does not wait for either.
    runtime.shutdown_background();
    exit
}

/// Does all that can take time before the service serves: waits for the log's reader, and resolves names.
async fn start(
    config: &Config,
    log: Option<request_log::Config>,
) -> Result<(Log, Bound), StartError> {
    let announce = |path: &Path| say(config.language.waiting_for_a_reader(path.display()));
    let log = match log {
        Some(log) => Log::open(log, announce).await?,
        None => Log::off(),
    };
    let addresses = config.listen.clone();
    let options = listen::Options {
        workers: config.workers,
        share_port: config.share_port,
        socket_buffer: config.socket_buffer,
    };
    let binding = spawn_blocking(move || listen::bind(&addresses, options));
    let bound = binding.await.map_err(io::Error::from)?;
    let bound = bound.map_err(|error| error.with_hint("-p sets another port"))?;
    // A name may have brought more listeners than one a worker.
    rlimit::provide_workers(config.workers)?;
    Ok((log, bound))
}

async fn serve(
    config: &Config,
    signals: Signals,
    bound: Bound,
    spawn: Spawn<'_>,
    log: Log,
) -> Result<Exit, StartError> {
    let addresses = bound.addresses.clone();
    let limits = DrainLimits::new(config.drain_timeout);
    let mut drain = Drain::of_this_system();
    drain.prepare(&bound, limits);
    let workers = spawn(log.handle(), bound, drain, limits)?;
    for address in &addresses {
        say(config.language.listening(format_args!("http://{address}")));
    }
    // After the addresses: other programs read those from the first lines.
    for address in addresses {
        say_interfaces(address);
    }
    if log.is_lost() {
        warn!("no record is kept: {}", stdout::WHY_LOST);
    }
    let life = Life {
        shutdown_delay: config.shutdown_delay,
        drain_timeout: config.drain_timeout,
        signals,
        workers,
        log: log.handle(),
        is_first_signal_due: false,
    };
    Ok(life.run(log).await)
}

/// Says where a service with a wildcard address is reached, in one piece: there may be many interfaces.
fn say_interfaces(bound: SocketAddr) {
    let local = interfaces::of(bound).into_iter();
    let lines = local.map(|local| format!("  http://{} ({})", local.address, local.interface));
    let lines: Vec<_> = lines.collect();
    if !lines.is_empty() {
        say(lines.join("\n"));
    }
}
