//! The option for the language that people are spoken to in.

use std::env;

use clap::{Args, ValueEnum};

use crate::language::Language;

/// In which language people are spoken to.
#[derive(Debug, Clone, Args)]
pub(super) struct LanguageOptions {
    /// The language of what people read, records and errors apart [default: zh where `LC_ALL`,
    /// `LC_MESSAGES` or LANG say so, else en].
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
    /// That of the option, or else of the environment.
    pub(super) fn language(&self) -> Language {
        match self.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Zh) => Language::Chinese,
            None => Language::of_locale(|name| env::var(name).ok()),
        }
    }
}
