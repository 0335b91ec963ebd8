//! What `pretty` and `short` show of hostile requests. A terminal's emulator, vt100, is the judge.

/// Requests that try to act on a terminal.
mod cases;
/// How wide characters are.
mod widths;

use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use cases::{Case, case};
use hellowire::language::Language;
use hellowire::request_log::{Columns, View};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use unicode_width::UnicodeWidthChar;
use vt100::{Callbacks, Parser};

use crate::screen::Screen;
use crate::support::{Client, Service, program};

/// Milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// The marks of records, and of requests that pause.
const MARKS: [&str; 2] = ["▶", "◌"];

/// The mark of each row of ours below the first one of a record.
const NOTE: char = '↳';

/// Hears of all that a terminal is told to do and that is no text.
#[derive(Default)]
struct Judge(Vec<&'static str>);

impl Callbacks for Judge {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("a bell");
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("a visual bell");
    }
    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.0.push("a size");
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("an icon");
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("a title");
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.0.push("the clipboard");
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("the clipboard");
    }
    fn unhandled_char(&mut self, _: &mut vt100::Screen, character: char) {
        // The emulator takes this one for a byte that is no text, also where it was sent.
        if character != '\u{fffd}' {
            self.0.push("a character");
        }
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, _: u8) {
        self.0.push("a control");
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, _: u8) {
        self.0.push("an escape");
    }
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        _: Option<u8>,
        _: Option<u8>,
        _: &[&[u16]],
        _: char,
    ) {
        self.0.push("a control sequence");
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, _: &[&[u8]]) {
        self.0.push("a command");
    }
}

/// How many rows a terminal of this width has at most after this text.
fn most_rows(text: &str, columns: usize) -> u16 {
    let cells = |row: &str| {
        row.chars()
            .filter_map(UnicodeWidthChar::width)
            .sum::<usize>()
    };
    // A wide character may leave a cell empty at the end of each row.
    let rows = text.split('\n').map(|row| 1 + cells(row) / (columns - 1));
    u16::try_from(rows.sum::<usize>()).unwrap()
}

/// Shows the cases one after the other on one terminal, and looks at its screen.
fn judge(cases: &[Case], view: View, columns: usize) {
    let texts: Vec<_> = cases.iter().map(|case| case.text(view)).collect();
    let all: String = texts.iter().map(|(text, _)| text.as_str()).collect();
    let width = u16::try_from(columns).unwrap();
    let rows = most_rows(&all, columns);
    let mut terminal = Parser::new_with_callbacks(rows, width, 0, Judge::default());
    let untouched = terminal.screen().clone();
    let mut starts = Vec::new();
    for (case, (text, mark)) in cases.iter().zip(&texts) {
        let without = case.with(NOTE, '…').text(view).0;
        let notes = |text: &str| text.matches(NOTE).count();
        assert_eq!(notes(text), notes(&without), "a forged row: {text}");
        starts.push((terminal.screen().cursor_position().0, *mark));
        // As the terminal's driver does.
        terminal.process(text.replace('\n', "\r\n").as_bytes());
        let screen = terminal.screen();
        assert_eq!(screen.cursor_position().1, 0, "{text:?}");
        assert_eq!(
            (screen.attributes_formatted(), screen.input_mode_formatted()),
            (
                untouched.attributes_formatted(),
                untouched.input_mode_formatted()
            ),
            "{text:?}"
        );
        assert!(
            !screen.alternate_screen() && !screen.hide_cursor(),
            "{text:?}"
        );
    }
    assert_eq!(terminal.callbacks().0, Vec::<&str>::new(), "{all:?}");
    let screen = terminal.screen();
    let last = screen.cursor_position().0;
    let first_cell = |row| screen.cell(row, 0).unwrap().contents().to_owned();
    let marked: Vec<_> = (0..last)
        .filter_map(|row| {
            Some((
                row,
                MARKS.into_iter().find(|mark| first_cell(row) == *mark)?,
            ))
        })
        .collect();
    assert_eq!(marked, starts, "{columns} columns: {all}");
    if columns >= 20 {
        assert_eq!(
            usize::from(last),
            all.matches('\n').count(),
            "{columns} columns: {all}"
        );
        for row in 0..last {
            assert!(
                !screen.row_wrapped(row),
                "row {row}, {columns} columns: {all}"
            );
            let begin = first_cell(row);
            let is_ours = MARKS.contains(&&*begin) || begin.trim().is_empty();
            assert!(is_ours, "row {row}, {columns} columns: {all}");
        }
    }
}

/// Judges this many requests, two at a time.
fn judge_many(requests: u32) {
    let languages = vec![Language::English, Language::Chinese];
    let many = (
        vec(case(), 2),
        5..=200_usize,
        any::<bool>(),
        prop::sample::select(languages),
    );
    let config = Config {
        cases: requests / 2,
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&many, |(cases, columns, color, language)| {
        let view = View {
            color,
            columns: Columns::Fixed(columns),
            language,
            ..View::PLAIN
        };
        judge(&cases, view, columns);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn no_request_acts_on_a_terminal_or_forges_a_record() {
    judge_many(1000);
}

#[test]
#[ignore = "takes a while: 100 000 requests"]
fn none_of_a_hundred_thousand_requests_acts_on_a_terminal_or_forges_a_record() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| judge_many(50_000));
        }
    });
}

/// The time of the day in UTC, in milliseconds.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap() % DAY
}

#[test]
fn times_are_those_of_the_zone() {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--log", "pretty"]);
    let service = Service::launch(command.env("TZ", "<+12>-12"));
    let before = now() + DAY / 2;
    service.exchange("GET / HTTP/1.0\r\n\r\n");
    let after = now() + DAY / 2;
    let row = service.stdout.next();
    let time = row.split(' ').nth(1).unwrap();
    let fields = time
        .split([':', '.'])
        .map(|field| field.parse::<u64>().unwrap());
    let millis = fields
        .zip([3_600_000, 60_000, 1000, 1])
        .map(|(field, unit)| field * unit);
    // Midnight may have passed.
    let passed = |since: u64, until: u64| (until + 2 * DAY - since) % DAY;
    let waited = passed(before, millis.sum());
    assert!(waited <= passed(before, after), "{row}");
}

/// The width is that of the terminal at each record: a window may be made wider or narrower.
#[test]
fn a_record_is_as_wide_as_the_terminal_is_now() {
    let screen = Screen::start(program().args(["--listen", "127.0.0.1:0", "--lang", "en"]));
    let rows = screen.until_row("listening on http://");
    let address = rows[0].strip_prefix("listening on http://").unwrap();
    let ask = || {
        let mut client = Client::connect(address.parse().unwrap());
        client.send("GET /abcdefghijklmnopqrstuvwxyz0123456789 HTTP/1.0\r\n\r\n");
        client.read_answer();
    };
    ask();
    screen.until_row("  789 HTTP/1.0\\r\\n");
    screen.resize(30);
    ask();
    screen.until_row("  xyz0123456789 HTTP/1.0\\r\\n");
}
