//! Where records end up: stdout or a file, written to without a buffer of its own.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::opening::{append, try_append};

/// Which sink to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// The end of this file, which is created with mode 0600.
    File(PathBuf),
}

/// An open sink.
pub(super) struct Sink {
    output: Box<dyn Write + Send>,
    target: Target,
    /// Which file it is.
    identity: Option<(u64, u64)>,
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
        // Not through std's handle: that one splits what it is given at line ends, and takes a
        // closed descriptor for a success.
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let mut sink = Self {
            output: Box::new(stdout),
            target,
            identity: None,
        };
        let Target::File(path) = &sink.target else {
            return Ok(sink);
        };
        let file = append(path.clone(), tell).await?;
        // What is asked of the file here can take as long as opening it.
        spawn_blocking(move || sink.use_file(file).map(|_| sink)).await?
    }

    /// A sink of the tests' own.
    #[cfg(test)]
    pub(super) fn of(output: impl Write + Send + 'static, target: Target) -> Self {
        Self {
            output: Box::new(output),
            target,
            identity: None,
        }
    }

    /// Writes some of `bytes`, as [`Write::write`] does.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.output.write(bytes) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            result => result,
        }
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
        let is_new = self.identity != Some(identity);
        if is_new && let Target::File(path) = &self.target {
            end_line(path, &file);
        }
        self.identity = Some(identity);
        self.output = Box::new(file);
        Ok(is_new)
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

/// A file's device and number: two names for one file have the same.
fn identity(file: &File) -> io::Result<(u64, u64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Ends the last line where an earlier run was cut in the middle of it: the next record begins a
/// line of its own. Where that fails the file is used as it is.
fn end_line(path: &Path, mut file: &File) {
    let length = match file.metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() > 0 => metadata.len(),
        _ => return,
    };
    let mut last = [0];
    // Who may append may not always read.
    let read = File::open(path).and_then(|file| file.read_exact_at(&mut last, length - 1));
    if read.is_ok() && last != *b"\n" {
        let _ = file.write_all(b"\n");
    }
}
