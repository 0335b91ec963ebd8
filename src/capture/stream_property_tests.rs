//! Properties of any stream of requests and junk: no cut changes the records, and they are the input.

use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{LIMITS, capture};
use super::*;

/// A request, or bytes that look like one.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let body = || vec(any::<u8>(), 0..80);
    prop_oneof![
        4 => "(GET|PUT|FOO) /[a-z]{0,8} HTTP/1\\.[01]\r\n(A: b\r\n){0,3}\r\n".prop_map(String::into_bytes),
        2 => body().prop_map(|body| {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
            [head.as_bytes(), &body].concat()
        }),
        2 => vec(body(), 0..4).prop_map(|chunks| {
            let mut bytes = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).bytes().chain(chunk.iter().copied()));
                bytes.extend(b"\r\n");
            }
            [&bytes[..], b"0\r\n\r\n"].concat()
        }),
        1 => "(\r\n|\n){1,3}".prop_map(String::into_bytes),
        1 => "GET / HTTP/1.1\r\nHost: a\r\n([A-Za-z-]{0,9}:? ?[ -~]{0,9}\r?\n){0,30}\r\n".prop_map(String::into_bytes),
        1 => "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n([0-9a-f;]{1,2}\r\n[a-z]{0,9}\r\n){0,3}0\r\n".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
        1 => "[ -~]{0,400}".prop_map(String::into_bytes),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    vec(part(), 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The result does not depend on how the bytes are cut into reads.
    #[test]
    fn any_cut_has_the_same_result(bytes in stream(), cuts in vec(1..40usize, 0..60)) {
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let whole = capture([&bytes[..]]);
        prop_assert_eq!(&capture(pieces), &whole);
        prop_assert_eq!(&capture(bytes.chunks(1)), &whole);
    }

    /// The records, concatenated, are the input. The bytes that go on are its beginning, without trailer
    /// fields, and with the targets of odd requests replaced.
    #[test]
    fn concatenated_records_are_the_input(bytes in stream()) {
        let (records, passed, refusal) = capture([&bytes[..]]);
        let mut rest = &bytes[..];
        for (number, record) in (1..).zip(&records) {
            prop_assert_eq!(record.number, number);
            prop_assert!(rest.starts_with(&record.raw), "{:?} is not at {:?}", record, rest);
            rest = &rest[record.raw.len() + usize::try_from(record.omitted).unwrap()..];
        }
        prop_assert!(rest.is_empty(), "not recorded: {:?}", rest);
        let has_odd = records.iter().any(|record| !record.odd.is_empty());
        let is_same = |(sent, gone): (&u8, &u8)| sent == gone || has_odd && b"/_".contains(gone);
        let verdict = Capture::new(LIMITS).push(&bytes, |_| {});
        let mut goes_on = bytes[..verdict.pass].to_vec();
        for fields in verdict.dropped.into_iter().rev() {
            goes_on.drain(fields);
        }
        prop_assert_eq!(passed.len(), goes_on.len());
        prop_assert!(goes_on.iter().zip(&passed).all(is_same));
        let recorded = records.iter().find_map(|r| r.state.refusal());
        prop_assert_eq!(recorded, refusal, "{:?}", records);
    }
}
