//! The options as clap has them: the service, and each command.

use clap::{Args, Parser, Subcommand};

use super::chat::ChatOptions;
use super::health::HealthOptions;
use super::send::SendOptions;
use super::service::{HttpOptions, ListeningOptions};

/// Answers every HTTP request with Hello World, and shows exactly what came over the wire.
///
/// Records go to stdout, everything else to stderr. Exit codes: 0 done or drained, 1 failed while
/// running, 2 bad usage, 129, 130, 131 or 143 a second signal ended it at once, or the first one did
/// while it was starting.
#[derive(Debug, Parser)]
#[command(name = "hellowire", version, args_conflicts_with_subcommands = true)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Option<Subcommands>,

    #[command(flatten)]
    pub(super) http: HttpOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum Subcommands {
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
pub(super) struct RawOptions {
    #[command(flatten)]
    pub(super) listening: ListeningOptions,
}
