//! Ends the program with clap's message, in the user's language: the help, the version, or a usage error.
//!
//! clap prints the message, and decides the stream and the exit code.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};

use super::{environment, help, mistake};
use crate::language::Language;

/// A message that is its text already.
struct Translated;

impl ErrorFormatter for Translated {
    fn format_error(error: &Error<Self>) -> StyledStr {
        match error.get(ContextKind::Custom) {
            Some(ContextValue::StyledStr(text)) => text.clone(),
            _ => StyledStr::new(),
        }
    }
}

/// Ends the program with the message of `error`, to which parsing `arguments` led.
pub(super) fn end(error: &Error, arguments: &[OsString], language: Language) -> ! {
    let text = match (language, error.kind()) {
        (Language::English, _) => None,
        (_, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            help::shown(environment::command(), arguments, language)
        }
        _ => mistake::text(error, language),
    };
    let Some(text) = text else { error.exit() };
    let mut translated = Error::<Translated>::new(error.kind());
    translated.insert(ContextKind::Custom, ContextValue::StyledStr(text.into()));
    translated.exit()
}
