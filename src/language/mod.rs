//! The language of what people read: the help, usage errors, the prompts, the chat, and the reasons of refusals
//! in the formats for people.
//!
//! The English text stands where it is used, and is the key: `language.text("you: ")`. The files `zh_*.rs`
//! are the one place of the Chinese texts. They are the tutorial's own (docs/chat.md) if it has them.
//!
//! Answers, diagnostics, and the records of the formats for programs are always English: users search for
//! them.
//!
//! # Invariants
//!
//! - Each text is in both languages, and no Chinese one is unused. Tests name what is missing.
//! - A text and its translation have the same number of places for values, `{}`, in the same order.

mod zh_help;
mod zh_phrases;
mod zh_rules;
mod zh_usage;

use std::fmt::{self, Display};
use std::time::Duration;

/// All English texts, each with its Chinese one.
const CHINESE: [&[(&str, &str)]; 4] = [
    zh_phrases::TEXTS,
    zh_rules::TEXTS,
    zh_usage::TEXTS,
    zh_help::TEXTS,
];

/// What stands for a value in a text.
const PLACE: &str = "{}";

/// The language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese, simplified.
    Chinese,
}

impl Language {
    /// The language of the locale's variables: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set
    /// and not empty decides (POSIX.1-2024, XBD 8.2).
    #[must_use]
    pub(crate) fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty());
        // `zh`, `zh_CN.UTF-8`, `zh-Hans`.
        let language = locale.as_deref().and_then(|locale| {
            let is_letter = |letter: char| letter.is_ascii_alphabetic();
            locale.split(|letter| !is_letter(letter)).next()
        });
        match language {
            Some("zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// `english` in this language. The English text itself, where there is no other.
    #[must_use]
    pub fn text(self, english: &'static str) -> &'static str {
        self.known(english).unwrap_or(english)
    }

    /// The translation of `english`, if there is one.
    #[must_use]
    pub(crate) fn known(self, english: &str) -> Option<&'static str> {
        match self {
            Self::English => None,
            Self::Chinese => {
                let mut texts = CHINESE.into_iter().flatten();
                let (_, chinese) = texts.find(|(key, _)| *key == english)?;
                Some(chinese)
            }
        }
    }

    /// The translation of a text whose values are in it already. Cold.
    pub(crate) fn translated(self, english: &str) -> Option<String> {
        if self == Self::English {
            return None;
        }
        if let Some(known) = self.known(english) {
            return Some(known.to_owned());
        }
        let mut templates = CHINESE.into_iter().flatten();
        templates.find_map(|(template, chinese)| {
            let values = values(template, english)?;
            let values: Vec<_> = values.iter().map(|value| value as &dyn Display).collect();
            Some(fmt::from_fn(|f| write_filled(f, chinese, &values)).to_string())
        })
    }

    /// Writes `template` in this language, with a value for each `{}`.
    pub(crate) fn write(
        self,
        f: &mut fmt::Formatter<'_>,
        template: &'static str,
        values: &[&dyn Display],
    ) -> fmt::Result {
        write_filled(f, self.text(template), values)
    }

    /// `template` in this language, with a value for each `{}`.
    pub(crate) fn fill(self, template: &'static str, values: &[&dyn Display]) -> String {
        fmt::from_fn(|f| self.write(f, template, values)).to_string()
    }

    /// A server listens on `address`.
    pub(crate) fn listening(self, address: impl Display) -> impl Display {
        self.fill("listening on {}", &[&address])
    }

    /// A server waits for a reader of the FIFO at `path`, which is its log.
    pub(crate) fn waiting_for_a_reader(self, path: impl Display) -> impl Display {
        self.fill("waiting for somebody to read the log's FIFO, {}", &[&path])
    }

    /// The client's prompt, at a terminal.
    #[must_use]
    pub(crate) fn data_to_send(self) -> &'static str {
        self.text("Data to send: ")
    }

    /// The client's text before a reply, at a terminal.
    #[must_use]
    pub(crate) fn received_data(self) -> &'static str {
        self.text("Received: ")
    }

    /// A server has been silent for a while, and may be for this long.
    #[must_use]
    pub(crate) fn no_answer_yet(self, timeout: Duration) -> impl Display {
        let timeout = format_args!("{timeout:?}");
        self.fill("(no answer yet; waiting for up to {})", &[&timeout])
    }

    /// `peer` has connected to a chat's listener.
    pub(crate) fn called_by(self, peer: impl Display) -> impl Display {
        self.fill("connected: {}", &[&peer])
    }

    /// A chat's caller has connected to `peer`.
    pub(crate) fn connected_to(self, peer: impl Display) -> impl Display {
        self.fill("connected to {}", &[&peer])
    }

    /// The prompt of a chat's line editor.
    #[must_use]
    pub(crate) fn message_prompt(self) -> &'static str {
        self.text("you: ")
    }

    /// The text before a message from the other side, at a terminal.
    #[must_use]
    pub(crate) fn received_message(self) -> &'static str {
        self.text("peer: ")
    }

    /// A message waits for the other side's answer.
    #[must_use]
    pub(crate) fn held(self) -> &'static str {
        self.text("(waits until the other side has answered; Ctrl-C leaves)")
    }

    /// A chat waits for the other side's end. The session waits for three seconds at most.
    #[must_use]
    pub(crate) fn parting(self) -> &'static str {
        self.text(
            "(leaving as soon as the other side has ended too, or after 3 s of silence; Ctrl-C leaves now)",
        )
    }

    /// So many entered lines wait to be sent, and are not shown.
    #[must_use]
    pub(crate) fn more_wait(self, count: usize) -> impl Display {
        self.fill("({} more wait)", &[&count])
    }

    /// A line is longer than the `most` bytes of a message.
    #[must_use]
    pub(crate) fn too_long(self, most: usize) -> impl Display {
        self.fill("(longer than {} bytes: sent in parts)", &[&most])
    }

    /// So many messages never reached the other side.
    #[must_use]
    pub(crate) fn unsent(self, count: usize) -> impl Display {
        self.fill(
            "not sent, for want of an answer: {} of your messages",
            &[&count],
        )
    }
}

