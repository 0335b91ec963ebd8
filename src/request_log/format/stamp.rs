//! A record's time as text: RFC 3339, UTC, microseconds.
//!
//! The date and the seconds are made once a second, because a busy service stamps many records
//! within one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long `2026-11-22T21:47:20` is.
const SECONDS: usize = 19;

/// The second that was written last, and its text.
#[derive(Debug, Default)]
pub(super) struct Stamp {
    second: u64,
    text: String,
}

impl Stamp {
    /// Appends `time`, as in `2026-11-22T21:47:20.123456Z`. A time before 1970 is written as 1970.
    pub(super) fn write(&mut self, time: SystemTime, out: &mut Vec<u8>) {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        if self.text.is_empty() || self.second != since_epoch.as_secs() {
            self.second = since_epoch.as_secs();
            let second = UNIX_EPOCH + Duration::from_secs(self.second);
            self.text = humantime::format_rfc3339_seconds(second).to_string();
            self.text.truncate(SECONDS);
        }
        out.extend_from_slice(self.text.as_bytes());
        let mut micros = since_epoch.subsec_micros();
        let mut fraction = *b".000000Z";
        for digit in fraction[1..7].iter_mut().rev() {
            *digit += (micros % 10) as u8;
            micros /= 10;
        }
        out.extend_from_slice(&fraction);
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
