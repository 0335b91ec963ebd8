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

mod table;
mod zh_help;
mod zh_phrases;
mod zh_rules;
mod zh_usage;

use std::fmt::{self, Display};
use std::time::Duration;

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
            Self::Chinese => table::chinese(english),
        }
    }

    /// Writes `template` in this language, with a value for each `{}`.
    pub(crate) fn write(
        self,
        f: &mut fmt::Formatter<'_>,
        template: &'static str,
        values: &[&dyn Display],
    ) -> fmt::Result {
        let mut rest = self.text(template);
        for value in values {
            let (part, behind) = split_once(rest, PLACE).unwrap_or((rest, ""));
            f.write_str(part)?;
            value.fmt(f)?;
            rest = behind;
        }
        f.write_str(rest)
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

/// [`str::split_once`], but not inlined: all of this is cold, and a search is 1 KB of code.
#[inline(never)]
pub(crate) fn split_once<'a>(text: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(at)
}

#[cfg(test)]
mod tests {
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
    }
}
