//! Tips for usage errors that clap's own tips do not help with.

use std::ffi::OsString;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::language::Language;

/// The tip for options before the command that they belong to.
pub(super) const BEHIND_THE_COMMAND: &str =
    "options stand behind the command: hellowire {} [OPTIONS]";
/// The tip for a port without its option.
pub(super) const AT_THIS_PORT: &str = "to listen at this port, use '-p {}'";

/// `error` with a tip, if there is one. Parsing `arguments` led to the error.
pub(super) fn added(mut error: Error, arguments: &[OsString]) -> Error {
    if let Some(tip) = tip(&error, arguments) {
        let tip = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tip);
    }
    error
}

/// The tip in English: [`super::mistake`] translates it, as it does clap's.
fn tip(error: &Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    // `chat` takes no port behind it.
    let is_first = || arguments.get(1).is_some_and(|first| first == word.as_str());
    let tip = match error.kind() {
        ErrorKind::ArgumentConflict => BEHIND_THE_COMMAND,
        ErrorKind::InvalidSubcommand if is_first() && word.parse::<u16>().is_ok() => AT_THIS_PORT,
        _ => return None,
    };
    Some(Language::English.fill(tip, &[word]))
}
