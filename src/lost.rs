//! Whether what is written to standard output is lost: because it was closed when the program started.
//!
//! A descriptor that is closed would be given to the next file or socket. So the standard library opens
//! `/dev/null` in its place before the program begins, for reading and writing. Shells open it for writing
//! alone (`>/dev/null`), and so does systemd. Some programs that start others, Python's and Node's
//! libraries among them, open it as the standard library does. So what is said has to be true of both.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use rustix::fs::{OFlags, fcntl_getfl, fstat};
use rustix::stdio::stdout;

/// What is said of it, in front of what is lost.
pub const WHY: &str = "standard output is closed, or /dev/null opened for reading and writing";

/// Whether standard output is `/dev/null`, opened for reading and writing.
#[must_use]
pub fn is_stdout_lost() -> bool {
    let is_both = fcntl_getfl(stdout()).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR);
    let is_null = || {
        let null = fs::metadata("/dev/null").ok()?;
        let ours = fstat(stdout()).ok()?;
        let is_same = (null.dev(), null.ino()) == (ours.st_dev, ours.st_ino);
        Some(is_same && null.file_type().is_char_device())
    };
    is_both && is_null().unwrap_or(false)
}
