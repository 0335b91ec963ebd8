//! Where a row of our own text may be broken, and how many columns it takes. Pure.
//!
//! English is broken at spaces. Chinese has none, and may be broken between any two characters, but for
//! punctuation.
//!
//! # Invariants
//!
//! - No word of a narrow script is broken.
//! - No row begins with what closes, or ends with what opens.

use unicode_width::UnicodeWidthChar as _;

/// No row begins with one of these.
const CLOSING: &str = ",.;:!?)]}'\"。、】》”’…\u{ff0c}\u{ff1b}\u{ff1a}\u{ff01}\u{ff1f}\u{ff09}";
/// No row ends with one of these.
const OPENING: &str = "([{'\"【《“‘\u{ff08}";

/// The start of a rule's source, as in `(RFC 9112 3.2)`.
const SOURCE: &str = "(RFC ";

/// The columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(char::width).sum()
}

/// Where to break `text` so that its first part has at most this width. `None` if it is narrow enough, or
/// has no place to break. The first part is wider where its first word is.
pub(crate) fn row_end(text: &str, width: usize) -> Option<usize> {
    let start = text.len() - text.trim_start_matches(' ').len();
    let mut used = 0;
    // What stands in brackets is broken only if nothing else can be.
    let (mut end, mut end_in_brackets) = (None, None);
    let mut before = Before::default();
    for (at, next) in text.char_indices().take_while(|(_, next)| *next != '\n') {
        if at > start && before.may_break(next) {
            match before.bracket {
                Some(_) => end_in_brackets = Some(at),
                None => end = Some(at),
            }
        }
        used += next.width().unwrap_or(0);
        // A space may hang over the edge.
        if used > width && next != ' ' && end.or(end_in_brackets).is_some() {
            return end.or(end_in_brackets);
        }
        before.push(next, &text[at..]);
    }
    None
}

/// What stands before a character.
#[derive(Default)]
struct Before {
    last: char,
    last_but_one: char,
    /// What closes the brackets that are open.
    bracket: Option<char>,
}

impl Before {
    /// Adds `next`, with which `rest` begins.
    fn push(&mut self, next: char, rest: &str) {
        (self.last_but_one, self.last) = (self.last, next);
        match next {
            '[' => self.bracket = Some(']'),
            '(' if rest.starts_with(SOURCE) => self.bracket = Some(')'),
            _ if self.bracket == Some(next) => self.bracket = None,
            _ => {}
        }
    }

    /// Whether a row may be broken before `next`. In brackets not behind the colon: `[NAME: value]`.
    fn may_break(&self, next: char) -> bool {
        let is_wide = |character: char| character.width() == Some(2);
        if self.last == ' ' {
            return next != ' ' && !(self.bracket.is_some() && self.last_but_one == ':');
        }
        (is_wide(self.last) || is_wide(next))
            && !OPENING.contains(self.last)
            && !CLOSING.contains(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first row of a text, and the rest.
    fn first_row(text: &str, width: usize) -> (&str, &str) {
        text.split_at(row_end(text, width).unwrap_or(text.len()))
    }

    #[test]
    fn words_are_whole_and_chinese_is_broken_anywhere() {
        for (text, expected) in [
            ("one two three", ("one two ", "three")),
            ("unbreakable", ("unbreakable", "")),
            ("unbreakable word", ("unbreakable ", "word")),
            ("一二三四五六", ("一二三四", "五六")),
            ("一二三 four 五", ("一二三 ", "four 五")),
            ("一二三four五", ("一二三", "four五")),
        ] {
            assert_eq!(first_row(text, 8), expected);
        }
    }

    #[test]
    fn no_row_begins_with_what_closes_or_ends_with_what_opens() {
        for (text, expected) in [
            ("一二三四,五", ("一二三", "四,五")),
            ("一二 http,五", ("一二 ", "http,五")),
            ("一二三四。五", ("一二三", "四。五")),
            ("一二三(四)", ("一二三", "(四)")),
        ] {
            assert_eq!(first_row(text, 8), expected);
        }
    }

    #[test]
    fn what_stands_in_brackets_is_whole_if_it_can_be() {
        for (text, expected) in [
            (
                "is missing (RFC 9112 3.2)",
                ("is missing ", "(RFC 9112 3.2)"),
            ),
            ("一二三四 (RFC 9112 3.2)", ("一二三四 ", "(RFC 9112 3.2)")),
            (
                "(RFC 9112 3.2) (RFC 3986 2)",
                ("(RFC 9112 3.2) ", "(RFC 3986 2)"),
            ),
            ("(RFC 9112 3.2.1.1)", ("(RFC 9112 ", "3.2.1.1)")),
            (
                "a [possible values: b, c]",
                ("a ", "[possible values: b, c]"),
            ),
            ("[possible values: b, c]", ("[possible ", "values: b, c]")),
        ] {
            assert_eq!(first_row(text, 16), expected);
        }
    }

    proptest! {
        /// A row is not empty. It is too wide only where it is one word.
        #[test]
        fn rows_fit(text in "[a -,(一二。]{0,80}", width in 8_usize..40) {
            let (row, rest) = first_row(&text, width);
            prop_assert!(rest.is_empty() || !row.trim().is_empty());
            let row = row.trim_end();
            let can_break = row_end(row, width).is_some();
            prop_assert!(super::width(row) <= width || !can_break, "{:?}", row);
        }
    }
}
