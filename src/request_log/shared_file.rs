//! A log file that other processes append to as well, as the old one does in a restart without a gap.
//!
//! Whoever appends holds a shared advisory lock on the file for as long as it has it open. Who can have the lock
//! alone knows that a line without an end is nobody's record in the making. What always holds: nothing here waits
//! for somebody else, and where the file system has no locks, or somebody else uses them, the log is written all the
//! same.

use std::fs::{File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl};

/// How often the shared lock is asked for again, and after what pause: another process that starts holds the
/// exclusive one while it looks at the last line.
const ATTEMPTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(1);

/// Joins those who append to `file`. Where nobody did, an earlier run may have been cut in the middle of a record:
/// its line is ended, and the next record begins one of its own. `path` is another name for the file.
pub(super) fn join(file: &File, path: &Path) {
    if !is_regular(file) {
        return;
    }
    let is_alone = !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    if is_alone {
        end_line(file, path);
    }
    hold(file);
}

/// Tells those who join later that somebody appends to `file`.
pub(super) fn hold(file: &File) {
    for _ in 0..ATTEMPTS {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            _ => return,
        }
    }
}

/// Ends the last line where it has no end, and nobody is writing one. Where that fails the file is used as it is.
pub(super) fn end_line(mut file: &File, path: &Path) {
    for _ in 0..ATTEMPTS {
        // Who may append may not always read.
        let Ok(Some((length, last))) = last_byte(file, path) else {
            return;
        };
        if last == b'\n' {
            return;
        }
        // The end of a write that is under way moves.
        thread::sleep(PAUSE);
        if ends_at(file, length) {
            let _ = file.write_all(b"\n");
            return;
        }
    }
}

/// How long the file is, and its last byte, if it has one.
fn last_byte(file: &File, path: &Path) -> io::Result<Option<(u64, u8)>> {
    let length = file.metadata()?.len();
    let Some(place) = length.checked_sub(1) else {
        return Ok(None);
    };
    let readable = File::open(path)?;
    // A file that was renamed may have a successor.
    if identity(&readable)? != identity(file)? {
        return Ok(None);
    }
    let mut last = [0];
    readable.read_exact_at(&mut last, place)?;
    Ok(Some((length, last[0])))
}

/// Whether others may append to `file` as well.
pub(super) fn appends(file: &File) -> bool {
    is_regular(file) && fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::APPEND))
}

/// Where the last write to `file` ended.
pub(super) fn position(mut file: &File) -> Option<u64> {
    file.stream_position().ok()
}

/// Whether `file` ends there.
pub(super) fn ends_at(file: &File, position: u64) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.len() == position)
}

pub(super) fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// A file's device and number: two names for one file have the same.
pub(super) fn identity(file: &File) -> io::Result<(u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Who joins adds a line's end only where nobody else has the file open, whoever came first.
    #[test]
    fn half_a_line_is_ended_by_who_is_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        fs::write(&path, "half").unwrap();
        let open = || File::options().append(true).open(&path).unwrap();
        let (first, second, third) = (open(), open(), open());
        join(&first, &path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "half\n");
        fs::write(&path, "in the making").unwrap();
        join(&second, &path);
        drop(first);
        join(&third, &path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "in the making");
        drop((second, third));
        join(&open(), &path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "in the making\n");
    }
}
