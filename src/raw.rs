//! The raw-TCP fallback: the server of the document's part 2, to the byte.
//!
//! ```text
//! socket ─ what arrives first ─ request_log ─ the document's bytes ─ socket
//! ```
//!
//! Takes what arrives first, also nothing when the peer only ends its side, records it, answers
//! with the document's hand-written bytes, ends its own side, and reads what still comes, so that
//! no peer loses the answer to a reset (the document's own server resets everybody who sends over
//! 1024 bytes). It parses nothing.

use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::Context;
use std::time::Duration;

use crate::net::acceptor::{Accepted, Protocol};
use crate::net::first::{self, Silence, Space, Wait};
use crate::net::last::write_last;
use crate::net::linger;
use crate::net::shutdown::Phases;
use crate::net::socket::Socket;
use crate::request_log::cut::behind_a_character;
use crate::request_log::record::{Captured, State};
use crate::request_log::{Handle, Recorder, Trail};

/// The document's `conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nHello World")`.
pub const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n\r\nHello World";

/// How much is taken at once: what a peer sends in one go on loopback, whole.
const READ: usize = 64 * 1024;

/// The limits of `raw`.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a peer may be silent before it is let go without an answer.
    pub header_timeout: Duration,
    /// How much of what comes after the answer is kept for the log, in bytes.
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
    /// The responder with these limits, recording what arrives in `log`.
    #[must_use]
    pub fn new(config: Config, log: Handle) -> Self {
        Self { config, log }
    }
}

impl Protocol for Raw {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        Worker {
            config: self.config.clone(),
            recorder: Rc::new(self.log.recorder()),
            space: first::space(READ),
        }
    }

    async fn serve(worker: Rc<Worker>, accepted: Accepted) {
        let Accepted {
            mut socket,
            peer,
            number,
            phases,
            place: _place,
        } = accepted;
        let mut trail = Rc::clone(&worker.recorder).trail(number, peer);
        // Silent for too long, or gone.
        let Ok(length) = worker.first(&mut socket, &mut trail, &phases).await else {
            return;
        };
        let answered = write_last(&mut socket, ANSWER).await.is_ok();
        // Who has ended its side has sent all.
        if answered && length > 0 {
            worker.drain(&mut socket, &mut trail, &phases).await;
        }
    }
}

impl Worker {
    /// Reads and records what arrives first: its length, 0 for the peer's end.
    ///
    /// # Errors
    ///
    /// When the peer was silent for too long, or is when the service stops, or reading failed.
    async fn first(
        &self,
        socket: &mut Socket,
        trail: &mut Trail,
        phases: &Phases,
    ) -> Result<usize, Silence> {
        let wait = Wait {
            time: self.config.header_timeout,
            grace: phases.grace(),
        };
        let room = |cx: &mut Context<'_>| trail.poll_room(cx);
        let first = first::read(socket, &self.space, wait, phases, room).await?;
        let request = Captured {
            number: 1,
            raw: &first,
            omitted: 0,
            state: State::Unparsed,
            odd: &[],
        };
        trail.record(|entries| entries.add(request));
        Ok(first.len())
    }

    /// Reads what comes after the answer, and records it as one.
    async fn drain(&self, socket: &mut Socket, trail: &mut Trail, phases: &Phases) {
        let mut late = Late {
            trail,
            kept: Vec::new(),
            omitted: 0,
        };
        linger::drain(self.config.linger, phases, async || {
            loop {
                socket.readable().await?;
                let mut space = self.space.borrow_mut();
                if let Some(length) = first::try_read(socket, &mut space)? {
                    late.keep(&space[..length], self.config.kept_body);
                    return Ok(length);
                }
            }
        })
        .await;
        late.settle().await;
    }
}

/// What comes after the answer. It is recorded also where the drain is cut.
struct Late<'a> {
    trail: &'a mut Trail,
    kept: Vec<u8>,
    omitted: u64,
}

impl Late<'_> {
    fn keep(&mut self, bytes: &[u8], at_most: usize) {
        let kept = bytes.len().min(at_most - self.kept.len());
        self.kept.extend_from_slice(&bytes[..kept]);
        self.omitted += (bytes.len() - kept) as u64;
    }

    /// Records it, as soon as the log has room for it.
    async fn settle(&mut self) {
        poll_fn(|cx| self.trail.poll_room(cx)).await;
        self.finish(|trail, late| trail.record(|entries| entries.add(late)));
    }

    fn finish(&mut self, record: impl FnOnce(&Trail, Captured<'_>)) {
        let kept = mem::take(&mut self.kept);
        let omitted = mem::take(&mut self.omitted);
        if !kept.is_empty() || omitted > 0 {
            let (raw, omitted) = behind_a_character(&kept, omitted);
            let late = Captured {
                number: 2,
                raw,
                omitted,
                state: State::Late,
                odd: &[],
            };
            record(self.trail, late);
        }
    }
}

impl Drop for Late<'_> {
    fn drop(&mut self) {
        self.finish(|trail, late| trail.record_at_once(|entries| entries.add(late)));
    }
}
