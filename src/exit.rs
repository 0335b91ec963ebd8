//! The exit codes, for scripts and init systems.

use std::process::ExitCode;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or drained.
    Done,
    /// 1: failed at start or while running, or the drain was cut.
    Failed,
    /// 2: bad usage.
    Usage,
    /// 129: SIGHUP ended it at once. A service ends at once at the second signal, or at the first before
    /// it listens; a client that waits for a line, at the first.
    HungUp,
    /// 130: SIGINT ended it at once.
    Interrupted,
    /// 131: SIGQUIT ended it at once.
    Quit,
    /// 143: SIGTERM ended it at once.
    Terminated,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            // The shell's convention: 128 and the signal's number.
            Exit::HungUp => 128 + 1,
            Exit::Interrupted => 128 + 2,
            Exit::Quit => 128 + 3,
            Exit::Terminated => 128 + 15,
        })
    }
}
