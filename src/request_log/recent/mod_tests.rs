//! Tests of the kept records: they are what was recorded, whatever the writer overwrites meanwhile.

use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::capture::{Refusal, State, rules};

fn connection(number: u64) -> Connection {
    Connection::new(SocketAddr::from(([127, 0, 0, 1], 1)), number)
}

fn captured(number: u64, raw: &[u8]) -> Captured<'_> {
    Captured {
        number,
        raw,
        omitted: 0,
        state: State::Complete,
        head: raw.len(),
        target: b"",
        odd: &[],
    }
}

/// The time so many microseconds after 1970.
fn at(microseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(microseconds)
}

fn all(reader: &mut Reader<'_>) -> Vec<Kept> {
    std::iter::from_fn(|| reader.next()).collect()
}

/// The bytes of the request with this number, of a length that depends on it.
fn bytes_of(number: u64, longest: u64) -> Vec<u8> {
    let mix = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let length = (mix >> 32) % (longest + 1);
    (0..length)
        .map(|index| (mix >> (index % 57)).to_le_bytes()[0])
        .collect()
}

#[test]
fn a_record_is_kept_with_all_that_a_viewer_shows() {
    let recent = Arc::new(Recent::new(1 << 16, 1));
    let writer = recent.writer().unwrap();
    let odd = [rules::METHOD_UNKNOWN];
    let request = Captured {
        omitted: 7,
        state: State::Refused(rules::HOST_MISSING),
        head: 3,
        odd: &odd,
        ..captured(12, b"G \0\xff")
    };
    writer.keep(at(1_795_384_040_123_456), &connection(34), &request);
    let id = Id { ring: 0, number: 0 };
    let note = |refusal: Refusal| Note {
        english: refusal.to_string(),
        chinese: refusal.text(crate::language::Language::Chinese).to_string(),
    };
    let kept = Kept {
        id,
        time: at(1_795_384_040_123_456),
        peer: "127.0.0.1:1".to_owned(),
        connection: 34,
        request: 12,
        raw: b"G \0\xff".to_vec(),
        length: 4,
        omitted: 7,
        head: 3,
        state: StateKind::Refused,
        refused: Some(note(rules::HOST_MISSING)),
        odd: vec![note(rules::METHOD_UNKNOWN)],
    };
    assert_eq!(recent.get(id, usize::MAX), Some(kept));
    assert_eq!(recent.get(Id { ring: 0, number: 1 }, usize::MAX), None);
    assert_eq!(recent.get(Id { ring: 1, number: 0 }, usize::MAX), None);
}

#[test]
fn each_worker_has_a_ring_of_its_own() {
    let recent = Arc::new(Recent::new(1 << 16, 2));
    let writers = [recent.writer().unwrap(), recent.writer().unwrap()];
    assert!(recent.writer().is_none());
    for (time, ring) in [(1, 1), (4, 0), (2, 0), (3, 1)] {
        writers[ring].keep(at(time), &connection(time), &captured(1, b"x"));
    }
    let mut reader = recent.read(&recent.start());
    let connections: Vec<_> = all(&mut reader)
        .iter()
        .map(|kept| kept.connection)
        .collect();
    assert_eq!(connections, [1, 3, 4, 2], "by time, in each ring by number");
    assert_eq!(reader.place(), &recent.end());
    let process = recent.process;
    assert_eq!(recent.end().to_string(), format!("{process}.2.2"));
    assert_eq!(recent.last(1).to_string(), format!("{process}.1.1"));
    assert_eq!(recent.last(u64::MAX), recent.start());
}

#[test]
fn a_place_of_another_process_begins_at_the_oldest() {
    let recent = Arc::new(Recent::new(1 << 16, 2));
    let writer = recent.writer().unwrap();
    writer.keep(at(1), &connection(1), &captured(1, b"x"));
    let most = u64::MAX;
    for place in [
        "0",
        "1.0.0",
        "2.0",
        "0.1",
        &format!("{most}.{most}"),
        &format!("{most}"),
        &format!("{}.1.0", recent.process - 1),
        &format!("{}.1", recent.process),
        &format!("{}.2.0", recent.process),
    ] {
        let place = place.parse().unwrap();
        let mut reader = recent.read(&place);
        assert_eq!(all(&mut reader).len(), 1, "{place}");
        assert_eq!(reader.missed(), 0, "{place}");
        assert_eq!(reader.place(), &recent.end());
    }
    for id in [
        Id {
            ring: usize::MAX,
            number: 0,
        },
        Id {
            ring: 0,
            number: most,
        },
    ] {
        assert_eq!(recent.get(id, usize::MAX), None);
    }
}

