//! The life of a service from its first connection to its exit code: it serves, drains, and closes its log.
//!
//! [`super`] starts it. A signal ends it, or the last record that the user wants.
//!
//! # Invariants
//!
//! - From the first signal on the end has a bound, the log's flush included.
//! - A second signal ends the service at once.

use std::mem;
use std::time::Duration;

use log::{error, info, warn};
use tokio::select;
use tokio::time::{Instant, sleep, timeout_at};

use super::drain::{CUT, LAST_RECORDS};
use super::phase::Phase;
use super::workers::Workers;
use crate::diagnostics::leave_line;
use crate::exit::Exit;
use crate::net::unix::SocketFile;
use crate::request_log::{Handle, Log};
use crate::signals::{Request, Signals};

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

/// A service that serves.
pub(super) struct Life {
    /// How long the service still accepts connections after the signal.
    pub(super) shutdown_delay: Duration,
    /// How long requests in flight, and the log, may take after that.
    pub(super) drain_timeout: Duration,
    pub(super) signals: Signals,
    pub(super) workers: Workers,
    /// The files of its Unix sockets. Each is removed when it is dropped.
    pub(super) files: Vec<SocketFile>,
    pub(super) log: Handle,
    /// The next signal asks for the stop that is under way.
    pub(super) is_first_signal_due: bool,
}

impl Life {
    /// Lives to the end of the service, and closes its log.
    pub(super) async fn run(mut self, log: Log) -> Exit {
        let (ending, stop_by) = self.live().await;
        let exit = self.close(log, ending, stop_by).await;
        // The end of the process ends all threads at once. Ending each of them takes longer.
        mem::forget(self.workers);
        exit
    }

    /// Lives until the connections have ended. Returns the ending, and when the log has to be closed.
    async fn live(&mut self) -> (Ending, Instant) {
        let is_broken = select! {
            _ = next_stop(&mut self.signals, &self.log) => false,
            () = self.log.full() => {
                self.is_first_signal_due = true;
                false
            }
            () = self.workers.any_ended() => true,
        };
        if is_broken {
            error!("a worker has ended; the service stops");
        } else if let Some(exit) = self.go_on_accepting().await {
            return (Ending::Aborted(exit), Instant::now() + LAST_RECORDS);
        }
        let stop_by = Instant::now() + self.drain_timeout;
        match self.drain(stop_by).await {
            Ending::Drained if is_broken => (Ending::Broken, stop_by),
            Ending::Aborted(exit) => (Ending::Aborted(exit), Instant::now() + LAST_RECORDS),
            ending => (ending, stop_by),
        }
    }

    /// Goes on accepting for a while: a load balancer may still send new connections. A second signal
    /// ends the service with this exit.
    async fn go_on_accepting(&mut self) -> Option<Exit> {
        if self.shutdown_delay.is_zero() {
            return None;
        }
        info!("stopping; accepting for {:?} more", self.shutdown_delay);
        self.workers.enter(Phase::Closing);
        select! {
            () = sleep(self.shutdown_delay) => None,
            exit = abort(&mut self.signals, &self.log, &mut self.is_first_signal_due) => Some(exit),
        }
    }

    async fn drain(&mut self, stop_by: Instant) -> Ending {
        info!("stopping; finishing what is in flight");
        // Before the last clients are accepted: no other finds the socket.
        self.files.clear();
        self.workers.enter(Phase::Draining);
        let drained = select! {
            drained = timeout_at(stop_by, self.workers.all_ended()) => drained,
            exit = abort(&mut self.signals, &self.log, &mut self.is_first_signal_due) => {
                return Ending::Aborted(exit);
            }
        };
        if drained.is_ok() {
            return Ending::Drained;
        }
        warn!(
            "connections were cut: they had not ended within {:?}",
            self.drain_timeout
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
                exit = abort(&mut self.signals, &self.log, &mut self.is_first_signal_due) => return exit,
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
            // The user has the records that were asked for.
            Ending::Cut if closed.finished && self.log.is_full() => Exit::Done,
            Ending::Drained | Ending::Cut | Ending::Broken => Exit::Failed,
        }
    }
}

/// Waits for a signal during the stop. The first one after the log's last record asks for that stop, and
/// each other one for its end.
async fn abort(signals: &mut Signals, log: &Handle, is_first_due: &mut bool) -> Exit {
    loop {
        let exit = next_stop(signals, log).await;
        if !mem::take(is_first_due) {
            return exit;
        }
    }
}

/// Waits for a signal to stop. Opens the log again for each signal that asks for that.
pub(super) async fn next_stop(signals: &mut Signals, log: &Handle) -> Exit {
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
