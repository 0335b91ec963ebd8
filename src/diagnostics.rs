//! What the user is told besides the data: on stderr, and never fatal.
//!
//! What always holds: a stderr that fails ends nothing, and one that takes nothing holds nobody up. A
//! terminal stopped with Ctrl-S is one, a pipe that nobody reads another. So each line is written by a
//! thread of its own, and waited for only for a moment.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use rustix::io::{Errno, write};
use rustix::stdio::{stderr, stdin, stdout};
use tracing::level_filters::LevelFilter;

/// How long a line is waited for. A terminal, a pipe or a file that works takes it in microseconds.
const PATIENCE: Duration = Duration::from_millis(100);

/// How many lines may wait for a stderr that takes nothing; further ones are dropped.
const WAITING: usize = 16;

/// How many lines are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);

/// Sends the program's diagnostics to stderr, from `level` on. The first call counts.
pub fn init(level: LevelFilter, color: bool) {
    let subscriber = tracing_subscriber::fmt()
        .with_writer(|| Stderr)
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
    tell(stderr(), format!("{line}\n").into_bytes());
}

/// Leaves the line on which a terminal has echoed Ctrl-C: a shell that sees the program end by itself
/// prints its prompt where the cursor is. The terminal is the first of stderr, stdout and stdin that is
/// one.
pub fn leave_line() {
    let streams = [stderr(), stdout(), stdin()];
    if let Some(terminal) = streams.into_iter().find(IsTerminal::is_terminal) {
        tell(terminal, b"\n".to_vec());
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

/// Where tracing writes to: each event in one piece.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        tell(stderr(), event.to_vec());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes `bytes`, and returns once they are written, or after [`PATIENCE`].
fn tell(to: BorrowedFd<'static>, bytes: Vec<u8>) {
    if WRITING.fetch_add(1, Ordering::Relaxed) >= WAITING {
        WRITING.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let (done, written) = sync_channel(1);
    let writer = thread::Builder::new().name("stderr".to_owned());
    let started = writer.spawn(move || {
        write_all(to, &bytes);
        WRITING.fetch_sub(1, Ordering::Relaxed);
        // Fails only where nobody waits any more.
        let _ = done.send(());
    });
    match started {
        // Late or not, there is no more to be done about it.
        Ok(_) => _ = written.recv_timeout(PATIENCE),
        // A system without a thread to spare: the line is dropped.
        Err(_) => _ = WRITING.fetch_sub(1, Ordering::Relaxed),
    }
}

fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) {
    // Lines stay whole: a panic's message takes this lock too.
    let _whole = io::stderr().lock();
    while !bytes.is_empty() {
        match write(to, bytes) {
            Ok(length @ 1..) => bytes = &bytes[length..],
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => return,
        }
    }
}
