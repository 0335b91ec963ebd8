//! Breaks long rows of a text in columns, where `wrap` allows it. Pure.
//!
//! # Invariants
//!
//! A row is broken at most where a word ends. Only the spaces at a break are lost.

use crate::wrap::{row_end, width as width_of};

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
    match text.find("  ") {
        Some(gap) => indent + width_of(&text[..gap]) + spaces_at(&text[gap..]),
        None if text.starts_with("- ") => indent + 2,
        None => indent,
    }
}

fn spaces_at(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_row_is_broken_on_its_own() {
        for (text, expected) in [
            ("one two three", "one two\nthree"),
            ("unbreakable", "unbreakable"),
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
        /// Only blanks are lost.
        #[test]
        fn no_character_is_lost(text in "[a -,(一二。\n]{0,80}", width in 8_usize..40) {
            let dense = |text: &str| text.replace([' ', '\n'], "");
            let shown = broken(&text, width);
            prop_assert_eq!(dense(&shown), dense(&text));
        }
    }
}
