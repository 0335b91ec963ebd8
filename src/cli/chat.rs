//! `hellowire chat listen` and `hellowire chat connect`.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::language::LanguageOptions;
use super::values::{callee, message_size, parsed, timeout, value};
use crate::chat::{Config, Side};
use crate::net::address::Address;
use crate::terminal::can_edit;

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct ChatOptions {
    #[command(subcommand)]
    side: Sides,
}

#[derive(Debug, Subcommand)]
enum Sides {
    /// Waits for the other one to call, once.
    Listen {
        /// Where to wait: `127.0.0.1:12345`, `[::]:12345` or a name; port 0 is any free one.
        #[arg(value_name = "ADDR", env = "HELLOWIRE_CHAT_LISTEN", default_value = "127.0.0.1:12345", value_parser = value(parsed::<Address>))]
        address: Address,

        #[command(flatten)]
        talk: TalkOptions,
    },
    /// Calls the other one.
    Connect {
        /// Whom to call; of a name all addresses are tried.
        #[arg(value_name = "ADDR", env = "HELLOWIRE_CHAT_CONNECT", default_value = "127.0.0.1:12345", value_parser = value(callee))]
        address: Address,

        /// How long connecting may take.
        #[arg(long, value_name = "TIME", env = "HELLOWIRE_CONNECT_TIMEOUT", default_value = "5s", value_parser = value(timeout))]
        connect_timeout: Duration,

        #[command(flatten)]
        talk: TalkOptions,
    },
}

#[derive(Debug, Args)]
struct TalkOptions {
    /// The longest message; a longer one goes, and comes, in parts. 1 KiB to 16 MiB.
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_MAX_MESSAGE", default_value = "64KiB", value_parser = value(message_size))]
    max_message: usize,

    #[command(flatten)]
    language: LanguageOptions,
}

impl ChatOptions {
    pub(super) fn config(self) -> Config {
        let (side, talk) = match self.side {
            Sides::Listen { address, talk } => (Side::Listen(address), talk),
            Sides::Connect {
                address,
                connect_timeout,
                talk,
            } => (Side::Connect(address, connect_timeout), talk),
        };
        Config {
            side,
            max_message: talk.max_message,
            has_terminal: io::stdin().is_terminal() && io::stdout().is_terminal() && can_edit(),
            is_shown: io::stdout().is_terminal(),
            language: talk.language.language(),
        }
    }
}
