//! `hellowire raw`: the server of the tutorial (docs/chat.md), byte for byte, without HTTP.
//!
//! ```text
//! socket ─ first_read ─ request_log ─ the document's bytes ─ socket ─ taken, or the late bytes
//! ```
//!
//! It reads the first bytes, records them, answers with the tutorial's bytes, ends its own side, and
//! reads on, so that no peer loses the answer to a reset. (The tutorial's own server resets each peer
//! that sends more than 1024 bytes.) It parses nothing.
//!
//! A peer that only ends its side is answered too. Its record follows the answer, because only the reaction
//! to the answer (`taken`) tells it from a peer that tries the port and closes, which has no record.
//!
//! # Invariants
//!
//! - A peer that was answered has its record, also if the connection is cut. The exception is a peer that
//!   sent nothing and had closed before its answer came.

mod first_read;
mod taken;

use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::Context;
use std::time::Duration;

use crate::capture::cut::behind_a_character;
use crate::capture::{Captured, State};
use crate::exit::Exit;
use crate::growth::extend;
use crate::net::transport::Transport;
use crate::net::write_last::write_last;
use crate::request_log::{ConnectionRecorder, Handle, Recorder};
use crate::server::acceptor::{Accepted, Protocol};
use crate::server::phase::Phases;
use crate::server::{self, Start, StartError, linger};
use first_read::{Silence, Space};
use taken::was_taken;

/// The document's `conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nHello World")`.
pub const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n\r\nHello World";

/// The status in that answer.
const STATUS: u16 = 200;

/// The size of a read, in bytes: as much as a peer on loopback sends at once.
const READ: usize = 64 * 1024;

/// The limits of `raw`.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a peer may be silent before its connection is closed without an answer.
    pub header_timeout: Duration,
    /// How much of the bytes after the answer is kept for the log, in bytes.
    pub kept_body: usize,
    /// How a connection ends whose peer goes on sending.
    pub linger: linger::Limits,
}

/// The protocol of `raw`.
#[derive(Debug)]
pub struct Raw {
    config: Config,
    log: Handle,
}

/// What the connections of one worker share.
#[derive(Debug)]
pub struct Worker {
    config: Config,
    recorder: Rc<Recorder>,
    space: Space,
}

impl Raw {
    /// A responder with these limits, which records what arrives in `log`.
    #[must_use]
    pub fn new(config: Config, log: Handle) -> Self {
        Self { config, log }
    }
}

/// Runs the service until a signal or the log's last record ends it. Blocks.
///
/// Not generic: each crate that called a generic function would compile the connections once more.
///
/// # Errors
///
/// If it could not start.
pub fn run(config: Config, start: Start) -> Result<Exit, StartError> {
    server::run(start, |log| Raw::new(config, log))
}

impl Protocol for Raw {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        Worker {
            config: self.config.clone(),
            recorder: Rc::new(self.log.recorder(STATUS)),
            space: first_read::space(READ),
        }
    }

    async fn serve<T: Transport>(worker: Rc<Worker>, accepted: Accepted<T>) {
        let Accepted {
            mut socket,
            peer,
            number,
            phases,
            permit: _permit,
        } = accepted;
        let mut recorder = Rc::clone(&worker.recorder).connection(number, peer);
        // An error: the peer was silent for too long, or is gone.
        let Ok(first) = worker.first(&mut socket, &mut recorder, &phases).await else {
            return;
        };
        if first.is_empty() {
            return answer_an_end(&mut socket, &mut recorder, &phases).await;
        }
        recorder.read(first.len(), true);
        recorder.record(|entries| entries.add(captured(1, &first, 0, State::Unparsed)));
        recorder.answered();
        if write_last(&mut socket, ANSWER).await.is_ok() {
            recorder.sent();
            worker.read_on(&mut socket, &mut recorder, &phases).await;
        }
    }
}

