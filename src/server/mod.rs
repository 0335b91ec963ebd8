//! One service's life: an open log, bound addresses, workers, signals, drain, the log's last record,
//! an exit code. The same for every protocol.
//!
//! ```text
//! net::listen ─ workers ─ acceptor ─ a protocol: http or raw
//!                            └─ listener, drain
//! ```
//!
//! `phase` tells all of them how far the end has come, `linger` ends connections whose peers go on sending.
//!
//! What always holds: all signals are caught before anything that can take time; from the first signal
//! on the end has a bound, the log's flush included; a second signal ends at once.

pub mod acceptor;
pub(crate) mod drain;
pub mod linger;
pub mod listener;
pub mod phase;
pub mod workers;

use std::io;
use std::mem;
use std::path::Path;
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Builder;
use tokio::select;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{error, info, warn};

use crate::diagnostics::{leave_line, say};
use crate::exit::Exit;
use crate::language::Language;
use crate::lost;
use crate::net::address::Address;
use crate::net::listen::{self, BindError, Bound};
use crate::request_log::{self, Handle, Log, OpenError};
use crate::rlimit::{self, TooFew};
use crate::signals::{Request, Signals};
use acceptor::Protocol;
use phase::Phase;
use workers::Workers;

/// How long a second signal waits for records that are already queued: unnoticed by whoever sent
/// it, and enough for a sink that works.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// What was cut is recorded too, and so is what the log still holds: how long that may take beyond
/// the drain. Together with the default drain it stays well within a container's usual 30 s.
const CUT: Duration = Duration::from_secs(3);

/// The least drain that has time for connections that are silent and with the kernel, 1.6 s, and at
/// least as much for all else. With a shorter one, none is left with it.
const OUTLASTS_SILENCE: Duration = Duration::from_secs(4);

/// How the service listens and ends.
#[derive(Debug, Clone)]
pub struct Config {
    /// What to listen on.
    pub listen: Vec<Address>,
    /// How many workers.
    pub workers: usize,
    /// Whether other programs may listen on the same ports.
    pub share_port: bool,
    /// How much of a connection's bytes the kernel may hold each way, or none for as much as it likes.
    pub socket_buffer: Option<usize>,
    /// How many connections are served at once.
    pub max_connections: usize,
    /// From the signal on: for how long new connections are still accepted.
    pub shutdown_delay: Duration,
    /// From then on: for how long requests in flight, and the log, may take.
    pub drain_timeout: Duration,
    /// Whether SIGHUP opens the log again, unless it comes with the loss of the terminal.
    pub reopens_log: bool,
    /// In which language the addresses are said.
    pub language: Language,
}

/// Why a service could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The log could not be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// An address could not be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The limit on open descriptors is too low to serve.
    #[error(transparent)]
    Descriptors(#[from] TooFew),
    /// The system refused a thread, a handler or a runtime.
    #[error("cannot start")]
    System(#[from] io::Error),
}

/// Runs a service until a signal ends it, with a log like this, and the protocol that `protocol` makes
/// with it. Blocks. Its workers' threads and descriptors stay until the process ends: it is for programs
/// that end then.
///
/// # Errors
///
/// When it could not start.
pub fn run<P: Protocol>(
    config: &Config,
    log: Option<request_log::Config>,
    protocol: impl FnOnce(Handle) -> P,
) -> Result<Exit, StartError> {
    rlimit::provide(config.max_connections, config.workers, config.listen.len())?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async {
        let mut signals = Signals::catch()?;
        // None asks to open the log again, which is not open yet.
        let unopened = Log::off().handle();
        let (log, bound) = select! {
            started = start(config, log) => started?,
            exit = next_stop(&mut signals, &unopened) => return Ok(exit),
        };
        if config.reopens_log {
            signals.reopen_on_hangup()?;
        }
        serve(config, signals, bound, protocol(log.handle()), log).await
    });
    // A name that is still being resolved, or a log that is still being opened, can't be called off; nobody
    // waits for it.
    runtime.shutdown_background();
    exit
}

