//! Records in `pretty`, with and without a width and colors.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::super::samples::{self, columns, hostile, rows, text, unescape, view, viewed};
use super::super::{Format, Formatter};
use crate::capture::{State, rules};
use crate::request_log::{Connection, Record, View};

const POST: &[u8] = b"POST /hook?a=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

fn shown(view: View, record: &Record<'_>) -> String {
    let write = |formatter: &mut Formatter, out: &mut Vec<u8>| formatter.write(record, out);
    viewed(Format::Pretty, view, write)
}

fn answered(raw: &[u8], status: u16) -> Record<'_> {
    let mut record = samples::record(raw);
    record.status = Some(status);
    let end = memchr::memmem::find(raw, b"\r\n\r\n");
    record.request.head = end.map_or(0, |end| end + 4);
    record
}

#[test]
fn a_request() {
    let raw = "POST /菜鸡 HTTP/1.1\r\nA: \\\t\0\x1b[2J\u{202e}▶◌\r\n\r\nbody";
    let expected = r"▶ 21:47:20.123 #12.1 127.0.0.1:51234  POST /菜鸡  50 B  200
  POST /菜鸡 HTTP/1.1\r\n
  A: \\\t\x00\x1b[2J\u{202e}\u{25b6}\u{25cc}\r\n
  \r\n
  body

";
    assert_eq!(
        text(Format::Pretty, &answered(raw.as_bytes(), 200)),
        expected
    );
}

#[test]
fn eighty_columns_have_all_that_one_looks_for() {
    let expected = r"▶ 21:47:20.123 #12.1 127.0.0.1     POST /hook?a=1                       57 B 200
  POST /hook?a=1 HTTP/1.1\r\n
  Host: a\r\n
  Content-Length: 2\r\n
  \r\n
  hi

";
    assert_eq!(shown(columns(80), &answered(POST, 200)), expected);
}

#[test]
fn more_columns_have_the_port_and_fewer_have_rows() {
    let first = |columns: usize| {
        let shown = shown(samples::columns(columns), &answered(POST, 200));
        shown
            .split_once("  POST /hook?a=1 HTTP")
            .unwrap()
            .0
            .to_owned()
    };
    let port = "▶ 21:47:20.123 #12.1 127.0.0.1:51234     POST /hook?a=1";
    assert!(first(120).starts_with(port), "{}", first(120));
    assert_eq!(
        first(60),
        "▶ 21:47:20.123 #12.1 POST /hook?a=1                 57 B 200\n  ↳ from 127.0.0.1:51234\n"
    );
    assert_eq!(
        first(24),
        "▶ 21:47:20.123 #12.1\n  57 B 200\n  POST /hook?a=1\n  ↳ from 127.0.0.1:51234\n"
    );
    assert_eq!(first(19), first(1), "below 20 columns the terminal wraps");
}

#[test]
fn a_long_target_is_cut_and_a_long_address_has_a_row() {
    let raw = format!("GET /{} HTTP/1.1\r\n\r\n", "菜".repeat(40));
    let peer: SocketAddr = "[2001:db8::1]:51234".parse().unwrap();
    let connection = Connection::new(peer, 12);
    let mut record = answered(raw.as_bytes(), 200);
    record.connection = &connection;
    let shown = shown(columns(60), &record);
    let expected = "▶ 21:47:20.123 #12.1 GET /菜菜菜菜菜菜菜菜菜…      138 B 200\n  \
                    ↳ from [2001:db8::1]:51234\n";
    assert!(shown.starts_with(expected), "{shown}");
}

#[test]
fn wrapped_rows_are_indented_and_no_escape_is_split() {
    let raw = b"GET /abcdefghijklm\x1b\x1b\\ HTTP/1.1\r\n\r\n";
    let shown = shown(columns(20), &answered(raw, 200));
    let rows = r"  GET /abcdefghijklm
  \x1b\x1b\\ HTTP/1.
  1\r\n
  \r\n
";
    assert!(shown.ends_with(&format!("\n{rows}\n")), "{shown}");
}

#[test]
fn reasons_have_rows_of_their_own() {
    let notes = [rules::TARGET_ASTERISK, rules::METHOD_UNKNOWN];
    let mut record = answered(b"x", 400);
    record.request.odd = &notes;
    record.request.state = State::Refused(rules::HOST_MISSING);
    let expected = "
  ↳ refused: Host is missing
    (RFC 9112 3.2)
  ↳ odd: the request target is an
    asterisk, which OPTIONS alone has
    (RFC 9112 3.2.4)
  ↳ odd: the method is not registered
    (RFC 9110 16.1)
  x

";
    let seen = shown(columns(40), &record);
    assert!(seen.ends_with(expected), "{seen}");
    for (state, head, row) in [
        (
            State::Incomplete,
            0,
            "\n  ↳ incomplete: the head did not end\n",
        ),
        (
            State::Incomplete,
            1,
            "\n  ↳ incomplete: the body did not end\n",
        ),
        (State::Late, 0, "\n  ↳ late\n"),
    ] {
        record.request.state = state;
        record.request.head = head;
        let seen = shown(columns(40), &record);
        assert!(seen.contains(row), "{seen}");
    }
    record.request.odd = &[];
    record.request.state = State::Complete;
    assert_eq!(shown(View::PLAIN, &record).lines().count(), 3);
}

#[test]
fn a_body_that_is_not_text_is_a_hexdump() {
    let raw = b"POST / HTTP/1.1\r\n\r\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR\\";
    for (columns, rows) in [
        (
            80,
            "  0000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52  |.PNG........IHDR|\n  \
             0010  5c                                                |\\|\n",
        ),
        (
            75,
            "  0000  89 50 4e 47 0d 0a 1a 0a  |.PNG....|\n  \
             0008  00 00 00 0d 49 48 44 52  |....IHDR|\n  \
             0010  5c                       |\\|\n",
        ),
        (
            30,
            "  0000  89 50 4e 47  |.PNG|\n  0004  0d 0a 1a 0a  |....|\n  \
             0008  00 00 00 0d  |....|\n  000c  49 48 44 52  |IHDR|\n  \
             0010  5c           |\\|\n",
        ),
        (
            20,
            "  0000  89 50 4e 47\n  0004  0d 0a 1a 0a\n  0008  00 00 00 0d\n  \
             000c  49 48 44 52\n  0010  5c\n",
        ),
    ] {
        let shown = shown(samples::columns(columns), &answered(raw, 200));
        assert!(shown.ends_with(&format!("  \\r\\n\n{rows}\n")), "{shown}");
    }
}

#[test]
fn what_is_not_shown_is_counted() {
    let raw = [POST, &[b'a'; 5000]].concat();
    let mut record = answered(&raw, 200);
    record.request.omitted = 7;
    let shown = shown(View::PLAIN, &record);
    let end = "a\n  ↳ 906 more bytes: --log line has them\n  \
               ↳ 7 more bytes that the log does not keep (--log-body)\n\n";
    assert!(shown.ends_with(end), "{shown}");
}

#[test]
fn a_long_body_that_is_not_text_is_shown_in_part() {
    let raw = [POST, &[0; 5000]].concat();
    let shown = shown(View::PLAIN, &answered(&raw, 200));
    assert_eq!(shown.matches("\n  00").count(), 8, "{shown}");
    let end = "|\n  ↳ 4874 more bytes: --log hex has them\n\n";
    assert!(shown.ends_with(end), "{shown}");
}

#[test]
fn a_request_has_no_row_that_looks_like_those() {
    let padded = format!("{}↳ late", "a".repeat(38));
    let seen = shown(columns(40), &samples::record(padded.as_bytes()));
    let rows = format!("\n  {}\n  \\u{{21b3}} late\n\n", "a".repeat(38));
    assert!(seen.ends_with(&rows), "{seen}");
}

#[test]
fn colors_tell_escapes_from_text() {
    let view = View {
        color: true,
        ..columns(80)
    };
    let seen = shown(view, &answered(b"a\\n\r\n", 200));
    assert!(seen.starts_with("\x1b[1m▶ 21:47:20.123 #12.1"), "{seen:?}");
    assert!(seen.contains("\x1b[32m200\x1b[0m\n"), "{seen:?}");
    assert!(seen.ends_with("  a\\n\x1b[2m\\r\\n\x1b[0m\n\n"), "{seen:?}");
    let mut odd = answered(b"a", 200);
    odd.request.odd = &[rules::METHOD_UNKNOWN];
    let seen = shown(view, &odd);
    assert!(seen.contains("\x1b[33m200\x1b[0m\n"), "{seen:?}");
    odd.request.state = State::Refused(rules::HOST_MISSING);
    let seen = shown(view, &odd);
    assert!(seen.contains("\x1b[31m↳ refused: Host"), "{seen:?}");
}

proptest! {
    /// Whatever comes, and however wide the terminal is: rows fit, and one has a mark.
    #[test]
    fn safe(raw in hostile(), (view, columns) in view(), has_head: bool, kind in 0..4_usize, omitted in 0..2_u64) {
        let mut record = answered(&raw, 200);
        if !has_head {
            record.request.head = 0;
        }
        record.request.omitted = omitted;
        record.request.state = [
            State::Complete, State::Incomplete, State::Late, State::Refused(rules::HOST_MISSING),
        ][kind];
        let shown = shown(view, &record);
        let rows = rows(&shown, columns);
        prop_assert!(rows[0].starts_with('▶'));
        prop_assert!(!rows[1..].iter().any(|row| row.starts_with('▶')));
        prop_assert_eq!(rows.iter().position(String::is_empty), Some(rows.len() - 1));
    }

    /// The bytes of text can be restored.
    #[test]
    fn exact(body in "[\\PC▶↳\r\n\t\\\\\u{202e}]{0,80}") {
        let raw = format!("POST /\\ HTTP/1.1\r\nA: \\n\r\n\r\n{body}");
        let shown = text(Format::Pretty, &answered(raw.as_bytes(), 200));
        let rows = shown.strip_suffix("\n\n").unwrap().split('\n').skip(1);
        let escaped: String = rows.map(|row| row.strip_prefix("  ").unwrap()).collect();
        prop_assert_eq!(unescape(&escaped), raw.into_bytes());
    }
}
