//! Whether the program's output is lost because standard output was closed at its start.
//!
//! If standard output is closed, the next file or socket would get its number. So before the program
//! begins, the standard library opens `/dev/null` there, for reading and writing. Shells (`>/dev/null`)
//! and systemd open it for writing only. Some libraries that start programs, Python's and Node's among
//! them, open it for both, so the text names both causes.

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, stat};
use rustix::stdio::stdout;

/// The cause, for a message that begins with the effect.
pub const WHY_LOST: &str = "standard output is closed, or /dev/null opened for reading and writing";

/// Whether standard output is `/dev/null`, opened for reading and writing.
#[must_use]
pub fn is_lost() -> bool {
    let is_both = fcntl_getfl(stdout()).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR);
    let is_null = || {
        let (null, ours) = (stat("/dev/null").ok()?, fstat(stdout()).ok()?);
        let is_same = (null.st_dev, null.st_ino) == (ours.st_dev, ours.st_ino);
        Some(is_same && FileType::from_raw_mode(null.st_mode).is_char_device())
    };
    is_both && is_null().unwrap_or(false)
}
