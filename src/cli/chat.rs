//! The options of `hellowire chat listen` and `hellowire chat connect`.

use std::io::{self, IsTerminal as _};

use clap::{Args, Subcommand};

use super::connect::ConnectOptions;
use super::language::LanguageOptions;
use super::option::WithVariable as _;
use super::values::{CHAT_PORT, message_size, tcp_address, tcp_peer_address, value};
use crate::chat::{Config, DEFAULT_ADDRESS, Side};
use crate::net::address::Address;
use crate::terminal::can_edit;

#[derive(Debug, Args)]
#[group(skip)]
#[command(arg_required_else_help = true)]
pub(super) struct ChatOptions {
    #[command(subcommand)]
    side: Sides,
}

#[derive(Debug, Subcommand)]
enum Sides {
    /// Waits for one connection.
    Listen {
        /// The address to listen on. It may be `12345` (127.0.0.1:12345), `:12345` (0.0.0.0:12345, every IPv4
        /// address of the machine), `[::]:12345` or a name. The port is 12345 if it is left out. Port 0 is
        /// any free port.
        #[arg(takes_or("ADDR", "HELLOWIRE_CHAT_LISTEN", DEFAULT_ADDRESS), value_parser = value(tcp_address::<CHAT_PORT>))]
        address: Address,

        #[command(flatten)]
        talk: TalkOptions,
    },
    /// Connects to a listening chat.
    Connect {
        /// The address to connect to. All addresses of a name are tried. The port is 12345 if it is left out.
        #[arg(takes_or("ADDR", "HELLOWIRE_CHAT_CONNECT", DEFAULT_ADDRESS), value_parser = value(tcp_peer_address::<CHAT_PORT>))]
        address: Address,

        #[command(flatten)]
        connect: ConnectOptions,

        #[command(flatten)]
        talk: TalkOptions,
    },
}

#[derive(Debug, Args)]
#[group(skip)]
struct TalkOptions {
    /// The longest message, 1 KiB to 16 MiB. A longer one is sent, and shown, in parts.
    #[arg(long, takes_or("SIZE", "HELLOWIRE_MAX_MESSAGE", "64KiB"), value_parser = value(message_size))]
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
                connect,
                talk,
            } => (Side::Connect(address, connect.connect_timeout), talk),
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
