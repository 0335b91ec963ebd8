//! `--connect-timeout`, which the client and the chat share.

use std::time::Duration;

use clap::Args;

use super::option::WithVariable as _;
use super::values::{timeout, value};

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct ConnectOptions {
    /// How long connecting may take.
    #[arg(long, takes_or("TIME", "HELLOWIRE_CONNECT_TIMEOUT", "5s"), value_parser = value(timeout))]
    pub(super) connect_timeout: Duration,
}
