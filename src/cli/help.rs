//! The help in another language than English: clap's help, with each text replaced by its translation.
//!
//! The texts of commands and options are replaced before clap lays the help out, clap's own words behind
//! it. clap breaks rows at spaces alone, and Chinese has none, so [`super::rows`] breaks them.

use std::env;
use std::ffi::OsString;
use std::io::IsTerminal;

use clap::builder::{PossibleValuesParser, Resettable, StyledStr};
use clap::{Arg, Command};
use rustix::stdio::{stderr, stdin, stdout};

use super::map::map;
use super::rows::broken;
use super::summary;
use crate::language::{Language, split_once};
use crate::terminal::tty::size;

/// clap's own words in a help. One that contains another stands before it.
pub(super) static OWN_WORDS: [&str; 17] = [
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

/// How the name of a variable ends whose value no help shows.
const SECRET: &str = "_TOKEN";

/// The help that `arguments` ask `command` for. `None` if they ask for none.
pub(super) fn shown(
    command: Command,
    arguments: &[OsString],
    language: Language,
) -> Option<String> {
    // Of no width: clap breaks no row.
    let command = map(command, &|arg| translated_arg(arg, language), &|command| {
        translated(command, language)
    });
    let command = summary::asked(command, arguments, language).term_width(0);
    let help = command.try_get_matches_from(arguments).err()?.to_string();
    let help = with_values(&with_own_words(help, language), language);
    Some(broken(&help, columns()))
}

/// The width of the terminal, which is the first of these that is one: stdout may go to a pager.
fn columns() -> usize {
    let streams = [stdout(), stderr(), stdin()];
    let terminal = streams.into_iter().find(IsTerminal::is_terminal);
    size(terminal.unwrap_or(stdout())).columns
}

/// `help` with the value of each variable, but for secrets. They are the user's, so none of their words is replaced.
fn with_values(help: &str, language: Language) -> String {
    let mut text = String::with_capacity(help.len());
    let mut rest = help;
    let before = language.text("[env: ");
    while let Some((start, (name, behind))) =
        split_once(rest, before).and_then(|(start, rest)| Some((start, split_once(rest, "]")?)))
    {
        text += &[start, before, name].concat();
        if !name.ends_with(SECRET) {
            let value = env::var_os(name).unwrap_or_default();
            text += "=";
            text += &value.to_string_lossy();
        }
        text.push(']');
        rest = behind;
    }
    text + rest
}

/// `text` with clap's own words in this language.
pub(super) fn with_own_words(mut text: String, language: Language) -> String {
    for english in &OWN_WORDS {
        let mut changed = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, behind)) = split_once(rest, english) {
            changed.push_str(before);
            changed.push_str(language.text(english));
            rest = behind;
        }
        changed.push_str(rest);
        text = changed;
    }
    text
}

/// The command with its own texts in this language.
fn translated(command: Command, language: Language) -> Command {
    let about = paragraphs(command.get_about(), language);
    let long_about = paragraphs(command.get_long_about(), language);
    command.about(about).long_about(long_about)
}

fn translated_arg(arg: Arg, language: Language) -> Arg {
    let help = paragraphs(arg.get_help(), language);
    let long_help = paragraphs(arg.get_long_help(), language);
    let heading = arg.get_help_heading();
    let heading = heading.and_then(|english| language.known(english));
    let mut values = arg.get_possible_values();
    let mut arg = arg.help(help).long_help(long_help).hide_env_values(true);
    if let Some(heading) = heading {
        arg = arg.help_heading(heading);
    }
    if values.iter().all(|value| value.get_help().is_none()) {
        return arg;
    }
    for value in &mut values {
        let help = paragraphs(value.get_help(), language);
        *value = value.clone().help(help);
    }
    // The command is only asked for its help: no value becomes an option.
    arg.value_parser(PossibleValuesParser::new(values))
}

/// The translation of each paragraph. Of no text, none.
fn paragraphs(text: Option<&StyledStr>, language: Language) -> Resettable<StyledStr> {
    let Some(text) = text.map(ToString::to_string) else {
        return Resettable::Reset;
    };
    let mut translated = String::new();
    let mut rest = text.as_str();
    while let Some((text, behind)) = split_once(rest, "\n\n") {
        translated += &paragraph(text, language);
        translated.push_str("\n\n");
        rest = behind;
    }
    translated += &paragraph(rest, language);
    Resettable::Value(translated.into())
}

/// The translation of a text, which may end in a full stop; the text itself if there is none.
fn paragraph(english: &str, language: Language) -> String {
    let (stem, end) = match english.strip_suffix('.') {
        Some(stem) => (stem, "。"),
        None => (english, ""),
    };
    match language.known(stem) {
        Some(known) => format!("{known}{end}"),
        None => english.to_owned(),
    }
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
