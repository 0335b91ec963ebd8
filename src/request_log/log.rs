//! The request log as a whole: opened before the service starts, closed after it has ended.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::exclude::Excluded;
use super::format::{Format, Formatter};
use super::queue::{Overflow, Queue};
use super::recorder::Recorder;
use super::sink::{Sink, Target};
use super::writer::Writer;
use crate::stdout;

/// How to log.
#[derive(Debug, Clone)]
pub struct Config {
    /// How records are written.
    pub format: Format,
    /// Whether [`Format::Pretty`] uses colors.
    pub color: bool,
    /// Where to.
    pub target: Target,
    /// What happens when that is too slow.
    pub overflow: Overflow,
    /// How many bytes of records may wait for it.
    pub queue: usize,
    /// Which requests have no record.
    pub excluded: Excluded,
}

/// How the log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Whether all records were written or counted as lost in time.
    pub finished: bool,
    /// How many records were lost, while the service ran or now.
    pub lost: u64,
}

/// An open log. Dropping it leaves its thread behind; [`Log::close`] ends it.
#[derive(Debug)]
pub struct Log {
    handle: Handle,
    is_lost: bool,
    writer: Option<oneshot::Receiver<u64>>,
}

/// Why a log could not be opened.
#[derive(Debug, Error)]
#[error("cannot open the log {name}")]
pub struct OpenError {
    name: String,
    source: io::Error,
}

/// The log as others may use it: a worker makes its [`Recorder`] from it.
#[derive(Debug, Clone)]
pub struct Handle {
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    queue: Arc<Queue>,
    format: Format,
    color: bool,
    excluded: Excluded,
}

impl Log {
    /// Opens the log and starts its writer. A FIFO has to have a reader first: where none is there, calls
    /// `tell` within a second, and waits. In a tokio runtime.
    ///
    /// # Errors
    ///
    /// What opening the sink or starting the thread failed with.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped: what is being opened then is closed as soon as it is open.
    pub async fn open(config: Config, tell: impl FnOnce(&Path)) -> Result<Self, OpenError> {
        let name = config.target.to_string();
        let started = Self::start(config, tell).await;
        started.map_err(|source| OpenError { name, source })
    }

    async fn start(config: Config, tell: impl FnOnce(&Path)) -> io::Result<Self> {
        let is_lost = config.target == Target::Stdout && stdout::is_lost();
        let sink = Sink::open(config.target, tell).await?;
        let queue = Arc::new(Queue::new(config.queue, config.overflow));
        let writer = Writer::new(Arc::clone(&queue), sink);
        let (done, writer_done) = oneshot::channel();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                // Fails only when nobody waits any more.
                let _ = done.send(writer.run());
            })?;
        let handle = Handle {
            open: Some(Open {
                queue,
                format: config.format,
                color: config.color,
                excluded: config.excluded,
            }),
        };
        Ok(Self {
            handle,
            is_lost,
            writer: Some(writer_done),
        })
    }

    /// No log: nothing is formatted, nothing is written.
    #[must_use]
    pub fn off() -> Self {
        Self {
            handle: Handle { open: None },
            is_lost: false,
            writer: None,
        }
    }

    /// Whether its records go nowhere, because standard output does.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// What the workers make their recorders from.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Writes what is queued, until `stop_by`, and ends the writer.
    pub async fn close(self, stop_by: Instant) -> Closed {
        let (Some(Open { queue, .. }), Some(writer)) = (self.handle.open, self.writer) else {
            return Closed {
                finished: true,
                lost: 0,
            };
        };
        queue.close();
        match timeout_at(stop_by, writer).await {
            Ok(Ok(lost)) => Closed {
                finished: true,
                lost,
            },
            // Too late, or its thread has panicked.
            Ok(Err(_)) | Err(_) => Closed {
                finished: false,
                lost: queue.unwritten(),
            },
        }
    }
}

impl Handle {
    /// Opens a log file again, for instance after it was renamed.
    pub fn reopen(&self) {
        if let Some(open) = &self.open {
            open.queue.reopen();
        }
    }

    /// A recorder for the calling thread.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        match &self.open {
            Some(open) => Recorder::new(
                Arc::clone(&open.queue),
                Formatter::new(open.format, open.color),
                open.excluded.clone(),
            ),
            None => Recorder::off(),
        }
    }
}
