//! Breaks long rows of a text in columns, also where it has no spaces: Chinese may be broken between any two
//! characters, but for punctuation. Pure.
//!
//! # Invariants
//!
//! A row is broken at most where a word ends. Only the spaces at a break are lost.

use unicode_width::UnicodeWidthChar as _;

use crate::language::split_once;

/// No row begins with one of these.
const CLOSING: &str = ",.;:!?)]}'\",。;:、!?)】》”’…";
/// No row ends with one of these.
const OPENING: &str = "([{'\"(【《“‘";

/// `text` with each row broken into rows of at most this width. The rows behind a break begin at the row's
/// last column.
pub(super) fn broken(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for row in text.split_inclusive('\n') {
        let indent = last_column(row).min(width / 2);
        break_row(row, width, indent, &mut out);
    }
    out
}

/// Where the last column of a row begins: behind its name or option, or behind the mark of a list.
fn last_column(row: &str) -> usize {
    let text = row.trim_start_matches(' ');
    let indent = row.len() - text.len();
    match split_once(text, "  ") {
        Some((name, rest)) => indent + width_of(name) + 2 + spaces_at(rest),
        None if text.starts_with("- ") => indent + 2,
        None => indent,
    }
}

fn spaces_at(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

fn width_of(text: &str) -> usize {
    text.chars().filter_map(char::width).sum()
}

/// Appends one row, broken.
fn break_row(row: &str, width: usize, indent: usize, out: &mut String) {
    let mut rest = row;
    let mut room = width;
    while let Some(end) = row_end(rest, room) {
        out.push_str(rest[..end].trim_end_matches(' '));
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        rest = rest[end..].trim_start_matches(' ');
        room = width - indent;
    }
    out.push_str(rest);
}

/// Where to break `text` so that its first part has at most this width. `None` if it is narrow enough, or
/// has no place to break.
fn row_end(text: &str, width: usize) -> Option<usize> {
    let start = spaces_at(text);
    let mut used = 0;
    // What stands in brackets is broken only if nothing else can be.
    let (mut end, mut end_in_brackets) = (None, None);
    let mut before = Before::default();
    for (at, next) in text.char_indices().take_while(|(_, next)| *next != '\n') {
        if at > start && before.may_break(next) {
            let end = if before.is_in_brackets {
                &mut end_in_brackets
            } else {
                &mut end
            };
            *end = Some(at);
        }
        used += next.width().unwrap_or(0);
        // A space may hang over the edge.
        if used > width && next != ' ' && end.or(end_in_brackets).is_some() {
            return end.or(end_in_brackets);
        }
        before.push(next);
    }
    None
}

/// What stands before a character.
#[derive(Default)]
struct Before {
    last: char,
    last_but_one: char,
    is_in_brackets: bool,
}

impl Before {
    fn push(&mut self, next: char) {
        (self.last_but_one, self.last) = (self.last, next);
        match next {
            '[' => self.is_in_brackets = true,
            ']' => self.is_in_brackets = false,
            _ => {}
        }
    }

    /// Whether a row may be broken before `next`. In brackets not behind the colon: `[NAME: value]`.
    fn may_break(&self, next: char) -> bool {
        let is_wide = |character: char| character.width() == Some(2);
        if self.last == ' ' {
            return next != ' ' && !(self.is_in_brackets && self.last_but_one == ':');
        }
        (is_wide(self.last) || is_wide(next))
            && !OPENING.chars().any(|opening| opening == self.last)
            && !CLOSING.chars().any(|closing| closing == next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_whole_and_chinese_is_broken_anywhere() {
        for (text, expected) in [
            ("one two three", "one two\nthree"),
            ("一二三四五六", "一二三四\n五六"),
            ("一二三 four 五", "一二三\nfour 五"),
            ("一二三four五", "一二三\nfour五"),
            ("unbreakable", "unbreakable"),
            ("一二三四,五", "一二三\n四,五"),
            ("一二三(四)", "一二三\n(四)"),
            ("一二 [a: b]", "一二\n[a: b]"),
            ("一 [a: b, c, d]", "一\n[a: b,\nc, d]"),
            ("a\n\n一二三四五\n", "a\n\n一二三四\n五\n"),
        ] {
            assert_eq!(broken(text, 8), expected, "{text:?}");
        }
    }

    #[test]
    fn the_rows_behind_a_break_begin_at_the_last_column() {
        for (text, expected) in [
            ("  -a  一二三四五六", "  -a  一二三\n      四五六"),
            ("  - a: 一二三四五六", "  - a: 一二\n    三四五六"),
            ("  一二三四五六", "  一二三四五\n  六"),
        ] {
            assert_eq!(broken(text, 12), expected, "{text:?}");
        }
    }

    proptest! {
        /// Only blanks are lost, and no row ends before what opens or begins with what closes.
        #[test]
        fn no_character_is_lost(text in "[a -,(一二。\n]{0,80}", width in 8_usize..40) {
            let dense = |text: &str| text.replace([' ', '\n'], "");
            let shown = broken(&text, width);
            prop_assert_eq!(dense(&shown), dense(&text));
        }
    }
}
