//! Opens the file that the log is appended to.
//!
//! A plain open of a FIFO waits until somebody reads from it, silent and deaf to signals. Here that wait
//! is the caller's: it can be told of, and given up. What always holds: the file that comes out of here
//! blocks when it is written to, as the writer's thread expects.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
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
    // Only a FIFO: a serial line that is opened without waiting has no carrier yet.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo()) {
        return options().open(path).map(Some);
    }
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    match options().custom_flags(flags).open(path) {
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
/// What the system said.
///
/// # Cancel safety
///
/// Can be dropped: what is being opened then is closed again.
pub(super) async fn append(path: &Path, tell: impl FnOnce(&Path)) -> io::Result<File> {
    let begun = Instant::now();
    let mut tell = Some(tell);
    loop {
        let own_path = path.to_owned();
        // It may take any time: a file on a network, a line without a carrier.
        let opening = spawn_blocking(move || try_append(&own_path));
        if let Some(file) = opening.await.map_err(io::Error::from)?? {
            return Ok(file);
        }
        if begun.elapsed() >= UNSAID
            && let Some(tell) = tell.take()
        {
            tell(path);
        }
        sleep(AGAIN).await;
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // Requests hold cookies and passwords: nobody else may read them.
    options.append(true).create(true).mode(0o600);
    options
}
