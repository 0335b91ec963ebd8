//! What a SIGHUP asks for: to open the log file again, or to stop. Pure, but for [`Terminal`].
//!
//! Administrators send one after they have renamed the log file. The kernel and shells send one when a
//! terminal is gone, and the service should go with it. The signal itself is the same. So the terminal is
//! watched, and a signal belongs to its loss where the two come together. A terminal that was lost long
//! ago means nothing: a service in the background outlives its shell's `exit`, and its log is rotated
//! later. An init system may send SIGTERM and SIGHUP together (systemd's `SendSIGHUP=`).
//!
//! What always holds: one loss is one request to stop, however often it is told of; SIGHUP and another
//! signal together are one too.

use std::future::pending;
use std::io::IsTerminal;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::stdio::{stderr, stdin, stdout};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep};
use tracing::debug;

/// How long after the terminal's loss a signal still belongs to it. The kernel and shells send it within
/// milliseconds; a busy machine may take longer.
const AFTER_THE_LOSS: Duration = Duration::from_secs(10);

/// How long before it: zsh, and bash with `huponexit`, send the signal and then end, and the terminal
/// with them.
const BEFORE_THE_LOSS: Duration = Duration::from_secs(1);

/// How far apart SIGHUP and another signal may be that count as one. Whoever sends both at once does it
/// within a millisecond; a busy machine may take longer.
const TOGETHER: Duration = Duration::from_secs(1);

/// How soon a terminal whose other end is closed is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What a hangup asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Open the log file again.
    Reopen,
    /// Stop.
    Stop,
}

/// The signals so far, and the terminal's loss.
#[derive(Debug)]
pub(super) struct Hangups {
    /// Whether there is a log file that can be opened again.
    reopens: bool,
    last_signal: Option<Instant>,
    lost: Option<Instant>,
    has_stopped: bool,
    /// Whether a stop came with the terminal's loss, or was under way then.
    has_stopped_with_the_terminal: bool,
    /// When SIGHUP first asked to stop.
    hung_up: Option<Instant>,
    /// When another signal first did.
    told_otherwise: Option<Instant>,
}

impl Hangups {
    /// Nothing has happened yet, and there is no log file.
    pub(super) fn new() -> Self {
        Self {
            reopens: false,
            last_signal: None,
            lost: None,
            has_stopped: false,
            has_stopped_with_the_terminal: false,
            hung_up: None,
            told_otherwise: None,
        }
    }

    /// There is a log file from now on.
    pub(super) fn reopen(&mut self) {
        self.reopens = true;
    }

    /// Whether the terminal is known to be gone.
    pub(super) fn know_the_loss(&self) -> bool {
        self.lost.is_some()
    }

    /// A signal came, and the terminal is gone by now or is not: what it asks for, if anything.
    pub(super) fn signal(&mut self, now: Instant, is_gone: bool) -> Option<Asked> {
        if is_gone {
            self.lost.get_or_insert(now);
        }
        // Also where the drain that it began takes longer than that.
        if self.has_stopped_with_the_terminal
            || self.lost.is_some_and(|lost| now - lost < AFTER_THE_LOSS)
        {
            return self.stop_with_the_terminal(now);
        }
        self.last_signal = Some(now);
        if self.reopens {
            return Some(Asked::Reopen);
        }
        self.has_stopped = true;
        let is_first = self.hung_up.is_none();
        self.hung_up.get_or_insert(now);
        let repeats = is_first && is_recent(self.told_otherwise, now);
        (!repeats).then_some(Asked::Stop)
    }

    /// Another signal asks to stop: whether it counts. Right behind a SIGHUP it means the same.
    pub(super) fn other(&mut self, now: Instant) -> bool {
        self.has_stopped = true;
        let is_first = self.told_otherwise.is_none();
        self.told_otherwise.get_or_insert(now);
        !(is_first && is_recent(self.hung_up, now))
    }

    /// The terminal is gone: what that asks for, if anything. Most often the signal is yet to come.
    pub(super) fn loss(&mut self, now: Instant) -> Option<Asked> {
        self.lost.get_or_insert(now);
        let told = self.last_signal?;
        if now - told < BEFORE_THE_LOSS {
            self.stop_with_the_terminal(now)
        } else {
            None
        }
    }

    fn stop_with_the_terminal(&mut self, now: Instant) -> Option<Asked> {
        let is_first = !self.has_stopped;
        self.has_stopped = true;
        self.has_stopped_with_the_terminal = true;
        self.hung_up.get_or_insert(now);
        is_first.then_some(Asked::Stop)
    }
}

fn is_recent(then: Option<Instant>, now: Instant) -> bool {
    then.is_some_and(|then| now - then < TOGETHER)
}

/// The terminal that the program was started at.
#[derive(Debug)]
pub(super) struct Terminal(AsyncFd<OwnedFd>);

impl Terminal {
    /// The first of stdin, stdout and stderr that is a terminal, and can be watched. In a tokio runtime.
    pub(super) fn of_this_process() -> Option<Self> {
        let streams = [stdin(), stdout(), stderr()];
        let terminal = streams.into_iter().find(IsTerminal::is_terminal)?;
        Self::watch(terminal)
    }

