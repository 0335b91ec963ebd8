//! A user without a terminal: each line of stdin is a message, each message a line of stdout.
//!
//! What always holds: stdout gets the messages as they are and nothing else; at most one message's
//! length of stdin is kept, a longer line is sent in parts.

use std::fmt::Display;
use std::io;
use std::mem;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, Stdin, Stdout,
};

use super::codec::{Message, cut};
use super::user::User;
use crate::diagnostics::say;
use crate::language::Language;

/// Lines in, lines out.
#[derive(Debug)]
pub struct Pipe<R, W> {
    input: R,
    output: W,
    /// What has come of the next line.
    begun: Vec<u8>,
    most: usize,
    language: Language,
}

impl Pipe<BufReader<Stdin>, Stdout> {
    /// stdin and stdout, for messages of at most `most` bytes.
    #[must_use]
    pub fn stdio(most: usize, language: Language) -> Self {
        Self::new(
            BufReader::new(tokio::io::stdin()),
            tokio::io::stdout(),
            most,
            language,
        )
    }
}

impl<R, W> Pipe<R, W> {
    /// These, for messages of at most `most` bytes.
    #[must_use]
    pub fn new(input: R, output: W, most: usize, language: Language) -> Self {
        Self {
            input,
            output,
            begun: Vec::new(),
            most,
            language,
        }
    }
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> User for Pipe<R, W> {
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if self.begun.len() > self.most {
                say(self.language.too_long(self.most));
                let rest = self.begun.split_off(cut(&self.begun, self.most));
                return Some(mem::replace(&mut self.begun, rest));
            }
            // Nothing is taken from the reader before it is kept: this may be dropped.
            let available = self.input.fill_buf().await.unwrap_or_default();
            if available.is_empty() {
                return Some(mem::take(&mut self.begun)).filter(|rest| !rest.is_empty());
            }
            let room = self.most + 1 - self.begun.len();
            let end = memchr::memchr(b'\n', available).filter(|&end| end < room);
            let length = end.unwrap_or_else(|| available.len().min(room));
            self.begun.extend_from_slice(&available[..length]);
            self.input.consume(length + usize::from(end.is_some()));
            if end.is_some() && self.begun.len() <= self.most {
                if self.begun.ends_with(b"\r") {
                    self.begun.pop();
                }
                return Some(mem::take(&mut self.begun));
            }
        }
    }

    async fn show(&mut self, messages: &[Message]) -> io::Result<()> {
        let mut lines = Vec::new();
        for message in messages {
            lines.extend_from_slice(&message.text);
            lines.push(b'\n');
        }
        self.output.write_all(&lines).await?;
        self.output.flush().await
    }

    fn tell(&mut self, notice: impl Display) {
        say(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(input: &[u8], most: usize) -> Vec<String> {
        // A buffer of one byte: each read is the shortest there is.
        let reader = BufReader::with_capacity(1, input);
        let mut pipe = Pipe::new(reader, tokio::io::sink(), most, Language::English);
        let mut said = Vec::new();
        while let Some(message) = pipe.next().await {
            said.push(String::from_utf8(message).unwrap());
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
