//! The rows that people see: within the width of the terminal, indented, painted. Pure.
//!
//! `text` turns a peer's bytes into pieces, which a page puts into rows. The formats for people write
//! nothing but by a page.
//!
//! # Invariants
//!
//! - No row is wider than the terminal, and no piece is split over two rows.
//! - A row that begins in column 0 begins with a mark of ours. A row of a request is indented, and has no mark.
//! - Each row ends without a paint.

use super::super::view::View;
use super::text::{NOTE, Piece, pieces};
use crate::language::Language;
use crate::wrap::{row_end, width};

/// The indent of what is below the first row of a record.
pub(super) const INDENT: usize = 2;

/// Where a text is cut.
const ELLIPSIS: char = '…';

/// How a text is painted. A paint alone never says what no word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    /// The first row of a record.
    Bold,
    /// Escapes, and what matters less.
    Dim,
    /// Of a request that is as it should be.
    Fine,
    /// Of one that is odd, incomplete or late.
    Odd,
    /// Of one that is refused.
    Refused,
}

impl Paint {
    /// Colors of the sixteen that each terminal has in its own shades, for its background.
    fn sequence(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::Bold => b"\x1b[1m",
            Self::Dim => b"\x1b[2m",
            Self::Fine => b"\x1b[32m",
            Self::Odd => b"\x1b[33m",
            Self::Refused => b"\x1b[31m",
        }
    }
}

/// Writes rows.
#[derive(Debug)]
pub(super) struct Page<'a> {
    out: &'a mut Vec<u8>,
    color: bool,
    /// None without a limit.
    width: Option<usize>,
    language: Language,
    paint: Paint,
    column: usize,
    /// Whether the row has more than its indent.
    has_text: bool,
}

impl<'a> Page<'a> {
    /// A page behind `out`, as wide as the terminal is now.
    pub(super) fn new(view: View, out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            color: view.color,
            width: view.columns.now(),
            language: view.language,
            paint: Paint::Plain,
            column: 0,
            has_text: false,
        }
    }

    /// The width of its rows. None without a limit.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// How many columns of the row are taken.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    fn set(&mut self, paint: Paint) {
        if self.color && self.paint != paint {
            if self.paint != Paint::Plain {
                self.out.extend_from_slice(b"\x1b[0m");
            }
            self.out.extend_from_slice(paint.sequence());
        }
        self.paint = paint;
    }

    /// Appends a text of ours that fits.
    pub(super) fn put(&mut self, paint: Paint, text: &str) {
        self.set(paint);
        self.out.extend_from_slice(text.as_bytes());
        self.column += width(text);
        self.has_text = true;
    }

    /// Appends blanks up to this column.
    pub(super) fn pad(&mut self, column: usize) {
        let blanks = column.saturating_sub(self.column);
        self.out.resize(self.out.len() + blanks, b' ');
        self.column += blanks;
    }

    /// Ends the row. Without anything in it, it is empty.
    pub(super) fn end_row(&mut self) {
        self.set(Paint::Plain);
        self.out.push(b'\n');
        self.column = 0;
        self.has_text = false;
    }

    /// Begins a new row, unless `width` more columns fit.
    fn make_room(&mut self, width: usize, indent: usize) {
        if self.width.is_some_and(|most| self.column + width > most) {
            self.end_row();
            self.pad(indent);
        }
    }

    fn piece(&mut self, piece: Piece, plain: Paint) {
        self.set(if piece.is_escape() { Paint::Dim } else { plain });
        piece.write(self.out);
        self.column += piece.width();
        self.has_text = true;
    }

    /// Appends a row of its own for each line of a peer, and more where they are wrapped.
    pub(super) fn lines(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.pad(INDENT);
            for piece in pieces(line, self.color) {
                self.make_room(piece.width(), INDENT);
                self.piece(piece, Paint::Plain);
            }
            self.end_row();
        }
    }

    /// Appends a peer's bytes, cut where they take more than `room` columns.
    pub(super) fn cut(&mut self, paint: Paint, bytes: &[u8], room: usize) {
        let end = self.column.saturating_add(room);
        // The last place with a column for the ellipsis.
        let mut fitting = (self.out.len(), self.column, self.paint);
        for piece in pieces(bytes, self.color) {
            if self.column + piece.width() > end {
                self.out.truncate(fitting.0);
                (self.column, self.paint) = (fitting.1, fitting.2);
                if room > 0 {
                    self.piece(Piece::Plain(ELLIPSIS), Paint::Dim);
                }
                return;
            }
            self.piece(piece, paint);
            if self.column < end {
                fitting = (self.out.len(), self.column, self.paint);
            }
        }
    }

    /// Appends a row of ours below the first one, or more where it is wrapped.
    pub(super) fn note(&mut self, paint: Paint, text: &str) {
        self.pad(INDENT);
        self.put(paint, &format!("{NOTE} "));
        self.words(paint, text);
        self.end_row();
    }

    /// Appends a text of ours, wrapped between its words. The rows behind a break have twice the indent.
    fn words(&mut self, paint: Paint, text: &str) {
        let mut rest = text;
        while let Some(end) = self.row_end(rest) {
            self.hard_wrapped(paint, rest[..end].trim_end_matches(' '), 2 * INDENT);
            self.end_row();
            self.pad(2 * INDENT);
            rest = rest[end..].trim_start_matches(' ');
        }
        self.hard_wrapped(paint, rest, 2 * INDENT);
    }

    /// Where the row ends in `text`. None, if it fits.
    fn row_end(&self, text: &str) -> Option<usize> {
        row_end(text, self.width?.saturating_sub(self.column))
    }

    /// Appends a word of ours, after a blank or on a new row.
    pub(super) fn word(&mut self, paint: Paint, word: &str) {
        if self.has_text {
            self.make_room(1 + width(word), INDENT);
        }
        // Not, if the row is a new one.
        if self.has_text {
            self.put(paint, " ");
        }
        self.hard_wrapped(paint, word, INDENT);
    }

    /// Appends a text of ours. What is wider than a row is wrapped anywhere.
    fn hard_wrapped(&mut self, paint: Paint, text: &str, indent: usize) {
        for piece in pieces(text.as_bytes(), true) {
            self.make_room(piece.width(), indent);
            self.piece(piece, paint);
        }
    }
}
