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
    /// 130: a second signal cut the drain short, and it was SIGINT.
    Interrupted,
    /// 143: a second signal cut the drain short, and it was SIGTERM.
    Terminated,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            // The shell's convention: 128 and the signal's number.
            Exit::Interrupted => 128 + 2,
            Exit::Terminated => 128 + 15,
        })
    }
}
