//! The time of a record for people: local time, to the millisecond. Pure, once the zone is read.
//!
//! The hours, minutes and seconds are formatted once a second, as in `timestamp`. The zone's rules are asked
//! then too, so that a service that runs for months follows daylight saving time.

use std::env;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tz::TimeZone;

use super::super::view::Zone;

/// The ends of the whole seconds and of the fraction in the text.
const SECONDS: usize = 8;
const MILLIS: usize = 12;

/// When a zone has daylight saving time, if `TZ` names such a time without a rule: as glibc has it.
const DEFAULT_RULE: &str = ",M3.2.0,M11.1.0";

/// The text of the last time, and its second.
#[derive(Debug)]
pub(super) struct Clock {
    /// None for UTC.
    zone: Option<TimeZone>,
    second: Option<u64>,
    text: [u8; MILLIS],
}

impl Clock {
    /// A clock of this zone.
    pub(super) fn new(zone: Zone) -> Self {
        Self {
            zone: match zone {
                Zone::Utc => None,
                Zone::Local => local(env::var("TZ").ok().as_deref()),
            },
            second: None,
            text: *b"00:00:00.000",
        }
    }

    /// The text of `time`, as in `21:47:20.123`. A time before 1970 is written as 1970.
    pub(super) fn text(&mut self, time: SystemTime) -> &str {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let second = since_epoch.as_secs();
        if self.second != Some(second) {
            self.second = Some(second);
            let in_day = self.second_of_day(second);
            let fields = [in_day / 3600, in_day / 60 % 60, in_day % 60];
            for (text, field) in self.text[..SECONDS].chunks_mut(3).zip(fields) {
                digits(field, &mut text[..2]);
            }
        }
        digits(
            since_epoch.subsec_millis(),
            &mut self.text[SECONDS + 1..MILLIS],
        );
        str::from_utf8(&self.text).unwrap_or_default()
    }

    /// The second of the local day.
    fn second_of_day(&self, second: u64) -> u32 {
        let second = i64::try_from(second).unwrap_or_default();
        let local = self.zone.as_ref().map(|zone| {
            let found = zone.find_local_time_type(second);
            // Only a zone whose file ends before this second has none.
            found.map_or(0, tz::LocalTimeType::ut_offset)
        });
        let local = second.saturating_add(local.unwrap_or(0).into());
        u32::try_from(local.rem_euclid(86_400)).unwrap_or_default()
    }
}

/// The zone that `variable`, the variable `TZ`, names, as POSIX has it; the machine's, if it is not set.
/// None if there is no such zone, as in an image without zone files.
fn local(variable: Option<&str>) -> Option<TimeZone> {
    let Some(name) = variable else {
        return TimeZone::local().ok();
    };
    // POSIX leaves to the system what a name behind a colon is. glibc takes it as it takes one without.
    let name = name.strip_prefix(':').unwrap_or(name);
    let with_default_rule = || TimeZone::from_posix_tz(&format!("{name}{DEFAULT_RULE}"));
    TimeZone::from_posix_tz(name)
        .or_else(|_| with_default_rule())
        .ok()
}

/// Writes `number` with leading zeros.
fn digits(mut number: u32, text: &mut [u8]) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a time in a zone.
    #[track_caller]
    fn expect(zone: &str, seconds: u64, millis: u64, text: &str) {
        let mut clock = Clock::new(Zone::Utc);
        clock.zone = local(Some(zone));
        let time = UNIX_EPOCH + Duration::from_millis(seconds * 1000 + millis);
        // The second time the seconds are not formatted again.
        for _ in 0..2 {
            assert_eq!(clock.text(time), text, "{zone} {seconds}");
        }
    }

    #[test]
    fn a_time_is_that_of_the_zone() {
        expect("UTC0", 1_795_384_040, 7, "21:47:20.007");
        expect("CST-8", 1_795_384_040, 123, "05:47:20.123");
        expect("<-0330>3:30", 1_795_384_040, 999, "18:17:20.999");
        // The zone's day began before 1970.
        expect("<-01>1", 0, 0, "23:00:00.000");
    }

    #[test]
    fn a_clock_follows_daylight_saving_time() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        // 2026-03-29 and 2026-10-25, each at 01:00 UTC.
        expect(berlin, 1_774_745_999, 0, "01:59:59.000");
        expect(berlin, 1_774_746_000, 0, "03:00:00.000");
        expect(berlin, 1_792_889_999, 0, "02:59:59.000");
        expect(berlin, 1_792_890_000, 0, "02:00:00.000");
        // The years after 2037 too, which old zone files do not list.
        expect(berlin, 2_540_160_000, 0, "02:00:00.000");
    }

    #[test]
    fn a_zone_without_a_rule_has_that_of_glibc() {
        for zone in ["CET-1CEST", ":CET-1CEST", "CET-1CEST,M3.2.0,M11.1.0"] {
            expect(zone, 1_795_384_040, 0, "22:47:20.000");
            // 2026-03-08 at 01:00 UTC.
            expect(zone, 1_772_931_599, 0, "01:59:59.000");
            expect(zone, 1_772_931_600, 0, "03:00:00.000");
        }
        expect("EST5EDT4", 1_795_384_040, 0, "16:47:20.000");
        let with_a_rule = ":CET-1CEST,M3.5.0,M10.5.0/3";
        expect(with_a_rule, 1_774_746_000, 0, "03:00:00.000");
    }

    #[test]
    fn without_a_zone_it_is_utc() {
        for zone in ["", ":", "no zone", "Nowhere/Town", "CET-1CEST,"] {
            expect(zone, 1_795_384_040, 123, "21:47:20.123");
        }
    }
}
