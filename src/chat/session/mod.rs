//! One chat: moves messages between a user and a connection, until one side ends it.
//!
//! ```text
//! user ─ codec::Outgoing ─ connection ─ codec::Incoming ─ user
//! ```
//!
//! `parting` is what is left to do after the end. Knows no terminal and no socket. What always holds: both sides may talk at any time, also while
//! the user is slow to be shown something; whoever ends first hears the other out; what was said
//! before the end is with the other side, or counted; memory has a bound, because nothing is taken
//! from a user whose messages have to wait, nor from the other side while there is something to show.

mod parting;

use std::io;

use thiserror::Error;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split,
};
use tokio::select;
use tokio::time::{Instant, sleep, sleep_until};

use super::codec::{Incoming, Message, Outgoing, PAUSE_AT_FIRST, PAUSE_IN_TURNS};
use super::user::{Display, Speaker};
use crate::language::Language;
use parting::FAREWELL;

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// Why a chat is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Our user said byebye.
    WeSaidBye,
    /// The other side said byebye.
    TheySaidBye,
    /// Our user has no more to say.
    InputEnded,
    /// The process was told to end: Ctrl-C, SIGTERM.
    Stopped,
    /// The other side closed the connection.
    TheyLeft,
}

impl End {
    /// The word about it.
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::English, Self::WeSaidBye) => "you said byebye",
            (Language::English, Self::TheySaidBye) => "the other side said byebye",
            (Language::English, Self::InputEnded) => "end of input: you left",
            (Language::English, Self::Stopped) => "interrupted: you left",
            (Language::English, Self::TheyLeft) => "the other side left",
            (Language::Chinese, Self::WeSaidBye) => "你说了 byebye,聊天结束",
            (Language::Chinese, Self::TheySaidBye) => "对方说了 byebye,聊天结束",
            (Language::Chinese, Self::InputEnded) => "输入结束,你已离开",
            (Language::Chinese, Self::Stopped) => "已中断,你已离开",
            (Language::Chinese, Self::TheyLeft) => "对方已离开",
        }
    }
}

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

struct Session<'a, S, K, D> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    speaker: &'a mut K,
    display: &'a mut D,
    incoming: Incoming,
    outgoing: Outgoing,
    language: Language,
    /// What was read last.
    space: Vec<u8>,
    /// When the other side last sent something.
    last_heard: Instant,
    /// Since when messages have waited, where the user was not told.
    held_since: Option<Instant>,
    /// How many messages have not begun to leave, as far as the user was shown.
    waiting: usize,
    /// When the user is to be told that the end takes its time, until that is done.
    parting: Option<Instant>,
    /// How our user has ended it, once everything is said.
    ending: Option<End>,
    /// What the connection said to a write. There may be something to read all the same.
    broken: Option<io::Error>,
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

    fn say(&mut self, said: Option<Message>) {
        match said {
            None => self.ending = Some(End::InputEnded),
            Some(message) if message.is_bye() => {
                self.ending = Some(End::WeSaidBye);
                self.waiting += 1;
                self.outgoing.push_bye();
            }
            Some(message) => {
                self.waiting += 1;
                let unsent = self.outgoing.unsent();
                self.outgoing.push(message.text);
                if unsent == 0 {
                    self.held_since = Some(Instant::now());
                }
            }
        }
    }

    /// Has the user shown which messages have left since the last time.
    fn show_said(&mut self) {
        let waiting = self.outgoing.waiting();
        if waiting < self.waiting {
            self.display.said(self.waiting - waiting);
        }
        self.waiting = waiting;
    }

    fn written(&mut self, written: io::Result<usize>) {
        match written {
            Ok(length) => self.outgoing.written(length),
            Err(error) => self.broken = Some(error),
        }
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

    /// Has messages shown, up to one that ends the chat, or what has come of the next.
    fn take(&mut self, mut messages: Vec<Message>) -> Option<End> {
        let bye = messages.iter().position(Message::is_bye);
        messages.truncate(bye.unwrap_or(messages.len()));
        if !messages.is_empty() {
            self.display.put(&messages);
            self.outgoing.heard(self.incoming.manner());
        }
        let begun = self.incoming.begun();
        self.display.begun(if bye.is_some() { &[] } else { begun });
        bye.map(|_| End::TheySaidBye)
    }
}

/// Until then; for ever, where there is no such moment.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
