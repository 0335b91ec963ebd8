//! Opens and closes the request log.
//!
//! [`crate::server`] opens it before the service starts, and closes it after the last connection.

use std::future::pending;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::count::Count;
use super::format::{Format, Formatter};
use super::queue::{Overflow, Queue};
use super::recent::Recent;
use super::recorder::Recorder;
use super::selection::Selection;
use super::sink::{Sink, Target};
use super::view::View;
use super::worker_log::{Buffers, WorkerLog, Writes};
use super::writer::Writer;
use crate::diagnostics::debug_is_display;
use crate::metrics::Metrics;
use crate::stdout;

/// The settings of the log.
#[derive(Debug, Clone)]
pub struct Config {
    /// How records are written. None: they are not written.
    pub format: Option<Format>,
    /// How people see the formats that are made for them.
    pub view: View,
    /// Where records are written to.
    pub target: Target,
    /// What happens when the target is too slow.
    pub overflow: Overflow,
    /// How many bytes of records may wait in memory.
    pub queue: usize,
    /// The requests that have a record.
    pub selection: Selection,
    /// After how many records the service stops. None: only a signal stops it.
    pub count: Option<NonZeroUsize>,
    /// Where copies of the records are kept for the page of `--inspect`.
    pub recent: Option<Arc<Recent>>,
    /// Where requests and records are counted for `/metrics` of `--inspect`.
    pub metrics: Option<Arc<Metrics>>,
}

/// The result of [`Log::close`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    /// Whether each record was written, or counted as lost, in time.
    pub(crate) finished: bool,
    /// How many records were lost in all.
    pub(crate) lost: u64,
}

/// An open log. [`Log::close`] ends its thread; a drop does not.
#[derive(Debug)]
pub(crate) struct Log {
    handle: Handle,
    is_lost: bool,
    writer: Option<oneshot::Receiver<u64>>,
}

/// The log could not be opened.
#[derive(Error)]
#[error("cannot open the log {name}")]
pub struct OpenError {
    name: String,
    source: io::Error,
}

debug_is_display!(OpenError);

/// A handle to the log, from which a worker makes its `Recorder`.
#[derive(Debug, Clone)]
pub struct Handle {
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    queue: Arc<Queue>,
    format: Option<Format>,
    view: View,
    selection: Selection,
    count: Option<Arc<Count>>,
    recent: Option<Arc<Recent>>,
    metrics: Option<Arc<Metrics>>,
}

impl Log {
    /// Opens the log and starts its writer, in a tokio runtime. Waits for the reader of a FIFO, and calls
    /// `on_wait` within a second if none is there.
    ///
    /// # Errors
    ///
    /// The error of the system, for the sink or for the thread.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped: a file that is being opened is closed as soon as it is open.
    pub(crate) async fn open(
        config: Config,
        on_wait: impl FnOnce(&Path),
    ) -> Result<Self, OpenError> {
        let name = config.target.to_string();
        let started = Self::start(config, on_wait).await;
        started.map_err(|source| OpenError { name, source })
    }

    async fn start(config: Config, on_wait: impl FnOnce(&Path)) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(config.queue, config.overflow));
        if let Some(metrics) = &config.metrics {
            metrics.follow(Arc::clone(&queue) as _);
        }
        let mut log = Self::off();
        if config.format.is_some() {
            log.is_lost = config.target == Target::Stdout && stdout::is_lost();
            let sink = Sink::open(config.target, on_wait).await?;
            log.writer = Some(start_writer(Writer::new(Arc::clone(&queue), sink))?);
        }
        log.handle.open = Some(Open {
            queue,
            format: config.format,
            view: config.view,
            selection: config.selection,
            count: config.count.map(Count::new).map(Arc::new),
            recent: config.recent,
            metrics: config.metrics,
        });
        Ok(log)
    }

    /// No log: requests are neither formatted nor written.
    #[must_use]
    pub(crate) fn off() -> Self {
        Self {
            handle: Handle { open: None },
            is_lost: false,
            writer: None,
        }
    }

    /// Whether standard output is closed, so that all records are lost.
    #[must_use]
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The handle for the workers.
    #[must_use]
    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Writes the queued records, until `stop_by`, and ends the writer.
    pub(crate) async fn close(self, stop_by: Instant) -> Closed {
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
            // Too late, or the thread has panicked.
            Ok(Err(_)) | Err(_) => Closed {
                finished: false,
                lost: queue.unwritten(),
            },
        }
    }
}

impl Handle {
    /// Opens the log file again, for example after it was renamed.
    pub(crate) fn reopen(&self) {
        if let Some(open) = &self.open {
            open.queue.reopen();
        }
    }

    /// Waits until the log has as many records as the user wants, if there is such a number.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(crate) async fn full(&self) {
        match self.open.as_ref().and_then(|open| open.count.as_ref()) {
            Some(count) => count.reached().await,
            None => pending().await,
        }
    }

    /// Whether the log has as many records as the user wants.
    pub(crate) fn is_full(&self) -> bool {
        let count = self.open.as_ref().and_then(|open| open.count.as_ref());
        count.is_some_and(|count| count.is_full())
    }

    /// A recorder for the calling thread, of a service whose answers have this status.
    #[must_use]
    pub(crate) fn recorder(&self, status: u16) -> Recorder {
        match &self.open {
            Some(open) => {
                // Without a format nothing is formatted.
                let format = open.format.unwrap_or(Format::Line);
                Recorder::new(WorkerLog {
                    queue: Arc::clone(&open.queue),
                    selection: open.selection.clone(),
                    count: open.count.clone(),
                    recent: open.recent.as_ref().and_then(Recent::writer),
                    metrics: open.metrics.as_ref().and_then(|metrics| metrics.worker()),
                    status,
                    writes: Writes::of(open.format),
                    buffers: Buffers::new(Formatter::new(format, open.view)).into(),
                })
            }
            None => Recorder::off(),
        }
    }
}

/// Starts the writer's thread. Returns what reports its end.
fn start_writer(writer: Writer) -> io::Result<oneshot::Receiver<u64>> {
    let (done, writer_done) = oneshot::channel();
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            // Fails only after the receiver was dropped.
            let _ = done.send(writer.run());
        })?;
    Ok(writer_done)
}
