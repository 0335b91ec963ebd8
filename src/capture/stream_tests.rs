//! The capture's specification: its records by example, then the two properties that always hold,
//! for any stream of requests and junk: any cutting gives the same records, and joined they are
//! the input.

use proptest::collection::vec;
use proptest::prelude::*;

use Phase::{Body, Fresh, Head, Idle, Refused};

use super::*;
use crate::capture::{Protocol, hide_target};

const LIMITS: Limits = Limits {
    head: 256,
    target: 100,
    body: 10_000,
    kept_body: 32,
    is_strict: false,
};

/// A record that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    number: u64,
    raw: Vec<u8>,
    omitted: u64,
    state: State,
    odd: Vec<Refusal>,
}

/// All that a capture does with `pieces`: its records, what goes on to hyper, and the refusal.
fn capture<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Owned>, Vec<u8>, Option<Refusal>) {
    let mut records = Vec::new();
    let mut emit = |captured: Captured<'_>| {
        records.push(Owned {
            number: captured.number,
            raw: captured.raw.to_vec(),
            omitted: captured.omitted,
            state: captured.state,
            odd: captured.odd.to_vec(),
        });
    };
    let (mut held, mut passed, mut refusal) = (Vec::new(), Vec::new(), None);
    let mut capture = Capture::new(LIMITS);
    for piece in pieces {
        let verdict = capture.push(piece, &mut emit);
        held.extend_from_slice(piece);
        for target in verdict.hidden {
            hide_target(&mut held[target]);
        }
        let rest = held.split_off(verdict.pass);
        for fields in verdict.dropped.into_iter().rev() {
            held.drain(fields);
        }
        passed.append(&mut held);
        held = rest;
        refusal = refusal.or(verdict.refusal);
    }
    let last = capture.end();
    capture.finish(&mut emit);
    (records, passed, refusal.or(last))
}

fn raws(bytes: &[u8]) -> Vec<(String, State)> {
    let (records, ..) = capture([bytes]);
    records
        .iter()
        .map(|r| (r.raw.escape_ascii().to_string(), r.state))
        .collect()
}

#[test]
fn pipelined_requests_are_separate_records() {
    let bytes = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.0\r\n\r\n";
    let expected = [
        (
            r"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
            State::Complete,
        ),
        (
            r"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi".to_owned(),
            State::Complete,
        ),
        (r"GET /3 HTTP/1.0\r\n\r\n".to_owned(), State::Complete),
    ];
    assert_eq!(raws(bytes), expected);
}

#[test]
fn a_chunked_body_is_kept_as_it_came() {
    let bytes =
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    assert_eq!(
        raws(bytes),
        [(bytes.escape_ascii().to_string(), State::Complete)]
    );
}

#[test]
fn a_long_body_is_kept_in_part_and_counted() {
    for length in [31, 32, 33, 5000] {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        let bytes = [head.as_bytes(), &vec![b'x'; length]].concat();
        for cut in [bytes.len(), 1] {
            let (records, passed, _) = capture(bytes.chunks(cut));
            let kept = length.min(LIMITS.kept_body);
            assert_eq!(records.len(), 1);
            assert_eq!(
                records[0].raw,
                bytes[..head.len() + kept],
                "{length} cut by {cut}"
            );
            assert_eq!(
                records[0].omitted,
                (length - kept) as u64,
                "{length} cut by {cut}"
            );
            assert_eq!(passed, bytes);
        }
    }
}

