//! A log file to which other processes append too, as the old process does in a restart without a gap.
//!
//! Each process takes an exclusive advisory lock on the file for each write. So while it holds the lock,
//! no other write is in progress, and a line without an end is what a process left that was cut in the
//! middle of a record.
//!
//! # Invariants
//!
//! No call here waits for long. Without locks in the file system, or with a lock that another program
//! keeps, the log is written all the same.

use std::fs::{File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl};

/// How often the lock is tried, and the pause between. Another process needs less than a millisecond for a
/// write.
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(1);

/// The lock of one process on the file.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// Another process keeps the lock. It is tried only once, until it is free again.
    is_contended: bool,
}

impl Lock {
    /// Takes the lock for a write. Returns whether that succeeded.
    pub(super) fn take(&mut self, file: &File) -> bool {
        let attempts = if self.is_contended { 1 } else { ATTEMPTS };
        for attempt in 1..=attempts {
            match file.try_lock() {
                Ok(()) => {
                    self.is_contended = false;
                    return true;
                }
                Err(TryLockError::WouldBlock) if attempt < attempts => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => self.is_contended = true,
                // The file system has no locks.
                Err(TryLockError::Error(_)) => return false,
            }
        }
        false
    }
}

/// Ends the last line if it has no end. The caller has the lock. An error is ignored.
pub(super) fn end_line(mut file: &File, path: &Path) {
    // A process that may append may not be allowed to read.
    if last_byte(file, path).is_ok_and(|last| last.is_some_and(|last| last != b'\n')) {
        let _ = file.write_all(b"\n");
    }
}

fn last_byte(file: &File, path: &Path) -> io::Result<Option<u8>> {
    let Some(offset) = file.metadata()?.len().checked_sub(1) else {
        return Ok(None);
    };
    // The name may belong to a FIFO by now: the open must not block.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = File::options();
    options.read(true).custom_flags(flags.bits().cast_signed());
    let readable = options.open(path)?;
    // The name may belong to another file by now.
    if identity(&readable)? != identity(file)? {
        return Ok(None);
    }
    let mut last = [0];
    readable.read_exact_at(&mut last, offset)?;
    Ok(Some(last[0]))
}

/// Whether this process writes at the end of `file`, so that other processes may append to it too.
pub(super) fn appends(file: &File) -> bool {
    is_regular(file) && fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::APPEND))
}

/// The end of the last write to `file`.
pub(super) fn position(mut file: &File) -> Option<u64> {
    file.stream_position().ok()
}

/// Whether `file` ends at `position`.
pub(super) fn ends_at(file: &File, position: u64) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.len() == position)
}

pub(super) fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// The device and the number of a file. Two names of one file have the same.
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
    fn a_lock_that_another_process_keeps_is_waited_for_once() {
        let (_directory, open) = file();
        let (theirs, ours) = (open(), open());
        theirs.lock().unwrap();
        let mut lock = Lock::default();
        for _ in 0..2 {
            assert!(!lock.take(&ours));
            assert!(lock.is_contended);
        }
        theirs.unlock().unwrap();
        assert!(lock.take(&ours));
        assert!(!lock.is_contended);
        assert!(theirs.try_lock().is_err());
    }

    #[test]
    fn only_half_a_line_is_ended() {
        let (directory, open) = file();
        let path = directory.path().join("log");
        for (found, left) in [("", ""), ("half", "half\n"), ("whole\n", "whole\n")] {
            std::fs::write(&path, found).unwrap();
            end_line(&open(), &path);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), left);
        }
    }
}
