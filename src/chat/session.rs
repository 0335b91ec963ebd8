//! One chat: moves messages between a user and a connection, until one side ends it.
//!
//! ```text
//! user ─ codec::Outgoing ─ connection ─ codec::Incoming ─ user
//! ```
//!
//! Knows no terminal and no socket. What always holds: both sides may talk at any time; what was
//! said before the end is with the other side, or counted; memory has a bound, because nothing is
//! taken from a user whose messages have to wait, nor from the other side while the user is shown
//! something.

use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use thiserror::Error;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split,
};
use tokio::select;
use tokio::time::{Instant, sleep_until, timeout};

use super::codec::{BYE, Incoming, Manner, Message, Outgoing};
use super::user::User;
use crate::language::Language;

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// After our end: how long the other side may take to read the last message and to end too. One of
/// ours does at once; a person before one of the document's programs does not.
const FAREWELL: Duration = Duration::from_secs(1);

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
    /// How many of our messages were never sent.
    pub unsent: usize,
}

/// Why a chat broke off.
#[derive(Debug, Error)]
pub enum TalkError {
    /// The connection did.
    #[error("the connection is lost")]
    Lost(#[source] io::Error),
    /// What the other side says can't be shown any more.
    #[error("cannot show what the other side says")]
    Output(#[source] io::Error),
}

struct Session<'a, S, U> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    user: &'a mut U,
    incoming: Incoming,
    outgoing: Outgoing,
    language: Language,
    /// What was read last.
    space: Vec<u8>,
    /// When the other side last sent something.
    last_heard: Instant,
    /// How our user has ended it, once everything is said.
    ending: Option<End>,
}

/// Talks over `connection` until one side ends it, or `stop` does. A message has at most `most`
/// bytes.
///
/// # Errors
///
/// When the connection is lost, or the user can be shown nothing more.
pub async fn talk<S: AsyncRead + AsyncWrite, U: User>(
    connection: S,
    user: &mut U,
    stop: impl Future<Output = ()>,
    most: usize,
    language: Language,
) -> Result<Report, TalkError> {
    let (reader, writer) = split(connection);
    let mut session = Session {
        reader,
        writer,
        user,
        incoming: Incoming::new(most),
        outgoing: Outgoing::new(),
        language,
        space: vec![0; CHUNK],
        last_heard: Instant::now(),
        ending: None,
    };
    let mut stop = pin!(stop);
    let end = session.run(stop.as_mut()).await?;
    let unsent = session.outgoing.unsent();
    if !matches!(end, End::TheySaidBye | End::TheyLeft) {
        session.outgoing.leave();
        // Whoever is told twice to go, goes.
        select! {
            () = stop, if end != End::Stopped => {}
            _ = timeout(FAREWELL, session.farewell()) => {}
        }
    }
    Ok(Report { end, unsent })
}

impl<S: AsyncRead + AsyncWrite, U: User> Session<'_, S, U> {
    async fn run(
        &mut self,
        mut stop: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<End, TalkError> {
        loop {
            if let Some(end) = self.ending
                && self.outgoing.is_empty()
            {
                return Ok(end);
            }
            let end = select! {
                () = stop.as_mut() => return Ok(End::Stopped),
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
        let may_say = self.ending.is_none() && self.outgoing.has_room();
        select! {
            said = self.user.next(), if may_say => {
                self.say(said);
                Ok(None)
            }
            read = self.reader.read(&mut self.space) => {
                let length = read.map_err(TalkError::Lost)?;
                self.last_heard = Instant::now();
                self.hear(length).await
            }
            () = sleep_until(pause.unwrap_or(self.last_heard)), if pause.is_some() => {
                // Of silence within a character the rest is waited for anew.
                self.last_heard = Instant::now();
                let mut messages = Vec::new();
                self.incoming.paused(&mut messages);
                self.show(messages).await
            }
            written = self.writer.write(self.outgoing.pending()), if !self.outgoing.pending().is_empty() => {
                self.outgoing.written(written.map_err(TalkError::Lost)?);
                Ok(None)
            }
        }
    }

    fn say(&mut self, said: Option<Vec<u8>>) {
        let Some(message) = said else {
            self.ending = Some(End::InputEnded);
            return;
        };
        if message == BYE {
            self.ending = Some(End::WeSaidBye);
        }
        let unsent = self.outgoing.unsent();
        self.outgoing.push(message);
        // With one of ours the wait is over before it could be read.
        if self.outgoing.unsent() > unsent && self.incoming.manner() == Manner::Turns {
            self.user.tell(self.language.held());
        }
    }

    /// Takes what was read: nothing is the other side's end.
    async fn hear(&mut self, length: usize) -> Result<Option<End>, TalkError> {
        let mut messages = Vec::new();
        if length == 0 {
            self.incoming.finish(&mut messages);
            let end = self.show(messages).await?;
            return Ok(end.or(Some(End::TheyLeft)));
        }
        self.incoming.push(&self.space[..length], &mut messages);
        if messages.is_empty() && self.incoming.manner() == Manner::Lines {
            // It may have acknowledged a line, which lets ours go.
            self.outgoing.heard(Manner::Lines);
        }
        self.show(messages).await
    }

    async fn show(&mut self, mut messages: Vec<Message>) -> Result<Option<End>, TalkError> {
        let bye = messages
            .iter()
            .position(|message| message.text == BYE && !message.goes_on);
        if let Some(at) = bye {
            messages.truncate(at);
        }
        if !messages.is_empty() {
            self.user.show(&messages).await.map_err(TalkError::Output)?;
            self.outgoing.heard(self.incoming.manner());
        }
        Ok(bye.map(|_| End::TheySaidBye))
    }

    /// Sends what is under way and ours of the end, and listens until the other side's.
    async fn farewell(&mut self) -> Result<(), TalkError> {
        let mut messages = Vec::new();
        while !self.outgoing.pending().is_empty() {
            let written = self.writer.write(self.outgoing.pending()).await;
            self.outgoing.written(written.map_err(TalkError::Lost)?);
        }
        self.writer.shutdown().await.map_err(TalkError::Lost)?;
        loop {
            let length = self
                .reader
                .read(&mut self.space)
                .await
                .map_err(TalkError::Lost)?;
            match length {
                0 => self.incoming.finish(&mut messages),
                _ => self.incoming.push(&self.space[..length], &mut messages),
            }
            let end = self.show(std::mem::take(&mut messages)).await?;
            if length == 0 || end.is_some() {
                return Ok(());
            }
        }
    }
}
