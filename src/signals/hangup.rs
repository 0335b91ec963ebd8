//! What a SIGHUP requests: to open the log file again, or to stop. Pure, but for [`Terminal`].
//!
//! Administrators send one after they have renamed the log file (logrotate(8)). The kernel and shells send
//! one if a terminal is lost, and the service should end with it (POSIX.1-2024, XBD 11.1.10; `huponexit` in
//! bash(1), `HUP` in zshoptions(1)). The signal is the same. So the service watches its terminal, and a
//! signal belongs to a loss that is close in time. An old loss means nothing: a service in the background
//! outlives its shell's `exit`, and its log is rotated later. An init system may send SIGTERM and SIGHUP
//! together (`SendSIGHUP=` in systemd.kill(5)).
//!
//! # Invariants
//!
//! - One loss of the terminal is one request to stop, however many signals report it.
//! - SIGHUP together with another signal is one request to stop.

use std::future::pending;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::Duration;

use log::debug;
use rustix::stdio::{stderr, stdin, stdout};
use tokio::io::Interest;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, sleep};

/// How long after the terminal's loss a signal still belongs to it. The kernel and shells send it within
/// milliseconds; a busy machine may take longer.
const AFTER_THE_LOSS: Duration = Duration::from_secs(10);

/// How long before the loss a signal belongs to it. zsh, and bash with `huponexit`, send the signal and
/// then end, and the terminal ends with them.
const BEFORE_THE_LOSS: Duration = Duration::from_secs(1);

/// How far apart SIGHUP and another signal may be that count as one. An init system sends both within a
/// millisecond; a busy machine may take longer.
const TOGETHER: Duration = Duration::from_secs(1);

/// The pause between two looks at a terminal whose other end is closed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What a hangup requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Open the log file again.
    Reopen,
    /// Stop.
    Stop,
}

/// The signals so far, and the loss of the terminal.
#[derive(Debug, Default)]
pub(super) struct Hangups {
    /// Whether there is a log file that can be opened again.
    reopens: bool,
    /// When the last SIGHUP came that did not belong to a loss.
    last_signal: Option<Instant>,
    /// When the terminal was found to be lost.
    lost: Option<Instant>,
    has_stopped: bool,
    /// Whether a stop came with the loss of the terminal, or was under way then.
    has_stopped_with_the_terminal: bool,
    /// When SIGHUP first requested a stop.
    first_hangup: Option<Instant>,
    /// When another signal first requested a stop.
    first_other: Option<Instant>,
}

impl Hangups {
    /// There is a log file from now on.
    pub(super) fn set_reopens(&mut self) {
        self.reopens = true;
    }

    /// Whether the terminal is known to be lost.
    pub(super) fn is_terminal_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// A SIGHUP came, and the terminal `is_gone` or not. Returns what the signal requests, if anything.
    pub(super) fn on_hangup(&mut self, now: Instant, is_gone: bool) -> Option<Action> {
        if is_gone {
            self.lost.get_or_insert(now);
        }
        // Or later, if a stop came with the loss: SIGHUP belongs to it, however long the drain takes.
        if self.has_stopped_with_the_terminal
            || self.lost.is_some_and(|lost| now - lost < AFTER_THE_LOSS)
        {
            return self.stop_with_the_terminal(now);
        }
        self.last_signal = Some(now);
        if self.reopens {
            return Some(Action::Reopen);
        }
        self.has_stopped = true;
        let is_first = self.first_hangup.is_none();
        self.first_hangup.get_or_insert(now);
        let repeats = is_first && is_recent(self.first_other, now);
        (!repeats).then_some(Action::Stop)
    }

    /// Another signal requests a stop. Returns whether it counts: right after a SIGHUP it does not.
    pub(super) fn on_other(&mut self, now: Instant) -> bool {
        self.has_stopped = true;
        let is_first = self.first_other.is_none();
        self.first_other.get_or_insert(now);
        !(is_first && is_recent(self.first_hangup, now))
    }

    /// The terminal is lost. Returns what that requests, if anything: mostly the signal is yet to come.
    pub(super) fn on_loss(&mut self, now: Instant) -> Option<Action> {
        self.lost.get_or_insert(now);
        let signal = self.last_signal?;
        if now - signal < BEFORE_THE_LOSS {
            self.stop_with_the_terminal(now)
        } else {
            None
        }
    }

    fn stop_with_the_terminal(&mut self, now: Instant) -> Option<Action> {
        let is_first = !self.has_stopped;
        self.has_stopped = true;
        self.has_stopped_with_the_terminal = true;
        self.first_hangup.get_or_insert(now);
        is_first.then_some(Action::Stop)
    }
}

fn is_recent(then: Option<Instant>, now: Instant) -> bool {
    then.is_some_and(|then| now - then < TOGETHER)
}

/// The terminal at which the program was started, registered with the runtime's poll.
///
/// The field is a duplicate of its descriptor. tokio's `Receiver` is for pipes, but registers any descriptor
/// without a check; `AsyncFd` needs unsafe code for that. Nothing ever reads from it. tokio does not promise
/// this: the tests of `tests/it/hangup.rs` guard it.
#[derive(Debug)]
pub(super) struct Terminal(Receiver);

impl Terminal {
    /// The first of stdin, stdout and stderr that is a terminal. None if there is none, or the poll does not
    /// take it. In a tokio runtime.
    pub(super) fn of_this_process() -> Option<Self> {
        let streams = [stdin(), stdout(), stderr()];
        let terminal = streams.into_iter().find(IsTerminal::is_terminal)?;
        Self::watch(terminal)
    }

