//! The options of `hellowire send`.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStringExt as _;
use std::time::Duration;

use clap::Args;

use super::connect::ConnectOptions;
use super::language::LanguageOptions;
use super::option::WithVariable as _;
use super::service::DEFAULT_LISTEN;
use super::values::{SERVICE_PORT, peer_address, switch, timeout, value};
use crate::net::address::Address;
use crate::send::{Config, Source};

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct SendOptions {
    /// The bytes to send, unchanged [default: a line from a prompt if stdin is a terminal, else all of
    /// stdin].
    text: Option<OsString>,

    /// The server's address. It may be `8080` (127.0.0.1:8080), `[::1]:8080` or `example.org:80`. All
    /// addresses of a name are tried. The port is 8080 if it is left out. `unix:/run/hellowire.sock` is a Unix
    /// socket.
    #[arg(short, long, takes_or("ADDR", "HELLOWIRE_TO", DEFAULT_LISTEN), value_parser = value(peer_address::<SERVICE_PORT>))]
    to: Address,

    #[command(flatten)]
    connect: ConnectOptions,

    /// How long the server may read nothing, and then answer nothing.
    #[arg(short = 'w', long, takes_or("TIME", "HELLOWIRE_SEND_TIMEOUT", "10s"), value_parser = value(timeout))]
    timeout: Duration,

    /// How long a silence ends the reply, if the server does not close the connection.
    #[arg(short, long, takes_or("TIME", "HELLOWIRE_QUIET", "1s"), value_parser = value(timeout))]
    quiet: Duration,

    /// Keep the writing side open after the end of stdin, until the reply has ended. Some servers
    /// take a closed writing side for an abort.
    #[arg(long, env = "HELLOWIRE_KEEP_OPEN", value_parser = value(switch))]
    keep_open: bool,

    #[command(flatten)]
    language: LanguageOptions,
}

impl SendOptions {
    pub(super) fn config(self) -> Config {
        let source = match self.text {
            Some(text) => Source::Text(text.into_vec()),
            None if io::stdin().is_terminal() => Source::Line,
            None => Source::Stdin,
        };
        Config {
            to: self.to,
            source,
            connect_timeout: self.connect.connect_timeout,
            timeout: self.timeout,
            quiet: self.quiet,
            keep_open: self.keep_open,
            is_watched: io::stderr().is_terminal(),
            is_shown: io::stdout().is_terminal(),
            language: self.language.language(),
        }
    }
}
