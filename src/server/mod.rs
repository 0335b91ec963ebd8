//! One service's life: it opens the log, binds the addresses, runs the workers, drains at a signal,
//! closes the log, and returns an exit code. The same for every protocol.
//!
//! ```text
//! net::listen ─ workers ─ acceptor ─ a protocol: http or raw
//!                            └─ accept, drain
//! ```
//!
//! `life` is what follows the start. `phase` says how far the end has come. `drain` ends the listeners, and
//! has the durations of the end. `linger` ends connections whose peers go on sending. `second_service` is
//! another service of the process.
//!
//! # Invariants
//!
//! - The log's last record, if the user has counted them, ends the service as a signal does.
//! - All signals are caught before anything that can take time.
//! - From the first signal on the end has a bound, the log's flush included.
//! - A second signal ends the service at once.
//! - A service that does not start takes no other one's address.

mod accept;
pub mod acceptor;
pub(crate) mod drain;
mod life;
pub mod linger;
pub mod phase;
mod second_service;
mod workers;

use std::io;
use std::mem;
use std::path::Path;
use std::time::Duration;

use log::warn;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::select;
use tokio::task::spawn_blocking;

use crate::diagnostics::debug_is_display;
use crate::diagnostics::say;
use crate::exit::Exit;
use crate::language::Language;
use crate::net::address::Address;
use crate::net::bound::BoundAddress;
use crate::net::inherited;
use crate::net::interfaces;
use crate::net::listen::{self, BindError, Bound};
use crate::net::listener::Listening;
use crate::request_log::{self, Handle, Log, OpenError};
use crate::rlimit::{self, TooFew};
use crate::signals::Signals;
use crate::stdout;
use acceptor::Protocol;
use drain::{Drain, DrainLimits};
use life::{Life, next_stop};
pub use second_service::SecondService;
use workers::Workers;

/// How the service listens and ends.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses to listen on, unless a service manager passes sockets on (`LISTEN_FDS`).
    pub listen: Vec<Address>,
    /// Whether the user has chosen them: other sockets are a surprise then.
    pub is_listen_chosen: bool,
    /// The number of workers.
    pub workers: usize,
    /// Whether other programs may listen on the same ports.
    pub share_port: bool,
    /// The size of a connection's kernel buffers, in bytes each way. None: the kernel chooses.
    pub socket_buffer: Option<usize>,
    /// The permissions of a Unix socket's file.
    pub socket_mode: u32,
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
#[derive(Error)]
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

debug_is_display!(StartError);

/// What a service starts with.
#[derive(Debug)]
pub struct Start {
    /// How it listens and ends.
    pub config: Config,
    /// How it records requests. `None` if nothing needs a record: neither the log nor the page.
    pub log: Option<request_log::Config>,
    /// Another service of the process. `None` without one.
    pub second: Option<SecondService>,
}

/// Runs a service until a signal or the log's last record ends it, with the protocol that `protocol` makes with
/// the log. Blocks.
///
/// The threads and descriptors of its workers stay until the process ends. Call it in programs that end
/// afterwards.
///
/// Call it before the process has other threads: it takes `LISTEN_FDS` and `LISTEN_PID` out of the environment.
///
/// The program calls it through the protocols' own `run`. Each crate that calls it compiles the protocol's
/// connections once more.
///
/// # Errors
///
/// If it could not start.
pub fn run<P: Protocol>(
    start: Start,
    protocol: impl FnOnce(Handle) -> P,
) -> Result<Exit, StartError> {
    let most = start.config.max_connections;
    let spawn =
        |log, bound, drain, limits| workers::spawn(bound, protocol(log), most, drain, limits);
    run_workers(start, Box::new(spawn))
}

/// How long a signal during the start waits for the files of Unix sockets to be made and removed.
const BINDING: Duration = Duration::from_secs(1);

/// Starts the workers of a protocol. All else is the same code for every protocol.
type Spawn<'a> = Box<dyn FnOnce(Handle, Bound, Drain, DrainLimits) -> io::Result<Workers> + 'a>;

