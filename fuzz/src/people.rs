//! What the formats for people may write.

use hellowire::request_log::Columns;

use crate::screen::stands_alone;

/// Only the first row of a record has the mark, and all others are indented.
///
/// # Panics
///
/// If they are others.
pub fn pretty_is_safe(text: &str, records: usize) {
    assert!(
        text.chars()
            .all(|character| character == '\n' || stands_alone(character)),
        "{text}"
    );
    assert_eq!(text.matches('▶').count(), records, "{text}");
    let mut rest = text;
    for _ in 0..records {
        let (shown, behind) = rest.split_once("\n\n").unwrap();
        rest = behind;
        let mut lines = shown.split('\n');
        assert!(lines.next().unwrap().starts_with("▶ "), "{shown}");
        assert!(lines.all(|line| line.starts_with("  ")), "{shown}");
    }
    assert_eq!(rest, "");
}

/// Each record is one line, which begins with the mark.
///
/// # Panics
///
/// If it is another.
pub fn short_is_safe(line: &str) {
    assert!(line.chars().all(stands_alone), "{line}");
    assert!(line.starts_with("▶ "), "{line}");
    assert_eq!(line.matches('▶').count(), 1, "{line}");
}

/// The colored text has escape sequences more than the plain one, and each color is reset. A backslash takes
/// one column less, which changes where rows are wrapped.
///
/// # Panics
///
/// If there is more than color.
pub fn color_is_only_color(colored: &str, plain: &str, columns: Columns) {
    let reset = "\x1b[0m";
    let paints = ["\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let set: usize = paints
        .iter()
        .map(|paint| colored.matches(paint).count())
        .sum();
    assert_eq!(set, colored.matches(reset).count(), "{colored:?}");
    let text = paints
        .iter()
        .fold(colored.replace(reset, ""), |text, paint| {
            text.replace(paint, "")
        });
    assert!(!text.contains('\x1b'), "{colored:?}");
    if columns == Columns::Unlimited {
        assert_eq!(text.replace('\\', ""), plain.replace('\\', ""));
    }
}
