//! What the user typed: the options, their environment variables, defaults and checks. Becomes
//! each module's own configuration; nothing behind it knows of a command line.
//!
//! A mistake ends the program here, with a message on stderr and exit code 2.

mod chat;
mod container;
mod environment;
mod health;
mod send;
mod service;
mod values;

use std::env;
use std::io::IsTerminal;

use clap::{Args, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::language::Language;
use crate::request_log;
use crate::{chat as talk, http, raw, send as client, server};
use chat::ChatOptions;
use health::HealthOptions;
use send::SendOptions;
use service::{HttpOptions, ListeningOptions};

/// What to do, and how.
#[derive(Debug)]
pub enum Invocation {
    /// Answer HTTP.
    Http(http::Config, Service),
    /// Answer with the document's bytes.
    Raw(raw::Config, Service),
    /// Send, and print the reply.
    Send(client::Config),
    /// Talk with somebody.
    Chat(talk::Config),
    /// Ask a running service whether it is well.
    Health(crate::health::Config),
    /// Ask nobody, for this reason: there is no service.
    NoCheck(String),
}

/// What both services need.
#[derive(Debug)]
pub struct Service {
    /// How it listens and ends.
    pub server: server::Config,
    /// How it logs, if at all.
    pub log: Option<request_log::Config>,
    /// From which level on stderr tells what happens.
    pub diagnostics: LevelFilter,
    /// Whether stderr may be colored.
    pub color_stderr: bool,
}

/// Parses the command line and the environment. Ends the program with `--help`, with `--version`,
/// and where something is wrong.
#[must_use]
pub fn parse() -> Invocation {
    let arguments: Vec<_> = env::args_os().collect();
    let typed = environment::typed(&arguments).unwrap_or_else(|error| error.exit());
    let found = health::container(&typed);
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

/// Answers every HTTP request with Hello World, and shows exactly what came over the wire.
///
/// Records go to stdout, everything else to stderr. Exit codes: 0 done or drained, 1 failed while
/// running, 2 bad usage, 129, 130, 131 or 143 a second signal ended it at once, or the first one did
/// while it was starting.
#[derive(Debug, Parser)]
#[command(name = "hellowire", version, args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    command: Option<Subcommands>,

    #[command(flatten)]
    http: HttpOptions,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Answers whatever arrives first with the document's hand-written bytes, without HTTP.
    ///
    /// Takes what arrives first, logs it, sends exactly "HTTP/1.1 200 OK\r\n\r\nHello World", and
    /// closes so that no client loses that to a reset. It parses nothing.
    Raw(RawOptions),

    /// Sends text, or all of stdin, and prints the reply.
    ///
    /// The reply goes to stdout as it came, and on a terminal with control bytes made visible. It
    /// ends when the other side closes, or falls silent. Exit codes: 0 there was a reply, 1 there was
    /// none, also where nothing was sent, or it was cut short, 2 bad usage.
    Send(SendOptions),

    /// Two people, one TCP connection: one listens, the other connects, both type.
    ///
    /// "byebye" from either side ends it, and so do Ctrl-D and Ctrl-C. Without a terminal each line
    /// of stdin is a message, and each message a line of stdout. Exit codes: 0 the chat came to its
    /// end, 1 there was none or the connection was lost, 2 bad usage.
    Chat(ChatOptions),
    /// Asks a running service for one answer: exit code 0 if its status is within 200 to 399.
    ///
    /// Else 1, with the reason on stderr. For containers, which have no shell to ask with. Without an
    /// address it finds out what its container runs; 0 also where that is no service.
    Health(HealthOptions),
}

#[derive(Debug, Args)]
struct RawOptions {
    #[command(flatten)]
    listening: ListeningOptions,
}

/// In which language people are spoken to.
#[derive(Debug, Clone, Args)]
struct LanguageOptions {
    /// The language of what people read, records and errors apart [default: zh where `LC_ALL`,
    /// `LC_MESSAGES` or LANG say so, else en].
    #[arg(
        long,
        value_name = "LANGUAGE",
        env = "HELLOWIRE_LANG",
        ignore_case = true
    )]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl LanguageOptions {
    fn language(&self) -> Language {
        match self.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Zh) => Language::Chinese,
            None => Language::of_locale(|name| env::var(name).ok()),
        }
    }
}

/// A terminal, and no `NO_COLOR` (no-color.org: set, and not empty).
fn may_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
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
