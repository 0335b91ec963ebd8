//! One chat: moves messages between a user and a connection, until one side ends it.
//!
//! ```text
//! user ─ codec::Outgoing ─ connection ─ codec::Incoming ─ user
//! ```
//!
//! `state` is what is known of a chat under way, `parting` what is left to do after the end. Knows no
//! terminal and no socket. What always holds: both sides may talk at any time, also while the user is slow to be shown something; whoever ends first hears the other out; what was said
//! before the end is with the other side, or counted; memory has a bound, because nothing is taken
//! from a user whose messages have to wait, nor from the other side while there is something to show.

mod parting;
mod state;

use std::io;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::select;
use tokio::time::{Instant, sleep};

use super::codec::{Incoming, Outgoing, PAUSE_AT_FIRST, PAUSE_IN_TURNS};
use super::user::{Display, Speaker};
use crate::language::Language;
use parting::FAREWELL;
pub use state::End;
use state::{Session, until};

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// How a chat went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Why it is over.
    pub end: End,
    /// How many of our messages were not sent.
    pub unsent: usize,
}

/// Why a chat broke off.
#[derive(Debug, Error)]
pub enum TalkError {
    /// The connection did.
    #[error("the connection is lost")]
    Lost(#[source] io::Error),
    /// What our user says can't be read.
    #[error("cannot read what to say")]
    Input(#[source] io::Error),
    /// What the other side says can't be shown any more.
    #[error("cannot show what the other side says")]
    Output(#[source] io::Error),
}

/// Talks over `connection` until one side ends it, or `stop` does, which is called again for a
/// second time and has to be cancel safe. A message has at most `most` bytes.
///
/// # Errors
///
/// When the connection is lost, or the user can't be heard, or be shown anything, any more.
pub async fn talk<S: AsyncRead + AsyncWrite, K: Speaker, D: Display>(
    connection: S,
    (speaker, display): (&mut K, &mut D),
    mut stop: impl AsyncFnMut(),
    most: usize,
    language: Language,
) -> Result<Report, TalkError> {
    let (reader, writer) = split(connection);
    let mut session = Session {
        reader,
        writer,
        speaker,
        display,
        incoming: Incoming::new(most),
        outgoing: Outgoing::new(),
        language,
        space: vec![0; CHUNK],
        last_heard: Instant::now(),
        held_since: None,
        waiting: 0,
        parting: None,
        ending: None,
        broken: None,
    };
    let end = session.run(&mut stop).await?;
    let given_up = session.leave(end);
    select! {
        // Whoever is told twice to go, goes.
        () = stop() => {}
        // Whoever has to go is not kept by a user who can be shown nothing.
        () = sleep(FAREWELL), if end == End::Stopped => {}
        () = session.part(end) => {}
    }
    let unsent = given_up + session.outgoing.unsent();
    Ok(Report { end, unsent })
}

impl<S: AsyncRead + AsyncWrite, K: Speaker, D: Display> Session<'_, S, K, D> {
    async fn run(&mut self, stop: &mut impl AsyncFnMut()) -> Result<End, TalkError> {
        loop {
            self.show_said();
            if let Some(end) = self.ending
                && self.outgoing.is_empty()
            {
                return Ok(end);
            }
            let end = select! {
                () = stop() => return Ok(End::Stopped),
                end = self.step() => end?,
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Whatever happens next, and whether it is the end.
    async fn step(&mut self) -> Result<Option<End>, TalkError> {
        let pause = self.incoming.pause().map(|pause| self.last_heard + pause);
        let notice = self.held_since.map(|since| since + PAUSE_AT_FIRST);
        let may_say = self.ending.is_none() && self.outgoing.has_room();
        let may_write = !self.outgoing.pending().is_empty() && self.broken.is_none();
        let may_read = !self.display.has_more();
        select! {
            said = self.speaker.next(), if may_say => {
                self.say(said.map_err(TalkError::Input)?);
            }
            shown = self.display.flush(), if !may_read => shown.map_err(TalkError::Output)?,
            read = self.reader.read(&mut self.space), if may_read => {
                self.last_heard = Instant::now();
                return self.hear(read).await;
            }
            () = until(pause), if pause.is_some() && may_read => {
                // Of silence within a character the rest is waited for anew.
                self.last_heard = Instant::now();
                let mut messages = Vec::new();
                self.incoming.paused(&mut messages);
                return Ok(self.take(messages));
            }
            written = self.writer.write(self.outgoing.pending()), if may_write => self.written(written),
            () = sleep(PAUSE_IN_TURNS), if self.outgoing.waits_to_settle() => self.outgoing.settled(),
            () = until(notice), if notice.is_some() => {
                self.held_since = None;
                if self.outgoing.unsent() > 0 {
                    self.display.tell(self.language.held());
                }
            }
        }
        Ok(None)
    }

    /// Takes what was read: nothing is the other side's end, and so is an error, which leaves what
    /// came before it.
    async fn hear(&mut self, read: io::Result<usize>) -> Result<Option<End>, TalkError> {
        let mut messages = Vec::new();
        if let Ok(length @ 1..) = read {
            self.incoming.push(&self.space[..length], &mut messages);
            let manner = self.incoming.manner();
            if messages.is_empty() && manner.is_lines() {
                // It may have acknowledged a line, which lets ours go.
                self.outgoing.heard(manner);
            }
            return Ok(self.take(messages));
        }
        self.incoming.finish(&mut messages);
        let bye = self.take(messages);
        match read {
            Err(error) if bye.is_none() => {
                self.display.flush().await.map_err(TalkError::Output)?;
                Err(TalkError::Lost(error))
            }
            _ => Ok(bye.or(Some(End::TheyLeft))),
        }
    }
}
