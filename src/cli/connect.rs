//! `--connect-timeout`, which the client and the chat share.

use std::time::Duration;

use clap::Args;

use super::values::{timeout, value};

#[derive(Debug, Args)]
pub(super) struct ConnectOptions {
    /// How long connecting may take.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_CONNECT_TIMEOUT", default_value = "5s", value_parser = value(timeout))]
    pub(super) connect_timeout: Duration,
}
