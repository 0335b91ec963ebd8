//! Cuts the kept bytes of a long body after a whole character. Pure.
//!
//! The capture and `raw` limit what they keep of a request, and pass the kept bytes through here.
//!
//! # Invariants
//!
//! - The kept bytes remain a prefix of the bytes that came.
//! - At most three bytes move from the kept to the omitted.
//! - Nothing moves unless bytes are omitted.
//!
//! Only the last three bytes are looked at. So a head in Latin-1, or a chunk's size line, before the
//! text makes no difference, and a long body is not read again. Bytes that are no text lose up to three
//! bytes too, if they end like the beginning of a character.

/// Moves an incomplete character at the end of `kept` to the omitted bytes: returns the kept bytes, and
/// how many are omitted.
#[must_use]
pub(crate) fn behind_a_character(kept: &[u8], omitted: u64) -> (&[u8], u64) {
    if omitted == 0 {
        return (kept, omitted);
    }
    let whole = kept.len() - incomplete_character(kept);
    (&kept[..whole], omitted + (kept.len() - whole) as u64)
}

/// The length of the incomplete character at the end, or 0.
fn incomplete_character(bytes: &[u8]) -> usize {
    let is_beginning = |bytes: &[u8]| {
        let error = str::from_utf8(bytes).err();
        // An error without a length: the text ends too early.
        error.is_some_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    let longest = bytes.len().min(3);
    let mut lengths = 1..=longest;
    lengths
        .find(|length| is_beginning(&bytes[bytes.len() - length..]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    #[test]
    fn only_an_incomplete_character_is_omitted() {
        for (kept, whole) in [
            (&b""[..], 0),
            (b"a", 1),
            (b"\xc3", 0),
            (b"\xc3\xa9", 2),
            (b"a\xe8\x8f", 1),
            (b"\xe8\x8f\x9c", 3),
            (b"\xf0\x9f\x98", 0),
            (b"\xf0\x9f\x98\x80", 4),
            // After Latin-1.
            (b"\xe8\xe8\x8f", 1),
            // No character begins like this: overlong, a surrogate, beyond U+10FFFF, a continuation.
            (b"\xc0", 1),
            (b"\xe0\x80", 2),
            (b"\xed\xa0", 2),
            (b"\xf4\x90", 2),
            (b"\xf5", 1),
            (b"\x8f\x8f\x8f\x8f", 4),
        ] {
            let moved = (kept.len() - whole) as u64;
            assert_eq!(
                behind_a_character(kept, 7),
                (&kept[..whole], 7 + moved),
                "{}",
                kept.escape_ascii()
            );
            assert_eq!(behind_a_character(kept, 0), (kept, 0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Text that is cut anywhere remains text.
        #[test]
        fn text_remains_text(text in ".{0,40}", before in vec(any::<u8>(), 0..4), at in any::<Index>()) {
            let length = at.index(text.len() + 1);
            let bytes = [&before, &text.as_bytes()[..length]].concat();
            let omitted = (text.len() - length) as u64;
            let (kept, omitted) = behind_a_character(&bytes, omitted);
            prop_assert_eq!(kept.len() as u64 + omitted, (before.len() + text.len()) as u64);
            prop_assert!(bytes.starts_with(kept) && bytes.len() - kept.len() <= 3);
            if kept.len() >= before.len() {
                prop_assert!(str::from_utf8(&kept[before.len()..]).is_ok());
            }
        }
    }
}
