//! Messages for the user: everything but records, replies and chat messages. They go to stderr.
//!
//! A terminal stopped with Ctrl-S takes nothing, and neither does a pipe without a reader. So a thread of
//! its own writes each line, and the caller waits only for a moment.
//!
//! # Invariants
//!
//! - A stderr that fails ends nothing.
//! - A stderr that takes nothing delays a caller by `PATIENCE` at most.

use std::error::Error;
use std::fmt::{self, Display};
use std::io::{self, IsTerminal};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, SystemTime};

use log::{Level, LevelFilter, Log, Metadata, Record};
use rustix::io::{Errno, write};
use rustix::stdio::{stderr, stdin, stdout};

use crate::escape;

/// Implements `Debug` for an error: its text and those of its causes. The derived one is code for each error,
/// 12 kB for all, and no message has its text.
macro_rules! debug_is_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::diagnostics::with_causes(self, f)
            }
        }
    };
}
pub(crate) use debug_is_display;

/// How long a caller waits for its line. A terminal, a pipe or a file that works takes it in microseconds.
const PATIENCE: Duration = Duration::from_millis(100);

/// The most lines that wait for a stderr that takes nothing. Further ones are dropped.
const MOST_WRITING: usize = 16;

/// The number of lines that are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);

/// Sends the program's diagnostics from `level` on to stderr. Only the first call has an effect.
pub fn init(level: LevelFilter, color: bool) {
    let logger: &'static Logger = if color {
        &Logger::COLORED
    } else {
        &Logger::PLAIN
    };
    if log::set_logger(logger).is_ok() {
        log::set_max_level(level);
    }
}

/// Writes a line as it is.
pub fn say(line: impl Display) {
    submit(stderr(), format!("{line}\n").into_bytes());
}

/// Ends the line on which a terminal has echoed Ctrl-C: a shell prints its prompt where the cursor is if
/// the program ends by itself. The terminal is the first of stderr, stdout and stdin that is one.
pub(crate) fn leave_line() {
    let streams = [stderr(), stdout(), stdin()];
    if let Some(terminal) = streams.into_iter().find(IsTerminal::is_terminal) {
        submit(terminal, b"\n".to_vec());
    }
}

/// Says an error and its causes in one line.
pub fn fail(error: &dyn Error) {
    let text = fmt::from_fn(|f| with_causes(error, f));
    say(format!("hellowire: {text}"));
}

/// Writes an error and its causes: `ERROR: CAUSE: CAUSE`.
pub(crate) fn with_causes(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{error}")?;
    match error.source() {
        Some(cause) => {
            f.write_str(": ")?;
            with_causes(cause, f)
        }
        None => Ok(()),
    }
}

/// Writes each message as a line with its time and its level.
struct Logger {
    color: bool,
}

impl Logger {
    const PLAIN: Self = Self { color: false };
    const COLORED: Self = Self { color: true };

    fn line(&self, time: impl Display, level: Level, message: &str) -> Vec<u8> {
        let mut line = match (self.color, level) {
            (false, _) => format!("{time} {level:>5} "),
            (true, Level::Error) => format!("\x1b[2m{time}\x1b[0m \x1b[31m{level:>5}\x1b[0m "),
            (true, Level::Warn) => format!("\x1b[2m{time}\x1b[0m \x1b[33m{level:>5}\x1b[0m "),
            (true, _) => format!("\x1b[2m{time}\x1b[0m \x1b[34m{level:>5}\x1b[0m "),
        }
        .into_bytes();
        // A message may have the name of a file.
        escape::show(message.as_bytes(), &mut line);
        line.push(b'\n');
        line
    }
}

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let time = humantime::format_rfc3339_micros(SystemTime::now());
        let message = record.args().to_string();
        submit(stderr(), self.line(time, record.level(), &message));
    }

    fn flush(&self) {}
}

/// Writes `bytes`, and returns once they are written, or after [`PATIENCE`].
fn submit(to: BorrowedFd<'static>, bytes: Vec<u8>) {
    if WRITING.fetch_add(1, Ordering::Relaxed) >= MOST_WRITING {
        WRITING.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let (done, written) = sync_channel(1);
    let writer = thread::Builder::new().name("stderr".to_owned());
    let started = writer.spawn(move || {
        write_all(to, &bytes);
        WRITING.fetch_sub(1, Ordering::Relaxed);
        // Fails only if the caller no longer waits.
        let _ = done.send(());
    });
    match started {
        // The caller goes on, also if it is late.
        Ok(_) => _ = written.recv_timeout(PATIENCE),
        // The system has no thread to spare: the line is dropped.
        Err(_) => _ = WRITING.fetch_sub(1, Ordering::Relaxed),
    }
}

fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) {
    // Keeps lines whole: a panic's message takes this lock too.
    let _whole = io::stderr().lock();
    while !bytes.is_empty() {
        match write(to, bytes) {
            Ok(length @ 1..) => bytes = &bytes[length..],
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_that_no_terminal_obeys() {
        let line = Logger::PLAIN.line("TIME", Level::Warn, "a\x1b[2J\nb 菜");
        assert_eq!(
            str::from_utf8(&line).unwrap(),
            "TIME  WARN a\\x1b[2J\\nb 菜\n"
        );
        let line = Logger::COLORED.line("TIME", Level::Error, "a");
        let expected = "\x1b[2mTIME\x1b[0m \x1b[31mERROR\x1b[0m a\n";
        assert_eq!(str::from_utf8(&line).unwrap(), expected);
    }
}
