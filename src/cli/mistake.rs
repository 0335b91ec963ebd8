//! Usage errors in another language than English, in the form that clap gives them.
//!
//! [`clap::Error`] says what is wrong, by its kind and its context. The sentences are here. An error without
//! one stays clap's own.

use std::error::Error as _;

use clap::Error;
use clap::error::ContextKind::{
    InvalidArg, InvalidSubcommand, InvalidValue, PriorArg, Suggested, SuggestedArg,
    SuggestedSubcommand, SuggestedValue, Usage, ValidValue,
};
use clap::error::ErrorKind::{
    ArgumentConflict, InvalidSubcommand as UnknownCommand, InvalidValue as WrongWord,
    TooManyValues, UnknownArgument, ValueValidation,
};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help::with_own_words;
use super::tip::{AT_THIS_PORT, BEHIND_THE_COMMAND};
use crate::language::{Language, split_once};

/// What is wrong. The first sentence of an error's kind counts for whose places the error has texts.
static SENTENCES: [(ErrorKind, &[ContextKind], &str); 9] = [
    (UnknownArgument, &[InvalidArg], "unexpected argument '{}'"),
    (WrongWord, &[InvalidArg, InvalidValue], INVALID_VALUE),
    (WrongWord, &[InvalidArg], "'{}' needs a value"),
    (ValueValidation, &[InvalidArg, InvalidValue], INVALID_VALUE),
    (
        ValueValidation,
        &[InvalidArg],
        "'{}' has an invalid empty value",
    ),
    (
        TooManyValues,
        &[InvalidArg, InvalidValue],
        "'{}' takes no value '{}'",
    ),
    (
        UnknownCommand,
        &[InvalidSubcommand],
        "unrecognized command '{}'",
    ),
    (ArgumentConflict, &[InvalidArg, PriorArg], CONFLICT),
    (
        ArgumentConflict,
        &[InvalidSubcommand, PriorArg],
        "the command '{}' cannot be used with '{}'",
    ),
];
const INVALID_VALUE: &str = "'{}' has the invalid value '{}'";
const CONFLICT: &str = "'{}' cannot be used with '{}'";

/// What else an error may say, in this order.
static DETAILS: [(ContextKind, &str); 5] = [
    (ValidValue, "  [possible values: {}]"),
    (SuggestedSubcommand, "  tip: did you mean '{}'?"),
    (SuggestedArg, "  tip: did you mean '{}'?"),
    (SuggestedValue, "  tip: did you mean '{}'?"),
    (Suggested, "  tip: {}"),
];

/// The reasons, and the tips of clap and of [`super::tip`], that name values.
static TEMPLATES: [&str; 7] = [
    "not within {} to {}",
    "the header field {} can't be set: it belongs to the connection",
    "to pass '{}' as a value, use '{}'",
    "'{}' exists",
    BEHIND_THE_COMMAND,
    AT_THIS_PORT,
    "subcommand '{}' exists; to use it, remove the '--' before it",
];

/// The whole text of an error in this language. `None` if there is none.
pub(super) fn text(error: &Error, language: Language) -> Option<String> {
    let mut text = language.fill("error: {}", &[&sentence(error, language)?]);
    if let Some(source) = error.source() {
        text += ": ";
        text += &translated(&source.to_string(), language);
    }
    text.push('\n');
    for &(kind, template) in &DETAILS {
        if let Some(value) = value(error, kind, language) {
            if kind != ValidValue {
                text.push('\n');
            }
            text += &language.fill(template, &[&value]);
            text.push('\n');
        }
    }
    if let Some(usage) = value(error, Usage, language) {
        text.push('\n');
        text += &usage;
        text.push('\n');
    }
    text.push('\n');
    text += language.text("For more information, try '--help'.");
    text.push('\n');
    Some(text)
}

/// What is wrong.
fn sentence(error: &Error, language: Language) -> Option<String> {
    for &(kind, places, template) in &SENTENCES {
        if kind != error.kind() {
            continue;
        }
        let values = places.iter().map(|place| value(error, *place, language));
        match values.collect::<Option<Vec<_>>>().as_deref() {
            Some([one]) => return Some(language.fill(template, &[one])),
            Some([one, same]) if one == same && template == CONFLICT => {
                return Some(language.fill("'{}' is given more than once", &[one]));
            }
            Some([one, other]) => return Some(language.fill(template, &[one, other])),
            _ => {}
        }
    }
    None
}

/// What the error says of this. `None` for nothing, for an empty list, and for an empty value.
fn value(error: &Error, kind: ContextKind, language: Language) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) if text.is_empty() && kind == InvalidValue => None,
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if texts.is_empty() => None,
        // The places have quotes, but for the values.
        ContextValue::Strings(texts) if kind == ValidValue => Some(texts.join(", ")),
        ContextValue::Strings(texts) if kind == PriorArg => Some(texts.join(language.text("', '"))),
        ContextValue::Strings(texts) => Some(texts.join(language.text("' or '"))),
        ContextValue::StyledStr(text) => Some(with_own_words(text.to_string(), language)),
        ContextValue::StyledStrs(texts) => Some(translated(&texts.first()?.to_string(), language)),
        _ => None,
    }
}

/// The translation of a text whose values are in it already; the text itself if there is none.
pub(super) fn translated(english: &str, language: Language) -> String {
    let known = language.known(english).map(str::to_owned);
    let filled = || {
        TEMPLATES.iter().find_map(|&template| {
            let values = values(template, english)?;
            let values: Vec<&dyn std::fmt::Display> =
                values.iter().map(|value| value as _).collect();
            Some(language.fill(template, &values))
        })
    };
    known.or_else(filled).unwrap_or_else(|| english.to_owned())
}

/// The values with which `template` became `text`. `None` if `text` is of another template.
fn values<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let (start, mut template) = split_once(template, "{}")?;
    let mut rest = text.strip_prefix(start)?;
    let mut values = Vec::new();
    while let Some((part, behind)) = split_once(template, "{}") {
        let (value, text) = split_once(rest, part)?;
        values.push(value);
        (template, rest) = (behind, text);
    }
    values.push(rest.strip_suffix(template)?);
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn each_sentence_has_a_translation() {
        let sentences = SENTENCES.iter().map(|(_, _, text)| *text);
        let details = DETAILS.iter().map(|(_, text)| *text);
        for english in sentences.chain(details).chain(TEMPLATES) {
            let known = Language::Chinese.known(english);
            assert!(known.is_some(), "src/language/zh_usage.rs: add {english:?}");
        }
    }

    #[test]
    fn what_has_no_translation_stays() {
        assert_eq!(translated("never said", Language::Chinese), "never said");
    }
}
