//! What a terminal has to be sent so that it shows the line being typed, and above it what is said.
//!
//! Pure. Terminals disagree on how wide some characters are: one shows a family emoji in two cells,
//! another in eight. What always holds: no row is wider than the terminal by the widest of these
//! counts, so that none wraps by itself; and the cursor is put where it belongs by writing the row
//! up to it once more, so that the terminal's own count decides. Nothing that a terminal would obey
//! leaves here but what this file writes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};

use super::line::characters;
use crate::escape;

/// How many bytes of a text are looked at on either side of the cursor. More than any screen shows.
const NEAR: usize = 32 * 1024;

/// A terminal's size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// A label and a text behind it.
pub(crate) type Labelled<'a> = (&'a str, &'a [u8]);

/// What was drawn last.
#[derive(Debug)]
pub(crate) struct Frame {
    /// How many rows of it are above the cursor's.
    above: usize,
    /// The cells of its widest row.
    widest: usize,
}

#[derive(Debug, Default)]
struct Row {
    text: Vec<u8>,
    cells: usize,
}

/// Rows that are being filled.
#[derive(Debug)]
struct Rows {
    rows: Vec<Row>,
    columns: usize,
}

impl Frame {
    /// Nothing yet; the cursor is at the start of an empty row.
    pub(crate) fn new() -> Self {
        Self {
            above: 0,
            widest: 0,
        }
    }

    /// Instead of what was drawn last: `printed`, which is rows that are left alone from now on,
    /// each ended; then the texts `below` that; then the line with its cursor.
    pub(crate) fn draw(
        &mut self,
        size: Size,
        printed: &[u8],
        below: &[Labelled<'_>],
        (prompt, line, cursor): (&str, &[u8], usize),
    ) -> Vec<u8> {
        let mut rows = Rows::new(size.columns);
        for (label, text) in below {
            rows.write(label.as_bytes(), 0);
            rows.write(near(text, text.len()).0, 0);
            rows.begin();
        }
        rows.write(prompt.as_bytes(), 0);
        let (line, cursor) = near(line, cursor);
        let (mut row, length) = rows.write(line, cursor);
        // Of what is higher than the screen, the end, but with the cursor.
        let first = rows.rows.len().saturating_sub(size.rows.max(1)).min(row);
        row -= first;
        let rows = &rows.rows[first..];
        let rows = &rows[..rows.len().min(size.rows.max(1))];

        let mut bytes = self.erase(size);
        bytes.extend_from_slice(printed);
        for (number, row) in rows.iter().enumerate() {
            bytes.extend_from_slice(if number == 0 { b"" } else { b"\r\n" });
            bytes.extend_from_slice(&row.text);
        }
        let under = rows.len() - 1 - row;
        if under > 0 || length < rows[row].text.len() {
            up(under, &mut bytes);
            bytes.push(b'\r');
            bytes.extend_from_slice(&rows[row].text[..length]);
        }
        self.above = row;
        self.widest = rows.iter().map(|row| row.cells).max().unwrap_or(0);
        bytes
    }

    /// Instead of what was drawn last: `printed`, which is rows that are left alone, each ended.
    pub(crate) fn leave(&mut self, size: Size, printed: &[u8]) -> Vec<u8> {
        let mut bytes = self.erase(size);
        bytes.extend_from_slice(printed);
        *self = Self::new();
        bytes
    }

    /// Clears the screen, what was drawn last with it.
    pub(crate) fn clear(&mut self, bytes: &mut Vec<u8>) {
        *self = Self::new();
        bytes.extend_from_slice(b"\x1b[H\x1b[2J");
    }

    fn erase(&self, size: Size) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.widest > size.columns {
            // The terminal has become narrower, and has wrapped it or not: it stays.
            bytes.extend_from_slice(b"\x1b[J\r\n");
        } else {
            up(self.above, &mut bytes);
            bytes.extend_from_slice(b"\r\x1b[J");
        }
        bytes
    }
}

/// Appends a row that is left alone: the terminal may wrap it as it likes.
pub(crate) fn print(label: &str, text: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(label.as_bytes());
    escape::show(text, bytes);
    bytes.extend_from_slice(b"\r\n");
}

fn up(rows: usize, bytes: &mut Vec<u8>) {
    if rows > 0 {
        bytes.extend_from_slice(format!("\x1b[{rows}A").as_bytes());
    }
}

/// The bytes of `text` around `at`, and where `at` is in them.
fn near(text: &[u8], at: usize) -> (&[u8], usize) {
    let is_inside = |at: &usize| {
        text.get(*at)
            .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
    };
    let start = at.saturating_sub(NEAR);
    // A character has at most three bytes after its first.
    let start = (start..start + 4)
        .find(|at| !is_inside(at))
        .unwrap_or(start);
    let end = text.len().min(at + NEAR);
    (&text[start.min(at)..end], at - start.min(at))
}

/// The most cells that a terminal may give to `text`.
fn cells(text: &str) -> usize {
    let one_by_one: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
    one_by_one.max(text.width())
}

/// A character by its numbers.
fn escaped(character: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(character);
    text.escape_unicode().to_string().into_bytes()
}

impl Rows {
    fn new(columns: usize) -> Self {
        Self {
            rows: vec![Row::default()],
            columns: columns.max(1),
        }
    }

    fn begin(&mut self) {
        self.rows.push(Row::default());
    }

    /// Writes `text`, and returns where the character at `cursor` is: in which row, behind how many
    /// bytes of it.
    fn write(&mut self, text: &[u8], cursor: usize) -> (usize, usize) {
        let (mut place, mut end) = (None, 0);
        let mut shown = Vec::new();
        for character in characters(text) {
            let rows = self.rows.len();
            shown.clear();
            escape::show(character, &mut shown);
            if cells(&String::from_utf8_lossy(&shown)) == 0 {
                // A mark with nothing before it would be on a cell that is not its own.
                shown = escaped(character);
            }
            let length = self.put(&String::from_utf8_lossy(&shown), shown == character);
            end += character.len();
            if place.is_none() && end > cursor {
                let is_wrapped = self.rows.len() > rows;
                place = Some(if is_wrapped {
                    (rows, 0)
                } else {
                    (rows - 1, self.last().text.len() - length)
                });
            }
        }
        place.unwrap_or_else(|| {
            if self.last().cells >= self.columns {
                // Behind a full row there is no place for it.
                self.begin();
            }
            (self.rows.len() - 1, self.last().text.len())
        })
    }

    /// Puts a character at the end, whole where it is shown as it is, and returns its length.
    fn put(&mut self, shown: &str, is_whole: bool) -> usize {
        let width = cells(shown);
        if is_whole && width <= self.columns {
            if self.last().cells + width > self.columns {
                self.begin();
            }
            self.append(shown, width);
        } else {
            for one in shown.chars() {
                let width = one.width().unwrap_or(0);
                if self.last().cells + width > self.columns {
                    self.begin();
                }
                self.append(one.encode_utf8(&mut [0; 4]), width);
            }
        }
        shown.len()
    }

    fn append(&mut self, shown: &str, cells: usize) {
        if let Some(row) = self.rows.last_mut() {
            row.text.extend_from_slice(shown.as_bytes());
            row.cells += cells;
        }
    }

    fn last(&self) -> &Row {
        // There is always one.
        &self.rows[self.rows.len() - 1]
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
