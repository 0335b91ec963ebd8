//! The line being typed: its bytes, the cursor in them, and what was erased last. Pure.
//!
//! # Invariants
//!
//! - The line holds the typed bytes unchanged. They need not be UTF-8.
//! - The cursor moves by characters as people see them: an emoji of several code points is one, and so is a
//!   letter with its marks.

use unicode_segmentation::UnicodeSegmentation as _;

/// A line and its cursor.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    /// Where the next byte is inserted.
    cursor: usize,
    /// What was erased last, if it was more than a character.
    erased: Vec<u8>,
}

/// The characters of `bytes` as people see them. A byte that is not UTF-8 is a character of its own.
pub(super) fn characters(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let text = chunk.valid().graphemes(true).map(str::as_bytes);
        text.chain(chunk.invalid().chunks(1))
    })
}

fn is_blank(character: &[u8]) -> bool {
    str::from_utf8(character).is_ok_and(|text| text.chars().all(char::is_whitespace))
}

impl Line {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces the line. The cursor is at its end.
    pub(super) fn set(&mut self, bytes: Vec<u8>) {
        self.cursor = bytes.len();
        self.bytes = bytes;
    }

    /// Takes the line and leaves an empty one.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.cursor = 0;
        std::mem::take(&mut self.bytes)
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.bytes.insert(self.cursor, byte);
        self.cursor += 1;
    }

    pub(super) fn left(&mut self) {
        self.cursor = self.previous_start();
    }

    pub(super) fn right(&mut self) {
        self.cursor = self.next_end();
    }

    pub(super) fn word_left(&mut self) {
        self.cursor = self.previous_word_start();
    }

    pub(super) fn word_right(&mut self) {
        self.cursor = self.next_word_end();
    }

    pub(super) fn start(&mut self) {
        self.cursor = 0;
    }

    pub(super) fn end(&mut self) {
        self.cursor = self.bytes.len();
    }

    pub(super) fn backspace(&mut self) {
        let start = self.previous_start();
        self.bytes.drain(start..self.cursor);
        self.cursor = start;
    }

    pub(super) fn delete(&mut self) {
        let end = self.next_end();
        self.bytes.drain(self.cursor..end);
    }

    pub(super) fn erase_word_left(&mut self) {
        self.erase(self.previous_word_start(), self.cursor);
    }

    pub(super) fn erase_word_right(&mut self) {
        self.erase(self.cursor, self.next_word_end());
    }

    pub(super) fn erase_to_start(&mut self) {
        self.erase(0, self.cursor);
    }

    pub(super) fn erase_to_end(&mut self) {
        self.erase(self.cursor, self.bytes.len());
    }

    /// Inserts at the cursor what was erased last.
    pub(super) fn yank(&mut self) {
        let erased = self.erased.iter().copied();
        self.bytes.splice(self.cursor..self.cursor, erased);
        self.cursor += self.erased.len();
    }

    /// Erases these bytes, and keeps them for [`yank`](Self::yank).
    fn erase(&mut self, start: usize, end: usize) {
        if start < end {
            self.erased = self.bytes.drain(start..end).collect();
            self.cursor = start;
        }
    }

    /// Each character with the position of its end.
    fn ends(&self) -> impl Iterator<Item = (usize, &[u8])> {
        characters(&self.bytes).scan(0, |end, character| {
            *end += character.len();
            Some((*end, character))
        })
    }

    /// The start of the character before the cursor.
    fn previous_start(&self) -> usize {
        let ends = self.ends().map(|(end, _)| end);
        ends.take_while(|&end| end < self.cursor)
            .last()
            .unwrap_or(0)
    }

    /// The end of the character after the cursor.
    fn next_end(&self) -> usize {
        let mut ends = self.ends().map(|(end, _)| end);
        ends.find(|&end| end > self.cursor).unwrap_or(self.cursor)
    }

    /// The start of the word before the cursor.
    fn previous_word_start(&self) -> usize {
        let (mut start, mut was_blank) = (0, true);
        let mut last = 0;
        for (end, character) in self.ends().take_while(|(end, _)| *end <= self.cursor) {
            if was_blank && !is_blank(character) {
                start = last;
            }
            was_blank = is_blank(character);
            last = end;
        }
        start
    }

    /// The end of the word after the cursor.
    fn next_word_end(&self) -> usize {
        let mut end = self.cursor;
        let mut is_in_word = false;
        for (next, character) in self.ends().skip_while(|(end, _)| *end <= self.cursor) {
            if is_in_word && is_blank(character) {
                break;
            }
            is_in_word |= !is_blank(character);
            end = next;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> Line {
        let mut line = Line::default();
        for byte in text.bytes() {
            line.insert(byte);
        }
        line
    }

    fn expect(line: &Line, before: &str, after: &str) {
        let (left, right) = line.bytes.split_at(line.cursor);
        let text = String::from_utf8_lossy;
        assert_eq!((&*text(left), &*text(right)), (before, after));
    }

    #[test]
    fn the_cursor_moves_by_characters_as_people_see_them() {
        for character in [
            "a",
            "菜",
            "e\u{301}",
            "👨\u{200d}👩\u{200d}👧",
            "🇨🇳",
            "❤\u{fe0f}",
        ] {
            let mut line = line(&format!("x{character}y"));
            line.left();
            line.left();
            expect(&line, "x", &format!("{character}y"));
            line.right();
            line.backspace();
            expect(&line, "x", "y");
            line.start();
            line.delete();
            expect(&line, "", "y");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_kept_and_erased_one_by_one() {
        let mut line = Line::default();
        for byte in *b"a\xff\xe8\x8f" {
            line.insert(byte);
        }
        assert_eq!(line.bytes, b"a\xff\xe8\x8f");
        line.backspace();
        line.backspace();
        assert_eq!(line.bytes, b"a\xff");
    }

    #[test]
    fn a_flag_is_typed_before_a_flag() {
        let mut line = line("🇨🇳👧");
        line.start();
        for byte in "🇩🇪".bytes() {
            line.insert(byte);
        }
        expect(&line, "🇩🇪", "🇨🇳👧");
    }

    #[test]
    fn words_are_erased_and_yanked() {
        let mut line = line("one  two 菜鸡 ");
        line.erase_word_left();
        expect(&line, "one  two ", "");
        line.word_left();
        expect(&line, "one  ", "two ");
        line.yank();
        expect(&line, "one  菜鸡 ", "two ");
        line.start();
        line.word_right();
        expect(&line, "one", "  菜鸡 two ");
        line.erase_word_right();
        expect(&line, "one", " two ");
        line.erase_to_end();
        line.erase_to_start();
        expect(&line, "", "");
        line.yank();
        expect(&line, "one", "");
    }

    proptest! {
        /// After any keys the cursor is in the line.
        #[test]
        fn the_cursor_stays_in_the_line(keys in prop::collection::vec(0_u8..14, 0..60), text in "[a 菜\u{301}\u{200d}👧🇨]{0,20}") {
            let mut line = line(&text);
            for key in keys {
                match key {
                    0 => line.left(),
                    1 => line.right(),
                    2 => line.word_left(),
                    3 => line.word_right(),
                    4 => line.start(),
                    5 => line.end(),
                    6 => line.backspace(),
                    7 => line.delete(),
                    8 => line.erase_word_left(),
                    9 => line.erase_word_right(),
                    10 => line.erase_to_start(),
                    11 => line.erase_to_end(),
                    12 if line.bytes.len() < 200 => line.yank(),
                    _ => line.insert(b'x'),
                }
                prop_assert!(line.cursor <= line.bytes.len());
            }
        }
    }
}
