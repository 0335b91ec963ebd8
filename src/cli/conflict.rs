//! The error for two options that contradict each other by their values. clap finds only contradictions of
//! options that are given at all.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Error};

/// One of the two options.
pub(super) struct Given {
    /// Its name in the matches.
    pub(super) id: &'static str,
    /// How the command line has it.
    pub(super) option: &'static str,
    /// How the environment has it.
    pub(super) variable: &'static str,
}

/// The error of clap's form. It names the options or, by `matches`, the variables that they are from.
pub(super) fn conflict(matches: &ArgMatches, one: &Given, other: &Given) -> Error {
    let named = |given: &Given| {
        let is_variable = matches.value_source(given.id) == Some(ValueSource::EnvVariable);
        let name = if is_variable {
            given.variable
        } else {
            given.option
        };
        ContextValue::String(name.to_owned())
    };
    let mut error = Error::new(ErrorKind::ArgumentConflict);
    error.insert(ContextKind::InvalidArg, named(one));
    error.insert(ContextKind::PriorArg, named(other));
    error
}
