//! Helpers of the view's tests: records, and what a shell makes of a command.

use std::time::SystemTime;

use httparse::EMPTY_HEADER;
use proptest::prelude::*;

use super::command::Command;
use crate::capture::{Capture, Captured, HeadParts, Limits, MAX_FIELDS, State};
use crate::escape::is_printable;
use crate::language::Language;
use crate::request_log::{Id, Kept, Note, StateKind};

pub(super) const TO: &str = "127.0.0.1:8080";

const LIMITS: Limits = Limits {
    head: 1 << 20,
    target: 1 << 20,
    body: 1 << 30,
    kept_body: 1 << 20,
    is_strict: false,
};

/// The first record of a connection with these bytes, whose peer ends its side behind them.
pub(super) fn record(bytes: &[u8]) -> Kept {
    let mut kept = None;
    let mut emit = |request: Captured<'_>| {
        kept.get_or_insert_with(|| of(&request));
    };
    let mut capture = Capture::new(LIMITS);
    capture.push(bytes, &mut emit);
    capture.end();
    capture.finish(&mut emit);
    kept.unwrap_or_else(|| panic!("no record of {}", bytes.escape_ascii()))
}

/// A record of `raw`.
pub(super) fn raw(bytes: &[u8]) -> Kept {
    of(&Captured {
        number: 1,
        raw: bytes,
        omitted: 0,
        state: State::Unparsed,
        head: 0,
        target: b"",
        odd: &[],
    })
}

fn of(request: &Captured<'_>) -> Kept {
    Kept {
        id: Id { ring: 0, number: 7 },
        time: SystemTime::UNIX_EPOCH,
        peer: "127.0.0.1:51234".to_owned(),
        connection: 12,
        request: request.number,
        raw: request.raw.to_vec(),
        length: request.raw.len(),
        omitted: request.omitted,
        head: request.head,
        state: StateKind::of(request),
        refused: request.state.refusal().map(|refusal| Note {
            english: refusal.text(Language::English).to_string(),
            chinese: refusal.text(Language::Chinese).to_string(),
        }),
        odd: Vec::new(),
    }
}

/// The curl command of a record.
pub(super) fn curl_of(kept: &Kept, to: &str) -> Command {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let head = HeadParts::parse(&kept.raw, &mut fields);
    let body = head.as_ref().and_then(|head| super::body::of(kept, head));
    let parts = head.as_ref().zip(body.as_deref());
    super::curl::curl(kept, parts, to, Language::English)
}

/// The words of a command, as a shell has them. The command may have blanks, single quotes, and `\'` or `\\`
/// between them; all else a shell could do is a failure. So is a quoted backslash that fish would take.
#[track_caller]
pub(super) fn words(command: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut rest = command.chars();
    while let Some(character) = rest.next() {
        match character {
            ' ' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(quoted) => {
                            let is_taken =
                                quoted == '\\' && rest.as_str().starts_with(['\'', '\\']);
                            assert!(!is_taken, "fish takes the backslash: {command}");
                            word.push(quoted);
                        }
                        None => panic!("a quote is open: {command}"),
                    }
                }
            }
            '\\' => {
                let escaped = rest.next().filter(|next| "'\\".contains(*next));
                let escaped = escaped.unwrap_or_else(|| panic!("an escape: {command}"));
                word.get_or_insert_default().push(escaped);
            }
            '|' | '<' => words.push(character.to_string()),
            _ => {
                let is_plain = character.is_ascii_alphanumeric() || "-._/:,@+".contains(character);
                assert!(is_plain, "{character:?} is not quoted: {command}");
                word.get_or_insert_default().push(character);
            }
        }
    }
    words.extend(word);
    words
}

/// What printf prints for a format (POSIX printf, and XBD 5).
#[track_caller]
pub(super) fn printed(format: &str) -> Vec<u8> {
    assert!(!format.starts_with('-'), "an option: {format}");
    let mut rest = format.bytes();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        let printed = match byte {
            b'%' => {
                assert_eq!(rest.next(), Some(b'%'), "{format}");
                b'%'
            }
            b'\\' => match rest.next() {
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                first => {
                    let digits = [first, rest.next(), rest.next()].map(Option::unwrap);
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 8).unwrap()
                }
            },
            _ => byte,
        };
        bytes.push(printed);
    }
    bytes
}

/// Expects one row of visible text.
#[track_caller]
pub(super) fn expect_visible(command: &str) {
    let is_visible = |c: char| matches!(c, ' '..='~') || !c.is_ascii() && is_printable(c);
    assert!(command.chars().all(is_visible), "{command:?}");
}

/// Bytes that a shell, a terminal, curl or printf could take for something else.
pub(super) fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let text =
        "['\"`$(){};|&<>%@!~*?#=\\\\\\[\\]\\-\r\n\t\0\x1b a-f0-9é\u{83dc}\u{202e}\u{a0}]{0,40}";
    prop_oneof![any::<Vec<u8>>(), text.prop_map(String::into_bytes)]
}
