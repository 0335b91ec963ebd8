//! Frames on the screen of a terminal that gives each code point its own cells, as most terminals do.

use proptest::prelude::*;

use super::*;

const ROWS: u16 = 12;

/// A screen and the frame on it.
struct Drawn {
    screen: vt100::Parser,
    frame: Frame,
    size: Size,
}

impl Drawn {
    fn new(columns: u16) -> Self {
        Self {
            screen: vt100::Parser::new(ROWS, columns, 100),
            frame: Frame::new(),
            size: Size {
                rows: ROWS.into(),
                columns: columns.into(),
            },
        }
    }

    fn draw(&mut self, printed: &str, line: &str, cursor: usize) {
        let line = ("> ", line.as_bytes(), cursor);
        let bytes = self.frame.draw(self.size, printed.as_bytes(), &[], line);
        self.screen.process(&bytes);
    }

    /// The text of the screen, its rows joined.
    fn text(&self) -> String {
        self.screen.screen().contents().replace('\n', "")
    }
}

#[test]
fn the_cursor_is_before_its_character() {
    for character in ["a", "菜", "e\u{301}", "👨\u{200d}👩\u{200d}👧", "🇨🇳"] {
        let mut drawn = Drawn::new(40);
        let line = format!("{character}{character}b");
        drawn.draw("", &line, line.len() - 1);
        let (row, column) = drawn.screen.screen().cursor_position();
        let cell = drawn.screen.screen().cell(row, column).unwrap();
        assert_eq!(cell.contents(), "b", "{line}");
        assert_eq!(drawn.text(), format!("> {line}"));
    }
}

#[test]
fn after_a_full_row_the_cursor_is_on_the_next() {
    let mut drawn = Drawn::new(10);
    drawn.draw("", "12345678", 8);
    assert_eq!(drawn.screen.screen().cursor_position(), (1, 0));
    drawn.draw("", "12345678", 7);
    assert_eq!(drawn.screen.screen().cursor_position(), (0, 9));
    drawn.draw("", "123456789", 8);
    assert_eq!(drawn.screen.screen().cursor_position(), (1, 0));
    drawn.draw("", "1234567菜", 7);
    assert_eq!(drawn.screen.screen().cursor_position(), (1, 0));
}

#[test]
fn printed_rows_stay_and_the_line_does_not() {
    let mut drawn = Drawn::new(10);
    drawn.draw("", "a line of three rows and more", 0);
    drawn.draw("one\r\ntwo\r\n", "half", 4);
    drawn.draw("three\r\n", "", 0);
    assert_eq!(drawn.screen.screen().contents(), "one\ntwo\nthree\n> ");
}

#[test]
fn control_characters_of_a_line_are_escaped() {
    let mut drawn = Drawn::new(40);
    drawn.draw("", "a\x1b[2J\t\u{202e}", 0);
    assert_eq!(drawn.text(), r"> a\x1b[2J\t\u{202e}");
}

#[test]
fn a_mark_without_a_character_is_shown_by_its_number() {
    let mut drawn = Drawn::new(40);
    drawn.draw("", "\u{301}\u{200d}a", 0);
    assert_eq!(drawn.text(), r"> \u{301}\u{200d}a");
    drawn.draw("", "\u{301}\u{200d}a", 5);
    assert_eq!(drawn.screen.screen().cursor_position(), (0, 17));
}

#[test]
fn only_the_near_part_of_a_long_text_is_read() {
    let text = "菜".repeat(NEAR);
    for at in [0, 3, NEAR - NEAR % 3, 3 * NEAR / 2 / 3 * 3, text.len()] {
        let (found, position) = near(text.as_bytes(), at);
        assert!(found.len() <= 2 * NEAR && position <= found.len());
        assert!(str::from_utf8(&found[..position]).is_ok(), "{at}");
    }
}

proptest! {
    /// On each width the line is on the screen once and whole, after any earlier lines.
    #[test]
    fn the_line_is_shown_once_and_whole(lines in prop::collection::vec("(a[ab菜\u{301}👧🇨]{0,60})?", 1..5), columns in 9_u16..40, at in 0_usize..200) {
        let mut drawn = Drawn::new(columns);
        for line in &lines {
            let cursor = (0..=line.len().min(at)).rev().find(|&at| line.is_char_boundary(at)).unwrap();
            drawn.draw("", line, cursor);
        }
        let last = lines.last().unwrap();
        prop_assert_eq!(drawn.text(), format!("> {last}"));
    }
}