fn run_workers(start: Start, spawn: Spawn<'_>) -> Result<Exit, StartError> {
    let Start {
        config,
        log,
        second,
    } = start;
    let config = &config;
    // The worker and the connections of the second service.
    let workers = config.workers + usize::from(second.is_some());
    let second_connections = second.as_ref().map_or(0, |second| second.max_connections);
    let connections = config.max_connections.saturating_add(second_connections);
    let inherited = inherited::take().map_err(BindError::from)?;
    let listeners = config.listen.len().max(inherited.len());
    rlimit::provide(connections, workers, listeners)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut wait = Duration::ZERO;
    let exit = runtime.block_on(async {
        let mut signals = Signals::catch()?;
        // A request to open the log again has no effect yet.
        let unopened = Log::off().handle();
        let (log, bound, second) = select! {
            started = open_and_bind(config, inherited, log, second) => started?,
            exit = next_stop(&mut signals, &unopened) => {
                if config.listen.iter().any(|address| address.port().is_none()) {
                    wait = BINDING;
                }
                return Ok(exit);
            }
        };
        if config.reopens_log {
            signals.reopen_on_hangup()?;
        }
        serve(config, signals, bound, second, spawn, log).await
    });
    // A name that is still being resolved, or a log that is still being opened, cannot be cancelled. The
    // process does not wait for either, but for the thread that may be making the file of a Unix socket: it
    // removes that.
    runtime.shutdown_timeout(wait);
    exit
}

/// Does all that can take time before the service serves: waits for the log's reader, and resolves names.
async fn open_and_bind(
    config: &Config,
    inherited: Vec<Inherited>,
    log: Option<request_log::Config>,
    second: Option<SecondService>,
) -> Result<(Log, Bound, Option<BoundSecond>), StartError> {
    let announce = |path: &Path| say(config.language.waiting_for_a_reader(path.display()));
    let log = match log {
        Some(log) => Log::open(log, announce).await?,
        None => Log::off(),
    };
    let options = listen::Options {
        workers: config.workers,
        share_port: config.share_port,
        socket_buffer: config.socket_buffer,
        socket_mode: config.socket_mode,
    };
    let bound = if inherited.is_empty() {
        bind(config.listen.clone(), options, "-p sets another port").await?
    } else {
        if config.is_listen_chosen {
            warn!("--listen and --port have no effect: the sockets of LISTEN_FDS are served");
        }
        listen::adopt(inherited, options)?
    };
    let mut workers = config.workers;
    let mut bound_second = None;
    if let Some(second) = second {
        let listen = vec![second.listen.clone()];
        let options = listen::Options {
            workers: 1,
            // Its viewers want this process, and the first service's port is taken.
            share_port: false,
            ..options
        };
        let bound = bind(listen, options, "--inspect sets another port").await?;
        bound_second = Some((second, bound));
        workers += 1;
    }
    // A name may have brought more listeners than one a worker.
    rlimit::provide_workers(workers)?;
    Ok((log, bound, bound_second))
}

/// A socket that a service manager has passed on.
type Inherited = (BoundAddress, Listening);

/// A second service, and its sockets.
type BoundSecond = (SecondService, Bound);

/// Binds without blocking: a name may take long. `hint` says how to listen elsewhere.
async fn bind(
    addresses: Vec<Address>,
    options: listen::Options,
    hint: &str,
) -> Result<Bound, StartError> {
    let binding = spawn_blocking(move || listen::bind(&addresses, options));
    let bound = binding.await.map_err(io::Error::from)?;
    Ok(bound.map_err(|error| error.with_hint(hint))?)
}

async fn serve(
    config: &Config,
    signals: Signals,
    mut bound: Bound,
    second: Option<BoundSecond>,
    spawn: Spawn<'_>,
    log: Log,
) -> Result<Exit, StartError> {
    // Wherever this ends, they are removed.
    let mut files = mem::take(&mut bound.files);
    let addresses = bound.addresses.clone();
    let limits = DrainLimits::new(config.drain_timeout);
    let mut drain = Drain::of_this_system();
    drain.prepare(&bound, limits);
    let second = second.map(|(second, bound)| second.start(bound, &addresses));
    let second = second.transpose()?;
    let workers = spawn(log.handle(), bound, drain, limits)?;
    // The last step that may fail: until then, the service whose place this one takes has its clients.
    for file in &mut files {
        file.publish()?;
    }
    let mut lines: Vec<String> = Vec::new();
    for address in &addresses {
        lines.push(config.language.listening(address.url()).to_string());
    }
    // After the addresses: other programs read those from the first lines.
    lines.extend(addresses.iter().flat_map(interface_lines));
    lines.extend(second.iter().flat_map(|second| second.lines.clone()));
    // In one piece, so that their order stays.
    say(lines.join("\n"));
    if log.is_lost() {
        warn!("no record is kept: {}", stdout::WHY_LOST);
    }
    let life = Life {
        shutdown_delay: config.shutdown_delay,
        drain_timeout: config.drain_timeout,
        signals,
        workers,
        files,
        log: log.handle(),
        is_first_signal_due: false,
    };
    Ok(life.run(log).await)
}

/// Where a service with a wildcard address is reached.
fn interface_lines(bound: &BoundAddress) -> impl Iterator<Item = String> + use<> {
    let local = bound
        .ip()
        .map(interfaces::of)
        .unwrap_or_default()
        .into_iter();
    local.map(|local| format!("  http://{} ({})", local.address, local.interface))
}
