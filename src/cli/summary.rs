//! The summary that `-h` prints: of each option the first sentence and the default, and no variable.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::{Arg, Command};

use super::map::map;
use crate::language::{Language, split_once};

/// `command` with a short help, if `arguments` ask for that. Its texts are in this language.
pub(super) fn asked(command: Command, arguments: &[OsString], language: Language) -> Command {
    if arguments.iter().all(|word| word != "-h") {
        return command;
    }
    let short = |arg: Arg| {
        let text = arg.get_help().map(StyledStr::to_string);
        let text = text.unwrap_or_default();
        arg.help(summary(&text, language)).hide_env(true)
    };
    map(command, &short, &|command| command)
}

/// The first sentence of an option's text, and its default, which stands at the text's end.
fn summary(text: &str, language: Language) -> String {
    let end = match language {
        Language::English => ". ",
        Language::Chinese => "。",
    };
    let Some((first, rest)) = split_once(text, end) else {
        return text.to_owned();
    };
    let before = language.text("[default: ");
    match split_once(rest, before) {
        Some((_, default)) => [first, " ", before, default].concat(),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_and_the_default_stay() {
        for (text, english, chinese) in [
            ("One", "One", "One"),
            ("One, 1.5 B. Two", "One, 1.5 B", "One, 1.5 B. Two"),
            ("一。二", "一。二", "一"),
            (
                "One. Two [default: a]",
                "One [default: a]",
                "One. Two [default: a]",
            ),
            ("一。二 [默认: 三]", "一。二 [默认: 三]", "一 [默认: 三]"),
            ("One. Two [a] two", "One", "One. Two [a] two"),
        ] {
            assert_eq!(summary(text, Language::English), english);
            assert_eq!(summary(text, Language::Chinese), chinese);
        }
    }
}
