//! `--lang`, which every command but `health` has.

use std::env;

use clap::{Args, ValueEnum};

use crate::language::Language;

/// The language of the sentences for the user.
#[derive(Debug, Clone, Args)]
pub(super) struct LanguageOptions {
    /// The language of what people read. Records and errors are English [default: zh if `LC_ALL`,
    /// `LC_MESSAGES` or LANG says so, else en].
    #[arg(
        long,
        value_name = "LANGUAGE",
        env = "HELLOWIRE_LANG",
        ignore_case = true
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
        match self.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Zh) => Language::Chinese,
            None => Language::of_locale(|name| env::var(name).ok()),
        }
    }
}
