//! The way to a terminal that may be stopped, and takes nothing then: a thread that writes.
//!
//! What always holds: what is given is written in order and whole, or the printer is gone; at most
//! one piece waits behind the one that is being written.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

/// Where what is drawn goes.
#[derive(Debug)]
pub(crate) struct Printer {
    pieces: mpsc::Sender<Vec<u8>>,
    done: oneshot::Receiver<()>,
}

impl Printer {
    /// Writes to `terminal`.
    pub(crate) fn start(mut terminal: impl Write + Send + 'static) -> io::Result<Self> {
        let (pieces, mut received) = mpsc::channel::<Vec<u8>>(1);
        let (done_sender, done) = oneshot::channel();
        let thread = thread::Builder::new().name("printer".to_owned());
        thread.spawn(move || {
            while let Some(piece) = received.blocking_recv() {
                if terminal.write_all(&piece).is_err() || terminal.flush().is_err() {
                    // The terminal is gone: it takes nothing more.
                    return;
                }
            }
            // Nobody waits where the time was over.
            let _ = done_sender.send(());
        })?;
        Ok(Self { pieces, done })
    }

    /// Waits until another piece may be given; false where the terminal is gone. Cancel safe.
    pub(crate) async fn ready(&self) -> bool {
        self.pieces.reserve().await.is_ok()
    }

    /// Gives a piece, once [`ready`](Self::ready).
    pub(crate) fn give(&self, piece: Vec<u8>) {
        // Fails only where the terminal is gone: there is one giver, and it was ready.
        let _ = self.pieces.try_send(piece);
    }

    /// Gives the last piece, and waits until all is written, but no longer than this. Blocks: for
    /// where nothing can be awaited.
    pub(crate) fn give_at_last(self, mut piece: Vec<u8>, time: Duration) {
        const LOOK_AGAIN: Duration = Duration::from_millis(1);

        let Self { pieces, mut done } = self;
        let stop_by = Instant::now() + time;
        while let Err(TrySendError::Full(back)) = pieces.try_send(piece) {
            if Instant::now() >= stop_by {
                return;
            }
            piece = back;
            thread::sleep(LOOK_AGAIN);
        }
        drop(pieces);
        while matches!(done.try_recv(), Err(TryRecvError::Empty)) && Instant::now() < stop_by {
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until all is written; false where the terminal is gone.
    pub(crate) async fn finish(self) -> bool {
        drop(self.pieces);
        self.done.await.is_ok()
    }
}
