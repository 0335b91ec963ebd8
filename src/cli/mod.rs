//! What the user typed: the options, their environment variables, defaults and checks. Becomes
//! each module's own configuration; nothing behind it knows of a command line.
//!
//! A mistake ends the program here, with a message on stderr and exit code 2.

mod chat;
mod color;
mod container;
mod environment;
mod health;
mod invocation;
mod language;
mod options;
mod send;
mod service;
mod values;

use std::env;

use clap::FromArgMatches as _;

pub use invocation::{Invocation, Service};
use options::{Options, Subcommands};

/// Parses the command line and the environment. Ends the program with `--help`, with `--version`,
/// and where something is wrong.
#[must_use]
pub fn parse() -> Invocation {
    let arguments: Vec<_> = env::args_os().collect();
    let typed = environment::typed(&arguments).unwrap_or_else(|error| error.exit());
    let found = container::asked_for(&typed);
    // What the container's service listens on is known then: its probe need not understand it.
    let unheard = found.is_some().then_some(container::LISTEN);
    let completed = environment::complete(&arguments, &typed, unheard);
    let matches = completed.unwrap_or_else(|error| error.exit());
    let Options { command, http } =
        Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
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

    use clap::{Arg, Command, CommandFactory as _};

    use super::*;

    #[test]
    fn the_options_are_consistent() {
        Options::command().debug_assert();
    }

    /// Each argument that has a variable, of the subcommands too.
    fn with_variables(command: &Command) -> Vec<Arg> {
        let own = command
            .get_arguments()
            .filter(|arg| arg.get_env().is_some());
        let inner = command.get_subcommands().flat_map(with_variables);
        own.cloned().chain(inner).collect()
    }

    #[test]
    fn no_variable_means_two_things() {
        let mut meanings = BTreeMap::new();
        for arg in with_variables(&Options::command()) {
            let variable = arg.get_env().unwrap().to_owned();
            // One and the same: where a service listens, and where it is asked.
            if variable == "HELLOWIRE_LISTEN" && arg.is_positional() {
                continue;
            }
            let meaning = arg.get_help().unwrap().to_string();
            let known = meanings.entry(variable).or_insert_with(|| meaning.clone());
            assert_eq!(*known, meaning, "{arg}");
        }
        assert!(meanings.len() > 30, "{meanings:#?}");
    }
}
