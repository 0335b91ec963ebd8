//! The signals that a service or a chat obeys.
//!
//! [`Signals`] catches them from its creation on, also as PID 1, for which the kernel ignores signals without
//! a handler (`pid_namespaces(7)`). A program that is started with SIGHUP or SIGQUIT ignored, as nohup(1)
//! does, leaves them ignored. `hangup` decides what a SIGHUP requests. The caller decides what a stop
//! means.

mod hangup;

use std::fs;
use std::future::pending;
use std::io;

use rustix::process;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use hangup::{Action, Hangups, Terminal};

/// What a signal requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// To stop, by SIGHUP: the terminal is lost.
    Hangup,
    /// To stop, by SIGINT: Ctrl-C.
    Interrupt,
    /// To stop, by SIGQUIT: Ctrl-\.
    Quit,
    /// To stop, by SIGTERM: `docker stop`, an init system.
    Terminate,
    /// To open the log file again, by SIGHUP.
    Reopen,
}

/// The signals of this process.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None if it stays ignored.
    quit: Option<Signal>,
    /// None if it stays ignored.
    hangup: Option<Signal>,
    hangups: Hangups,
    terminal: Option<Terminal>,
}

impl Signals {
    /// Catches SIGINT, SIGTERM, SIGQUIT and SIGHUP from now on. In a tokio runtime.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn catch() -> io::Result<Self> {
        // Asks before any of them is caught.
        let catches_hangup = !is_ignored(SignalKind::hangup());
        let catches_quit = !is_ignored(SignalKind::quit());
        // A signal that is caught once stays caught. The limit on a file's size is then an error of the
        // write, and does not end the program (setrlimit(2)).
        let _ = signal(SignalKind::from_raw(process::Signal::XFSZ.as_raw()))?;
        let caught = |kind, catches: bool| catches.then(|| signal(kind)).transpose();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: caught(SignalKind::quit(), catches_quit)?,
            hangup: caught(SignalKind::hangup(), catches_hangup)?,
            hangups: Hangups::default(),
            terminal: catches_hangup.then(Terminal::of_this_process).flatten(),
        })
    }

    /// From now on SIGHUP requests that the log file is opened again. Also under `nohup`, where it requests
    /// nothing else.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn reopen_on_hangup(&mut self) -> io::Result<()> {
        self.hangups.set_reopens();
        if self.hangup.is_none() {
            self.hangup = Some(signal(SignalKind::hangup())?);
        }
        Ok(())
    }

    /// Waits for the next request. A signal that repeats the one before, because the terminal is lost or both
    /// were sent together, is not one.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again. A signal that comes in between belongs to the next call.
    pub(crate) async fn next(&mut self) -> Request {
        loop {
            let is_watched = !self.hangups.is_terminal_lost();
            let other = |hangups: &mut Hangups, request| {
                let counts = hangups.on_other(Instant::now());
                counts.then_some(request)
            };
            let request = select! {
                _ = self.interrupt.recv() => other(&mut self.hangups, Request::Interrupt),
                _ = self.terminate.recv() => other(&mut self.hangups, Request::Terminate),
                () = received(&mut self.quit) => other(&mut self.hangups, Request::Quit),
                () = received(&mut self.hangup) => {
                    let is_gone = self.terminal.as_ref().is_some_and(Terminal::is_gone);
                    self.hangups.on_hangup(Instant::now(), is_gone).map(Request::from)
                }
                () = gone(self.terminal.as_ref()), if is_watched => {
                    self.hangups.on_loss(Instant::now()).map(Request::from)
                }
            };
            if let Some(request) = request {
                return request;
            }
        }
    }
}

impl From<Action> for Request {
    fn from(action: Action) -> Self {
        match action {
            Action::Stop => Self::Hangup,
            Action::Reopen => Self::Reopen,
        }
    }
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => pending().await,
    }
}

async fn gone(terminal: Option<&Terminal>) {
    match terminal {
        Some(terminal) => terminal.gone().await,
        None => pending().await,
    }
}

/// Whether the program was started with this signal ignored. Only Linux tells without unsafe code. On other
/// systems it counts as ignored, so it keeps the effect that it has. On a Linux without `/proc` it counts
/// as not ignored.
fn is_ignored(signal: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").ok();
    let ignored = status.as_deref().and_then(ignored);
    let is_set = |ignored: u64| ignored >> (signal.as_raw_value() - 1) & 1 == 1;
    ignored.map_or(!cfg!(target_os = "linux"), is_set)
}

/// The ignored signals in `/proc/self/status`: a mask whose lowest bit is signal 1 (`proc_pid_status(5)`).
fn ignored(status: &str) -> Option<u64> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_ignored_signals() {
        // `nohup` ignores SIGHUP, 1, and Rust SIGPIPE, 13.
        let status = "Name:\thellowire\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(0x1001));
        assert_eq!(ignored("SigIgn:\tx\n"), None);
        assert_eq!(ignored(""), None);
    }
}
