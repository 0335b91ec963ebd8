//! The target of the records: standard output or a file, without a buffer.
//!
//! Once it is open, only the thread of the writer uses it.
//!
//! # Invariants
//!
//! A file gets whole records, even if other processes append to it. A record that a full disk cuts is
//! continued or written again.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::blocks::BLOCK;
use super::open::{append, try_append};
use super::shared_file::{Lock, appends, end_line, ends_at, identity, is_regular, position};

/// The target of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// The end of this file, which is created with mode 0600.
    File(PathBuf),
}

/// The output of a sink.
pub(super) trait Output: Write + Send {
    /// The file, if the output is one.
    fn file(&self) -> Option<&File> {
        None
    }
}

impl Output for File {
    fn file(&self) -> Option<&File> {
        Some(self)
    }
}

/// An open sink.
pub(super) struct Sink {
    output: Box<dyn Output>,
    target: Target,
    /// The device and the number of the file.
    identity: Option<(u64, u64)>,
    /// The most bytes of one write. None for whole records, however long.
    max_write: Option<usize>,
    /// Whether other processes may append to the file.
    is_shared: bool,
    lock: Lock,
    /// The end of the last write to such a file.
    ended_at: Option<u64>,
}

impl Sink {
    /// Opens `target`. Calls `on_wait` if it has to wait for the reader of a FIFO.
    ///
    /// # Errors
    ///
    /// The error of the system, for the file or for a duplicate of standard output.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped: a file that is being opened is closed as soon as it is open.
    pub(super) async fn open(target: Target, on_wait: impl FnOnce(&Path)) -> io::Result<Self> {
        let Target::File(path) = &target else {
            // Not the handle of std: it splits writes at line ends, and ignores a closed descriptor.
            let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
            return Ok(Self::new(stdout, target));
        };
        let file = append(path.clone(), on_wait).await?;
        // The calls on the file can block as long as the open.
        spawn_blocking(move || {
            Ok(Self {
                identity: Some(identity(&file)?),
                ..Self::new(file, target)
            })
        })
        .await?
    }

    /// A sink of an open output.
    pub(super) fn new(output: impl Output + 'static, target: Target) -> Self {
        Self {
            max_write: max_write(&output),
            is_shared: output.file().is_some_and(appends),
            output: Box::new(output),
            target,
            identity: None,
            lock: Lock::default(),
            ended_at: None,
        }
    }

    /// The most bytes of one [`write`](Self::write). None for whole records, however long.
    pub(super) fn max_write(&self) -> Option<usize> {
        self.max_write
    }

    /// Writes some of the bytes, like [`Write::write_vectored`].
    pub(super) fn write(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let result = self.output.write_vectored(pieces);
        if let Some(file) = self.shared_file() {
            let ended_at = position(file);
            let _ = file.unlock();
            self.ended_at = ended_at;
        }
        match result {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            result => result,
        }
    }

    /// Prepares a write. Returns whether it continues the last write: not if another process has appended in
    /// between. If that process left half a record, this ends its line.
    pub(super) fn prepare(&mut self) -> bool {
        let file = self.output.file().filter(|_| self.is_shared);
        let Some(file) = file else {
            return true;
        };
        let has_lock = self.lock.take(file);
        if self.ended_at.is_some_and(|end| ends_at(file, end)) {
            return true;
        }
        // Other processes may hold the lock of standard output together with this one.
        if has_lock && let Target::File(path) = &self.target {
            end_line(file, path);
        }
        self.ended_at.take().is_none()
    }

    fn shared_file(&self) -> Option<&File> {
        self.output.file().filter(|_| self.is_shared)
    }

    /// Opens the file again, for example after a rotation. Returns whether it is another file. Standard output
    /// remains open.
    ///
    /// # Errors
    ///
    /// The error of the system. The old file remains in use.
    pub(super) fn reopen(&mut self) -> io::Result<bool> {
        let Target::File(path) = &self.target else {
            return Ok(false);
        };
        match try_append(path)? {
            Some(file) => self.use_file(file),
            // The writer cannot wait: it has records to write.
            None => Err(io::Error::other("nobody reads from the FIFO")),
        }
    }

    /// Uses `file` from now on. Returns whether it is another file than before.
    fn use_file(&mut self, file: File) -> io::Result<bool> {
        let identity = identity(&file)?;
        if self.identity == Some(identity) {
            return Ok(false);
        }
        *self = Self {
            identity: Some(identity),
            ..Self::new(file, self.target.clone())
        };
        Ok(true)
    }

    /// Whether an error is permanent: a closed pipe never gets a new reader. A FIFO may get one.
    pub(super) fn is_final(&self, error: &io::Error) -> bool {
        self.target == Target::Stdout && error.kind() == io::ErrorKind::BrokenPipe
    }

    /// The name of the sink in messages.
    pub(super) fn name(&self) -> &Target {
        &self.target
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The most bytes of one write. For a file there is no limit: Linux lets no other append come in between.
/// For a pipe it is a block: a write returns only when the pipe has all of it, and only then does the queue
/// get room. A reader of 1 MB/s takes a block in 64 ms.
fn max_write(output: &impl Output) -> Option<usize> {
    let is_file = output.file().is_some_and(is_regular);
    (!is_file).then_some(BLOCK)
}
