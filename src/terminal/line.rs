//! The line being typed: its bytes, the cursor in them, and what was erased last.
//!
//! Pure. What always holds: the line is what was typed, byte for byte, also where that is no text;
//! the keys move and erase what people take for one character, an emoji of several or a letter
//! with its marks.

use unicode_segmentation::UnicodeSegmentation as _;

/// A line and its cursor.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    /// Before which of them the next is put.
    cursor: usize,
    erased: Vec<u8>,
}

/// The characters of `bytes` as people see them. A byte that is no text is one by itself.
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

    /// Replaces it; the cursor is at its end.
    pub(super) fn set(&mut self, bytes: Vec<u8>) {
        self.cursor = bytes.len();
        self.bytes = bytes;
    }

    /// Takes it: what is left is empty.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.cursor = 0;
        std::mem::take(&mut self.bytes)
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.bytes.insert(self.cursor, byte);
        self.cursor += 1;
    }

    pub(super) fn left(&mut self) {
        self.cursor = self.before();
    }

    pub(super) fn right(&mut self) {
        self.cursor = self.behind();
    }

    pub(super) fn word_left(&mut self) {
        self.cursor = self.word_before();
    }

    pub(super) fn word_right(&mut self) {
        self.cursor = self.word_behind();
    }

    pub(super) fn start(&mut self) {
        self.cursor = 0;
    }

    pub(super) fn end(&mut self) {
        self.cursor = self.bytes.len();
    }

    pub(super) fn backspace(&mut self) {
        let start = self.before();
        self.bytes.drain(start..self.cursor);
        self.cursor = start;
    }

    pub(super) fn delete(&mut self) {
        let end = self.behind();
        self.bytes.drain(self.cursor..end);
    }

    pub(super) fn erase_word_left(&mut self) {
        self.erase(self.word_before(), self.cursor);
    }

    pub(super) fn erase_word_right(&mut self) {
        self.erase(self.cursor, self.word_behind());
    }

    pub(super) fn erase_to_start(&mut self) {
        self.erase(0, self.cursor);
    }

    pub(super) fn erase_to_end(&mut self) {
        self.erase(self.cursor, self.bytes.len());
    }

    /// Puts what was erased last in at the cursor.
    pub(super) fn put_back(&mut self) {
        let erased = self.erased.iter().copied();
        self.bytes.splice(self.cursor..self.cursor, erased);
        self.cursor += self.erased.len();
    }

    /// More than a character, so that it can be put back.
    fn erase(&mut self, start: usize, end: usize) {
        if start < end {
            self.erased = self.bytes.drain(start..end).collect();
            self.cursor = start;
        }
    }

    /// Where the characters end.
    fn ends(&self) -> impl Iterator<Item = (usize, &[u8])> {
        characters(&self.bytes).scan(0, |end, character| {
            *end += character.len();
            Some((*end, character))
        })
    }

    /// Where the character before the cursor starts.
    fn before(&self) -> usize {
        let ends = self.ends().map(|(end, _)| end);
        ends.take_while(|&end| end < self.cursor)
            .last()
            .unwrap_or(0)
    }

    /// Where the character behind the cursor ends.
    fn behind(&self) -> usize {
        let mut ends = self.ends().map(|(end, _)| end);
        ends.find(|&end| end > self.cursor).unwrap_or(self.cursor)
    }

    /// Where the word before the cursor starts.
    fn word_before(&self) -> usize {
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

    /// Where the word behind the cursor ends.
    fn word_behind(&self) -> usize {
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

    fn expect(line: &Line, before: &str, behind: &str) {
        let (left, right) = line.bytes.split_at(line.cursor);
        let text = String::from_utf8_lossy;
        assert_eq!((&*text(left), &*text(right)), (before, behind));
    }

    #[test]
    fn a_character_is_what_people_take_for_one() {
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
    fn bytes_that_are_no_text_are_kept_and_erased_one_by_one() {
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
    fn a_character_may_be_put_in_front_of_one_that_it_joins_with() {
        let mut line = line("🇨🇳👧");
        line.start();
        for byte in "🇩🇪".bytes() {
            line.insert(byte);
        }
        expect(&line, "🇩🇪", "🇨🇳👧");
    }

    #[test]
    fn words_are_erased_and_put_back() {
        let mut line = line("one  two 菜鸡 ");
        line.erase_word_left();
        expect(&line, "one  two ", "");
        line.word_left();
        expect(&line, "one  ", "two ");
        line.put_back();
        expect(&line, "one  菜鸡 ", "two ");
        line.start();
        line.word_right();
        expect(&line, "one", "  菜鸡 two ");
        line.erase_word_right();
        expect(&line, "one", " two ");
        line.erase_to_end();
        line.erase_to_start();
        expect(&line, "", "");
        line.put_back();
        expect(&line, "one", "");
    }

    proptest! {
        /// Whatever is pressed, the cursor stays in the line, and what was typed comes in order.
        #[test]
        fn in_bounds(keys in prop::collection::vec(0_u8..14, 0..60), text in "[a 菜\u{301}\u{200d}👧🇨]{0,20}") {
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
                    12 if line.bytes.len() < 200 => line.put_back(),
                    _ => line.insert(b'x'),
                }
                prop_assert!(line.cursor <= line.bytes.len());
            }
        }
    }
}
