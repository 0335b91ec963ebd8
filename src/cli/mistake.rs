//! Usage errors in another language than English, in the form that clap gives them.
//!
//! [`clap::Error`] says what is wrong; the sentences are here. Without one for its kind, the error stays
//! clap's own.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help::with_own_words;
use crate::language::Language;

/// The whole text of an error in this language. `None` if there is none.
pub(super) fn text(error: &Error, language: Language) -> Option<String> {
    let sentence = sentence(error, language)?;
    let mut parts = vec![language.fill("error: {}", &[&sentence])];
    let tips = tips(error, language);
    if !tips.is_empty() {
        let tips = tips.iter().map(|tip| language.fill("  tip: {}", &[tip]));
        parts.push(tips.collect::<Vec<_>>().join("\n"));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        parts.push(with_own_words(usage.to_string(), language));
    }
    let more = language.text("For more information, try '--help'.");
    Some(format!("{}\n\n{more}\n", parts.join("\n\n")))
}

/// What is wrong.
fn sentence(error: &Error, language: Language) -> Option<String> {
    let argument = one(error, ContextKind::InvalidArg);
    let value = one(error, ContextKind::InvalidValue);
    let command = one(error, ContextKind::InvalidSubcommand);
    let sentence = match error.kind() {
        ErrorKind::UnknownArgument => language.fill("unexpected argument '{}'", &[&argument?]),
        ErrorKind::InvalidValue if value?.is_empty() => {
            language.fill("'{}' needs a value", &[&argument?])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let invalid = language.fill("'{}' has the invalid value '{}'", &[&argument?, &value?]);
            invalid + &reason(error, language)
        }
        ErrorKind::TooManyValues => {
            language.fill("'{}' takes no value '{}'", &[&argument?, &value?])
        }
        ErrorKind::InvalidSubcommand => language.fill("unrecognized command '{}'", &[&command?]),
        ErrorKind::MissingSubcommand => language.fill("'{}' requires a command", &[&command?]),
        ErrorKind::MissingRequiredArgument => {
            let missing = list(error, ContextKind::InvalidArg)?;
            language.fill("missing: {}", &[&missing.join(", ")])
        }
        ErrorKind::ArgumentConflict => conflict(error, argument.or(command)?, language),
        _ => return None,
    };
    Some(sentence)
}

/// Why a value is invalid, behind a colon, or the valid ones. Nothing if the error doesn't say.
fn reason(error: &Error, language: Language) -> String {
    if let Some(values) = list(error, ContextKind::ValidValue) {
        let head = language.text("[possible values: ");
        return format!("\n  {head}{}]", values.join(", "));
    }
    let Some(source) = std::error::Error::source(error) else {
        return String::new();
    };
    let english = source.to_string();
    let reason = language.translated(&english).unwrap_or(english);
    format!(": {reason}")
}

/// Arguments that exclude each other.
fn conflict(error: &Error, argument: &str, language: Language) -> String {
    let others = list(error, ContextKind::PriorArg).unwrap_or_default();
    if others.is_empty() || others == [argument] {
        return language.fill("'{}' is given more than once", &[&argument]);
    }
    language.fill(
        "'{}' cannot be used with {}",
        &[&argument, &quoted(&others)],
    )
}

/// What the user may have meant: similar words, and clap's own tips. These are "to pass '{}' as a value, use
/// '{}'", "'{}' exists" and "subcommand '{}' exists; to use it, remove the '--' before it".
fn tips(error: &Error, language: Language) -> Vec<String> {
    let mut tips = Vec::new();
    for kind in [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ] {
        if let Some(similar) = list(error, kind) {
            tips.push(language.fill("did you mean {}?", &[&quoted(&similar)]));
        }
    }
    if let Some(ContextValue::StyledStrs(own)) = error.get(ContextKind::Suggested) {
        tips.extend(own.iter().map(|tip| {
            let english = tip.to_string();
            language.translated(&english).unwrap_or(english)
        }));
    }
    tips
}

fn one(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// Texts, of which there is at least one.
fn list(error: &Error, kind: ContextKind) -> Option<Vec<&str>> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(vec![text]),
        Some(ContextValue::Strings(texts)) if !texts.is_empty() => {
            Some(texts.iter().map(|text| &**text).collect())
        }
        _ => None,
    }
}

fn quoted(texts: &[&str]) -> String {
    let quoted: Vec<_> = texts.iter().map(|text| format!("'{text}'")).collect();
    quoted.join(", ")
}
