//! Captures by example: the records, the bytes that go on, and the phases.

use Phase::{Body, Fresh, Head, Idle, Refused};

use super::super::hide_target;
use super::*;

pub(super) const LIMITS: Limits = Limits {
    head: 256,
    target: 100,
    body: 10_000,
    kept_body: 32,
    is_strict: false,
};

/// A record that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owned {
    pub(super) number: u64,
    pub(super) raw: Vec<u8>,
    pub(super) omitted: u64,
    pub(super) state: State,
    pub(super) target: Vec<u8>,
    pub(super) odd: Vec<Refusal>,
}

/// The result of a capture of `pieces`: the records, the bytes that go on to hyper, and the refusal.
pub(super) fn capture<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Owned>, Vec<u8>, Option<Refusal>) {
    let mut records = Vec::new();
    let mut emit = |captured: Captured<'_>| {
        records.push(Owned {
            number: captured.number,
            raw: captured.raw.to_vec(),
            omitted: captured.omitted,
            state: captured.state,
            target: captured.target.to_vec(),
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
    let at_end = capture.end();
    capture.finish(&mut emit);
    (records, passed, refusal.or(at_end))
}

/// The records of `bytes` that came in one read.
pub(super) fn raws(bytes: &[u8]) -> Vec<(String, State)> {
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
fn a_chunked_body_is_recorded_as_it_came() {
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

/// The last kept character is whole: in a sized, a chunked and a refused body, and in any cut.
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
fn trailer_fields_are_recorded_and_do_not_go_on() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let sent = format!("{head}1\r\na\r\n0\r\nX: y\r\nZ: \r\n\r\n{head}0\r\n\r\n").repeat(2);
    let passed_on = format!("{head}1\r\na\r\n0\r\n\r\n{head}0\r\n\r\n").repeat(2);
    for cut in 1..=sent.len() {
        let (records, passed, refusal) = capture(sent.as_bytes().chunks(cut));
        assert_eq!(
            passed.escape_ascii().to_string(),
            passed_on.as_bytes().escape_ascii().to_string()
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
fn a_refused_head_request_is_recognised() {
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
fn each_part_of_a_request_is_a_phase() {
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

#[test]
fn a_record_has_the_target_of_its_request() {
    for (bytes, target) in [
        (&b"GET /a?b HTTP/1.0\r\n\r\n"[..], &b"/a?b"[..]),
        (b"\r\nGET /\xe4 HTTP/1.0\r\n\r\n", b"/\xe4"),
        (b"POST /p HTTP/1.0\r\nContent-Length: 2\r\n\r\n12", b"/p"),
        (b"GET /unfinished HT", b""),
        (b"no request\r\n\r\n", b""),
    ] {
        for cut in [bytes.len(), 1] {
            let (records, ..) = capture(bytes.chunks(cut));
            let shown = bytes.escape_ascii();
            assert_eq!(records[0].target, target, "{shown} cut by {cut}");
        }
    }
}
