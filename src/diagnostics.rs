//! What the user is told besides the data: on stderr, and never fatal. A stderr that nobody reads
//! any more must not end the service, so failures to write to it are ignored here.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use tracing::level_filters::LevelFilter;

/// Sends the program's diagnostics to stderr, from `level` on. The first call counts.
pub fn init(level: LevelFilter, color: bool) {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(level)
        .with_ansi(color)
        .with_target(false)
        // Else it panics when stderr is a closed pipe.
        .log_internal_errors(false)
        .finish();
    // Fails only where a test has its own.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Tells a line as it is.
pub fn say(line: impl Display) {
    // In one piece: stderr has no buffer, and others may write to it.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Leaves the line on which a terminal has echoed Ctrl-C: a shell that sees the program end by itself
/// prints its prompt where the cursor is.
pub fn leave_line() {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        let _ = stderr.write_all(b"\n");
    }
}

/// Tells an error and its causes in one line.
pub fn fail(error: &dyn Error) {
    let mut line = format!("hellowire: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    say(line);
}
