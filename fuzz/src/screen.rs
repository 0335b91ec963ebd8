//! The characters that a terminal may get, by the Unicode standard's categories.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Whether a terminal only shows this character. Controls, format characters (which may change the
/// direction of writing), line and paragraph separators and private-use characters are harmful.
/// Unassigned characters count as harmless: the standard library may know a newer Unicode than this
/// table.
#[must_use]
pub fn is_harmless(character: char) -> bool {
    !matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
    )
}

/// Whether a character is harmless and does not change the character before it, as a mark does.
#[must_use]
pub fn stands_alone(character: char) -> bool {
    let is_mark = matches!(
        character.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    );
    is_harmless(character) && !is_mark
}
