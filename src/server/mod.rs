//! One service's life: it opens the log, binds the addresses, runs the workers, drains at a signal,
//! closes the log, and returns an exit code. The same for every protocol.
//!
//! ```text
//! net::listen ─ workers ─ acceptor ─ a protocol: http or raw
//!                            └─ accept, drain
//! ```
//!
//! `phase` says how far the end has come. `drain` ends the listeners, and has the durations of the end.
//! `linger` ends connections whose peers go on sending.
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
pub mod linger;
pub mod phase;
mod workers;

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use log::{error, info, warn};
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::select;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};

use crate::diagnostics::{leave_line, say};
use crate::exit::Exit;
use crate::language::Language;
use crate::net::address::Address;
use crate::net::interfaces;
use crate::net::listen::{self, BindError, Bound};
use crate::request_log::{self, Handle, Log, OpenError};
use crate::rlimit::{self, TooFew};
use crate::signals::{Request, Signals};
use crate::stdout;
use acceptor::Protocol;
use drain::{CUT, Drain, DrainLimits, LAST_RECORDS};
use phase::Phase;
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

/// Runs a service until a signal or the log's last record ends it, with a log of this configuration and the protocol that
/// `protocol` makes with it. Blocks.
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
    let mut life = Life {
        config,
        signals,
        workers,
        log: log.handle(),
    };
    let (ending, stop_by) = life.live().await;
    let exit = life.close(log, ending, stop_by).await;
    // The end of the process ends all threads at once. Ending each of them takes longer.
    mem::forget(life.workers);
    Ok(exit)
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

/// How a service came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// All connections ended by themselves.
    Drained,
    /// Some connections were cut.
    Cut,
    /// A worker ended unexpectedly.
    Broken,
    /// A second signal came.
    Aborted(Exit),
}

struct Life<'a> {
    config: &'a Config,
    signals: Signals,
    workers: Workers,
    log: Handle,
}

impl Life<'_> {
    /// Lives until the connections have ended. Returns the ending, and when the log has to be closed.
    async fn live(&mut self) -> (Ending, Instant) {
        let is_broken = select! {
            _ = next_stop(&mut self.signals, &self.log) => false,
            () = self.log.full() => false,
            () = self.workers.any_ended() => true,
        };
        if is_broken {
            error!("a worker has ended; the service stops");
        } else if let Some(exit) = self.go_on_accepting().await {
            return (Ending::Aborted(exit), Instant::now() + LAST_RECORDS);
        }
        let stop_by = Instant::now() + self.config.drain_timeout;
        match self.drain(stop_by).await {
            Ending::Drained if is_broken => (Ending::Broken, stop_by),
            Ending::Aborted(exit) => (Ending::Aborted(exit), Instant::now() + LAST_RECORDS),
            ending => (ending, stop_by),
        }
    }

    /// Goes on accepting for a while: a load balancer may still send new connections. A second signal
    /// ends the service with this exit.
    async fn go_on_accepting(&mut self) -> Option<Exit> {
        if self.config.shutdown_delay.is_zero() {
            return None;
        }
        info!(
            "stopping; accepting for {:?} more",
            self.config.shutdown_delay
        );
        self.workers.enter(Phase::Closing);
        select! {
            () = sleep(self.config.shutdown_delay) => None,
            exit = next_stop(&mut self.signals, &self.log) => Some(exit),
        }
    }

    async fn drain(&mut self, stop_by: Instant) -> Ending {
        info!("stopping; finishing what is in flight");
        self.workers.enter(Phase::Draining);
        let drained = select! {
            drained = timeout_at(stop_by, self.workers.all_ended()) => drained,
            exit = next_stop(&mut self.signals, &self.log) => return Ending::Aborted(exit),
        };
        if drained.is_ok() {
            return Ending::Drained;
        }
        warn!(
            "connections were cut: they had not ended within {:?}",
            self.config.drain_timeout
        );
        self.workers.enter(Phase::Cut);
        // Bounded, because a worker may be stuck.
        let _ = timeout_at(stop_by + CUT, self.workers.all_ended()).await;
        Ending::Cut
    }

    /// Closes the log, once the connections have ended.
    async fn close(&mut self, log: Log, ending: Ending, stop_by: Instant) -> Exit {
        // Queued records get a moment even if the drain took all the time.
        let stop_by = match ending {
            Ending::Cut => stop_by + CUT,
            _ => stop_by.max(Instant::now() + LAST_RECORDS),
        };
        let closing = log.close(stop_by);
        let closed = if matches!(ending, Ending::Aborted(_)) {
            closing.await
        } else {
            select! {
                closed = closing => closed,
                exit = next_stop(&mut self.signals, &self.log) => return exit,
            }
        };
        if !closed.finished {
            warn!(
                "the log did not take all in time: up to {} records are lost",
                closed.lost
            );
        }
        match ending {
            Ending::Aborted(exit) => exit,
            Ending::Drained if closed.finished => Exit::Done,
            Ending::Drained | Ending::Cut | Ending::Broken => Exit::Failed,
        }
    }
}

/// Waits for a signal to stop. Opens the log again for each signal that asks for that.
async fn next_stop(signals: &mut Signals, log: &Handle) -> Exit {
    loop {
        match signals.next().await {
            Request::Hangup => return Exit::HungUp,
            Request::Interrupt => {
                leave_line();
                return Exit::Interrupted;
            }
            Request::Quit => {
                leave_line();
                return Exit::Quit;
            }
            Request::Terminate => return Exit::Terminated,
            Request::Reopen => log.reopen(),
        }
    }
}
