//! Lines of `short`, with and without a width and colors.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::super::samples::{CONNECTION, columns, hostile, rows, view, viewed};
use super::super::{Format, Formatter};
use super::*;
use crate::capture::rules;
use crate::request_log::{Connection, View};

fn answered(request_line: &[u8]) -> Answered<'_> {
    Answered {
        time: UNIX_EPOCH + Duration::from_millis(1_795_384_040_123),
        connection: &CONNECTION,
        request: 1,
        request_line,
        bytes: 142,
        state: State::Complete,
        is_odd: false,
        status: Some(200),
        duration: Duration::from_micros(420),
    }
}

fn shown(view: View, answered: &Answered<'_>) -> String {
    let write = |formatter: &mut Formatter, out: &mut Vec<u8>| {
        formatter.write_answered(answered, out);
    };
    viewed(Format::Short, view, write)
}

#[test]
fn a_request_is_a_line() {
    let mut answered = answered(b"GET /articles/42?from=front HTTP");
    assert_eq!(
        shown(View::PLAIN, &answered),
        "▶ 21:47:20.123 127.0.0.1:51234  GET /articles/42?from=front HTTP  200  142 B  420 µs\n"
    );
    assert_eq!(
        shown(columns(80), &answered),
        "▶ 21:47:20.123 127.0.0.1     GET /articles/42?from=front … 200     142 B  420 µs\n"
    );
    assert_eq!(
        shown(columns(120), &answered),
        "▶ 21:47:20.123 127.0.0.1:51234     GET /articles/42?from=front HTTP                                200     142 B  420 µs\n"
    );
    answered.state = State::Refused(rules::HOST_MISSING);
    answered.status = None;
    assert_eq!(
        shown(columns(80), &answered),
        "▶ 21:47:20.123 127.0.0.1     GET /articles/42?fro… refused   -     142 B  420 µs\n"
    );
    assert_eq!(
        shown(columns(50), &answered),
        "▶ 21:47:20.123 GET … refused   -     142 B  420 µs\n"
    );
    assert_eq!(shown(columns(20), &answered), "▶ GET /… refused   -\n");
}

#[test]
fn a_long_address_is_cut() {
    let peer: std::net::SocketAddr = "[2001:db8:85a3::8a2e:370:7334]:51234".parse().unwrap();
    let connection = Connection::new(peer, 12);
    let mut answered = answered(b"GET /articles/42?from=front HTTP");
    answered.connection = &connection;
    assert_eq!(
        shown(columns(80), &answered),
        "▶ 21:47:20.123 [2001:db8:85a3… GET /articles/42?from=fron… 200     142 B  420 µs\n"
    );
}

#[test]
fn what_is_not_as_it_should_be_has_a_word() {
    let mut answered = answered(b"GET /");
    for (state, is_odd, result) in [
        (State::Complete, false, "  200  "),
        (State::Unparsed, false, "  200  "),
        (State::Complete, true, "  odd 200  "),
        (State::Incomplete, true, "  incomplete 200  "),
        (State::Late, false, "  late 200  "),
        (
            State::Refused(rules::HOST_MISSING),
            false,
            "  refused 200  ",
        ),
    ] {
        answered.state = state;
        answered.is_odd = is_odd;
        let shown = shown(View::PLAIN, &answered);
        assert!(shown.contains(&format!("GET /{result}142 B")), "{shown}");
    }
}

#[test]
fn a_duration_has_three_digits() {
    for (micros, text) in [
        (0, "0 µs"),
        (429, "429 µs"),
        (999, "999 µs"),
        (1_000, "1.00 ms"),
        (9_999, "9.99 ms"),
        (10_000, "10.0 ms"),
        (99_999, "99.9 ms"),
        (100_000, "100 ms"),
        (999_999, "999 ms"),
        (1_250_000, "1.2 s"),
        (99_999_999, "99.9 s"),
        (100_000_000, "100 s"),
    ] {
        assert_eq!(duration(Duration::from_micros(micros)), text);
    }
}

proptest! {
    /// Whatever comes, and however wide the terminal is: one line with a mark, which fits.
    #[test]
    fn safe(raw in hostile(), (view, columns) in view(), kind in 0..4_usize, bytes: u64, micros: u64) {
        let mut answered = answered(&raw);
        answered.bytes = bytes;
        answered.duration = Duration::from_micros(micros);
        answered.state = [
            State::Complete, State::Incomplete, State::Late, State::Refused(rules::HOST_MISSING),
        ][kind];
        let rows = rows(&shown(view, &answered), columns);
        prop_assert_eq!(rows.len(), 1);
        prop_assert!(rows[0].starts_with('▶'));
    }
}
