//! The request that was written last, and its text, so that the same bytes need not be escaped again.
//!
//! Who asks again mostly asks the same: see the head that is kept, in `capture::head::cache`, for what both spare.

/// A longer request is not kept: comparing it with others would begin to cost.
const LONGEST_KEPT: usize = 2 * 1024;

/// The last bytes and their text. At first these are no bytes, which have no text.
#[derive(Debug, Default)]
pub(super) struct Last {
    raw: Vec<u8>,
    text: Vec<u8>,
}

impl Last {
    /// Appends the text of `raw`, which is what `write` appends.
    pub(super) fn append(
        &mut self,
        raw: &[u8],
        out: &mut Vec<u8>,
        write: impl FnOnce(&[u8], &mut Vec<u8>),
    ) {
        if !self.text.is_empty() && raw == self.raw {
            return out.extend_from_slice(&self.text);
        }
        let start = out.len();
        write(raw, out);
        if raw.len() <= LONGEST_KEPT {
            replace(&mut self.raw, raw);
            replace(&mut self.text, &out[start..]);
        }
    }
}

fn replace(old: &mut Vec<u8>, new: &[u8]) {
    old.clear();
    old.extend_from_slice(new);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shout(raw: &[u8], out: &mut Vec<u8>) {
        out.extend(raw.to_ascii_uppercase());
        out.push(b'!');
    }

    #[test]
    fn the_same_is_written_once() {
        let (mut last, mut out) = (Last::default(), Vec::new());
        for raw in [&b""[..], b"a", b"b"] {
            last.append(raw, &mut out, shout);
            last.append(raw, &mut out, |_, _| panic!("{raw:?} is written again"));
        }
        assert_eq!(out, b"!!A!A!B!B!");
    }

    #[test]
    fn a_long_one_is_not_kept() {
        for (length, is_kept) in [(LONGEST_KEPT, true), (LONGEST_KEPT + 1, false)] {
            let (mut last, raw, mut times) = (Last::default(), vec![b'a'; length], 0);
            for _ in 0..2 {
                last.append(&raw, &mut Vec::new(), |raw, out| {
                    times += 1;
                    shout(raw, out);
                });
            }
            assert_eq!(times == 1, is_kept, "{length}");
        }
    }

    proptest! {
        /// Whatever came before, the text is the same as without.
        #[test]
        fn no_difference(all in prop::collection::vec("[ab]{0,2}", 0..20)) {
            let (mut last, mut got, mut expected) = (Last::default(), Vec::new(), Vec::new());
            for raw in all {
                last.append(raw.as_bytes(), &mut got, shout);
                shout(raw.as_bytes(), &mut expected);
            }
            prop_assert_eq!(got, expected);
        }
    }
}