/// Answers a peer that has ended its side and sent nothing, and records it if it took the answer. A peer
/// that tries the port (`nc -z`) has closed and does not.
async fn answer_an_end(
    socket: &mut impl Transport,
    recorder: &mut ConnectionRecorder,
    phases: &Phases,
) {
    recorder.read(0, true);
    if write_last(socket, ANSWER).await.is_err() {
        return;
    }
    let mut pending = PendingRecord::new(recorder, 1, State::Unparsed);
    // Due during the wait: if the connection is cut meanwhile, dropping `pending` makes the record.
    pending.is_due = true;
    let is_taken = was_taken(socket, phases.round_trip()).await;
    pending.is_due = is_taken;
    pending.settle().await;
}

impl Worker {
    /// Reads the first bytes: none at the peer's end.
    ///
    /// # Errors
    ///
    /// If the peer was silent for too long or until the service drained, or reading failed.
    async fn first(
        &self,
        socket: &mut impl Transport,
        recorder: &mut ConnectionRecorder,
        phases: &Phases,
    ) -> Result<Vec<u8>, Silence> {
        let time = self.config.header_timeout;
        let poll_room = |cx: &mut Context<'_>| recorder.poll_room(cx);
        first_read::read(socket, &self.space, time, phases, poll_room).await
    }

    /// Reads the bytes that come after the answer, and makes one record of them.
    async fn read_on(
        &self,
        socket: &mut impl Transport,
        recorder: &mut ConnectionRecorder,
        phases: &Phases,
    ) {
        let mut late = PendingRecord::new(recorder, 2, State::Late);
        linger::drain(self.config.linger, phases, async || {
            loop {
                socket.readable().await?;
                let mut space = self.space.borrow_mut();
                if let Some(length) = first_read::try_read(socket, &mut space)? {
                    late.keep(&space[..length], self.config.kept_body);
                    return Ok(length);
                }
            }
        })
        .await;
        late.settle().await;
    }
}

/// A record that follows the answer. Dropping it makes the record too: the connection is cut.
struct PendingRecord<'a> {
    recorder: &'a mut ConnectionRecorder,
    number: u64,
    state: State,
    kept: Vec<u8>,
    omitted: u64,
    /// Whether the record is to be made.
    is_due: bool,
}

impl<'a> PendingRecord<'a> {
    /// A record of no bytes, not due yet.
    fn new(recorder: &'a mut ConnectionRecorder, number: u64, state: State) -> Self {
        Self {
            recorder,
            number,
            state,
            kept: Vec::new(),
            omitted: 0,
            is_due: false,
        }
    }

    fn keep(&mut self, bytes: &[u8], at_most: usize) {
        let kept = bytes.len().min(at_most - self.kept.len());
        extend(&mut self.kept, &bytes[..kept], at_most);
        self.omitted += (bytes.len() - kept) as u64;
        self.is_due |= !bytes.is_empty();
        self.recorder.read(bytes.len(), false);
    }

    /// Makes the record if it is due, once the log has room for it.
    async fn settle(&mut self) {
        if self.is_due {
            poll_fn(|cx| self.recorder.poll_room(cx)).await;
            self.finish(|recorder, pending| recorder.record(|entries| entries.add(pending)));
        }
    }

    fn finish(&mut self, record: impl FnOnce(&mut ConnectionRecorder, Captured<'_>)) {
        if mem::take(&mut self.is_due) {
            let pending = captured(self.number, &self.kept, self.omitted, self.state);
            record(self.recorder, pending);
            if self.state == State::Unparsed {
                // The answer was sent before.
                self.recorder.answered();
                self.recorder.sent();
            }
        }
    }
}

impl Drop for PendingRecord<'_> {
    fn drop(&mut self) {
        self.finish(|recorder, pending| recorder.record_at_once(|entries| entries.add(pending)));
    }
}

fn captured(number: u64, kept: &[u8], omitted: u64, state: State) -> Captured<'_> {
    let (raw, omitted) = behind_a_character(kept, omitted);
    Captured {
        number,
        raw,
        omitted,
        state,
        head: 0,
        target: b"",
        odd: &[],
    }
}
