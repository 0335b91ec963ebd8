//! The command line: options, environment variables, defaults and checks. Turns them into each module's own
//! configuration, so that no other module knows of a command line.
//!
//! An option is one field, with its documentation, variable, default and parser: of a service in `service`,
//! of another command in that command's file. The parsers and their bounds are in `values`.
//!
//! ```text
//! arguments ─ environment (clap) ─ options ─ Invocation
//! ```
//!
//! A mistake ends the program, with a message on stderr and exit code 2. `ending` says it, or the help, in the
//! user's language.

mod chat;
mod color;
mod conflict;
mod connect;
mod container;
mod ending;
mod environment;
mod health;
mod help;
mod inspect;
mod invocation;
mod language;
mod log;
mod map;
mod mistake;
mod option;
mod options;
mod rows;
mod send;
mod service;
mod summary;
mod tip;
mod values;

use std::env;

use clap::{Command, Error, FromArgMatches as _};

pub use invocation::{Invocation, Service};
use options::{Options, Subcommands};

/// The whole command line as clap has it, for programs that make documentation or completions of it.
#[must_use]
pub fn command() -> Command {
    environment::command()
}

/// Parses the command line and the environment. Ends the program after `--help`, after `--version`, and
/// after a mistake.
#[must_use]
pub fn parse() -> Invocation {
    let arguments: Vec<_> = env::args_os().collect();
    let end = |error: Error| -> ! {
        let error = tip::added(error, &arguments);
        ending::end(&error, &arguments, language::wanted(&arguments))
    };
    let typed = environment::typed(&arguments).unwrap_or_else(|error| end(error));
    let found = container::check_for(&typed);
    let ignored = match typed.subcommand() {
        None => service::ignored_variables(&typed),
        Some(("raw", options)) => service::ignored_variables(options),
        Some(("health", options)) => health::ignored_variables(options, found.as_ref()),
        Some(_) => &[],
    };
    let completed = environment::complete(&arguments, &typed, ignored);
    let matches = completed.unwrap_or_else(|error| end(error));
    let options = Options::from_arg_matches(&matches);
    let options = options.and_then(|options| options.checked(&matches));
    let Options { command, http } = options.unwrap_or_else(|error| end(error));
    match command {
        None => {
            let service = http.listening.service();
            Invocation::Http(http.config(), service)
        }
        Some(Subcommands::Raw(raw)) => {
            Invocation::Raw(raw.listening.raw(), raw.listening.service())
        }
        Some(Subcommands::Send(send)) => Invocation::Send(send.config()),
        Some(Subcommands::Chat(chat)) => Invocation::Chat(chat.config()),
        Some(Subcommands::Health(options)) => {
            let config = options.config(found);
            config.map_or_else(Invocation::NoCheck, Invocation::Health)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::{Arg, CommandFactory as _};

    use super::*;

    #[test]
    fn clap_accepts_the_options() {
        Options::command().debug_assert();
    }

    /// Each argument with a variable, also of the subcommands.
    fn with_variables(command: &Command) -> Vec<(String, Arg)> {
        let own = command
            .get_arguments()
            .filter(|arg| arg.get_env().is_some())
            .map(|arg| (command.get_name().to_owned(), arg.clone()));
        let inner = command.get_subcommands().flat_map(with_variables);
        own.chain(inner).collect()
    }

    #[test]
    fn each_variable_has_one_meaning() {
        let mut meanings = BTreeMap::new();
        for (command, arg) in with_variables(&Options::command()) {
            let variable = arg.get_env().unwrap().to_owned();
            // What a service listens on is also what is checked.
            if command == "health"
                && [service::LISTEN, service::PORT]
                    .map(Into::into)
                    .contains(&variable)
            {
                continue;
            }
            let meaning = arg.get_help().unwrap().to_string();
            let known = meanings.entry(variable).or_insert_with(|| meaning.clone());
            assert_eq!(*known, meaning, "{arg}");
        }
        assert!(meanings.len() > 30, "{meanings:#?}");
    }
}
