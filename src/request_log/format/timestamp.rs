//! The time of a record as text: RFC 3339, UTC, microseconds. Pure.
//!
//! The date and the seconds are formatted once a second: a busy service writes many records in one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The ends of the whole seconds and of the fraction in the text.
const SECONDS: usize = 20;
const MICROS: usize = 26;

/// The text of the last time, and its second.
#[derive(Debug)]
pub(super) struct Timestamp {
    second: Option<u64>,
    text: [u8; 27],
}

impl Default for Timestamp {
    fn default() -> Self {
        Self {
            second: None,
            text: *b"0000-00-00T00:00:00.000000Z",
        }
    }
}

impl Timestamp {
    /// Appends `time`, as in `2026-11-22T21:47:20.123456Z`. A time before 1970 is written as 1970.
    pub(super) fn write(&mut self, time: SystemTime, out: &mut Vec<u8>) {
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
        out.extend_from_slice(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The text is that of `humantime`, whatever time came before.
        #[test]
        fn times_are_written_as_by_the_library(micros in proptest::collection::vec(0..4_000_000_000_000_000_u64, 1..5)) {
            let mut timestamp = Timestamp::default();
            for micros in micros {
                let time = UNIX_EPOCH + Duration::from_micros(micros);
                let mut out = Vec::new();
                timestamp.write(time, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), humantime::format_rfc3339_micros(time).to_string());
            }
        }
    }
}
