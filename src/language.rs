//! The words that people read at the client, at the chat and at a service's start, in English and
//! in Chinese; the Chinese ones are the document's own where it has some.
//!
//! Errors, diagnostics and records are English whatever the language: they are searched for.

use std::fmt::{self, Display};

/// What a program says to people, in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese, simplified.
    Chinese,
}

impl Language {
    /// The language that the locale's variables ask for: of `LC_ALL`, `LC_MESSAGES` and `LANG`, in
    /// this order, the first that is set and not empty decides (POSIX.1-2024, XBD 8.2).
    #[must_use]
    pub fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
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

    /// A server that waits at `place`.
    pub fn listening(self, place: impl Display) -> impl Display {
        fmt::from_fn(move |f| match self {
            Self::English => write!(f, "listening on {place}"),
            Self::Chinese => write!(f, "服务器等待客户端连接…… {place}"),
        })
    }
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
    fn the_first_variable_that_says_something_decides() {
        let (zh, en) = ("zh_CN.UTF-8", "en_US.UTF-8");
        expect(&[("LC_ALL", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", en), ("LC_MESSAGES", zh)], Language::English);
        expect(&[("LC_MESSAGES", zh), ("LANG", en)], Language::Chinese);
        expect(&[("LC_ALL", ""), ("LANG", zh)], Language::Chinese);
    }
}
