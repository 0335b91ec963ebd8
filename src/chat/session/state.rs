//! A chat under way: both directions, and what the user has been shown of them.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};

use super::super::codec::{Incoming, Message, Outgoing};
use super::super::user::{Display, Speaker};
use crate::language::Language;

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

pub(super) struct Session<'a, S, K, D> {
    pub(super) reader: ReadHalf<S>,
    pub(super) writer: WriteHalf<S>,
    pub(super) speaker: &'a mut K,
    pub(super) display: &'a mut D,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    pub(super) language: Language,
    /// What was read last.
    pub(super) space: Vec<u8>,
    /// When the other side last sent something.
    pub(super) last_heard: Instant,
    /// Since when messages have waited, where the user was not told.
    pub(super) held_since: Option<Instant>,
    /// How many messages have not begun to leave, as far as the user was shown.
    pub(super) waiting: usize,
    /// When the user is to be told that the end takes its time, until that is done.
    pub(super) parting: Option<Instant>,
    /// How our user has ended it, once everything is said.
    pub(super) ending: Option<End>,
    /// What the connection said to a write. There may be something to read all the same.
    pub(super) broken: Option<io::Error>,
}

impl<S: AsyncRead + AsyncWrite, K: Speaker, D: Display> Session<'_, S, K, D> {
    /// Our user says this, or has no more to say.
    pub(super) fn say(&mut self, said: Option<Message>) {
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
    pub(super) fn show_said(&mut self) {
        let waiting = self.outgoing.waiting();
        if waiting < self.waiting {
            self.display.said(self.waiting - waiting);
        }
        self.waiting = waiting;
    }

    /// So much was written of what is pending, or nothing more can be.
    pub(super) fn written(&mut self, written: io::Result<usize>) {
        match written {
            Ok(length) => self.outgoing.written(length),
            Err(error) => self.broken = Some(error),
        }
    }

    /// Has messages shown, up to one that ends the chat, or what has come of the next.
    pub(super) fn take(&mut self, mut messages: Vec<Message>) -> Option<End> {
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
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