/// The last character that is kept is whole, sized or chunked or behind what was refused, and in any cut.
#[test]
fn a_long_body_is_kept_to_the_end_of_a_character() {
    let sized = |body: &str| {
        format!(
            "POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let chunked = |body: &str| {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
    };
    let refused = |body: &str| format!("no request\r\n{body}{body}{body}{body}");
    for before in ["", "a", "ab"] {
        let body = format!("{before}{}", "菜".repeat(40));
        for bytes in [sized(&body), chunked(&body), refused(&body)] {
            for cut in [bytes.len(), 7, 1] {
                let (records, ..) = capture(bytes.as_bytes().chunks(cut));
                let [record] = &records[..] else {
                    panic!("{records:?}")
                };
                let kept = str::from_utf8(&record.raw);
                assert!(kept.is_ok_and(|kept| kept.ends_with('菜')), "{record:?}");
                let all = record.raw.len() as u64 + record.omitted;
                assert_eq!(all, bytes.len() as u64, "{record:?}");
            }
        }
    }
}

#[test]
fn what_is_no_request_is_refused_with_all_that_follows() {
    let hello = b"\x16\x03\x01\x02\x00\x02GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (records, passed, refusal) = capture([&hello[..]]);
    assert_eq!(
        (records[0].raw.as_slice(), records[0].state),
        (&hello[..], State::Refused(rules::REQUEST_LINE.at(0x16, 0)))
    );
    assert_eq!(
        (
            records.len(),
            passed.len(),
            refusal.map(|r| r.rule().status)
        ),
        (1, 0, Some(400))
    );
}

#[test]
fn a_refused_request_never_goes_on_but_those_before_it_do() {
    let fine = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (records, passed, refusal) =
        capture([&fine[..], b"GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n"]);
    assert_eq!((records.len(), passed.as_slice()), (2, &fine[..]));
    assert_eq!(refusal.map(|r| r.rule().status), Some(400));
}

#[test]
fn a_bad_chunk_refuses_what_has_begun() {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel";
    let (records, passed, refusal) = capture([&head[..], b"lo0\r\n\r\n"]);
    let bytes_before_fault = head.len() + 2;
    let refused = rules::CHUNK_DATA.at(b'0', bytes_before_fault);
    assert_eq!(records[0].state, State::Refused(refused));
    assert_eq!(passed, [&head[..], b"lo"].concat());
    assert_eq!(refusal.map(|r| r.rule().status), Some(400));
}

#[test]
fn another_protocol_is_named_however_its_bytes_are_cut() {
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let refused = rules::REQUEST_LINE.at(0x16, 0).looks_like(Protocol::Tls);
    for cut in 1..=hello.len() {
        let (records, passed, refusal) = capture(hello.chunks(cut));
        assert_eq!((records.len(), passed.len()), (1, 0), "{cut}");
        assert_eq!(records[0].state, State::Refused(refused), "{cut}");
        assert_eq!(refusal, Some(refused), "{cut}");
    }
    // Too little to tell.
    let (records, _, refusal) = capture([&hello[..3]]);
    assert_eq!(refusal, Some(rules::REQUEST_LINE.at(0x16, 0)));
    assert_eq!(records[0].raw, hello[..3]);
}

#[test]
fn line_ends_alone_are_judged_the_same_however_they_are_cut() {
    for bytes in [
        &b"\n\r\n\r\r\n\n"[..],
        b"\r\n\n\r\r",
        b"\r\r",
        b"\r\n\r\n",
        b"\n\n",
        b"\r",
    ] {
        let whole = capture([bytes]);
        let shown = bytes.escape_ascii();
        for cut in 1..bytes.len() {
            assert_eq!(capture(bytes.chunks(cut)), whole, "{shown} cut by {cut}");
        }
    }
}

#[test]
fn trailer_fields_are_recorded_and_do_not_go_on() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let sent = format!("{head}1\r\na\r\n0\r\nX: y\r\nZ: \r\n\r\n{head}0\r\n\r\n").repeat(2);
    let hypers = format!("{head}1\r\na\r\n0\r\n\r\n{head}0\r\n\r\n").repeat(2);
    for cut in 1..=sent.len() {
        let (records, passed, refusal) = capture(sent.as_bytes().chunks(cut));
        assert_eq!(
            passed.escape_ascii().to_string(),
            hypers.as_bytes().escape_ascii().to_string()
        );
        let recorded: Vec<_> = records.into_iter().flat_map(|record| record.raw).collect();
        assert_eq!(
            (recorded, refusal),
            (sent.clone().into_bytes(), None),
            "{cut}"
        );
    }
}

#[test]
fn an_odd_target_is_recorded_as_it_is_and_hidden_from_hyper() {
    let odd = b"GET /\xe4?100% HTTP/1.1\r\nHost: a\r\n\r\n";
    let fine = b"GET /fine HTTP/1.1\r\nHost: a\r\n\r\n";
    let hidden = b"GET /______ HTTP/1.1\r\nHost: a\r\n\r\n";
    let sent = [&fine[..], odd, fine, odd].concat();
    for cut in 1..=sent.len() {
        let (records, passed, refusal) = capture(sent.chunks(cut));
        let raws: Vec<_> = records.iter().map(|record| &record.raw[..]).collect();
        assert_eq!(raws, [&fine[..], odd, fine, odd], "{cut}");
        let notes: Vec<_> = records.iter().map(|record| record.odd.len()).collect();
        assert_eq!(notes, [0, 2, 0, 2], "{cut}");
        assert_eq!(passed, [&fine[..], hidden, fine, hidden].concat(), "{cut}");
        assert_eq!(refusal, None);
    }
}

#[test]
fn an_odd_head_is_noted_also_where_its_body_is_refused() {
    let sent = b"PURGE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx";
    let (records, ..) = capture([&sent[..]]);
    assert_eq!(records[0].odd, [rules::METHOD_UNKNOWN]);
    assert!(matches!(records[0].state, State::Refused(_)));
}

/// The one record of a request that `pieces` begin and `interfere` has a say about.
fn unfinished(pieces: &[&[u8]], interfere: impl Fn(&mut Capture)) -> Option<(Vec<u8>, State)> {
    let mut records = Vec::new();
    let mut capture = Capture::new(LIMITS);
    for piece in pieces {
        capture.push(piece, |_| panic!("it is whole"));
        interfere(&mut capture);
    }
    capture.finish(|request| records.push((request.raw.to_vec(), request.state)));
    records.pop()
}

const HALF_HEAD: &[u8] = b"GET / HT";
const HALF_BODY: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh";

