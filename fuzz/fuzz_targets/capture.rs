//! Checks the capture on its own. For any input, the records contain every byte, the cuts between reads
//! change nothing, and the memory stays within the limits.

#![no_main]

use std::iter;

use hellowire::capture::{Limits, State};
use hellowire_fuzz::capturing::{Seen, capture, follow};
use hellowire_fuzz::conversation::{Conversation, Ending};
use hellowire_fuzz::{memory, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|sent: Conversation| {
    let seen = capture(sent.limits, sent.pieces(), sent.ending);
    records_are_the_input(&sent, &seen);
    cuts_change_nothing(&sent, &seen);
    omitted_is_what_there_is_no_room_for(&sent, &seen);
    memory_is_bounded(&sent);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::conversation(data, size, max_size, seed)
});

/// The joined records equal the sent bytes. The bytes that pass are the first of them, and contain all
/// complete requests.
fn records_are_the_input(sent: &Conversation, seen: &Seen) {
    let (mut at, mut complete) = (0, 0);
    for (number, record) in (1..).zip(&seen.records) {
        assert_eq!(record.number, number);
        assert!(
            sent.bytes[at..].starts_with(&record.raw),
            "at {at}: {record:?}"
        );
        at += record.raw.len() + usize::try_from(record.omitted).unwrap();
        if record.state == State::Complete {
            complete = at;
        } else {
            assert_eq!(
                number,
                seen.records.len() as u64,
                "only the last may be incomplete: {seen:?}"
            );
        }
    }
    assert_eq!(at, sent.bytes.len(), "{seen:?}");
    // The capture hides the target of each odd request.
    let odd = seen.records.iter().filter(|record| !record.odd.is_empty());
    assert_eq!(seen.hidden.len(), odd.count(), "{seen:?}");
    for hidden in &seen.hidden {
        let target = &sent.bytes[hidden.clone()];
        assert!(sent.bytes[..hidden.start].ends_with(b" "), "{seen:?}");
        assert!(!target.contains(&b' '), "{seen:?}");
        assert_eq!(sent.bytes[hidden.end], b' ', "{seen:?}");
    }
    assert!(seen.passed >= complete, "{seen:?}");
    let recorded = seen
        .records
        .iter()
        .find_map(|record| record.state.refusal());
    match sent.ending {
        Ending::Closed => assert_eq!(seen.refusal, recorded, "{seen:?}"),
        // A record may have a refusal that the capture did not return: the connection was over before.
        Ending::Cut | Ending::TooSlow(_) => {
            assert!(
                seen.refusal.is_none() || seen.refusal == recorded,
                "{seen:?}"
            );
        }
    }
}

/// Bytes in one piece, and single bytes, give the same result as the pieces.
fn cuts_change_nothing(sent: &Conversation, seen: &Seen) {
    // The cuts decide how many bytes the capture sees before the timeout, and so which refusal comes
    // first.
    if matches!(sent.ending, Ending::TooSlow(_)) {
        return;
    }
    let whole = capture(sent.limits, iter::once(&sent.bytes[..]), sent.ending);
    let single = capture(sent.limits, sent.bytes.chunks(1), sent.ending);
    for other in [whole, single] {
        assert_eq!((seen.passed, &seen.records), (other.passed, &other.records));
        assert_eq!(seen.hidden, other.hidden);
        assert!(sent.ending == Ending::Cut || seen.refusal == other.refusal);
    }
}

/// A capture with room for everything gives the same records with all their bytes. The limited capture
/// keeps as many bytes as it has room for, and no part of a character.
fn omitted_is_what_there_is_no_room_for(sent: &Conversation, seen: &Seen) {
    let limits = Limits {
        kept_body: sent.bytes.len(),
        ..sent.limits
    };
    let all = capture(limits, sent.pieces(), sent.ending);
    assert_eq!(all.records.len(), seen.records.len());
    assert_eq!((all.passed, all.refusal), (seen.passed, seen.refusal));
    let mut start = 0;
    for (all, part) in all.records.iter().zip(&seen.records) {
        // Only a request with a whole head passes.
        let head = if seen.passed > start {
            head_length(&all.raw)
        } else {
            sent.limits.head
        };
        let mut kept = all.raw.len().min(head + sent.limits.kept_body);
        if kept < all.raw.len() {
            kept -= begun_character(&all.raw[..kept]);
        }
        assert_eq!((all.omitted, all.state), (0, part.state));
        assert_eq!(part.raw, all.raw[..kept]);
        assert_eq!(part.omitted, (all.raw.len() - kept) as u64);
        start += all.raw.len();
    }
}

/// The length of the unfinished character at the end of `raw`; 0 without one.
fn begun_character(raw: &[u8]) -> usize {
    let is_one = |bytes: &[u8]| str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1);
    let begins_one = |end: &[u8]| {
        // One of these finishes any unfinished character.
        let mut rests = [[0x80; 3], [0xa0; 3]].into_iter();
        rests.any(|rest| (1..4).any(|more| is_one(&[end, &rest[..more]].concat())))
    };
    let mut lengths = 1..raw.len().min(3) + 1;
    let begun = lengths.find(|length| begins_one(&raw[raw.len() - length..]));
    begun.unwrap_or(0)
}

/// The length of a whole head, with the empty lines before it.
fn head_length(raw: &[u8]) -> usize {
    let start = raw.iter().position(|byte| !b"\r\n".contains(byte)).unwrap();
    let head = &raw[start..];
    let line = head.iter().position(|&byte| byte == b'\n').unwrap();
    let mark: &[u8] = if head[..line].ends_with(b"\r") {
        b"\r\n\r\n"
    } else {
        b"\n\n"
    };
    let end = head.windows(mark.len()).position(|window| window == mark);
    start + end.unwrap() + mark.len()
}

/// A capture holds at most a head, the kept part of a body, and a trailer section as long as a head.
/// The bound is three times that, and a constant: while a buffer grows, the old one and one of twice
/// the size exist.
fn memory_is_bounded(sent: &Conversation) {
    const CONSTANT: usize = 12 * 1024;
    let Limits {
        head, kept_body, ..
    } = sent.limits;
    let held = memory::peak(|| {
        follow(sent.limits, sent.pieces(), sent.ending, |_| {}, |_| {});
    });
    assert!(
        held <= 3 * (2 * head + kept_body) + CONSTANT,
        "{held} bytes"
    );
}
