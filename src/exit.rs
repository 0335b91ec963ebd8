//! The exit codes: what scripts and init systems learn of a run's end.

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
    /// 129: SIGHUP ended it at once. For a service it was the second signal, or the first before the service
    /// listened; for the client that asks for a line, the first.
    HungUp,
    /// 130: the same with SIGINT.
    Interrupted,
    /// 131: the same with SIGQUIT.
    Quit,
    /// 143: the same with SIGTERM.
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
