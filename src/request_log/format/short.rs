//! The format `short`: for people at a terminal, one line a request.
//!
//! ```text
//! ▶ 21:47:20.123 127.0.0.1      GET /articles/42?from=fr… 200   142 B 0.42 ms
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
    let paint = reasons::paint(answered.state, answered.is_odd);
    let mut word = page.language().text(word(answered)).to_owned();
    if !word.is_empty() {
        word.push(' ');
    }
    let status = status(answered.status);
    let time = clock.text(answered.time);
    let bytes = format!("{} B", answered.bytes);
    let duration = duration(answered.duration);
    if let Some(width) = page.width() {
        let result = [&*word, &*status];
        within(width, answered, result, [time, &bytes, &duration], page);
    } else {
        page.put(Paint::Bold, &MARK.to_string());
        page.put(
            Paint::Plain,
            &format!(" {time} {}  ", peer(answered.connection)),
        );
        page.cut(Paint::Plain, answered.request_line, usize::MAX);
        page.put(paint, &format!("  {word}{status}"));
        page.put(Paint::Plain, &format!("  {bytes}  {duration}"));
    }
    page.end_row();
}

fn within(
    width: usize,
    answered: &Answered<'_>,
    [word, status]: [&str; 2],
    [time, bytes, duration]: [&str; 3],
    page: &mut Page<'_>,
) {
    let status = format!("{status:>STATUS$}");
    let time = format!(" {time} ");
    let right = format!(" {bytes:>BYTES$} {duration:>DURATION$}");
    // The least important goes first.
    let columns = [
        (&*time, &*right),
        (&*time, &right[..=bytes.len().max(BYTES)]),
        (&*time, ""),
        (" ", ""),
    ];
    let taken = |(left, right): (&str, &str)| 1 + left.len() + 1 + status.len() + right.len();
    let fits = |&columns: &(&str, &str)| taken(columns) + NARROW_TARGET <= width;
    let columns = columns.into_iter().find(fits).unwrap_or((" ", ""));
    let mut room = width.saturating_sub(taken(columns));
    let (left, right) = columns;
    page.put(Paint::Bold, &MARK.to_string());
    page.put(Paint::Plain, left);
    room -= write_peer(answered, room.saturating_sub(TARGET), page);
    room = room.saturating_sub(text::width(word));
    page.cut(Paint::Plain, answered.request_line, room);
    page.pad(width - right.len() - status.len() - text::width(word));
    page.put(
        reasons::paint(answered.state, answered.is_odd),
        &format!("{word}{status}"),
    );
    page.put(Paint::Plain, right);
}

/// Appends the peer, and returns the columns that it took.
fn write_peer(answered: &Answered<'_>, room: usize, page: &mut Page<'_>) -> usize {
    let (text, columns) = fitting_peer(answered.connection, room);
    if columns > 0 {
        page.put(Paint::Plain, &format!("{text:<columns$} "));
    } else if room > CUT_PEER {
        page.cut(Paint::Plain, answered.connection.peer(), CUT_PEER);
        page.put(Paint::Plain, " ");
    } else {
        return 0;
    }
    columns.max(CUT_PEER.min(room)) + 1
}

/// What is to be said of a request that is not as it should be.
fn word(answered: &Answered<'_>) -> &'static str {
    match answered.state {
        State::Refused(_) => "refused",
        State::Incomplete => "incomplete",
        State::Late => "late",
        State::Complete | State::Unparsed if answered.is_odd => "odd",
        State::Complete | State::Unparsed => "",
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
