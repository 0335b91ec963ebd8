//! The format `short`: for people at a terminal, one line a request.
//!
//! ```text
//! ▶ 21:47:20.123 127.0.0.1     GET /articles/42?from=front   200   142 B 0.42 ms
//! ```
//!
//! The status is that of the answer. The line has what the request is, and a long target is cut: the bytes
//! can't be restored. A terminal that is too narrow for the columns has fewer of them.

use std::time::Duration;

use super::super::record::Answered;
use super::clock::Clock;
use super::first_row::{BYTES, STATUS, fitting_peer, peer, status};
use super::page::{Page, Paint};
use super::reasons;
use super::text::{self, MARK};
use crate::capture::State;

/// The fewest columns of the method and the target beside a peer, and beside all else.
const TARGET: usize = 25;
const NARROW_TARGET: usize = 10;

/// The columns of a peer that does not fit.
const CUT_PEER: usize = 15;

/// The columns of `0.42 ms`.
const DURATION: usize = 7;

pub(super) fn write(answered: &Answered<'_>, clock: &mut Clock, page: &mut Page<'_>) {
    let word = word(answered).map_or("", |word| page.language().text(word));
    let blank = if word.is_empty() { "" } else { " " };
    let line = Line {
        answered,
        word: format!("{word}{blank}"),
        status: status(answered.status),
        time: format!(" {} ", clock.text(answered.time)),
        bytes: format!("{} B", answered.bytes),
        duration: duration(answered.duration),
    };
    page.put(Paint::Bold, &MARK.to_string());
    match page.width() {
        None => line.unlimited(page),
        Some(width) => line.within(width, page),
    }
    page.end_row();
}

/// The texts of a line.
struct Line<'a> {
    answered: &'a Answered<'a>,
    /// With a blank behind it.
    word: String,
    status: String,
    /// Between blanks.
    time: String,
    bytes: String,
    duration: String,
}

impl Line<'_> {
    fn unlimited(&self, page: &mut Page<'_>) {
        let peer = peer(self.answered.connection);
        page.put(Paint::Plain, &format!("{}{peer}  ", self.time));
        page.cut(Paint::Plain, self.answered.request_line, usize::MAX);
        page.put(Paint::Plain, "  ");
        self.result(&self.status, page);
        page.put(
            Paint::Plain,
            &format!("  {}  {}", self.bytes, self.duration),
        );
    }

    fn within(&self, width: usize, page: &mut Page<'_>) {
        let status = format!("{:>STATUS$}", self.status);
        let bytes = format!(" {:>BYTES$}", self.bytes);
        let right = format!("{bytes} {:>DURATION$}", self.duration);
        // The least important goes first.
        let columns = [
            (&*self.time, &*right),
            (&*self.time, &*bytes),
            (&*self.time, ""),
            (" ", ""),
        ];
        let behind_target = |right: &str| 1 + status.len() + right.len();
        let fits = |(left, right): &(&str, &str)| {
            1 + left.len() + NARROW_TARGET + behind_target(right) <= width
        };
        let columns = columns.into_iter().find(fits);
        let (left, right) = columns.unwrap_or((" ", ""));
        page.put(Paint::Plain, left);
        // Not narrower because of a word, so that the columns of all lines are the same.
        let end = width.saturating_sub(behind_target(right));
        self.peer(end.saturating_sub(page.column() + TARGET), page);
        let end = end.saturating_sub(text::width(&self.word));
        let room = end.saturating_sub(page.column());
        page.cut(Paint::Plain, self.answered.request_line, room);
        page.pad(end + 1);
        self.result(&status, page);
        page.put(Paint::Plain, right);
    }

    /// The peer, if these columns have a place for it, or for the greater part of it.
    fn peer(&self, room: usize, page: &mut Page<'_>) {
        let (text, columns) = fitting_peer(self.answered.connection, room);
        if columns > 0 {
            page.put(Paint::Plain, &format!("{text:<columns$} "));
        } else if room > CUT_PEER {
            page.cut(Paint::Plain, self.answered.connection.peer(), CUT_PEER);
            page.put(Paint::Plain, " ");
        }
    }

    /// What is not as it should be, and the status.
    fn result(&self, status: &str, page: &mut Page<'_>) {
        let paint = reasons::paint(self.answered.state, self.answered.is_odd);
        page.put(paint, &format!("{}{status}", self.word));
    }
}

/// What is to be said of a request that is not as it should be.
fn word(answered: &Answered<'_>) -> Option<&'static str> {
    match answered.state {
        State::Refused(_) => Some("refused"),
        State::Incomplete => Some("incomplete"),
        State::Late => Some("late"),
        State::Complete | State::Unparsed => answered.is_odd.then_some("odd"),
    }
}

/// `0.42 ms`, `1.2 s`: three digits tell all that a person compares.
fn duration(duration: Duration) -> String {
    let (seconds, micros) = (duration.as_secs(), duration.subsec_micros());
    let millis = micros / 1000;
    match (seconds, millis) {
        (0, 0..10) => format!("{millis}.{:02} ms", micros / 10 % 100),
        (0, 10..100) => format!("{millis}.{} ms", micros / 100 % 10),
        (0, _) => format!("{millis} ms"),
        (1..100, _) => format!("{seconds}.{} s", millis / 100),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
#[path = "short_tests.rs"]
mod tests;