    /// None where the system can't watch it: its loss is not noticed then.
    #[expect(
        deprecated,
        reason = "it is unsound for what lies about its descriptor, which an owned one does not; what \
                  replaces it is unsafe, and that is forbidden here"
    )]
    fn watch(terminal: BorrowedFd<'_>) -> Option<Self> {
        let terminal = terminal.try_clone_to_owned();
        let watched = terminal.and_then(|it| AsyncFd::with_interest(it, Interest::READABLE));
        watched
            .inspect_err(|error| debug!(%error, "the terminal is not watched"))
            .ok()
            .map(Self)
    }

    /// Whether it is gone: the kernel answers no question about a terminal that has hung up.
    pub(super) fn is_gone(&self) -> bool {
        !self.0.get_ref().is_terminal()
    }

    /// Waits until it is gone. Lines that are typed wake this too, and stay unread.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(super) async fn gone(&self) {
        while !self.is_gone() {
            match self.0.readable().await {
                Ok(mut guard) => {
                    let has_ended = guard.ready().is_read_closed();
                    guard.clear_ready();
                    // What has ended stays so for the runtime, which would not wait again. It is gone in a
                    // moment, or is the other end of a pseudo-terminal, which is never gone.
                    if has_ended {
                        sleep(LOOK_AGAIN).await;
                    }
                }
                // The runtime ends.
                Err(_) => pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(100);
    const STOP: Option<Asked> = Some(Asked::Stop);
    const REOPEN: Option<Asked> = Some(Asked::Reopen);

    fn hangups(reopens: bool) -> Hangups {
        let mut hangups = Hangups::new();
        if reopens {
            hangups.reopen();
        }
        hangups
    }

    #[test]
    fn without_a_loss_each_signal_asks_for_the_same() {
        for (reopens, asked) in [(true, REOPEN), (false, STOP)] {
            let mut seen = hangups(reopens);
            let now = Instant::now();
            assert_eq!(seen.signal(now, false), asked);
            assert_eq!(seen.signal(now + MOMENT, false), asked);
        }
    }

    #[test]
    fn one_loss_stops_once() {
        for reopens in [true, false] {
            // The watch comes first, or the signal does.
            for is_watched in [true, false] {
                let mut seen = hangups(reopens);
                let now = Instant::now();
                if is_watched {
                    assert_eq!(seen.loss(now), None);
                }
                assert_eq!(seen.signal(now, true), STOP);
                assert_eq!(seen.loss(now), None);
                assert_eq!(seen.signal(now + MOMENT, true), None);
            }
        }
    }

    #[test]
    fn a_signal_just_before_the_loss_belongs_to_it() {
        let mut seen = hangups(true);
        let now = Instant::now();
        assert_eq!(seen.signal(now, false), REOPEN);
        assert_eq!(seen.loss(now + MOMENT), STOP);
        assert_eq!(seen.signal(now + MOMENT, true), None);

        // It has stopped already.
        let mut seen = hangups(false);
        assert_eq!(seen.signal(now, false), STOP);
        assert_eq!(seen.loss(now + MOMENT), None);
        assert_eq!(seen.signal(now + MOMENT, true), None);

        let mut seen = hangups(true);
        assert_eq!(seen.signal(now, false), REOPEN);
        assert_eq!(seen.loss(now + BEFORE_THE_LOSS), None);
    }

    #[test]
    fn a_hangup_together_with_another_signal_is_one_stop() {
        let mut seen = hangups(false);
        let now = Instant::now();
        assert!(seen.other(now));
        assert_eq!(seen.signal(now + MOMENT, false), None);
        // Each has come once: a further one is meant.
        assert_eq!(seen.signal(now + MOMENT, false), STOP);
        assert!(seen.other(now + MOMENT));

        let mut seen = hangups(false);
        assert_eq!(seen.signal(now, false), STOP);
        assert!(!seen.other(now + MOMENT));
        assert!(seen.other(now + MOMENT));

        // One that comes later is meant too.
        let mut seen = hangups(false);
        assert!(seen.other(now));
        assert_eq!(seen.signal(now + TOGETHER, false), STOP);
        let mut seen = hangups(false);
        assert_eq!(seen.signal(now, false), STOP);
        assert!(seen.other(now + TOGETHER));
    }

    #[test]
    fn a_terminal_that_is_lost_during_a_stop_repeats_it() {
        for reopens in [true, false] {
            let mut seen = hangups(reopens);
            let now = Instant::now();
            assert!(seen.other(now));
            let lost = now + 5 * TOGETHER;
            assert_eq!(seen.loss(lost), None);
            assert_eq!(seen.signal(lost + MOMENT, true), None);
            // However long the drain takes.
            assert_eq!(seen.signal(lost + AFTER_THE_LOSS, true), None);
            assert!(seen.other(lost + AFTER_THE_LOSS));
        }
    }

    /// Epoll takes no regular file; a terminal that it does not take is as rare as it must not matter.
    #[tokio::test]
    async fn what_cannot_be_watched_is_not_and_is_no_error() {
        let file =
            std::fs::File::open("/proc/self/exe").or_else(|_| std::fs::File::open("Cargo.toml"));
        assert!(Terminal::watch(file.unwrap().as_fd()).is_none());
    }

    #[test]
    fn a_service_that_has_outlived_its_terminal_rotates_its_log() {
        let mut seen = hangups(true);
        let now = Instant::now();
        assert_eq!(seen.loss(now), None);
        assert_eq!(seen.signal(now + AFTER_THE_LOSS, true), REOPEN);
        assert_eq!(seen.signal(now + AFTER_THE_LOSS + MOMENT, true), REOPEN);
    }
}