#[test]
fn a_record_that_is_longer_than_its_ring_keeps_its_first_bytes() {
    // Both rings have 1 KiB, which is the least.
    for size in [1 << 10, 1] {
        let recent = Arc::new(Recent::new(size, 1));
        let writer = recent.writer().unwrap();
        let long = "\u{83dc}".repeat(1000).into_bytes();
        writer.keep(at(1), &connection(1), &captured(1, &long));
        let kept = recent.get(Id { ring: 0, number: 0 }, usize::MAX).unwrap();
        assert!((500..1024).contains(&kept.raw.len()), "{}", kept.raw.len());
        assert!(long.starts_with(&kept.raw));
        assert!(
            str::from_utf8(&kept.raw).is_ok(),
            "it ends with a character"
        );
        assert_eq!((kept.bytes(), kept.head), (3000, 0));
        // One that fits replaces it.
        writer.keep(at(2), &connection(1), &captured(2, b"x"));
        let mut reader = recent.read(&format!("{}.0", recent.process).parse().unwrap());
        assert_eq!(all(&mut reader)[0].raw, b"x");
        assert_eq!(reader.missed(), 1);
    }
}

#[test]
fn notes_that_do_not_fit_are_left_out() {
    let recent = Arc::new(Recent::new(0, 1));
    let writer = recent.writer().unwrap();
    let odd = [rules::METHOD_UNKNOWN; 20];
    let request = Captured {
        odd: &odd,
        ..captured(1, b"x")
    };
    writer.keep(at(1), &connection(1), &request);
    let kept = recent.get(Id { ring: 0, number: 0 }, usize::MAX).unwrap();
    assert_eq!((kept.raw, kept.odd), (b"x".to_vec(), Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The newest records are there, byte for byte. The others are missed.
    #[test]
    fn what_is_kept_is_what_was_recorded(
        size in 0..20_000_usize,
        records in vec((vec(any::<u8>(), 0..3000), 0..2_usize), 0..60),
    ) {
        let index = |kept: &Kept| usize::try_from(kept.connection).unwrap();
        let recent = Arc::new(Recent::new(size, 2));
        let writers = [recent.writer().unwrap(), recent.writer().unwrap()];
        let start = recent.start();
        for (time, (raw, ring)) in (0..).zip(&records) {
            writers[*ring].keep(at(time), &connection(time), &captured(1, raw));
        }
        let mut reader = recent.read(&start);
        let kept = all(&mut reader);
        prop_assert_eq!(kept.len() as u64 + reader.missed(), records.len() as u64);
        prop_assert!(kept.is_sorted_by_key(|kept| kept.time));
        for kept in &kept {
            let (raw, ring) = &records[index(kept)];
            prop_assert_eq!(kept.id.ring, *ring);
            prop_assert!(raw.starts_with(&kept.raw));
            prop_assert_eq!(kept.bytes(), raw.len() as u64);
            prop_assert!(kept.omitted == 0 || kept.raw.len() > 800 / 2);
            prop_assert_eq!(recent.get(kept.id, usize::MAX), Some(kept.clone()));
        }
        // What a ring has room for is there: the last record of each, at least.
        for ring in 0..2 {
            let last = records.iter().rposition(|(_, other)| *other == ring);
            let newest = kept.iter().rev().find(|kept| kept.id.ring == ring);
            prop_assert_eq!(newest.map(index), last);
        }
    }

    #[test]
    fn the_memory_is_bounded(size in (64_usize << 10)..(1 << 20), workers in 1..=1024_usize) {
        let recent = Recent::new(size, workers);
        let bytes: usize = recent.rings.iter().map(Ring::bytes).sum();
        // Each worker has 1 KiB at least.
        let bound = size.max(workers << 10);
        prop_assert!(bytes <= bound, "{bytes} of {bound}");
        prop_assert!(bytes > bound - workers * 16, "{bytes} of {bound}");
    }
}

/// The writer laps the readers again and again.
#[test]
fn no_reader_gets_a_torn_record() {
    const RECORDS: u64 = 30_000;
    for (size, longest) in [
        (1 << 10, 0),
        (1 << 10, 500),
        (8 << 10, 2000),
        (1 << 20, 300),
    ] {
        let recent = Arc::new(Recent::new(size, 1));
        let start = recent.start();
        let writer = recent.writer().unwrap();
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let read = || {
                let mut reader = recent.read(&start);
                let mut read = 0;
                // Once more after the end.
                for is_last in [false, true] {
                    while is_last || !is_done.load(Ordering::Acquire) {
                        let kept = reader.next();
                        if kept.is_none() && is_last {
                            break;
                        }
                        let Some(kept) = kept else { continue };
                        assert_eq!(kept.raw, bytes_of(kept.connection, longest));
                        assert_eq!(kept.id.number, kept.connection);
                        read += 1;
                    }
                }
                (read, reader.missed())
            };
            let readers = [scope.spawn(read), scope.spawn(read)];
            for number in 0..RECORDS {
                let raw = bytes_of(number, longest);
                writer.keep(at(number), &connection(number), &captured(1, &raw));
            }
            is_done.store(true, Ordering::Release);
            for reader in readers {
                let (read, missed) = reader.join().unwrap();
                assert_eq!(read + missed, RECORDS, "{size} bytes, {read} read");
            }
        });
    }
}
