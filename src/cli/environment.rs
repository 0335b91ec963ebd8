//! The environment's part in the options.
//!
//! clap reads an option's variable where the command line does not have the option. What this adds:
//! only the variables of the command that was chosen count; a variable that is empty counts as not
//! set, since Compose's `${X:-}` makes such; and the error of a bad value names the variable that it
//! came from. It knows no option by its name.
//!
//! ```text
//! command line ─ typed ─ the command that was chosen ─ complete, from its variables ─ the options
//! ```

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgMatches, Command, CommandFactory as _, Error};

use super::options::Options;

/// Parses the command line, which begins with the program's name, as if no variable were set.
///
/// # Errors
///
/// What is wrong with it. The help and the version are such errors too.
pub(super) fn typed(arguments: &[OsString]) -> Result<ArgMatches, Error> {
    let command = each(command(), &unset);
    let typed = command.try_get_matches_from(arguments);
    // The help shows the variables.
    typed.map_err(|error| {
        if error.use_stderr() {
            error
        } else {
            help(arguments).unwrap_or(error)
        }
    })
}

/// Parses the same command line again, now with the environment, but for one variable that may not
/// count.
///
/// # Errors
///
/// What is wrong with the environment.
pub(super) fn complete(
    arguments: &[OsString],
    typed: &ArgMatches,
    unheard: Option<&str>,
) -> Result<ArgMatches, Error> {
    let command = each(command(), &|arg: Arg| {
        let is_unheard = unheard.is_some_and(|name| arg.get_env() == Some(name.as_ref()));
        if is_unheard || is_empty(&arg) {
            unset(arg)
        } else {
            arg
        }
    });
    let command = only_of_the_chosen(command, typed);
    let complete = command.try_get_matches_from(arguments);
    complete.map_err(|error| name_variable(error, typed))
}

fn help(arguments: &[OsString]) -> Option<Error> {
    command().try_get_matches_from(arguments).err()
}

/// Drops the variables of the commands around the one that was chosen: clap would read them too.
fn only_of_the_chosen(command: Command, matches: &ArgMatches) -> Command {
    match matches.subcommand() {
        None => command,
        Some((name, matches)) => command
            .mut_args(unset)
            .mut_subcommand(name, |chosen| only_of_the_chosen(chosen, matches)),
    }
}

/// The program's options.
fn command() -> Command {
    // Else `--max-body -1` is an unknown option `-1`, and not a bad size.
    each(Options::command(), &|arg: Arg| {
        let is_number = names_a_number(&arg);
        arg.allow_hyphen_values(is_number)
    })
}

/// Changes each argument, of the subcommands too.
fn each(command: Command, change: &impl Fn(Arg) -> Arg) -> Command {
    let command = command.mut_args(change);
    command.mut_subcommands(|subcommand| each(subcommand, change))
}

fn unset(arg: Arg) -> Arg {
    arg.env(Resettable::Reset)
}

fn is_empty(arg: &Arg) -> bool {
    let variable = arg.get_env().and_then(std::env::var_os);
    variable.is_some_and(|value| value.is_empty())
}

fn names_a_number(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    let is_number = |name: &str| matches!(name, "CODE" | "N" | "SIZE" | "TIME");
    names.iter().any(|name| is_number(name))
}

/// Puts the variable in the place of the option that it stands for.
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
