//! A record's time as text: RFC 3339, UTC, microseconds.
//!
//! The date and the seconds are made once a second, because a busy service stamps many records
//! within one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The text of a time whose second nobody has looked at.
const BLANK: [u8; 27] = *b"0000-00-00T00:00:00.000000Z";

/// How long the text is up to its fraction, and where that ends.
const SECONDS: usize = 20;
const MICROS: usize = 26;

/// The text that was written last, its time, and the second of that.
#[derive(Debug)]
pub(super) struct Stamp {
    time: Option<SystemTime>,
    second: Option<u64>,
    text: [u8; 27],
}

impl Default for Stamp {
    fn default() -> Self {
        Self {
            time: None,
            second: None,
            text: BLANK,
        }
    }
}

impl Stamp {
    /// Appends `time`, as in `2026-11-22T21:47:20.123456Z`. A time before 1970 is written as 1970.
    pub(super) fn write(&mut self, time: SystemTime, out: &mut Vec<u8>) {
        // All that one read brings has the same.
        if self.time.replace(time) != Some(time) {
            self.set(time);
        }
        out.extend_from_slice(&self.text);
    }

    fn set(&mut self, time: SystemTime) {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = since_epoch.as_secs();
        if self.second != Some(second) {
            self.second = Some(second);
            let time = UNIX_EPOCH + Duration::from_secs(second);
            let text = humantime::format_rfc3339_seconds(time).to_string();
            // Without its Z.
            self.text[..SECONDS - 1].copy_from_slice(&text.as_bytes()[..SECONDS - 1]);
        }
        let mut micros = since_epoch.subsec_micros();
        for digit in self.text[SECONDS..MICROS].iter_mut().rev() {
            *digit = b'0' + (micros % 10) as u8;
            micros /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The text is what the library makes of the whole time, whichever second came before.
        #[test]
        fn as_the_library_writes_it(micros in proptest::collection::vec(0..4_000_000_000_000_000_u64, 1..5)) {
            let mut stamp = Stamp::default();
            for micros in micros {
                let time = UNIX_EPOCH + Duration::from_micros(micros);
                let mut out = Vec::new();
                stamp.write(time, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), humantime::format_rfc3339_micros(time).to_string());
            }
        }
    }
}
