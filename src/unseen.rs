//! Characters that nobody sees: by Unicode's data, not by what was met so far.
//!
//! The log escapes them all, so that no record looks like another. What people write to each other may
//! have some: see [`crate::visible`]. The tables are Unicode's. A test here holds the first against it, and
//! `tests/it/unseen.rs` the second.

use std::cmp::Ordering;

/// `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`): what a font without a shape for it leaves
/// out. Hangul fillers, joiners, variation selectors, tags, and room for more of them.
const IGNORABLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// What has BLANK or NULL as a word of its name (`UnicodeData.txt`). No property tells that a character has
/// a width and no ink. Two of these are symbols for a blank and have ink: to escape them costs nothing.
const BLANK: [char; 6] = [
    '\u{2400}',
    '\u{2422}',
    '\u{2800}',
    '\u{13441}',
    '\u{13442}',
    '\u{1d159}',
];

/// Whether a font may leave the character out.
pub(crate) fn is_ignorable(character: char) -> bool {
    let place = |&(first, last): &(char, char)| {
        if last < character {
            Ordering::Less
        } else if character < first {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    };
    IGNORABLE.binary_search_by(place).is_ok()
}

/// Whether its name says that it has a width and no ink.
pub(crate) fn is_blank(character: char) -> bool {
    BLANK.contains(&character)
}

#[cfg(test)]
pub(crate) mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// All characters of a class, as a regular expression names it.
    pub(crate) fn all_of(class: &str) -> impl Iterator<Item = char> {
        let class = regex_syntax::parse(class).unwrap();
        let HirKind::Class(Class::Unicode(class)) = class.into_kind() else {
            panic!("no class");
        };
        let ranges = class.ranges().to_vec().into_iter();
        ranges.flat_map(|range| range.start()..=range.end())
    }

    #[test]
    fn the_ignorable_are_unicodes() {
        let ours = (char::MIN..=char::MAX).filter(|&character| is_ignorable(character));
        assert!(ours.eq(all_of(r"\p{Default_Ignorable_Code_Point}")));
    }
}
