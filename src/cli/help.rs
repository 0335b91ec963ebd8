//! The help in another language than English: clap's help, with each text replaced by its translation.
//!
//! The texts of commands and options are replaced before clap lays the help out, clap's own words behind
//! it. clap breaks rows at spaces alone, and Chinese has none, so [`super::rows`] breaks them.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd as _;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};

use super::rows::broken;
use crate::language::Language;
use crate::terminal::tty::size;

/// clap's own words in a help. One that contains another stands before it.
pub(super) const OWN_WORDS: [&str; 17] = [
    "Usage:",
    "Commands:",
    "Arguments:",
    "Options:",
    "Possible values:",
    "[OPTIONS]",
    "<COMMAND>",
    "[COMMAND]",
    "[env: ",
    "[default: ",
    "[possible values: ",
    "Print help (see a summary with '-h')",
    "Print help (see more with '--help')",
    "Print help for the subcommand(s)",
    "Print help",
    "Print version",
    "Print this message or the help of the given subcommand(s)",
];

/// The help that `arguments` ask `command` for. `None` if they ask for none.
pub(super) fn shown(
    command: Command,
    arguments: &[OsString],
    language: Language,
) -> Option<String> {
    // Of no width: clap breaks no row.
    let command = translated(command, language).term_width(0);
    let help = command.try_get_matches_from(arguments).err()?.to_string();
    let columns = size(io::stdout().as_fd()).columns;
    Some(broken(&with_own_words(help, language), columns))
}

/// `text` with clap's own words in this language.
pub(super) fn with_own_words(text: String, language: Language) -> String {
    OWN_WORDS.into_iter().fold(text, |text, english| {
        text.replace(english, language.text(english))
    })
}

/// The command, and those below it, with their texts in this language.
fn translated(mut command: Command, language: Language) -> Command {
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(paragraphs(&about, language));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(paragraphs(&about, language));
    }
    command
        .mut_args(|arg| translated_arg(arg, language))
        .mut_subcommands(|inner| translated(inner, language))
}

fn translated_arg(mut arg: Arg, language: Language) -> Arg {
    if let Some(help) = arg.get_help().map(ToString::to_string) {
        arg = arg.help(paragraphs(&help, language));
    }
    if let Some(help) = arg.get_long_help().map(ToString::to_string) {
        arg = arg.long_help(paragraphs(&help, language));
    }
    if let Some(heading) = arg.get_help_heading().and_then(|text| language.known(text)) {
        arg = arg.help_heading(heading);
    }
    let mut values = arg.get_possible_values();
    if !values.iter().any(|value| value.get_help().is_some()) {
        return arg;
    }
    for value in &mut values {
        if let Some(help) = value.get_help().map(ToString::to_string) {
            *value = value.clone().help(paragraphs(&help, language));
        }
    }
    // The command is only asked for its help: no value becomes an option.
    arg.value_parser(PossibleValuesParser::new(values))
}

/// The translation of each paragraph. Those that have none stay as they are.
fn paragraphs(text: &str, language: Language) -> String {
    let paragraphs = text.split("\n\n").map(|english| {
        match english.strip_suffix('.') {
            None => language.known(english).map(str::to_owned),
            Some(stem) => language.known(stem).map(|text| format!("{text}。")),
        }
        .unwrap_or_else(|| english.to_owned())
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
