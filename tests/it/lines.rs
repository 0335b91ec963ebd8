//! The lines of a program's output, as they arrive. Each wait has a bound; a failed one shows the lines
//! before it.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use crate::support::BOUND;

/// The lines of a stream, as they come.
#[derive(Debug)]
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    pub(crate) fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = sync_channel(1 << 20);
        thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(lines)
    }

    /// The next line.
    #[track_caller]
    pub(crate) fn next(&self) -> String {
        match self.0.recv_timeout(BOUND) {
            Ok(line) => line,
            Err(error) => panic!("no line came: {error}"),
        }
    }

    /// The lines up to one that has `part` in it, that one included.
    #[track_caller]
    pub(crate) fn until(&self, part: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.0.recv_timeout(BOUND) {
                Ok(line) => lines.push(line),
                Err(error) => panic!("no line with {part:?} came: {error}; before: {lines:#?}"),
            }
            if lines.last().is_some_and(|line| line.contains(part)) {
                return lines;
            }
        }
    }

    /// All of them, up to the end of the stream, however long that takes.
    pub(crate) fn all(self) -> impl Iterator<Item = String> {
        self.0.into_iter()
    }

    /// The lines that are left, once the stream has ended.
    #[track_caller]
    pub(crate) fn rest(&self) -> Vec<String> {
        let deadline = Instant::now() + BOUND;
        let mut lines = Vec::new();
        loop {
            match self
                .0
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => return lines,
                Err(RecvTimeoutError::Timeout) => panic!("the stream did not end: {lines:#?}"),
            }
        }
    }
}
