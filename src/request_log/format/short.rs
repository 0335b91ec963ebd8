//! The format `short`: for people at a terminal, one line a request.
//!
//! ```text
//! ▶ 21:47:20.123 127.0.0.1     GET /articles/42?from=front   200     142 B  420 µs
//! ```
//!
//! The status is that of the answer. A request that pauses has the same columns, and a row below that says
//! what is missing. A terminal that is too narrow for the columns has fewer of them.
//!
//! It is not exact: it leaves out the fields and the body, and a long target is cut.

use std::time::Duration;

use super::super::connection::Connection;
use super::super::record::{Answered, Waiting};
use super::clock::Clock;
use super::first_row::{BYTES, STATUS, fitting_peer, peer, status};
use super::page::{Page, Paint};
use super::reasons;
use super::text::{MARK, PAUSE};
use super::waiting::write_missing;
use crate::capture::State;
use crate::language::Language;
use crate::wrap::width as width_of;

/// The fewest columns of the method and the target beside a peer, and beside all else.
const TARGET: usize = 25;
const NARROW_TARGET: usize = 10;

/// The columns of a peer that does not fit.
const CUT_PEER: usize = 15;

/// The columns of `1.42 ms`.
const DURATION: usize = 7;

pub(super) fn write(answered: &Answered<'_>, clock: &mut Clock, page: &mut Page<'_>) {
    let word = word(answered, page.language());
    let blank = if word.is_empty() { "" } else { " " };
    let line = Line {
        mark: MARK,
        connection: answered.connection,
        request: answered.request_line,
        word: format!("{word}{blank}"),
        status: status(answered.status),
        paint: reasons::paint(answered.state, answered.is_odd),
        time: format!(" {} ", clock.text(answered.time)),
        bytes: format!("{} B", answered.bytes),
        duration: duration(answered.duration),
    };
    line.write(page);
}

/// Appends the line of a request that pauses.
pub(super) fn write_waiting(waiting: &Waiting<'_>, clock: &mut Clock, page: &mut Page<'_>) {
    let line = Line {
        mark: PAUSE,
        connection: waiting.connection,
        request: waiting.request.request_line(),
        word: String::new(),
        status: status(None),
        paint: Paint::Odd,
        time: format!(" {} ", clock.text(waiting.time)),
        bytes: format!("{} B", waiting.request.bytes),
        duration: "-".to_owned(),
    };
    line.write(page);
    write_missing(waiting.request.missing, page);
}

/// The texts of a line.
struct Line<'a> {
    mark: char,
    connection: &'a Connection,
    request: &'a [u8],
    /// With a blank behind it.
    word: String,
    status: String,
    /// How the word and the status are painted.
    paint: Paint,
    /// Between blanks.
    time: String,
    bytes: String,
    duration: String,
}

impl Line<'_> {
    fn write(&self, page: &mut Page<'_>) {
        page.put(Paint::Bold, &self.mark.to_string());
        match page.width() {
            None => self.unlimited(page),
            Some(width) => self.within(width, page),
        }
        page.end_row();
    }

    fn unlimited(&self, page: &mut Page<'_>) {
        let peer = peer(self.connection);
        page.put(Paint::Plain, &format!("{}{peer}  ", self.time));
        page.cut(Paint::Plain, self.request, usize::MAX);
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
        let behind_target = |right: &str| 1 + status.len() + width_of(right);
        let fits = |(left, right): &(&str, &str)| {
            1 + left.len() + NARROW_TARGET + behind_target(right) <= width
        };
        let columns = columns.into_iter().find(fits);
        let (left, right) = columns.unwrap_or((" ", ""));
        page.put(Paint::Plain, left);
        // Not narrower because of a word, so that the columns of all lines are the same.
        let end = width.saturating_sub(behind_target(right));
        self.peer(end.saturating_sub(page.column() + TARGET), page);
        let end = end.saturating_sub(width_of(&self.word));
        let room = end.saturating_sub(page.column());
        page.cut(Paint::Plain, self.request, room);
        page.pad(end + 1);
        self.result(&status, page);
        page.put(Paint::Plain, right);
    }

    /// The peer, if these columns have a place for it, or for the greater part of it.
    fn peer(&self, room: usize, page: &mut Page<'_>) {
        let (text, columns) = fitting_peer(self.connection, room);
        if columns > 0 {
            page.put(Paint::Plain, &format!("{text:<columns$} "));
        } else if room > CUT_PEER {
            page.cut(Paint::Plain, self.connection.peer(), CUT_PEER);
            page.put(Paint::Plain, " ");
        }
    }

    /// What is not as it should be, and the status.
    fn result(&self, status: &str, page: &mut Page<'_>) {
        page.put(self.paint, &format!("{}{status}", self.word));
    }
}

/// What is to be said of a request that is not as it should be.
fn word(answered: &Answered<'_>, language: Language) -> &'static str {
    match answered.state {
        State::Refused(_) => language.text("refused"),
        State::Incomplete => language.text("incomplete"),
        State::Late => language.text("late"),
        State::Complete | State::Unparsed if answered.is_odd => language.text("odd"),
        State::Complete | State::Unparsed => "",
    }
}

/// `420 µs`, `1.42 ms`, `1.2 s`: three digits tell all that a person compares.
fn duration(duration: Duration) -> String {
    let (seconds, micros) = (duration.as_secs(), duration.subsec_micros());
    let millis = micros / 1000;
    match (seconds, millis) {
        (0, 0) => format!("{micros} µs"),
        (0, 1..10) => format!("{millis}.{:02} ms", micros / 10 % 100),
        (0, 10..100) => format!("{millis}.{} ms", micros / 100 % 10),
        (0, _) => format!("{millis} ms"),
        (1..100, _) => format!("{seconds}.{} s", millis / 100),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
#[path = "short_tests.rs"]
mod tests;
