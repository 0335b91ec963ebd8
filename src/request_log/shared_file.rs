//! A log file that other processes append to as well, as the old one does in a restart without a gap.
//!
//! Each takes an exclusive advisory lock on the file for each write. Who has it sees no write of another that is
//! under way, so a line without an end is what is left of a record whose writer was cut. What always holds:
//! nothing here waits for long; where the file system has no locks, or somebody else uses them, the log is written
//! all the same.

use std::fs::{File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl};

/// How often the lock is asked for, and after what pause: a write takes another process less than a millisecond.
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(1);

/// The lock of one file, as one of those who append to it has it.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// Somebody has it for long: it is not waited for, until it can be had again.
    is_kept_away: bool,
}

impl Lock {
    /// Takes it for a write. Returns whether it could be had.
    pub(super) fn take(&mut self, file: &File) -> bool {
        let attempts = if self.is_kept_away { 1 } else { ATTEMPTS };
        for attempt in 1..=attempts {
            match file.try_lock() {
                Ok(()) => {
                    self.is_kept_away = false;
                    return true;
                }
                Err(TryLockError::WouldBlock) if attempt < attempts => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => self.is_kept_away = true,
                // There are no locks.
                Err(TryLockError::Error(_)) => return false,
            }
        }
        false
    }
}

/// Ends the last line where it has no end. To be called with the lock. Where that fails the file is used as it is.
pub(super) fn end_line(mut file: &File, path: &Path) {
    // Who may append may not always read.
    if last_byte(file, path).is_ok_and(|last| last.is_some_and(|last| last != b'\n')) {
        let _ = file.write_all(b"\n");
    }
}

fn last_byte(file: &File, path: &Path) -> io::Result<Option<u8>> {
    let Some(place) = file.metadata()?.len().checked_sub(1) else {
        return Ok(None);
    };
    // Whatever has the name by now, a FIFO for example: opening it may not wait.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = File::options();
    options.read(true).custom_flags(flags.bits().cast_signed());
    let readable = options.open(path)?;
    // A file that was renamed may have a successor.
    if identity(&readable)? != identity(file)? {
        return Ok(None);
    }
    let mut last = [0];
    readable.read_exact_at(&mut last, place)?;
    Ok(Some(last[0]))
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
    use super::*;

    fn file() -> (tempfile::TempDir, impl Fn() -> File) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let open = move || {
            let mut options = File::options();
            options.append(true).create(true).open(&path).unwrap()
        };
        (directory, open)
    }

    #[test]
    fn a_lock_that_somebody_keeps_is_waited_for_once() {
        let (_directory, open) = file();
        let (theirs, ours) = (open(), open());
        theirs.lock().unwrap();
        let mut lock = Lock::default();
        for _ in 0..2 {
            assert!(!lock.take(&ours));
            assert!(lock.is_kept_away);
        }
        theirs.unlock().unwrap();
        assert!(lock.take(&ours));
        assert!(!lock.is_kept_away);
        assert!(theirs.try_lock().is_err());
    }

    #[test]
    fn half_a_line_is_ended_and_no_other() {
        let (directory, open) = file();
        let path = directory.path().join("log");
        for (found, left) in [("", ""), ("half", "half\n"), ("whole\n", "whole\n")] {
            std::fs::write(&path, found).unwrap();
            end_line(&open(), &path);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), left);
        }
    }
}
