//! The options of the page that shows the requests, which both services have.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Args, Command, Error};

use super::language::LanguageOptions;
use super::option::WithVariable as _;
use super::values::{INSPECT_PORT, keep_size, parsed, tcp_address, value};
use crate::inspect::{self, Token};
use crate::metrics::Metrics;
use crate::net::address::Address;
use crate::request_log::Recent;
use crate::server::linger;

#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Inspect")]
pub(super) struct InspectOptions {
    /// Show each request in a browser, at this address. It may be `8081` (127.0.0.1:8081) or `:8081`
    /// (0.0.0.0:8081, every IPv4 address of the machine). The port is 8081 if it is left out. Port 0 is any
    /// free port.
    #[arg(long, takes("ADDR", "HELLOWIRE_INSPECT"), value_parser = value(tcp_address::<INSPECT_PORT>))]
    inspect: Option<Address>,

    /// How many bytes of records the page keeps in memory, 64 KiB to 1 GiB. The oldest go first.
    #[arg(id = "inspect_keep", long = "inspect-keep", takes_or("SIZE", "HELLOWIRE_INSPECT_KEEP", "4MiB"), value_parser = value(keep_size))]
    keep: usize,

    /// The token that the page asks for, at least 16 letters, digits or characters of `-._~` [default: none on
    /// loopback, else a random one].
    #[arg(id = "inspect_token", long = "inspect-token", takes("TOKEN", "HELLOWIRE_INSPECT_TOKEN"), hide_env_values = true, value_parser = Secret(value(parsed::<Token>)))]
    token: Option<Token>,
}

impl InspectOptions {
    /// The page of a service with this number of workers. None without one.
    pub(super) fn config(
        &self,
        workers: usize,
        header_timeout: Duration,
        linger: linger::Limits,
        language: &LanguageOptions,
    ) -> Option<inspect::Config> {
        Some(inspect::Config {
            listen: self.inspect.clone()?,
            recent: Arc::new(Recent::new(self.keep, workers)),
            metrics: Arc::new(Metrics::new(workers)),
            token: self.token.clone(),
            page_language: language.given(),
            language: language.language(),
            header_timeout,
            linger,
        })
    }
}

/// A parser of a secret: the error for a bad one does not show it.
#[derive(Debug, Clone)]
struct Secret<P>(P);

impl<P: TypedValueParser> TypedValueParser for Secret<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        let parsed = self.0.parse_ref(command, arg, value);
        parsed.map_err(|mut error| {
            let hidden = ContextValue::String("***".to_owned());
            error.insert(ContextKind::InvalidValue, hidden);
            error
        })
    }
}