    fn watch(terminal: BorrowedFd<'_>) -> Option<Self> {
        let terminal = terminal.try_clone_to_owned();
        let watched = terminal.and_then(Receiver::from_owned_fd_unchecked);
        watched
            .inspect_err(|error| debug!("the terminal is not watched: {error}"))
            .ok()
            .map(Self)
    }

    /// Whether it is lost: then the kernel answers no request about it.
    pub(super) fn is_gone(&self) -> bool {
        !self.0.as_fd().is_terminal()
    }

    /// Waits until it is lost. Typed lines wake this too, and stay unread.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(super) async fn gone(&self) {
        while !self.is_gone() {
            let Ok(ready) = self.0.ready(Interest::READABLE).await else {
                // The runtime ends.
                return pending().await;
            };
            // To tokio an error of this kind means that there is nothing to read: it waits for the next event.
            let _ = self
                .0
                .try_io(|| Err::<(), _>(io::ErrorKind::WouldBlock.into()));
            // A closed end stays ready, and tokio would not wait again. The terminal is lost in a moment,
            // or is the other end of a pseudo-terminal, which is never lost.
            if ready.is_read_closed() {
                sleep(LOOK_AGAIN).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(100);
    const STOP: Option<Action> = Some(Action::Stop);
    const REOPEN: Option<Action> = Some(Action::Reopen);

    fn hangups(reopens: bool) -> Hangups {
        let mut hangups = Hangups::default();
        if reopens {
            hangups.set_reopens();
        }
        hangups
    }

    #[test]
    fn without_a_loss_each_signal_requests_the_same() {
        for (reopens, action) in [(true, REOPEN), (false, STOP)] {
            let mut seen = hangups(reopens);
            let now = Instant::now();
            assert_eq!(seen.on_hangup(now, false), action);
            assert_eq!(seen.on_hangup(now + MOMENT, false), action);
        }
    }

    #[test]
    fn one_loss_stops_once() {
        for reopens in [true, false] {
            // The loss is noticed before the signal, or after it.
            for is_watched in [true, false] {
                let mut seen = hangups(reopens);
                let now = Instant::now();
                if is_watched {
                    assert_eq!(seen.on_loss(now), None);
                }
                assert_eq!(seen.on_hangup(now, true), STOP);
                assert_eq!(seen.on_loss(now), None);
                assert_eq!(seen.on_hangup(now + MOMENT, true), None);
            }
        }
    }

    #[test]
    fn a_signal_just_before_the_loss_belongs_to_it() {
        let mut seen = hangups(true);
        let now = Instant::now();
        assert_eq!(seen.on_hangup(now, false), REOPEN);
        assert_eq!(seen.on_loss(now + MOMENT), STOP);
        assert_eq!(seen.on_hangup(now + MOMENT, true), None);

        // It has stopped already.
        let mut seen = hangups(false);
        assert_eq!(seen.on_hangup(now, false), STOP);
        assert_eq!(seen.on_loss(now + MOMENT), None);
        assert_eq!(seen.on_hangup(now + MOMENT, true), None);

        let mut seen = hangups(true);
        assert_eq!(seen.on_hangup(now, false), REOPEN);
        assert_eq!(seen.on_loss(now + BEFORE_THE_LOSS), None);
    }

    #[test]
    fn a_hangup_together_with_another_signal_is_one_stop() {
        let mut seen = hangups(false);
        let now = Instant::now();
        assert!(seen.on_other(now));
        assert_eq!(seen.on_hangup(now + MOMENT, false), None);
        // Each has come once: a further one counts.
        assert_eq!(seen.on_hangup(now + MOMENT, false), STOP);
        assert!(seen.on_other(now + MOMENT));

        let mut seen = hangups(false);
        assert_eq!(seen.on_hangup(now, false), STOP);
        assert!(!seen.on_other(now + MOMENT));
        assert!(seen.on_other(now + MOMENT));

        // One that comes later counts too.
        let mut seen = hangups(false);
        assert!(seen.on_other(now));
        assert_eq!(seen.on_hangup(now + TOGETHER, false), STOP);
        let mut seen = hangups(false);
        assert_eq!(seen.on_hangup(now, false), STOP);
        assert!(seen.on_other(now + TOGETHER));
    }

    #[test]
    fn a_terminal_that_is_lost_during_a_stop_repeats_it() {
        for reopens in [true, false] {
            let mut seen = hangups(reopens);
            let now = Instant::now();
            assert!(seen.on_other(now));
            let lost = now + 5 * TOGETHER;
            assert_eq!(seen.on_loss(lost), None);
            assert_eq!(seen.on_hangup(lost + MOMENT, true), None);
            // However long the drain takes.
            assert_eq!(seen.on_hangup(lost + AFTER_THE_LOSS, true), None);
            assert!(seen.on_other(lost + AFTER_THE_LOSS));
        }
    }

    /// Epoll refuses a regular file. A terminal that it refuses is rare, and no error either.
    #[tokio::test]
    async fn a_descriptor_that_the_poll_refuses_is_not_watched() {
        let file =
            std::fs::File::open("/proc/self/exe").or_else(|_| std::fs::File::open("Cargo.toml"));
        assert!(Terminal::watch(file.unwrap().as_fd()).is_none());
    }

    #[test]
    fn a_service_that_has_outlived_its_terminal_rotates_its_log() {
        let mut seen = hangups(true);
        let now = Instant::now();
        assert_eq!(seen.on_loss(now), None);
        assert_eq!(seen.on_hangup(now + AFTER_THE_LOSS, true), REOPEN);
        assert_eq!(seen.on_hangup(now + AFTER_THE_LOSS + MOMENT, true), REOPEN);
    }
}
