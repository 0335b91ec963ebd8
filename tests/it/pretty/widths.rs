//! No character takes more columns on a terminal than the formats for people count.

use std::net::SocketAddr;
use std::process::Command;
use std::time::UNIX_EPOCH;

use hellowire::capture::{Captured, State};
use hellowire::request_log::{Connection, Format, Formatter, Record, View};
use unicode_width::UnicodeWidthChar;

use crate::support::run;

/// The characters that are wide by glibc, which many terminals ask.
const WIDE: &str = r"
import ctypes, locale
locale.setlocale(locale.LC_ALL, 'C.UTF-8')
width = ctypes.CDLL(None).wcwidth
for point in range(0x80, 0x110000):
    if width(point) > 1:
        print('%x' % point)
";

#[test]
#[ignore = "needs python3 and glibc"]
fn what_is_wide_by_glibc_is_wide_or_escaped() {
    let points = run(Command::new("python3").args(["-c", WIDE]));
    let wide: Vec<char> = points
        .lines()
        .map(|point| char::from_u32(u32::from_str_radix(point, 16).unwrap()).unwrap())
        .collect();
    assert!(wide.contains(&'菜'), "{} characters", wide.len());
    let mut narrow = String::new();
    // Of a longer body only a part is shown.
    for characters in wide.chunks(1000) {
        let text: String = characters.iter().collect();
        let shown = shown(text.as_bytes());
        narrow.extend(
            shown
                .chars()
                .filter(|c| characters.contains(c) && c.width() != Some(2)),
        );
    }
    assert_eq!(narrow, "");
}

/// The record of some bytes.
fn shown(raw: &[u8]) -> String {
    let mut out = Vec::new();
    let request = Captured {
        number: 1,
        raw,
        omitted: 0,
        state: State::Unparsed,
        head: 0,
        target: b"",
        odd: &[],
    };
    let record = Record {
        time: UNIX_EPOCH,
        connection: &Connection::new(SocketAddr::from(([127, 0, 0, 1], 1)), 1),
        request,
        status: None,
    };
    Formatter::new(Format::Pretty, View::PLAIN).write(&record, &mut out);
    String::from_utf8(out).unwrap()
}
