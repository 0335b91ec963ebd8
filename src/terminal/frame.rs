//! The bytes that make a terminal show the line being typed, below rows that stay. Pure.
//!
//! Terminals disagree on the width of some characters: one shows a family emoji in two cells, another in
//! eight.
//!
//! # Invariants
//!
//! - Even by the larger count no row is wider than the terminal, so the terminal wraps none.
//! - To place the cursor, its row is written again up to the cursor: the terminal's own count decides.
//! - Only this file writes control sequences. Text is escaped.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};

use super::line::characters;
use crate::escape;

/// How many bytes of a text are read on either side of the cursor, more than any screen shows.
const NEAR: usize = 32 * 1024;

/// A terminal's size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// A label and the text after it.
pub(crate) type Labelled<'a> = (&'a str, &'a [u8]);

/// What the latest drawing has left on the screen.
#[derive(Debug)]
pub(crate) struct Frame {
    /// How many of its rows are above the cursor.
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

/// Where a character is: its row, and how many bytes of the row are before it.
#[derive(Debug, Clone, Copy)]
struct Position {
    row: usize,
    bytes: usize,
}

impl Frame {
    /// Nothing is drawn. The cursor is at the start of an empty row.
    pub(crate) fn new() -> Self {
        Self {
            above: 0,
            widest: 0,
        }
    }

    /// Replaces the latest drawing with three parts: `printed`, whole rows that stay from now on; the texts
    /// `below` them; and the line with its prompt and its cursor, a number of bytes.
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
        let cursor = rows.write(line, cursor);

        let mut bytes = self.erase(size);
        bytes.extend_from_slice(printed);
        let (rows, cursor) = rows.on_screen(size.rows, cursor);
        self.put(rows, cursor, &mut bytes);
        bytes
    }

    /// Replaces the latest drawing with `printed`, whole rows that stay.
    pub(crate) fn leave(&mut self, size: Size, printed: &[u8]) -> Vec<u8> {
        let mut bytes = self.erase(size);
        bytes.extend_from_slice(printed);
        *self = Self::new();
        bytes
    }

    /// Clears the screen.
    pub(crate) fn clear(&mut self, bytes: &mut Vec<u8>) {
        *self = Self::new();
        bytes.extend_from_slice(b"\x1b[H\x1b[2J");
    }

    fn erase(&self, size: Size) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.widest > size.columns {
            // The terminal has become narrower. Whether it has wrapped the rows is unknown, so they stay.
            bytes.extend_from_slice(b"\x1b[J\r\n");
        } else {
            up(self.above, &mut bytes);
            bytes.extend_from_slice(b"\r\x1b[J");
        }
        bytes
    }

    /// Draws the rows and moves the cursor back from their end.
    fn put(&mut self, rows: &[Row], cursor: Position, bytes: &mut Vec<u8>) {
        for (number, row) in rows.iter().enumerate() {
            bytes.extend_from_slice(if number == 0 { b"" } else { b"\r\n" });
            bytes.extend_from_slice(&row.text);
        }
        let under = rows.len() - 1 - cursor.row;
        let row = &rows[cursor.row].text;
        if under > 0 || cursor.bytes < row.len() {
            up(under, bytes);
            bytes.push(b'\r');
            bytes.extend_from_slice(&row[..cursor.bytes]);
        }
        self.above = cursor.row;
        self.widest = rows.iter().map(|row| row.cells).max().unwrap_or(0);
    }
}

/// Appends a row that stays: the terminal may wrap it.
pub(crate) fn append_row(label: &str, text: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(label.as_bytes());
    escape::show(text, bytes);
    bytes.extend_from_slice(b"\r\n");
}

fn up(rows: usize, bytes: &mut Vec<u8>) {
    if rows > 0 {
        bytes.extend_from_slice(format!("\x1b[{rows}A").as_bytes());
    }
}

/// The part of `text` around `at`, and the position of `at` in it.
fn near(text: &[u8], at: usize) -> (&[u8], usize) {
    let is_inside_character = |at: &usize| {
        text.get(*at)
            .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
    };
    let start = at.saturating_sub(NEAR);
    // A character has at most three bytes after its first.
    let start = (start..start + 4)
        .find(|at| !is_inside_character(at))
        .unwrap_or(start)
        .min(at);
    let end = text.len().min(at + NEAR);
    (&text[start..end], at - start)
}

/// The most cells that a terminal may give to `text`.
fn cells(text: &str) -> usize {
    let one_by_one: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
    one_by_one.max(text.width())
}

/// What is shown for a character. A mark without a character before it is shown by its number: it would be
/// drawn on a cell that is not its own.
fn shown(character: &[u8]) -> String {
    let mut shown = Vec::new();
    escape::show(character, &mut shown);
    let shown = String::from_utf8_lossy(&shown);
    if cells(&shown) > 0 {
        return shown.into_owned();
    }
    let text = String::from_utf8_lossy(character);
    text.escape_unicode().to_string()
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

    /// Writes `text`, and returns where the character at `cursor` is.
    fn write(&mut self, text: &[u8], cursor: usize) -> Position {
        let (mut position, mut end) = (None, 0);
        for character in characters(text) {
            let rows = self.rows.len();
            let shown = shown(character);
            self.put(&shown, shown.as_bytes() == character);
            end += character.len();
            if position.is_none() && end > cursor {
                position = Some(self.start_of(&shown, rows));
            }
        }
        position.unwrap_or_else(|| self.end())
    }

    /// Where the character begins that was put last, when there were `rows` rows.
    fn start_of(&self, shown: &str, rows: usize) -> Position {
        if self.rows.len() > rows {
            return Position {
                row: rows,
                bytes: 0,
            };
        }
        Position {
            row: rows - 1,
            bytes: self.last().text.len() - shown.len(),
        }
    }

    /// Where the next character would be.
    fn end(&mut self) -> Position {
        if self.last().cells >= self.columns {
            // A full row has no cell for the cursor.
            self.begin();
        }
        Position {
            row: self.rows.len() - 1,
            bytes: self.last().text.len(),
        }
    }

    /// Puts a character at the end. An escape may wrap between its letters, a character may not.
    fn put(&mut self, shown: &str, is_character: bool) {
        let width = cells(shown);
        if is_character && width <= self.columns {
            self.append(shown, width);
        } else {
            for letter in shown.chars() {
                let width = letter.width().unwrap_or(0);
                self.append(letter.encode_utf8(&mut [0; 4]), width);
            }
        }
    }

    fn append(&mut self, shown: &str, cells: usize) {
        if self.last().cells + cells > self.columns {
            self.begin();
        }
        if let Some(row) = self.rows.last_mut() {
            row.text.extend_from_slice(shown.as_bytes());
            row.cells += cells;
        }
    }

    fn last(&self) -> &Row {
        // There is always a row.
        &self.rows[self.rows.len() - 1]
    }

    /// The rows that fit on a screen of `height` rows: the last ones, or those from the cursor's row on.
    fn on_screen(&self, height: usize, cursor: Position) -> (&[Row], Position) {
        let height = height.max(1);
        let first = self.rows.len().saturating_sub(height).min(cursor.row);
        let rows = &self.rows[first..];
        let cursor = Position {
            row: cursor.row - first,
            ..cursor
        };
        (&rows[..rows.len().min(height)], cursor)
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
