//! What a terminal may be sent, by the Unicode standard's own categories.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Whether a terminal shows this character and does nothing else: it is no control, no format
/// character, such as those that turn the direction of writing, no line or paragraph separator, and
/// nobody's private matter. Unassigned ones are left out: the standard library may know more of
/// them than this table.
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

/// Whether it is also no mark that would change the character before it.
#[must_use]
pub fn stands_alone(character: char) -> bool {
    let is_mark = matches!(
        character.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    );
    is_harmless(character) && !is_mark
}
