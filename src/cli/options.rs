//! The whole command line as clap has it: the HTTP service's options, and each command.

use clap::{ArgMatches, Args, CommandFactory as _, Error, Parser, Subcommand};

use super::chat::ChatOptions;
use super::health::HealthOptions;
use super::send::SendOptions;
use super::service::{HttpOptions, ListeningOptions};

/// Answers every HTTP request with Hello World, and logs it byte for byte.
///
/// The request log goes to stdout, everything else to stderr. Exit codes: 0 the service has ended after
/// its signal or its last record, 1 it has failed, 2 the usage is wrong. 129, 130, 131 or 143: a second
/// signal has ended it at once, or a first one while it was starting.
#[derive(Debug, Parser)]
#[group(skip)]
#[command(name = "hellowire", version, args_conflicts_with_subcommands = true)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Option<Subcommands>,

    #[command(flatten)]
    pub(super) http: HttpOptions,
}

impl Options {
    /// The options, which `matches` became, if they do not contradict each other.
    ///
    /// # Errors
    ///
    /// They do.
    pub(super) fn checked(mut self, matches: &ArgMatches) -> Result<Self, Error> {
        let chosen = matches.subcommand().map_or(matches, |(_, inner)| inner);
        let checked = match &mut self.command {
            None => self.http.check(chosen),
            Some(Subcommands::Raw(raw)) => raw.listening.check(chosen),
            Some(_) => Ok(()),
        };
        checked.map_err(|error| error.with_cmd(&Self::command()))?;
        Ok(self)
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Subcommands {
    /// Answers any bytes with the document's hand-written answer, without HTTP.
    ///
    /// Reads the first bytes of a connection, logs them, and sends exactly
    /// "HTTP/1.1 200 OK\r\n\r\nHello World". Then it closes the connection in a way that loses no
    /// answer to a reset. It parses nothing.
    Raw(RawOptions),

    /// Sends a text, a line or all of stdin, and prints the reply.
    ///
    /// The reply goes to stdout unchanged. On a terminal control bytes are visible. The reply ends
    /// when the server closes the connection, or is silent. Exit codes: 0 there was a reply, 1 there
    /// was none, it was cut short, or nothing was sent, 2 the usage is wrong.
    Send(SendOptions),

    /// Lets two people talk over one TCP connection: one listens, the other connects.
    ///
    /// The chat ends with "byebye" from either side, with Ctrl-D or with Ctrl-C. Without a terminal
    /// each line of stdin is a message, and each message a line of stdout. Exit codes: 0 the chat has
    /// ended, 1 there was no connection or it was lost, 2 the usage is wrong.
    Chat(ChatOptions),
    /// Checks a running service: asks for one answer, and expects a status from 200 to 399.
    ///
    /// Made for containers, which have no shell. Exit codes: 0 the service is healthy, or the
    /// container runs no service; 1 it is not, with the reason on stderr; 2 the usage is wrong.
    Health(HealthOptions),
}

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct RawOptions {
    #[command(flatten)]
    pub(super) listening: ListeningOptions,
}
