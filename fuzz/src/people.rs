//! What the formats for people may write.

use crate::screen::stands_alone;

/// Only the first row of a record has the mark, and all others are indented. Only our own rows have a mark
/// behind their indent.
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
    assert_eq!(
        text.matches('↳').count(),
        text.matches("\n  ↳ ").count(),
        "{text}"
    );
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
    assert_eq!(line.matches(['▶', '↳']).count(), 1, "{line}");
}

/// The colored text has escape sequences more than the plain one, and each color is reset. A backslash of the
/// peer takes one column less, so that other rows are wrapped, and more of a long target is shown.
///
/// # Panics
///
/// If there is more than color.
pub fn color_is_only_color(colored: &str, plain: &str, has_backslash: bool) {
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
    if !has_backslash {
        assert_eq!(text, plain);
    } else if !plain.contains('…') {
        let dense = |text: &str| text.replace(['\\', ' ', '\n'], "");
        assert_eq!(dense(&text), dense(plain));
    }
}
