//! Opens the file that the log is appended to.
//!
//! A plain open of a FIFO blocks until it has a reader, and no signal ends it. [`append`] polls instead:
//! the caller can be told of the wait, and can give it up. Other files can block too: a file under a
//! lease, a file on a network that does not answer, a serial line without a carrier. A thread of the
//! runtime opens them at the start.
//!
//! # Invariants
//!
//! Writes to the opened file block, as the thread of the writer expects.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// How long a FIFO may have no reader before the user is told. A reader that starts together with the
/// service is there by then.
const SILENT_WAIT: Duration = Duration::from_millis(500);

/// How often a FIFO without a reader is opened again.
const POLL: Duration = Duration::from_millis(50);

/// Opens the file at `path` for appending, and creates it with mode 0600. None for a FIFO without a
/// reader.
///
/// # Errors
///
/// The error of the system.
pub(super) fn try_append(path: &Path) -> io::Result<Option<File>> {
    try_open(path, true)
}

/// Opens the file. With `creates` it need not exist.
fn try_open(path: &Path, creates: bool) -> io::Result<Option<File>> {
    // O_NONBLOCK for a FIFO alone: a serial line would be opened without its carrier.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo()) {
        return options(creates).open(path).map(Some);
    }
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    match options(false).custom_flags(flags).open(path) {
        Ok(fifo) => {
            fcntl_setfl(&fifo, fcntl_getfl(&fifo)? - OFlags::NONBLOCK)?;
            Ok(Some(fifo))
        }
        Err(error) if Errno::from_io_error(&error) == Some(Errno::NXIO) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the file like [`try_append`], but waits for the reader of a FIFO. Calls `on_wait` once, if the wait
/// is longer than [`SILENT_WAIT`].
///
/// # Errors
///
/// The error of the system. Also if the FIFO is removed during the wait: no file takes its place.
///
/// # Cancel safety
///
/// Can be dropped: a file that is being opened is closed as soon as it is open.
pub(super) async fn append(path: PathBuf, on_wait: impl FnOnce(&Path)) -> io::Result<File> {
    let start = Instant::now();
    let mut on_wait = Some(on_wait);
    let mut is_fifo = false;
    loop {
        let opened = open(path.clone(), !is_fifo).await;
        if let Some(file) = opened.map_err(|error| removed(error, is_fifo))? {
            return Ok(file);
        }
        is_fifo = true;
        if start.elapsed() >= SILENT_WAIT
            && let Some(on_wait) = on_wait.take()
        {
            on_wait(&path);
        }
        sleep(POLL).await;
    }
}

async fn open(path: PathBuf, creates: bool) -> io::Result<Option<File>> {
    spawn_blocking(move || try_open(&path, creates)).await?
}

/// Replaces the error of a FIFO that was removed with a clearer one.
fn removed(error: io::Error, was_fifo: bool) -> io::Error {
    if was_fifo && error.kind() == io::ErrorKind::NotFound {
        let text = "the FIFO was removed before anybody read from it";
        return io::Error::new(io::ErrorKind::NotFound, text);
    }
    error
}

fn options(creates: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    // Requests hold cookies and passwords: no other user may read them.
    options.append(true).create(creates).mode(0o600);
    options
}
