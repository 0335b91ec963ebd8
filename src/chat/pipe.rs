//! A user without a terminal editor: each line of stdin is a message, each message a line of stdout.
//!
//! # Invariants
//!
//! - stdout gets the messages and nothing else. They are unchanged unless stdout is a terminal, which gets
//!   escapes instead of control characters.
//! - The buffer holds at most one message of the longest length. A longer line is sent in parts.

use std::io;
use std::mem;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, Stdin, Stdout,
};

use super::codec::{Message, cut};
use super::user::{Display, Speaker, Waiting};
use crate::diagnostics::say;
use crate::escape;
use crate::language::Language;

/// Messages from lines.
#[derive(Debug)]
pub(super) struct Input<R> {
    reader: R,
    /// The beginning of the next message.
    partial: Vec<u8>,
    /// Whether earlier parts of the same line are messages already.
    is_continuation: bool,
    max_message: usize,
    language: Language,
}

/// Lines from messages.
#[derive(Debug)]
pub(super) struct Output<W> {
    writer: W,
    /// Lines that are not written.
    lines: Vec<u8>,
    /// How many bytes of the peer's next message are among the lines.
    partial_shown: usize,
    /// Whether stdout is a terminal. It shows a message before it has ended, and control characters as
    /// escapes.
    is_terminal: bool,
}

/// stdin, for messages of at most `max_message` bytes.
pub(super) fn input(max_message: usize, language: Language) -> Input<BufReader<Stdin>> {
    Input::new(BufReader::new(tokio::io::stdin()), max_message, language)
}

/// stdout.
pub(super) fn output(is_terminal: bool) -> Output<Stdout> {
    Output {
        writer: tokio::io::stdout(),
        lines: Vec::new(),
        partial_shown: 0,
        is_terminal,
    }
}

impl<R> Input<R> {
    fn new(reader: R, max_message: usize, language: Language) -> Self {
        Self {
            reader,
            partial: Vec::new(),
            is_continuation: false,
            max_message,
            language,
        }
    }

    fn message(&mut self, text: Vec<u8>, continues: bool) -> Message {
        Message {
            text,
            continues,
            is_continuation: mem::replace(&mut self.is_continuation, continues),
        }
    }

    /// The first part of a line that is too long for one message.
    fn part(&mut self) -> Message {
        say(self.language.too_long(self.max_message));
        let rest = self.partial.split_off(cut(&self.partial, self.max_message));
        let part = mem::replace(&mut self.partial, rest);
        self.message(part, true)
    }

    /// The last message, if the input ends without a line end.
    fn last(&mut self) -> Option<Message> {
        let line = mem::take(&mut self.partial);
        (!line.is_empty()).then(|| self.message(line, false))
    }

    /// The message whose line end was read.
    fn line(&mut self) -> Message {
        let mut line = mem::take(&mut self.partial);
        if line.ends_with(b"\r") {
            line.pop();
        }
        self.message(line, false)
    }
}

impl<R: AsyncBufRead + Unpin> Speaker for Input<R> {
    fn next(&mut self) -> Waiting<'_, io::Result<Option<Message>>> {
        Box::pin(async move {
            loop {
                if self.partial.len() > self.max_message {
                    return Ok(Some(self.part()));
                }
                // The only await: bytes leave the reader only once they are kept.
                let available = self.reader.fill_buf().await?;
                if available.is_empty() {
                    return Ok(self.last());
                }
                let room = self.max_message + 1 - self.partial.len();
                let end = memchr::memchr(b'\n', available).filter(|&end| end < room);
                let length = end.unwrap_or_else(|| available.len().min(room));
                self.partial.extend_from_slice(&available[..length]);
                self.reader.consume(length + usize::from(end.is_some()));
                if end.is_some() && self.partial.len() <= self.max_message {
                    return Ok(Some(self.line()));
                }
            }
        })
    }

    fn next_ready(&mut self) -> Option<Message> {
        // A line that is still in the pipe is not part of the chat.
        None
    }
}

impl<W: AsyncWrite + Unpin> Display for Output<W> {
    fn show(&mut self, messages: &[Message]) {
        for message in messages {
            let shown = mem::take(&mut self.partial_shown);
            if self.is_terminal {
                let rest = message.text.get(shown..).unwrap_or_default();
                escape::show(rest, &mut self.lines);
            } else {
                self.lines.extend_from_slice(&message.text);
            }
            self.lines.push(b'\n');
        }
    }

    fn show_partial(&mut self, text: &[u8]) {
        if !self.is_terminal {
            return;
        }
        match text.get(self.partial_shown..) {
            Some(rest) if !text.is_empty() => {
                escape::show(rest, &mut self.lines);
                self.partial_shown = text.len();
            }
            // The message that was shown in part is none: it was byebye.
            _ if self.partial_shown > 0 => {
                self.lines.push(b'\n');
                self.partial_shown = 0;
            }
            _ => {}
        }
    }

    fn sent(&mut self, _: usize) {
        // The terminal has echoed the line already.
    }

    fn has_unshown(&self) -> bool {
        !self.lines.is_empty()
    }

    fn flush(&mut self) -> Waiting<'_, io::Result<()>> {
        Box::pin(async move {
            while !self.lines.is_empty() {
                let written = self.writer.write(&self.lines).await?;
                self.lines.drain(..written);
            }
            self.writer.flush().await
        })
    }

    fn notify(&mut self, notice: &str) {
        say(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn texts(input: &[u8], max_message: usize) -> Vec<String> {
        // Each read gives one byte.
        let reader = BufReader::with_capacity(1, input);
        let mut input = Input::new(reader, max_message, Language::English);
        let mut texts = Vec::new();
        while let Some(message) = input.next().await.unwrap() {
            texts.push(String::from_utf8(message.text).unwrap());
        }
        texts
    }

    #[tokio::test]
    async fn each_line_is_a_message_also_the_last_without_a_line_end() {
        assert_eq!(
            texts("a\n\n菜鸡\r\nb".as_bytes(), 64).await,
            ["a", "", "菜鸡", "b"]
        );
        assert_eq!(texts(b"a\n", 64).await, ["a"]);
        assert!(texts(b"", 64).await.is_empty());
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_sent_in_parts() {
        assert_eq!(texts(b"abcd\n", 4).await, ["abcd"]);
        assert_eq!(texts("菜鸡\na".as_bytes(), 4).await, ["菜", "鸡", "a"]);
    }
}