#[test]
fn what_the_peer_ends_in_the_middle_is_refused() {
    for (bytes, refusal) in [
        (HALF_HEAD, rules::HEAD_CUT_SHORT),
        (b"GET \\", rules::HEAD_CUT_SHORT),
        (HALF_BODY, rules::BODY_CUT_SHORT),
    ] {
        let expected = [(bytes.escape_ascii().to_string(), State::Refused(refusal))];
        assert_eq!(raws(bytes), expected);
    }
    assert_eq!(raws(b"\r\n"), [(r"\r\n".to_owned(), State::Incomplete)]);
    assert_eq!(raws(b""), []);
}

#[test]
fn what_a_failed_connection_cuts_is_incomplete() {
    for bytes in [HALF_HEAD, HALF_BODY, b"\r\n"] {
        let seen = unfinished(&[bytes], |_| {});
        assert_eq!(seen, Some((bytes.to_vec(), State::Incomplete)));
    }
    assert_eq!(unfinished(&[], |_| {}), None);
}

#[test]
fn what_others_refuse_takes_all_that_follows_with_it() {
    let slow = rules::BODY_TOO_SLOW;
    for (bytes, more) in [
        (HALF_HEAD, "TP/1.0\r\n\r\n"),
        (HALF_BODY, "iGET / HTTP/1.0\r\n\r\n"),
    ] {
        let seen = unfinished(&[bytes, more.as_bytes()], |capture| capture.refuse(slow));
        let expected = ([bytes, more.as_bytes()].concat(), State::Refused(slow));
        assert_eq!(seen, Some(expected));
    }
    // Nothing has begun.
    let seen = unfinished(&[b"\r\n"], |capture| capture.refuse(slow));
    assert_eq!(seen, Some((b"\r\n".to_vec(), State::Incomplete)));
}

#[test]
fn a_body_has_a_limit() {
    let sized = |length: u64| format!("POST / HTTP/1.0\r\nContent-Length: {length}\r\n\r\nabc");
    let chunked = |length: u64| {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{length:x}\r\nabc")
    };
    for bytes in [sized(LIMITS.body), chunked(LIMITS.body)] {
        let (_, passed, refusal) = capture([bytes.as_bytes()]);
        assert_eq!(
            (passed.len(), refusal),
            (bytes.len(), Some(rules::BODY_CUT_SHORT))
        );
    }
    for bytes in [sized(LIMITS.body + 1), chunked(LIMITS.body + 1)] {
        let (records, _, refusal) = capture([bytes.as_bytes()]);
        assert_eq!(refusal, Some(rules::BODY_TOO_LONG));
        assert_eq!(records[0].raw, bytes.as_bytes());
    }
}

#[test]
fn a_refused_request_is_known_for_a_head_request() {
    for (bytes, is_head) in [
        ("HEAD / HTTP/1.1\r\n\r\n", true),
        ("\r\nHEAD / HT", true),
        ("HEADS / HTTP/1.1\r\n\r\n", false),
        ("GET / HTTP/1.1\r\n\r\n", false),
    ] {
        let mut capture = Capture::new(LIMITS);
        capture.push(bytes.as_bytes(), |_| {});
        assert_eq!(capture.is_head_request(), is_head, "{bytes:?}");
    }
}

#[test]
fn a_head_has_a_limit() {
    let head = |length: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n",
            "b".repeat(length - 32)
        )
    };
    for cut in [1, 7, 1000] {
        let (records, _, refusal) = capture(head(LIMITS.head).as_bytes().chunks(cut));
        assert_eq!(
            (records[0].state, refusal),
            (State::Complete, None),
            "cut by {cut}"
        );
        let (records, passed, refusal) = capture(head(LIMITS.head + 1).as_bytes().chunks(cut));
        assert_eq!(
            records[0].state,
            State::Refused(rules::HEAD_TOO_LONG),
            "cut by {cut}"
        );
        assert_eq!(
            (passed.len(), refusal.map(|r| r.rule().status)),
            (0, Some(431)),
            "cut by {cut}"
        );
    }
}

#[test]
fn phases() {
    let mut capture = Capture::new(LIMITS);
    let mut phases = vec![capture.phase()];
    for piece in [
        "\r\n",
        "GET / HTTP/1.0\r",
        "\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
        "x",
        "\0",
        "x",
    ] {
        capture.push(piece.as_bytes(), |_| {});
        phases.push(capture.phase());
    }
    assert_eq!(
        phases,
        [Fresh, Idle, Head, Idle, Body, Idle, Refused, Refused]
    );
}

/// A request, or something that only looks like one.
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

    /// However the same bytes are cut into reads, all that follows from them is the same.
    #[test]
    fn any_cutting_gives_the_same(bytes in stream(), cuts in vec(1..40usize, 0..60)) {
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

    /// The records, joined, are the input, and what goes on is its beginning, but for trailer fields and
    /// the targets of odd requests.
    #[test]
    fn joined_records_are_the_input(bytes in stream()) {
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
