//! Where a body that is kept in part ends: behind a character, not within one. Pure.
//!
//! Stands between who counts what is kept, the capture and `raw`, and the record. What always holds: what
//! is kept stays the beginning of what came; at most three bytes move from it to what is omitted; where
//! nothing is omitted, nothing moves.
//!
//! The last three bytes alone decide. So text ends with a character whatever stands before it, a head in
//! Latin-1 or a chunk's size for example, and no long body is read again for it. Bytes that are no text
//! lose up to three more where they happen to end like the beginning of a character.

/// The same with no part of a character at the end: what is kept, and how many bytes are not.
#[must_use]
pub(crate) fn behind_a_character(kept: &[u8], omitted: u64) -> (&[u8], u64) {
    if omitted == 0 {
        return (kept, omitted);
    }
    let whole = kept.len() - begun_at_the_end(kept);
    (&kept[..whole], omitted + (kept.len() - whole) as u64)
}

/// How many bytes at the end are the beginning of a character, and not all of it.
fn begun_at_the_end(bytes: &[u8]) -> usize {
    let is_beginning = |bytes: &[u8]| {
        let error = str::from_utf8(bytes).err();
        // No length is that of an error: it ends too early.
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
    fn only_a_character_that_has_begun_is_left_out() {
        for (kept, whole) in [
            (&b""[..], 0),
            (b"a", 1),
            (b"\xc3", 0),
            (b"\xc3\xa9", 2),
            (b"a\xe8\x8f", 1),
            (b"\xe8\x8f\x9c", 3),
            (b"\xf0\x9f\x98", 0),
            (b"\xf0\x9f\x98\x80", 4),
            // Latin-1 in front of it.
            (b"\xe8\xe8\x8f", 1),
            // No character begins like this: overlong, a surrogate, beyond the last, no beginning.
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

        /// Text that is cut anywhere is text.
        #[test]
        fn text_stays_text(text in ".{0,40}", before in vec(any::<u8>(), 0..4), at in any::<Index>()) {
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
