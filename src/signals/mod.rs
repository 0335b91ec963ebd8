//! The signals that a service, or a chat, obeys.
//!
//! They are caught from the moment [`Signals`] exists, also as PID 1, where the kernel gives them no
//! default effect. Whoever starts a program with SIGHUP or SIGQUIT ignored, as `nohup` does, means it:
//! these stay ignored. What a request to stop means is left to the caller.

mod hangup;

use std::fs;
use std::future::pending;
use std::io;

use rustix::process;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use hangup::{Asked, Hangups, Terminal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// To stop, by SIGHUP: the terminal is gone.
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
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None where it stays ignored.
    quit: Option<Signal>,
    /// None where it stays ignored.
    hangup: Option<Signal>,
    hangups: Hangups,
    terminal: Option<Terminal>,
}

impl Signals {
    /// Catches SIGINT, SIGTERM, SIGQUIT and SIGHUP from now on. In a tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system said to a handler.
    pub fn catch() -> io::Result<Self> {
        // Before any of them is caught.
        let catches_hangup = !is_ignored(SignalKind::hangup());
        let catches_quit = !is_ignored(SignalKind::quit());
        // What is caught once stays caught. A file that may not grow is then an error for whoever writes
        // to it, and does not end the program.
        let _ = signal(SignalKind::from_raw(process::Signal::XFSZ.as_raw()))?;
        let caught = |kind, catches: bool| catches.then(|| signal(kind)).transpose();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: caught(SignalKind::quit(), catches_quit)?,
            hangup: caught(SignalKind::hangup(), catches_hangup)?,
            hangups: Hangups::new(),
            terminal: catches_hangup.then(Terminal::of_this_process).flatten(),
        })
    }

    /// From now on there is a log file, which SIGHUP asks to be opened again; also under `nohup`, where it
    /// asks for nothing else.
    ///
    /// # Errors
    ///
    /// What the system said to a handler.
    pub fn reopen_on_hangup(&mut self) -> io::Result<()> {
        self.hangups.reopen();
        if self.hangup.is_none() {
            self.hangup = Some(signal(SignalKind::hangup())?);
        }
        Ok(())
    }

    /// Waits for the next signal that asks for something. One that only repeats the one before, because the
    /// terminal is lost or both were sent together, asks for nothing.
    ///
    /// # Cancel safety
    ///
    /// A signal that comes while nobody waits is given to the next call.
    pub async fn next(&mut self) -> Request {
        loop {
            let is_watched = !self.hangups.know_the_loss();
            let other = |hangups: &mut Hangups, request| {
                let counts = hangups.other(Instant::now());
                counts.then_some(request)
            };
            let asked = select! {
                _ = self.interrupt.recv() => other(&mut self.hangups, Request::Interrupt),
                _ = self.terminate.recv() => other(&mut self.hangups, Request::Terminate),
                () = came(&mut self.quit) => other(&mut self.hangups, Request::Quit),
                () = came(&mut self.hangup) => {
                    let is_gone = self.terminal.as_ref().is_some_and(Terminal::is_gone);
                    self.hangups.signal(Instant::now(), is_gone).map(Request::from)
                }
                () = gone(self.terminal.as_ref()), if is_watched => {
                    self.hangups.loss(Instant::now()).map(Request::from)
                }
            };
            if let Some(request) = asked {
                return request;
            }
        }
    }
}

impl From<Asked> for Request {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Stop => Self::Hangup,
            Asked::Reopen => Self::Reopen,
        }
    }
}

async fn came(signal: &mut Option<Signal>) {
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

/// Whether the program was started with this signal ignored. Only Linux says so without unsafe code.
/// Elsewhere it counts as ignored and keeps the effect that it has; on a Linux without `/proc` it does
/// not.
fn is_ignored(signal: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").ok();
    let ignored = status.as_deref().and_then(ignored);
    let is_set = |ignored: u64| ignored >> (signal.as_raw_value() - 1) & 1 == 1;
    ignored.map_or(!cfg!(target_os = "linux"), is_set)
}

/// The ignored signals in `/proc/self/status`, one a bit from the lowest on (`proc_pid_status(5)`).
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
    fn the_ignored_signals_are_read() {
        // What `nohup` leaves: SIGHUP is 1. And SIGPIPE, 13, which Rust ignores.
        let status = "Name:\thellowire\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(0x1001));
        assert_eq!(ignored("SigIgn:\tx\n"), None);
        assert_eq!(ignored(""), None);
    }
}
