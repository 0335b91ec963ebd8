//! Each text of the help, and each reason of a usage error, has its translation.

use std::collections::BTreeSet;
use std::error::Error as _;

use super::super::{environment, mistake};
use super::*;

const CHINESE: Language = Language::Chinese;

/// The program's commands, each with its path: `chat listen`.
fn commands() -> Vec<(String, Command)> {
    fn add(path: &str, command: &Command, all: &mut Vec<(String, Command)>) {
        all.push((path.to_owned(), command.clone()));
        for inner in command.get_subcommands() {
            add(&format!("{path} {}", inner.get_name()), inner, all);
        }
    }
    let mut all = Vec::new();
    add("hellowire", &environment::command(), &mut all);
    all
}

/// The texts of a command's help, by paragraphs, without the last full stop.
fn texts(command: &Command) -> Vec<String> {
    let mut texts = Vec::new();
    let mut add = |text: Option<String>| texts.extend(text);
    let styled = |text: Option<&StyledStr>| text.map(ToString::to_string);
    add(styled(command.get_about()));
    add(styled(command.get_long_about()));
    for arg in command.get_arguments() {
        add(styled(arg.get_help()));
        add(styled(arg.get_long_help()));
        add(arg.get_help_heading().map(str::to_owned));
        for value in arg.get_possible_values() {
            add(styled(value.get_help()));
        }
    }
    let paragraphs = texts.iter().flat_map(|text| text.split("\n\n"));
    paragraphs
        .map(|text| text.strip_suffix('.').unwrap_or(text).to_owned())
        .collect()
}

#[track_caller]
fn expect_none_missing(missing: &BTreeSet<String>) {
    assert!(missing.is_empty(), "src/language/zh_*.rs: add {missing:#?}");
}

#[test]
fn each_text_of_the_help_has_a_translation() {
    let commands = commands();
    let texts = commands.iter().flat_map(|(_, command)| texts(command));
    let all: BTreeSet<_> = texts.collect();
    assert!(all.len() > 60, "{all:#?}");
    let missing = all.into_iter().filter(|text| CHINESE.known(text).is_none());
    expect_none_missing(&missing.collect());
    let missing = OWN_WORDS
        .iter()
        .filter(|text| CHINESE.known(text).is_none());
    expect_none_missing(&missing.map(|text| (*text).to_owned()).collect());
}

/// Values that no option takes, or only some do.
const VALUES: [&str; 25] = [
    "",
    "x",
    "-1",
    "0",
    "1",
    "99",
    "700",
    "99999",
    "99999999999999999999",
    "0s",
    "366days",
    "2GiB",
    "65MiB",
    "17MiB",
    "255",
    "a:0",
    "fe80::1",
    "[fe80::1]:80",
    "[::1%a]:80",
    "127.0.0.1",
    "a",
    ": b",
    "Connection: x",
    "/a?b",
    "127.0.0.1:99999",
];

/// What clap says about each option of each command with these values, and without one.
fn mistakes() -> Vec<clap::Error> {
    let mut errors = Vec::new();
    for (path, command) in commands() {
        let path: Vec<_> = path.split(' ').collect();
        for arg in command.get_arguments() {
            let name = arg.get_long().map(|name| format!("--{name}"));
            let mut add = |value: Option<&str>| {
                let option = name.as_deref().into_iter().chain(value);
                let arguments = path.iter().copied().chain(option);
                errors.extend(environment::command().try_get_matches_from(arguments).err());
            };
            add(None);
            for value in VALUES {
                add(Some(value));
            }
        }
        let path = path.iter().copied();
        for more in [
            &["--prot", "1"][..],
            &["--txt"],
            &["sing"],
            &["sen"],
            &["a", "b", "c"],
            &["--strict=x"],
        ] {
            let arguments = path.clone().chain(more.iter().copied());
            errors.extend(environment::command().try_get_matches_from(arguments).err());
        }
    }
    errors.retain(clap::Error::use_stderr);
    errors
}

#[test]
fn each_reason_of_an_invalid_value_has_a_translation() {
    let errors = mistakes();
    let reasons = errors
        .iter()
        .filter_map(|error| Some(error.source()?.to_string()));
    let reasons: BTreeSet<_> = reasons.collect();
    assert!(reasons.len() > 12, "{reasons:#?}");
    let missing = reasons
        .into_iter()
        .filter(|text| mistake::translated(text, CHINESE) == *text);
    expect_none_missing(&missing.collect());
}

#[test]
fn each_kind_of_usage_error_has_a_sentence() {
    for error in mistakes() {
        if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            continue;
        }
        let english = error.to_string();
        let text = mistake::text(&error, CHINESE).unwrap_or_else(|| panic!("{english}"));
        for line in text.lines().filter(|line| !line.is_empty()) {
            assert!(
                line.contains(is_han) || line.starts_with("       "),
                "{text}\n{english}"
            );
        }
        for word in ["tip", "value", "error", "expected", "argument"] {
            let is_ours = |line: &str| line.split([' ', ':']).any(|part| part == word);
            assert!(!text.lines().any(is_ours), "{word}: {text}");
        }
    }
}

/// Each line of the help is Chinese, but for names, literals, and what stands in brackets.
#[test]
fn no_english_is_left_in_the_help() {
    for (path, _) in commands() {
        for flag in ["-h", "--help"] {
            let arguments = path.split(' ').chain([flag]);
            let arguments: Vec<_> = arguments.map(OsString::from).collect();
            let help = shown(environment::command(), &arguments, CHINESE).unwrap();
            let lines = help.lines().map(without_names);
            let english: Vec<_> = lines.filter(|line| is_english(line)).collect();
            assert!(english.is_empty(), "{path}: {english:#?}\n{help}");
        }
    }
}

/// The line without what stands between backticks, in brackets, or is an option.
fn without_names(line: &str) -> String {
    let parts = line.split('`').step_by(2).collect::<String>();
    let words = parts.split([' ', '[', ']', '<', '>']);
    let words = words.filter(|word| !word.starts_with('-') && !word.contains(['=', '_', '.', '/']));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether there are two words in a row of small letters, and no Chinese.
fn is_english(line: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
    !line.contains(is_han)
        && words
            .windows(2)
            .any(|pair| is_word(pair[0]) && is_word(pair[1]))
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}')
}
