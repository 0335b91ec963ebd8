//! Tips for usage errors that clap's own tips do not help with.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};

use super::options::Options;
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
    let place = arguments.iter().position(|typed| typed == word.as_str())?;
    let is_port = word.parse::<u16>().is_ok();
    match error.kind() {
        // clap takes any word behind an option for a command.
        ErrorKind::ArgumentConflict if is_port => Some(at_this_port(word)),
        ErrorKind::ArgumentConflict if Options::command().find_subcommand(word).is_some() => {
            // The options of a chat stand behind its side.
            let side = arguments.get(place + 1).and_then(|next| next.to_str());
            let side = side.filter(|side| ["listen", "connect"].contains(side));
            let command = match side {
                Some(side) if word == "chat" => [word, " ", side].concat(),
                _ => word.clone(),
            };
            Some(Language::English.fill(BEHIND_THE_COMMAND, &[&command]))
        }
        // `chat` takes no port behind it.
        ErrorKind::InvalidSubcommand if place == 1 && is_port => Some(at_this_port(word)),
        _ => None,
    }
}

fn at_this_port(port: &str) -> String {
    Language::English.fill(AT_THIS_PORT, &[&port])
}
