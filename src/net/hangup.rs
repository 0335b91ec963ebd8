//! What a SIGHUP asks for: to open the log file again, or to stop. Pure, but for [`Terminal`].
//!
//! Administrators send one after they have renamed the log file. The kernel and shells send one when a
//! terminal is gone, and the service should go with it. The signal itself is the same. So the terminal is
//! watched, and a signal belongs to its loss where the two come together. A terminal that was lost long
//! ago means nothing: a service in the background outlives its shell's `exit`, and its log is rotated
//! later. What always holds: one loss is one request to stop, however often it is told of.

use std::future::pending;
use std::io::{self, IsTerminal};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::stdio::{stderr, stdin, stdout};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep};

/// How long after the terminal's loss a signal still belongs to it. The kernel and shells send it within
/// milliseconds; a busy machine may take longer.
const AFTER_THE_LOSS: Duration = Duration::from_secs(10);

/// How long before it: zsh, and bash with `huponexit`, send the signal and then end, and the terminal
/// with them.
const BEFORE_THE_LOSS: Duration = Duration::from_secs(1);

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
}

impl Hangups {
    /// Nothing has happened yet, and there is no log file.
    pub(super) fn new() -> Self {
        Self {
            reopens: false,
            last_signal: None,
            lost: None,
            has_stopped: false,
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
        if self.lost.is_some_and(|lost| now - lost < AFTER_THE_LOSS) {
            return self.stop_with_the_terminal();
        }
        self.last_signal = Some(now);
        self.has_stopped |= !self.reopens;
        Some(if self.reopens {
            Asked::Reopen
        } else {
            Asked::Stop
        })
    }

    /// The terminal is gone: what that asks for, if anything. Most often the signal is yet to come.
    pub(super) fn loss(&mut self, now: Instant) -> Option<Asked> {
        self.lost.get_or_insert(now);
        let told = self.last_signal?;
        if now - told < BEFORE_THE_LOSS {
            self.stop_with_the_terminal()
        } else {
            None
        }
    }

    fn stop_with_the_terminal(&mut self) -> Option<Asked> {
        let is_first = !self.has_stopped;
        self.has_stopped = true;
        is_first.then_some(Asked::Stop)
    }
}

/// The terminal that the program was started at.
#[derive(Debug)]
pub(super) struct Terminal(AsyncFd<OwnedFd>);

impl Terminal {
    /// The first of stdin, stdout and stderr that is a terminal. In a tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system said to watching it.
    #[expect(
        deprecated,
        reason = "it is unsound for what lies about its descriptor, which an owned one does not; what \
                  replaces it is unsafe, and that is forbidden here"
    )]
    pub(super) fn of_this_process() -> io::Result<Option<Self>> {
        let streams = [stdin(), stdout(), stderr()];
        let Some(terminal) = streams.into_iter().find(IsTerminal::is_terminal) else {
            return Ok(None);
        };
        let terminal = terminal.try_clone_to_owned()?;
        let watched = AsyncFd::with_interest(terminal, Interest::READABLE)?;
        Ok(Some(Self(watched)))
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
    fn a_service_that_has_outlived_its_terminal_rotates_its_log() {
        let mut seen = hangups(true);
        let now = Instant::now();
        assert_eq!(seen.loss(now), None);
        assert_eq!(seen.signal(now + AFTER_THE_LOSS, true), REOPEN);
        assert_eq!(seen.signal(now + AFTER_THE_LOSS + MOMENT, true), REOPEN);
    }
}
