//! The first row of a record for people: who sent what, when, how long it is, and the status of its answer.
//! Pure.
//!
//! ```text
//! ▶ 21:47:20.123 #12.1 127.0.0.1     GET /articles/42?from=front…         142 B 200
//! ```
//!
//! The columns are those that 80 columns have room for. A wider terminal shows the peer's port too. In a
//! narrower one, and for a long address, the peer has a row of its own. In one that is narrower still, so has
//! each part. Without a width nothing is cut.

use std::time::SystemTime;

use super::super::connection::Connection;
use super::clock::Clock;
use super::page::{INDENT, Page, Paint};
use crate::wrap::width as width_of;

/// The fewest columns of the method and the target beside a peer, and without one.
pub(super) const TARGET: usize = 30;
const NARROW_TARGET: usize = 20;

/// The columns of `#12.1`, of an address as `192.168.1.100`, of one with its port, of `1048576 B`, and of a
/// status. What is longer takes more.
const NUMBERS: usize = 5;
const ADDRESS: usize = 13;
const ADDRESS_AND_PORT: usize = 19;
pub(super) const BYTES: usize = 9;
pub(super) const STATUS: usize = 3;

/// What the row shows.
#[derive(Debug)]
pub(super) struct FirstRow<'a> {
    pub(super) mark: char,
    pub(super) time: SystemTime,
    pub(super) connection: &'a Connection,
    pub(super) request: u64,
    /// The method and the target.
    pub(super) line: &'a [u8],
    pub(super) bytes: u64,
    pub(super) status: Option<u16>,
    /// How the status is painted.
    pub(super) paint: Paint,
}

impl FirstRow<'_> {
    pub(super) fn write(&self, clock: &mut Clock, page: &mut Page<'_>) {
        let start = format!("{} {}", self.mark, clock.text(self.time));
        let numbers = format!("#{}.{}", self.connection.number(), self.request);
        let bytes = format!("{} B", self.bytes);
        let status = status(self.status);
        match page.width() {
            None => self.unlimited([&start, &numbers, &bytes, &status], page),
            Some(width) => self.within(width, [&start, &numbers, &bytes, &status], page),
        }
    }

    fn unlimited(&self, [start, numbers, bytes, status]: [&str; 4], page: &mut Page<'_>) {
        page.put(
            Paint::Bold,
            &format!("{start} {numbers} {}  ", peer(self.connection)),
        );
        page.cut(Paint::Bold, self.line, usize::MAX);
        page.put(Paint::Bold, &format!("  {bytes}  "));
        page.put(self.paint, status);
        page.end_row();
    }

    fn within(&self, width: usize, parts: [&str; 4], page: &mut Page<'_>) {
        let [start, numbers, bytes, status] = parts;
        let left = format!("{start} {numbers:<NUMBERS$} ");
        let right = format!(" {bytes:>BYTES$} ");
        let status = format!("{status:>STATUS$}");
        let end = width.saturating_sub(right.len() + status.len());
        let room = end.saturating_sub(width_of(&left));
        if room < NARROW_TARGET {
            return self.stacked(width, parts, page);
        }
        let (peer, columns) = fitting_peer(self.connection, room.saturating_sub(TARGET));
        page.put(Paint::Bold, &left);
        if columns > 0 {
            page.put(Paint::Bold, &format!("{peer:<columns$} "));
        }
        page.cut(Paint::Bold, self.line, end - page.column());
        page.pad(end);
        page.put(Paint::Bold, &right);
        page.put(self.paint, &status);
        page.end_row();
        if columns == 0 {
            self.from(page);
        }
    }

    /// Each part where there is room for it.
    fn stacked(&self, width: usize, parts: [&str; 4], page: &mut Page<'_>) {
        let [start, numbers, bytes, status] = parts;
        page.put(Paint::Bold, start);
        page.word(Paint::Bold, numbers);
        page.word(Paint::Bold, bytes);
        page.word(self.paint, status);
        page.end_row();
        page.pad(INDENT);
        page.cut(Paint::Bold, self.line, width - INDENT);
        page.end_row();
        self.from(page);
    }

    /// The peer, on a row of its own.
    fn from(&self, page: &mut Page<'_>) {
        let language = page.language();
        let from = language.fill("from {}", &[&peer(self.connection)]);
        page.note(Paint::Dim, &from);
    }
}

/// The peer as it fits into `room` columns with a blank behind it, and the columns to give it. No columns, if
/// it does not fit.
pub(super) fn fitting_peer(connection: &Connection, room: usize) -> (&str, usize) {
    let whole = peer(connection);
    let address = whole.rsplit_once(':').map_or(whole, |(address, _)| address);
    // The port is worth it only where the target has twice the room.
    let (peer, most) = if room > ADDRESS_AND_PORT + TARGET {
        (whole, ADDRESS_AND_PORT)
    } else {
        (address, ADDRESS)
    };
    let columns = most.min(room.saturating_sub(1)).max(peer.len());
    if columns < room {
        (peer, columns)
    } else {
        ("", 0)
    }
}

/// The text of a connection's peer.
pub(super) fn peer(connection: &Connection) -> &str {
    str::from_utf8(connection.peer()).unwrap_or_default()
}

/// The text of a status: `-` for none.
pub(super) fn status(status: Option<u16>) -> String {
    status.map_or_else(|| "-".to_owned(), |status| status.to_string())
}
