//! Opens the file that the log is appended to.
//!
//! A plain open of a FIFO waits until somebody reads from it, silent and deaf to signals. Here that wait
//! is the caller's: it can be told of, and given up. Other files may take long too: one under a lease, one on
//! a network that does not answer, a serial line without a carrier. At the start a thread of the runtime opens
//! them. What always holds: the file that comes out of here blocks when it is written to, as the writer's
//! thread expects.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// How long a reader may take without a word about it: one that is started together with the service
/// is there by then.
const UNSAID: Duration = Duration::from_millis(500);

/// How soon a reader is noticed: no person sees the difference, and 20 looks a second cost nothing.
const AGAIN: Duration = Duration::from_millis(50);

/// Opens the end of the file at `path`, which is created with mode 0600. None where it is a FIFO that
/// nobody reads from.
///
/// # Errors
///
/// What the system said.
pub(super) fn try_append(path: &Path) -> io::Result<Option<File>> {
    try_open(path, true)
}

/// The same, for a file that is there already, or with `creates` may not be.
fn try_open(path: &Path, creates: bool) -> io::Result<Option<File>> {
    // Only a FIFO: a serial line that is opened without waiting has no carrier yet.
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

/// The same, but waits for a FIFO's reader. Where that takes more than a moment it calls `tell`, once.
///
/// # Errors
///
/// What the system said; and when the FIFO is removed meanwhile: no file takes its place.
///
/// # Cancel safety
///
/// Can be dropped: what is being opened then is closed as soon as it is open.
pub(super) async fn append(path: PathBuf, tell: impl FnOnce(&Path)) -> io::Result<File> {
    let begun = Instant::now();
    let mut tell = Some(tell);
    let mut is_fifo = false;
    loop {
        let opened = open(path.clone(), !is_fifo).await;
        if let Some(file) = opened.map_err(|error| removed(error, is_fifo))? {
            return Ok(file);
        }
        is_fifo = true;
        if begun.elapsed() >= UNSAID
            && let Some(tell) = tell.take()
        {
            tell(&path);
        }
        sleep(AGAIN).await;
    }
}

async fn open(path: PathBuf, creates: bool) -> io::Result<Option<File>> {
    spawn_blocking(move || try_open(&path, creates)).await?
}

/// An error's better name, where there was a FIFO before.
fn removed(error: io::Error, was_fifo: bool) -> io::Error {
    if was_fifo && error.kind() == io::ErrorKind::NotFound {
        let text = "the FIFO was removed before anybody read from it";
        return io::Error::new(io::ErrorKind::NotFound, text);
    }
    error
}

fn options(creates: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    // Requests hold cookies and passwords: nobody else may read them.
    options.append(true).create(creates).mode(0o600);
    options
}
