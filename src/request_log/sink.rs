//! Where records end up: stdout or a file, written to without a buffer of its own.
//!
//! The writer's thread is its one user. What always holds: what is written to a file is whole records, also where
//! other processes append to it; what a full disk cut is gone on with, or written anew.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::blocks::BLOCK;
use super::opening::{append, try_append};
use super::shared_file::{Lock, appends, end_line, ends_at, identity, is_regular, position};

/// Which sink to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// The end of this file, which is created with mode 0600.
    File(PathBuf),
}

/// What a sink writes to.
pub(super) trait Output: Write + Send {
    /// The file that it is.
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
    /// Which file it is.
    identity: Option<(u64, u64)>,
    /// How much is written at once, or none for whole records.
    at_most: Option<usize>,
    /// Whether other processes may append to it as well.
    is_shared: bool,
    lock: Lock,
    /// Where the last write to such a file ended.
    ended_at: Option<u64>,
}

impl Sink {
    /// Opens `target`. Calls `tell` where it has to wait for the reader of a FIFO.
    ///
    /// # Errors
    ///
    /// What opening the file, or duplicating standard output, failed with.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped: what is being opened then is closed as soon as it is open.
    pub(super) async fn open(target: Target, tell: impl FnOnce(&Path)) -> io::Result<Self> {
        let Target::File(path) = &target else {
            // Not through std's handle: that one splits what it is given at line ends, and takes a
            // closed descriptor for a success.
            let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
            return Ok(Self::of(stdout, target));
        };
        let file = append(path.clone(), tell).await?;
        // What is asked of the file here can take as long as opening it.
        spawn_blocking(move || {
            Ok(Self {
                identity: Some(identity(&file)?),
                ..Self::of(file, target)
            })
        })
        .await?
    }

    /// A sink of what is open already.
    pub(super) fn of(output: impl Output + 'static, target: Target) -> Self {
        Self {
            at_most: at_most(&output),
            is_shared: output.file().is_some_and(appends),
            output: Box::new(output),
            target,
            identity: None,
            lock: Lock::default(),
            ended_at: None,
        }
    }

    /// How much is given to [`write`](Self::write) at once, or none for whole records, however long.
    pub(super) fn at_most(&self) -> Option<usize> {
        self.at_most
    }

    /// Writes some of the bytes, as [`Write::write_vectored`] does.
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

    /// Prepares a write. Returns whether it can stand behind what was written before. It can't where another
    /// process has appended meanwhile. That one may have been cut in the middle of a record: its line is
    /// ended then.
    pub(super) fn prepare(&mut self) -> bool {
        let file = self.output.file().filter(|_| self.is_shared);
        let Some(file) = file else {
            return true;
        };
        let has_lock = self.lock.take(file);
        if self.ended_at.is_some_and(|end| ends_at(file, end)) {
            return true;
        }
        // Standard output may have its lock in common with other processes.
        if has_lock && let Target::File(path) = &self.target {
            end_line(file, path);
        }
        self.ended_at.take().is_none()
    }

    fn shared_file(&self) -> Option<&File> {
        self.output.file().filter(|_| self.is_shared)
    }

    /// Opens the file again: after a rotation the old name is a new file. Returns whether it is;
    /// standard output stays as it is.
    ///
    /// # Errors
    ///
    /// What opening the file failed with; the old one stays in use.
    pub(super) fn reopen(&mut self) -> io::Result<bool> {
        let Target::File(path) = &self.target else {
            return Ok(false);
        };
        match try_append(path)? {
            Some(file) => self.use_file(file),
            // The writer's thread can't wait: there are records to be written.
            None => Err(io::Error::other("nobody reads from the FIFO")),
        }
    }

    /// Writes to `file` from now on. Returns whether it is another one than before.
    fn use_file(&mut self, file: File) -> io::Result<bool> {
        let identity = identity(&file)?;
        if self.identity == Some(identity) {
            return Ok(false);
        }
        *self = Self {
            identity: Some(identity),
            ..Self::of(file, self.target.clone())
        };
        Ok(true)
    }

    /// Whether an error stays for ever: nobody comes back to read from a closed pipe. A file of
    /// the same kind, a FIFO, may find a new reader.
    pub(super) fn is_final(&self, error: &io::Error) -> bool {
        self.target == Target::Stdout && error.kind() == io::ErrorKind::BrokenPipe
    }

    /// The sink's name in messages.
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

/// One write to a file is whole: the kernel (Linux) lets no other that appends come in between. A pipe takes
/// all of a write before it returns, and only then is there room for other records: with a reader of
/// 1 MB/s, every 64 ms.
fn at_most(output: &impl Output) -> Option<usize> {
    let is_file = output.file().is_some_and(is_regular);
    (!is_file).then_some(BLOCK)
}
