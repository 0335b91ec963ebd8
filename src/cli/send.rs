//! `hellowire send`.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStringExt as _;
use std::time::Duration;

use clap::Args;

use super::language::LanguageOptions;
use super::values::{callee, switch, timeout, value};
use crate::net::address::Address;
use crate::send::{Config, Source};

#[derive(Debug, Args)]
pub(super) struct SendOptions {
    /// What to send, exactly these bytes [default: a line that is asked for, or all of stdin where
    /// that is no terminal].
    text: Option<OsString>,

    /// Whom to send it to: `127.0.0.1:8080`, `[::1]:8080` or `example.org:80`, of which all
    /// addresses are tried.
    #[arg(long, value_name = "ADDR", env = "HELLOWIRE_TO", default_value = "127.0.0.1:8080", value_parser = value(callee))]
    to: Address,

    /// How long connecting may take.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_CONNECT_TIMEOUT", default_value = "5s", value_parser = value(timeout))]
    connect_timeout: Duration,

    /// How long the other side may take nothing of what is sent, and then answer nothing.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_SEND_TIMEOUT", default_value = "10s", value_parser = value(timeout))]
    timeout: Duration,

    /// After how much silence a reply is taken as whole, where the other side does not close.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_QUIET", default_value = "1s", value_parser = value(timeout))]
    quiet: Duration,

    /// Keep the writing side open after all of stdin until the reply has ended: some servers take
    /// its end for an abort.
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
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            quiet: self.quiet,
            keep_open: self.keep_open,
            is_watched: io::stderr().is_terminal(),
            is_shown: io::stdout().is_terminal(),
            language: self.language.language(),
        }
    }
}
