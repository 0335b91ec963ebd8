//! The options' environment variables.
//!
//! clap reads an option's variable if the command line does not have the option. This file changes three
//! things: only the variables of the chosen command count; an empty variable counts as unset, because
//! Compose's `${X:-}` makes such variables; and the error of an invalid value names the variable that it is
//! from. No option is known here by its name.
//!
//! ```text
//! arguments ─ typed ─ the chosen command ─ complete, with its variables ─ the options
//! ```

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgMatches, Command, CommandFactory as _, Error};

use super::map::map;
use super::options::Options;
use super::summary;
use crate::language::Language;

/// Parses the arguments as if no variable were set. The first is the program's name.
///
/// # Errors
///
/// The arguments are wrong. `--help` and `--version` are errors too.
pub(super) fn typed(arguments: &[OsString]) -> Result<ArgMatches, Error> {
    let command = map_args(command(), &without_variable);
    let typed = command.try_get_matches_from(arguments);
    typed.map_err(|error| {
        if error.use_stderr() {
            error
        } else {
            // The help shows the variables, so it is made with them.
            help(arguments).unwrap_or(error)
        }
    })
}

/// Parses the same arguments again, now with the variables, except for those that are `ignored`.
///
/// # Errors
///
/// The value of a variable is invalid.
pub(super) fn complete(
    arguments: &[OsString],
    typed: &ArgMatches,
    ignored: &[&str],
) -> Result<ArgMatches, Error> {
    let command = map_args(command(), &|arg: Arg| {
        let is_own = |name: &&str| arg.get_env() == Some(name.as_ref());
        let is_ignored = ignored.iter().any(is_own);
        if is_ignored || is_variable_empty(&arg) {
            without_variable(arg)
        } else {
            arg
        }
    });
    let command = only_chosen_variables(command, typed);
    let complete = command.try_get_matches_from(arguments);
    complete.map_err(|error| name_variable(error, typed))
}

fn help(arguments: &[OsString]) -> Option<Error> {
    let command = summary::asked(command(), arguments, Language::English);
    command.try_get_matches_from(arguments).err()
}

/// Drops the variables of the commands around the chosen one. clap would read them too.
fn only_chosen_variables(command: Command, matches: &ArgMatches) -> Command {
    match matches.subcommand() {
        None => command,
        Some((name, matches)) => command
            .mut_args(without_variable)
            .mut_subcommand(name, |chosen| only_chosen_variables(chosen, matches)),
    }
}

/// The program's options.
pub(super) fn command() -> Command {
    // With this, `--max-body -1` is an invalid size. Without, `-1` is an unknown option.
    map_args(Options::command(), &|arg: Arg| {
        let takes_number = takes_number(&arg);
        arg.allow_hyphen_values(takes_number)
    })
}

/// Changes each argument, also of the subcommands. Not generic: each kind of change would be 2 KB of code.
fn map_args(command: Command, change: &dyn Fn(Arg) -> Arg) -> Command {
    map(command, change, &|command| command)
}

fn without_variable(arg: Arg) -> Arg {
    arg.env(Resettable::Reset)
}

fn is_variable_empty(arg: &Arg) -> bool {
    let variable = arg.get_env().and_then(std::env::var_os);
    variable.is_some_and(|value| value.is_empty())
}

fn takes_number(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    let is_number = |name: &str| matches!(name, "CODE" | "N" | "SIZE" | "TIME");
    names.iter().any(|name| is_number(name))
}

/// Replaces the option in the error's text by its variable.
fn name_variable(mut error: Error, mut matches: &ArgMatches) -> Error {
    let mut root = command();
    root.build();
    let mut command = &root;
    while let Some((name, inner)) = matches.subcommand() {
        command = command.find_subcommand(name).unwrap_or(command);
        matches = inner;
    }
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let mut arguments = command.get_arguments();
    let variable = arguments
        .find(|arg| arg.to_string() == *shown)
        .and_then(Arg::get_env)
        .map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = variable {
        error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    }
    error
}
