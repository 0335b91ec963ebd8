//! The user's language: `--lang`, which every command but `health` has, its variable, or the locale.

use std::env;
use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::option::{WithVariable as _, word};
use crate::language::Language;

/// The language of the sentences for the user.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(super) struct LanguageOptions {
    /// The language of what people read. Diagnostics, and records for programs, are English [default:
    /// zh if `LC_ALL`, `LC_MESSAGES` or `LANG` says so, else en].
    #[arg(
        long,
        takes("LANGUAGE", "HELLOWIRE_LANG"),
        ignore_case = true,
        value_parser = word::<Lang>()
    )]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl LanguageOptions {
    /// The language of the option, else of the locale.
    pub(super) fn language(&self) -> Language {
        self.given().unwrap_or_else(of_locale)
    }

    /// The language of the option. None without it.
    pub(super) fn given(&self) -> Option<Language> {
        self.lang.map(Lang::language)
    }
}

impl Lang {
    fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Zh => Language::Chinese,
        }
    }
}

fn of_locale() -> Language {
    Language::of_locale(|name| env::var(name).ok())
}

/// The language for the help and for a usage error: that of `--lang`, of its variable, or of the locale. What
/// is no language does not count. Another argument may be wrong, so this looks for `--lang` alone.
pub(super) fn wanted(arguments: &[OsString]) -> Language {
    let words = [typed(arguments), env::var("HELLOWIRE_LANG").ok()];
    let mut words = words.into_iter().flatten();
    let lang = words.find_map(|word| Lang::from_str(&word, true).ok());
    lang.map_or_else(of_locale, Lang::language)
}

/// The last value of `--lang` in the arguments.
fn typed(arguments: &[OsString]) -> Option<String> {
    let words = arguments
        .iter()
        .map(|word| word.to_str().unwrap_or_default());
    let mut words = words.take_while(|word| *word != "--");
    let mut found = None;
    while let Some(word) = words.next() {
        if word == "--lang" {
            found = words.next();
        } else if let Some(value) = word.strip_prefix("--lang=") {
            found = Some(value);
        }
    }
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_is_found_among_wrong_ones() {
        for (arguments, expected) in [
            (&["a", "--lang", "zh", "--unknown"][..], Some("zh")),
            (&["a", "raw", "--unknown", "1", "--lang=en"], Some("en")),
            (&["a", "--lang=en", "--lang", "zh"], Some("zh")),
            (&["a", "--lang"], None),
            (&["a", "--language", "zh"], None),
            (&["a", "send", "--", "--lang=zh"], None),
            (&["a"], None),
        ] {
            let words: Vec<_> = arguments.iter().map(OsString::from).collect();
            assert_eq!(typed(&words).as_deref(), expected, "{arguments:?}");
        }
    }
}
