//! A user without a terminal: each line of stdin is a message, each message a line of stdout.
//!
//! What always holds: stdout gets the messages as they are, visible where it is a terminal, and nothing
//! else; at most one message's
//! length of stdin is kept, a longer line is sent in parts.

use std::fmt::Display as Text;
use std::io;
use std::mem;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, Stdin, Stdout,
};

use super::codec::{Message, cut};
use super::user::{Display, Speaker};
use crate::diagnostics::say;
use crate::escape;
use crate::language::Language;

/// Messages from lines.
#[derive(Debug)]
pub struct Input<R> {
    reader: R,
    /// What has come of the next line.
    begun: Vec<u8>,
    /// Whether parts of it are messages already.
    is_rest: bool,
    most: usize,
    language: Language,
}

/// Lines from messages.
#[derive(Debug)]
pub struct Output<W> {
    writer: W,
    /// Lines that are not written yet.
    lines: Vec<u8>,
    /// How much of the next message is among the lines.
    come: usize,
    /// Whether it is a terminal: then nothing may be obeyed, and nobody waits for a line's end.
    is_shown: bool,
}

/// stdin, for messages of at most `most` bytes.
#[must_use]
pub fn input(most: usize, language: Language) -> Input<BufReader<Stdin>> {
    Input::new(BufReader::new(tokio::io::stdin()), most, language)
}

/// stdout, which is a terminal with `is_shown`.
#[must_use]
pub fn output(is_shown: bool) -> Output<Stdout> {
    Output {
        writer: tokio::io::stdout(),
        lines: Vec::new(),
        come: 0,
        is_shown,
    }
}

impl<R> Input<R> {
    /// Lines of `reader`, for messages of at most `most` bytes.
    #[must_use]
    pub fn new(reader: R, most: usize, language: Language) -> Self {
        Self {
            reader,
            begun: Vec::new(),
            is_rest: false,
            most,
            language,
        }
    }

    fn message(&mut self, text: Vec<u8>, goes_on: bool) -> Message {
        Message {
            text,
            goes_on,
            is_rest: mem::replace(&mut self.is_rest, goes_on),
        }
    }
}

impl<R: AsyncBufRead + Unpin> Speaker for Input<R> {
    async fn next(&mut self) -> io::Result<Option<Message>> {
        loop {
            if self.begun.len() > self.most {
                say(self.language.too_long(self.most));
                let rest = self.begun.split_off(cut(&self.begun, self.most));
                let part = mem::replace(&mut self.begun, rest);
                return Ok(Some(self.message(part, true)));
            }
            // Nothing is taken from the reader before it is kept: this may be dropped.
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                let last = mem::take(&mut self.begun);
                let is_there = !last.is_empty();
                return Ok(is_there.then(|| self.message(last, false)));
            }
            let room = self.most + 1 - self.begun.len();
            let end = memchr::memchr(b'\n', available).filter(|&end| end < room);
            let length = end.unwrap_or_else(|| available.len().min(room));
            self.begun.extend_from_slice(&available[..length]);
            self.reader.consume(length + usize::from(end.is_some()));
            if end.is_some() && self.begun.len() <= self.most {
                if self.begun.ends_with(b"\r") {
                    self.begun.pop();
                }
                let line = mem::take(&mut self.begun);
                return Ok(Some(self.message(line, false)));
            }
        }
    }

    fn entered(&mut self) -> Option<Message> {
        // What is in the pipe has not been read: it is as if it had not been said.
        None
    }
}

impl<W: AsyncWrite + Unpin> Display for Output<W> {
    fn put(&mut self, messages: &[Message]) {
        for message in messages {
            let come = mem::take(&mut self.come);
            if self.is_shown {
                let rest = message.text.get(come..).unwrap_or_default();
                escape::show(rest, &mut self.lines);
            } else {
                self.lines.extend_from_slice(&message.text);
            }
            self.lines.push(b'\n');
        }
    }

    fn begun(&mut self, text: &[u8]) {
        if !self.is_shown {
            return;
        }
        match text.get(self.come..) {
            Some(rest) if !text.is_empty() => {
                escape::show(rest, &mut self.lines);
                self.come = text.len();
            }
            // There is no such message any more.
            _ if self.come > 0 => {
                self.lines.push(b'\n');
                self.come = 0;
            }
            _ => {}
        }
    }

    fn said(&mut self, _: usize) {
        // What is typed without an editor is on the terminal already.
    }

    fn has_more(&self) -> bool {
        !self.lines.is_empty()
    }

    async fn flush(&mut self) -> io::Result<()> {
        while !self.lines.is_empty() {
            let written = self.writer.write(&self.lines).await?;
            self.lines.drain(..written);
        }
        self.writer.flush().await
    }

    fn tell(&mut self, notice: impl Text) {
        say(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(input: &[u8], most: usize) -> Vec<String> {
        // A buffer of one byte: each read is the shortest there is.
        let reader = BufReader::with_capacity(1, input);
        let mut input = Input::new(reader, most, Language::English);
        let mut said = Vec::new();
        while let Some(message) = input.next().await.unwrap() {
            said.push(String::from_utf8(message.text).unwrap());
        }
        said
    }

    #[tokio::test]
    async fn each_line_is_a_message_the_last_also_without_an_end() {
        assert_eq!(
            said("a\n\n菜鸡\r\nb".as_bytes(), 64).await,
            ["a", "", "菜鸡", "b"]
        );
        assert_eq!(said(b"a\n", 64).await, ["a"]);
        assert!(said(b"", 64).await.is_empty());
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_sent_in_parts() {
        assert_eq!(said(b"abcd\n", 4).await, ["abcd"]);
        assert_eq!(said("菜鸡\na".as_bytes(), 4).await, ["菜", "鸡", "a"]);
    }
}
