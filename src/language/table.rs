//! The table of the Chinese texts, as the program has it: all translations in one text, and a list of the hashes
//! of the English texts, which is searched from its start.
//!
//! The program looks few texts up, so the search is fast enough. Pairs of texts would take 16 KB more: four
//! machine words for each, and what the loader needs to relocate them.
//!
//! # Invariants
//!
//! No two English texts have the same hash. A test checks it.

use super::{zh_help, zh_phrases, zh_rules, zh_usage};

/// The files of the table.
const FILES: [&[(&str, &str)]; 4] = [
    zh_phrases::TEXTS,
    zh_rules::TEXTS,
    zh_usage::TEXTS,
    zh_help::TEXTS,
];

const COUNT: usize = {
    let (mut count, mut file) = (0, 0);
    while file < FILES.len() {
        count += FILES[file].len();
        file += 1;
    }
    count
};

/// Each English text with its translation. Only the compiler and the tests read it.
pub(super) const ALL: [(&str, &str); COUNT] = {
    let mut all = [("", ""); COUNT];
    let (mut at, mut file) = (0, 0);
    while file < FILES.len() {
        let mut row = 0;
        while row < FILES[file].len() {
            all[at] = FILES[file][row];
            (at, row) = (at + 1, row + 1);
        }
        file += 1;
    }
    all
};

/// The hashes of the English texts.
static HASHES: [u32; COUNT] = {
    let mut hashes = [0; COUNT];
    let mut at = 0;
    while at < COUNT {
        hashes[at] = hash(ALL[at].0);
        at += 1;
    }
    hashes
};

/// Where each translation ends in [`TRANSLATIONS`].
#[expect(
    clippy::cast_possible_truncation,
    reason = "the assertion holds for the last, which is the greatest"
)]
static ENDS: [u16; COUNT] = {
    let mut ends = [0; COUNT];
    let (mut at, mut end) = (0, 0);
    while at < COUNT {
        end += ALL[at].1.len();
        ends[at] = end as u16;
        at += 1;
    }
    assert!(end <= u16::MAX as usize);
    ends
};

const LENGTH: usize = ENDS[COUNT - 1] as usize;

/// All translations, one behind the other.
static TRANSLATIONS: &str = match str::from_utf8(&JOINED) {
    Ok(text) => text,
    Err(_) => panic!("texts joined are a text"),
};

const JOINED: [u8; LENGTH] = {
    let mut joined = [0; LENGTH];
    let (mut at, mut end) = (0, 0);
    while at < COUNT {
        let text = ALL[at].1.as_bytes();
        let mut byte = 0;
        while byte < text.len() {
            joined[end] = text[byte];
            (end, byte) = (end + 1, byte + 1);
        }
        at += 1;
    }
    joined
};

/// FNV-1a.
const fn hash(text: &str) -> u32 {
    let text = text.as_bytes();
    let mut hash: u32 = 0x811c_9dc5;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}

/// The translation of an English text.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    let hash = hash(english);
    let at = HASHES.iter().position(|known| *known == hash)?;
    let start = at.checked_sub(1).map_or(0, |before| ENDS[before]);
    TRANSLATIONS.get(usize::from(start)..usize::from(ENDS[at]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_text_is_found() {
        for (english, translation) in ALL {
            assert_eq!(chinese(english), Some(translation), "{english:?}");
        }
        assert_eq!(chinese("never said"), None);
        assert_eq!(chinese(""), None);
    }

    #[test]
    fn no_two_texts_have_one_hash() {
        let mut known = BTreeSet::new();
        for (english, _) in ALL {
            assert!(known.insert(hash(english)), "twice, or reword: {english:?}");
        }
    }

    #[test]
    fn translations_have_the_same_places() {
        for (english, translation) in ALL {
            let count = |text: &str| text.matches("{}").count();
            assert_eq!(count(english), count(translation), "{english:?}");
            assert!(english.is_ascii(), "{english:?}");
            let is_chinese = |character: char| matches!(character, '、' | '\u{4e00}'..='\u{9fff}');
            assert!(
                translation.contains(is_chinese),
                "{english:?}: {translation:?}"
            );
        }
    }
}
