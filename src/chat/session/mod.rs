//! One chat: moves messages between a user and a connection, until one side ends it.
//!
//! ```text
//! user ─ codec::Outgoing ─ connection ─ codec::Incoming ─ user
//! ```
//!
//! `state` is the state of a running chat, `closing` what remains to be done after its end. The session
//! knows no terminal and no socket.
//!
//! # Invariants
//!
//! - Both sides may send at any time, also while the user's display is slow.
//! - The side that ends first reads on until the other side has ended too, or has been silent for long.
//! - A message from before the end is with the peer, or counted in the [`Report`].
//! - Memory is bounded: the session takes no message from the user while too many wait, and reads nothing
//!   from the peer while something is not shown.

mod closing;
mod state;

use std::io;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::select;
use tokio::time::{Instant, sleep};

use super::codec::{Incoming, Outgoing, PAUSE_AT_FIRST, PAUSE_IN_TURNS};
use super::user::{Display, Speaker, Stop};
use crate::diagnostics::debug_is_display;
use crate::language::Language;
use closing::PEER_TIMEOUT;
pub(super) use state::End;
use state::{Session, until};

/// The most bytes of one read.
const CHUNK: usize = 16 * 1024;

/// How a chat went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    /// Why it is over.
    pub(super) end: End,
    /// How many of the user's messages were not sent.
    pub(super) unsent: usize,
}

/// Why a chat broke off.
#[derive(Error)]
pub enum TalkError {
    /// The connection broke.
    #[error("the connection is lost")]
    Lost(#[source] io::Error),
    /// The user's input can't be read.
    #[error("cannot read what to say")]
    Input(#[source] io::Error),
    /// The peer's messages can't be shown any more.
    #[error("cannot show what the other side says")]
    Output(#[source] io::Error),
}

debug_is_display!(TalkError);

/// Talks over `connection` until one side ends the chat, or `stop` asks for it.
///
/// A second request to stop ends the wait for the close at once. A message has at most `max_message` bytes.
///
/// # Errors
///
/// The connection broke, the user's input can't be read, or the display is closed.
pub(super) async fn talk<S: AsyncRead + AsyncWrite>(
    connection: S,
    (speaker, display): (&mut dyn Speaker, &mut dyn Display),
    stop: &mut dyn Stop,
    max_message: usize,
    language: Language,
) -> Result<Report, TalkError> {
    let (reader, writer) = split(connection);
    let mut session = Session {
        reader,
        writer,
        speaker,
        display,
        incoming: Incoming::new(max_message),
        outgoing: Outgoing::new(),
        language,
        read_buffer: vec![0; CHUNK],
        last_read: Instant::now(),
        waiting_since: None,
        waiting: 0,
        closing_notice: None,
        own_end: None,
        write_error: None,
    };
    let end = session.run(stop).await?;
    let given_up = session.begin_close(end);
    select! {
        // The second request to stop.
        () = stop.next() => {}
        // A display that takes nothing must not keep the process.
        () = sleep(PEER_TIMEOUT), if end == End::Stopped => {}
        () = session.close(end) => {}
    }
    let unsent = given_up + session.outgoing.unsent();
    Ok(Report { end, unsent })
}

impl<S: AsyncRead + AsyncWrite> Session<'_, S> {
    async fn run(&mut self, stop: &mut dyn Stop) -> Result<End, TalkError> {
        loop {
            self.report_sent();
            if let Some(end) = self.own_end
                && self.outgoing.is_empty()
            {
                return Ok(end);
            }
            let end = select! {
                () = stop.next() => return Ok(End::Stopped),
                end = self.step() => end?,
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Waits for the next event and acts on it. Returns how the chat ends, if the event ends it.
    async fn step(&mut self) -> Result<Option<End>, TalkError> {
        let pause = self.incoming.pause().map(|pause| self.last_read + pause);
        let notice = self.waiting_since.map(|since| since + PAUSE_AT_FIRST);
        let may_push = self.own_end.is_none() && self.outgoing.has_room();
        let may_write = !self.outgoing.pending().is_empty() && self.write_error.is_none();
        let may_read = !self.display.has_unshown();
        select! {
            message = self.speaker.next(), if may_push => {
                self.push(message.map_err(TalkError::Input)?);
            }
            shown = self.display.flush(), if !may_read => shown.map_err(TalkError::Output)?,
            read = self.reader.read(&mut self.read_buffer), if may_read => {
                self.last_read = Instant::now();
                return self.take_read(read).await;
            }
            () = until(pause), if pause.is_some() && may_read => return Ok(self.end_pause()),
            written = self.writer.write(self.outgoing.pending()), if may_write => self.written(written),
            () = sleep(PAUSE_IN_TURNS), if self.outgoing.waits_to_settle() => self.outgoing.settled(),
            () = until(notice), if notice.is_some() => self.notify_of_waiting(),
        }
        Ok(None)
    }

    /// Takes the result of a read. An empty read and an error both end the chat, after what came before.
    async fn take_read(&mut self, read: io::Result<usize>) -> Result<Option<End>, TalkError> {
        let mut messages = Vec::new();
        if let Ok(length @ 1..) = read {
            self.incoming
                .push(&self.read_buffer[..length], &mut messages);
            let framing = self.incoming.framing();
            if messages.is_empty() && framing.is_lines() {
                // An acknowledgement alone lets our queued lines go.
                self.outgoing.received(framing);
            }
            return Ok(self.receive(messages));
        }
        self.incoming.finish(&mut messages);
        let bye = self.receive(messages);
        match read {
            Err(error) if bye.is_none() => {
                self.display.flush().await.map_err(TalkError::Output)?;
                Err(TalkError::Lost(error))
            }
            _ => Ok(bye.or(Some(End::TheyLeft))),
        }
    }

    /// The peer has paused long enough to end a message.
    fn end_pause(&mut self) -> Option<End> {
        // A message that ends within a character goes on: its pause starts again.
        self.last_read = Instant::now();
        let mut messages = Vec::new();
        self.incoming.paused(&mut messages);
        self.receive(messages)
    }

    fn notify_of_waiting(&mut self) {
        self.waiting_since = None;
        if self.outgoing.unsent() > 0 {
            self.display.notify(self.language.held());
        }
    }
}