/// Writes `text` with `values` in its places.
fn write_filled(f: &mut fmt::Formatter<'_>, text: &str, values: &[&dyn Display]) -> fmt::Result {
    let mut parts = text.split(PLACE);
    f.write_str(parts.next().unwrap_or_default())?;
    for (part, value) in parts.zip(values) {
        write!(f, "{value}{part}")?;
    }
    Ok(())
}

/// The values with which `template` became `text`. `None` if it has no places, or `text` is of another
/// template.
fn values<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let (template, last) = template.rsplit_once(PLACE)?;
    let mut rest = text.strip_suffix(last)?;
    let mut parts = template.split(PLACE);
    rest = rest.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    for part in parts {
        let (value, behind) = rest.split_once(part)?;
        values.push(value);
        rest = behind;
    }
    values.push(rest);
    Some(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn expect(variables: &[(&str, &str)], language: Language) {
        let found = Language::of_locale(|name| {
            let (_, value) = variables.iter().find(|(set, _)| *set == name)?;
            Some((*value).to_owned())
        });
        assert_eq!(found, language, "{variables:?}");
    }

    #[test]
    fn the_locale_decides() {
        for value in ["zh", "zh_CN", "zh_CN.UTF-8", "zh_TW.Big5", "zh-Hans"] {
            expect(&[("LANG", value)], Language::Chinese);
        }
        for value in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "zha_CN", "de"] {
            expect(&[("LANG", value)], Language::English);
        }
        expect(&[], Language::English);
    }

    #[test]
    fn the_first_variable_that_is_not_empty_decides() {
        let (zh, en) = ("zh_CN.UTF-8", "en_US.UTF-8");
        expect(&[("LC_ALL", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", en), ("LC_MESSAGES", zh)], Language::English);
        expect(&[("LC_MESSAGES", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", ""), ("LANG", zh)], Language::Chinese);
    }

    #[test]
    fn values_stand_in_their_places() {
        let chinese = Language::Chinese;
        assert_eq!(chinese.fill("connected to {}", &[&"a:1"]), "已连接 a:1");
        assert_eq!(Language::English.fill("{} of {}", &[&1, &2]), "1 of 2");
        assert_eq!(
            chinese.translated("connected to a:1").as_deref(),
            Some("已连接 a:1")
        );
        assert_eq!(chinese.translated("never said"), None);
        assert_eq!(Language::English.translated("connected to a:1"), None);
    }

    #[test]
    fn values_are_found_again() {
        for (template, text, expected) in [
            ("a {}", "a b", Some(vec!["b"])),
            ("{} and {}!", "a and b!", Some(vec!["a", "b"])),
            ("{} and {}!", "a and b", None),
            ("a {}", "b", None),
            ("a", "a", None),
        ] {
            assert_eq!(values(template, text), expected, "{template:?} {text:?}");
        }
    }

    #[test]
    fn translations_have_the_same_places_and_no_text_has_two() {
        let mut keys = BTreeSet::new();
        for (english, chinese) in CHINESE.into_iter().flatten() {
            let count = |text: &str| text.matches(PLACE).count();
            assert_eq!(count(english), count(chinese), "{english:?}");
            assert!(english.is_ascii(), "{english:?}");
            assert!(chinese.chars().any(is_han), "{english:?}: {chinese:?}");
            assert!(keys.insert(english), "twice: {english:?}");
        }
    }

    fn is_han(character: char) -> bool {
        matches!(character, '\u{4e00}'..='\u{9fff}')
    }
}
