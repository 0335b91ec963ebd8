//! Writes to a terminal from a thread of its own. A terminal that is stopped takes nothing and would block
//! the caller.
//!
//! # Invariants
//!
//! - Pieces are written whole and in order, until the terminal is gone.
//! - At most one piece waits while another is written.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

/// The sender's side of the thread that writes.
#[derive(Debug)]
pub(crate) struct Printer {
    pieces: mpsc::Sender<Vec<u8>>,
    done: oneshot::Receiver<()>,
}

impl Printer {
    /// Starts the thread that writes to `terminal`.
    pub(crate) fn start(mut terminal: impl Write + Send + 'static) -> io::Result<Self> {
        let (pieces, mut received) = mpsc::channel::<Vec<u8>>(1);
        let (done_sender, done) = oneshot::channel();
        let thread = thread::Builder::new().name("printer".to_owned());
        thread.spawn(move || {
            while let Some(piece) = received.blocking_recv() {
                if terminal.write_all(&piece).is_err() || terminal.flush().is_err() {
                    // The terminal is gone.
                    return;
                }
            }
            // Fails if the caller has stopped waiting.
            let _ = done_sender.send(());
        })?;
        Ok(Self { pieces, done })
    }

    /// Waits until another piece may be printed. Returns false if the terminal is gone. Cancel safe.
    pub(crate) async fn ready(&self) -> bool {
        self.pieces.reserve().await.is_ok()
    }

    /// Prints a piece after [`ready`](Self::ready).
    pub(crate) fn print(&self, piece: Vec<u8>) {
        // Fails only if the terminal is gone: there is one caller, and it has waited for room.
        let _ = self.pieces.try_send(piece);
    }

    /// Prints the last piece, and waits until everything is written, for at most `time`. Blocks: `drop`
    /// can't await.
    pub(crate) fn finish_blocking(self, mut piece: Vec<u8>, time: Duration) {
        const POLL_INTERVAL: Duration = Duration::from_millis(1);

        let Self { pieces, mut done } = self;
        let deadline = Instant::now() + time;
        while let Err(TrySendError::Full(back)) = pieces.try_send(piece) {
            if Instant::now() >= deadline {
                return;
            }
            piece = back;
            thread::sleep(POLL_INTERVAL);
        }
        drop(pieces);
        while matches!(done.try_recv(), Err(TryRecvError::Empty)) && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Waits until everything is written. Returns false if the terminal is gone.
    pub(crate) async fn finish(self) -> bool {
        drop(self.pieces);
        self.done.await.is_ok()
    }
}
