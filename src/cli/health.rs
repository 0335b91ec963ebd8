//! `hellowire health`: whom to ask, for what, and for how long.

use std::time::Duration;

use clap::Args;

use super::values::{first_callee, path, timeout, value};
use crate::health;
use crate::net::address::Address;

#[derive(Debug, Args)]
pub(super) struct HealthOptions {
    /// Whom to ask. Of several addresses, as the services' variable may have them, the first; a
    /// wildcard, `0.0.0.0` or `[::]`, means loopback.
    #[arg(value_name = "ADDR", env = "HELLOWIRE_LISTEN", default_value = "127.0.0.1:8080", value_parser = value(first_callee))]
    address: Address,

    /// The path to ask for.
    #[arg(long, value_name = "PATH", env = "HELLOWIRE_PATH", default_value = "/hellowire-health", value_parser = value(path))]
    path: String,

    /// How long all of it may take.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_HEALTH_TIMEOUT", default_value = "2s", value_parser = value(timeout))]
    timeout: Duration,
}

impl HealthOptions {
    pub(super) fn config(self) -> health::Config {
        health::Config {
            address: self.address,
            path: self.path,
            timeout: self.timeout,
        }
    }
}
