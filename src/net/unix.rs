//! Listens on a Unix socket, which is a file: its mode, what lies there already, and its removal.
//!
//! ```text
//! listen ─ the file, with `takes_over` under another name ─ publish: it has its own name ─ drop: it is gone
//! ```
//!
//! [`listen`](super::listen) calls `listen`. The service publishes the file at the end of its start, and removes it
//! when it begins to drain.
//!
//! # Invariants
//!
//! - The file never lets more users in than its mode says.
//! - Nothing is removed or replaced but a socket that no program answers on, and with `share_port` one that a
//!   program does.
//! - Two programs that start at once do not remove each other's file, if the directory can be locked.
//! - A file that another program has put there since is not removed.
//! - A service that does not start takes no other one's place.
//! - The mode of no other file is changed, whatever others do in the directory.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use log::debug;
use rustix::fs::{FlockOperation, flock};
#[cfg(target_os = "linux")]
use rustix::fs::{Mode, OFlags, fchmod, open};
use socket2::{Domain, SockAddr, Socket, Type};

use super::address::MAX_PATH;

/// How often the directory's lock is tried at the start, and the pause in between. Anyone who may read the directory
/// can hold its lock: after 0.2 s the program starts without it.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// The file of a listening Unix socket. It is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    /// Where it is: there, or under a temporary name beside it.
    place: PathBuf,
    /// Its device and its number there.
    identity: (u64, u64),
}

impl SocketFile {
    /// Gives the file its name, if that is not the case yet: new clients reach this service from then on.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn publish(&mut self) -> io::Result<()> {
        if self.place != self.path {
            fs::rename(&self.place, &self.path)?;
            self.place.clone_from(&self.path);
        }
        Ok(())
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // The end of a service waits for no lock.
        let _lock = lock(&self.place, 1);
        let found = fs::symlink_metadata(&self.place);
        if found.is_ok_and(|found| identity(&found) == self.identity) {
            // If that fails, the next service finds that no program answers there.
            let _ = fs::remove_file(&self.place);
        }
    }
}

/// Listens at `path` with the permissions `mode`. With `takes_over` the file has a temporary name until
/// [`SocketFile::publish`], also if no program listens there: at that moment it takes the other one's place, and
/// each client reaches one of the two.
///
/// # Errors
///
/// Another program listens there, there is something else than a socket, the temporary name is too long, or the
/// system's error.
pub(crate) fn listen(
    path: &Path,
    mode: u32,
    takes_over: bool,
    backlog: i32,
) -> io::Result<(OwnedFd, SocketFile)> {
    let _lock = lock(path, TRIES);
    let socket = socket()?;
    // Linux gives the file the socket's mode without the bits of the umask (`unix_bind`), so the file never has
    // more than this. On other systems it may, until `set_mode`; nobody connects before `listen`.
    #[cfg(target_os = "linux")]
    let _ = fchmod(&socket, Mode::from(mode));
    if is_taken(path)? && !takes_over {
        let text = "another program listens there: --reuse-port takes its place";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
    }
    let place = if takes_over {
        temporary(path)?
    } else {
        path.to_owned()
    };
    // What is there is a socket without a program, or one that such a program left in the middle of this.
    remove_socket(&place)?;
    socket.bind(&SockAddr::unix(&place)?)?;
    let complete = || -> io::Result<_> {
        let identity = set_mode(&place, mode)?;
        socket.listen(backlog)?;
        Ok(identity)
    };
    let identity = complete().inspect_err(|_| {
        let _ = fs::remove_file(&place);
    })?;
    let file = SocketFile {
        path: path.to_owned(),
        place,
        identity,
    };
    Ok((socket.into(), file))
}

/// A name beside `path` that no other file has: a service may have several in one directory.
fn temporary(path: &Path) -> io::Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = path.with_file_name(format!(".hellowire-{}-{number}", process::id()));
    if name.as_os_str().len() > MAX_PATH {
        let text = "the directory's path is too long for --reuse-port";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    Ok(name)
}

/// Gives the socket at `place` the bits of `mode` that the umask has taken. Returns the file's identity. A file
/// that another program puts there meanwhile is left alone.
#[cfg(target_os = "linux")]
fn set_mode(place: &Path, mode: u32) -> io::Result<(u64, u64)> {
    // No link is followed.
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(open(place, flags, Mode::empty())?);
    let found = file.metadata()?;
    if !found.file_type().is_socket() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    if found.mode() & 0o777 != mode {
        // A file that is open in this way has no other path to its mode.
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(identity(&found))
}

/// Gives the socket at `place` its mode. Returns the file's identity.
#[cfg(not(target_os = "linux"))]
fn set_mode(place: &Path, mode: u32) -> io::Result<(u64, u64)> {
    fs::set_permissions(place, Permissions::from_mode(mode))?;
    Ok(identity(&fs::symlink_metadata(place)?))
}

/// Whether a program listens at `path`.
///
/// # Errors
///
/// There is something else than a socket, or the system's error.
fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => {}
        Ok(_) => {
            let text = "the file there is no socket, and is left alone";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    match connect(path) {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Ok(false),
            // A program whose queue is full is there too.
            io::ErrorKind::WouldBlock => Ok(true),
            // This user may not ask, or it is a socket of another type.
            _ => Err(error),
        },
    }
}

/// Connects without waiting.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`] if the queue is full, or the system's error.
pub(crate) fn connect(path: &Path) -> io::Result<OwnedFd> {
    let client = socket()?;
    client.connect(&SockAddr::unix(path)?)?;
    Ok(client.into())
}

/// A socket that does not block.
fn socket() -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Removes a socket, if there is one.
fn remove_socket(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        _ => Ok(()),
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// Locks the directory of `path` for as long as the result lives. None if so many tries do not succeed.
fn lock(path: &Path, tries: usize) -> Option<File> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = File::open(parent.unwrap_or_else(|| Path::new("."))).ok()?;
    for left in (0..tries).rev() {
        match flock(&directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Some(directory),
            Err(rustix::io::Errno::WOULDBLOCK) if left == 0 => {}
            Err(rustix::io::Errno::WOULDBLOCK) => sleep(PAUSE),
            Err(error) => {
                debug!("the directory of {} has no lock: {error}", path.display());
                return None;
            }
        }
    }
    debug!("the directory of {} stays locked", path.display());
    None
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;