/// All that can take time before the service serves: the log's reader, and the addresses' names.
async fn start(
    config: &Config,
    log: Option<request_log::Config>,
) -> Result<(Log, Bound), StartError> {
    let tell = |path: &Path| say(config.language.waiting_for_a_reader(path.display()));
    let log = match log {
        Some(log) => Log::open(log, tell).await?,
        None => Log::off(),
    };
    let addresses = config.listen.clone();
    let options = listen::Options {
        workers: config.workers,
        share_port: config.share_port,
        socket_buffer: config.socket_buffer,
    };
    let binding = spawn_blocking(move || listen::bind(&addresses, options));
    let mut bound = binding.await.map_err(io::Error::from)??;
    // A name may have brought more listeners than one a worker.
    rlimit::provide_workers(config.workers)?;
    if config.drain_timeout >= OUTLASTS_SILENCE {
        drain::defer(&mut bound);
    }
    Ok((log, bound))
}

async fn serve<P: Protocol>(
    config: &Config,
    signals: Signals,
    bound: Bound,
    protocol: P,
    log: Log,
) -> Result<Exit, StartError> {
    let addresses = bound.addresses.clone();
    let (max_connections, drain_timeout) = (config.max_connections, config.drain_timeout);
    let workers = workers::spawn(bound, protocol, max_connections, drain_timeout)?;
    for address in &addresses {
        say(config.language.listening(format_args!("http://{address}")));
    }
    // Behind the addresses, which other programs read from the first lines.
    if log.is_lost() {
        warn!("no record is kept: {}", lost::WHY);
    }
    let mut life = Life {
        config,
        signals,
        workers,
        log: log.handle(),
    };
    let (ending, stop_by) = life.live().await;
    let exit = life.close(log, ending, stop_by).await;
    // The end of the process takes all threads at once. To tell each of them would take longer.
    mem::forget(life.workers);
    Ok(exit)
}

/// How a service came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// All connections ended by themselves.
    Drained,
    /// Some had to be cut.
    Cut,
    /// A worker ended that should not have.
    Broken,
    /// By a second signal.
    Aborted(Exit),
}

struct Life<'a> {
    config: &'a Config,
    signals: Signals,
    workers: Workers,
    log: Handle,
}

impl Life<'_> {
    /// Until the connections have ended, and when the log must have.
    async fn live(&mut self) -> (Ending, Instant) {
        let is_broken = select! {
            _ = next_stop(&mut self.signals, &self.log) => false,
            () = self.workers.any_ended() => true,
        };
        if is_broken {
            error!("a worker has ended; the service stops");
        } else if let Some(exit) = self.go_on_accepting().await {
            return (Ending::Aborted(exit), Instant::now() + LAST_WORDS);
        }
        let stop_by = Instant::now() + self.config.drain_timeout;
        let ending = match self.drain(stop_by).await {
            Ending::Drained if is_broken => Ending::Broken,
            Ending::Aborted(exit) => {
                return (Ending::Aborted(exit), Instant::now() + LAST_WORDS);
            }
            ending => ending,
        };
        (ending, stop_by)
    }

    /// The time between the signal and the end of accepting: a load balancer may still send new
    /// connections here. A second signal ends it with this exit.
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
            drained = timeout_at(stop_by, self.workers.ended()) => drained,
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
        // A worker that is stuck is not waited for.
        let _ = timeout_at(stop_by + CUT, self.workers.ended()).await;
        Ending::Cut
    }

    /// The connections have ended: the log's turn.
    async fn close(&mut self, log: Log, ending: Ending, stop_by: Instant) -> Exit {
        // Even where the drain took all the time, what is queued gets a moment.
        let stop_by = match ending {
            Ending::Cut => stop_by + CUT,
            _ => stop_by.max(Instant::now() + LAST_WORDS),
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

/// Waits for a signal to stop, opening the log again for each that asks for that.
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
