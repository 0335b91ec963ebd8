//! The state of a chat that is running: both directions, and what the user has been shown of them.
//!
//! The methods here take one event each. `mod.rs` waits for the events, `closing.rs` waits for those after
//! the end.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};

use super::super::codec::{Incoming, Message, Outgoing};
use super::super::user::{Display, Speaker};
use crate::language::Language;

/// Why a chat is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) enum End {
    /// The user sent byebye.
    WeSaidBye,
    /// The peer sent byebye.
    TheySaidBye,
    /// The user's input has ended.
    InputEnded,
    /// The process was told to end: Ctrl-C, SIGTERM.
    Stopped,
    /// The peer closed the connection.
    TheyLeft,
}

impl End {
    /// The sentence that tells the user.
    pub(in crate::chat) fn text(self, language: Language) -> &'static str {
        language.text(match self {
            Self::WeSaidBye => "you said byebye",
            Self::TheySaidBye => "the other side said byebye",
            Self::InputEnded => "end of input: you left",
            Self::Stopped => "interrupted: you left",
            Self::TheyLeft => "the other side left",
        })
    }
}

pub(super) struct Session<'a, S> {
    pub(super) reader: ReadHalf<S>,
    pub(super) writer: WriteHalf<S>,
    pub(super) speaker: &'a mut dyn Speaker,
    pub(super) display: &'a mut dyn Display,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    pub(super) language: Language,
    /// The bytes of the latest read.
    pub(super) read_buffer: Vec<u8>,
    /// When the peer last sent something, or a pause of it ended a message.
    pub(super) last_read: Instant,
    /// Since when messages have waited. `None` if none does, or if the user was told.
    pub(super) waiting_since: Option<Instant>,
    /// How many messages have not begun to leave, as far as the display knows.
    pub(super) waiting: usize,
    /// When to tell the user that closing takes time. `None` once the user was told.
    pub(super) closing_notice: Option<Instant>,
    /// How the user has ended the chat. It is over once everything is sent.
    pub(super) own_end: Option<End>,
    /// Why a write failed. There may still be something to read.
    pub(super) write_error: Option<io::Error>,
}

impl<S: AsyncRead + AsyncWrite> Session<'_, S> {
    /// Takes the user's next message, or the end of input.
    pub(super) fn push(&mut self, message: Option<Message>) {
        match message {
            None => self.own_end = Some(End::InputEnded),
            Some(message) if message.is_bye() => {
                self.own_end = Some(End::WeSaidBye);
                self.waiting += 1;
                self.outgoing.push_bye();
            }
            Some(message) => {
                self.waiting += 1;
                let unsent = self.outgoing.unsent();
                self.outgoing.push(message.text);
                if unsent == 0 {
                    self.waiting_since = Some(Instant::now());
                }
            }
        }
    }

    /// Tells the display how many messages have begun to leave since the last call.
    pub(super) fn report_sent(&mut self) {
        let waiting = self.outgoing.waiting();
        if waiting < self.waiting {
            self.display.sent(self.waiting - waiting);
        }
        self.waiting = waiting;
    }

    /// Takes the result of a write of pending bytes.
    pub(super) fn written(&mut self, written: io::Result<usize>) {
        match written {
            Ok(length) => self.outgoing.written(length),
            Err(error) => self.write_error = Some(error),
        }
    }

    /// Shows messages up to one that ends the chat, and the text of the next one.
    pub(super) fn receive(&mut self, mut messages: Vec<Message>) -> Option<End> {
        let bye = messages.iter().position(Message::is_bye);
        messages.truncate(bye.unwrap_or(messages.len()));
        if !messages.is_empty() {
            self.display.show(&messages);
            self.outgoing.received(self.incoming.framing());
        }
        let partial = self.incoming.partial();
        self.display
            .show_partial(if bye.is_some() { &[] } else { partial });
        bye.map(|_| End::TheySaidBye)
    }
}

/// Waits until `moment`, or for ever if there is none.
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_has_a_chinese_text() {
        for end in [
            End::WeSaidBye,
            End::TheySaidBye,
            End::InputEnded,
            End::Stopped,
            End::TheyLeft,
        ] {
            let english = end.text(Language::English);
            let known = Language::Chinese.known(english);
            assert!(
                known.is_some(),
                "src/language/zh_phrases.rs: add {english:?}"
            );
        }
    }
}
