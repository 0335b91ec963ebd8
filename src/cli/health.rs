//! `hellowire health`: whom to ask, for what, and for how long.

use std::time::Duration;

use clap::Args;

use super::container::{self, Check};
use super::values::{first_callee, path, timeout, value};
use crate::health;
use crate::net::address::Address;

#[derive(Debug, Args)]
pub(super) struct HealthOptions {
    /// Whom to ask; a wildcard, `0.0.0.0` or `[::]`, means loopback. Without it, in a container
    /// whose first process is this program: the first address that it listens on, and nobody where
    /// it is no service. Of several addresses in the variable the first.
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
    /// Whom to ask and how, or nothing and why. Whether the address `is_given` is whether it stands
    /// on the command line.
    pub(super) fn config(self, is_given: bool) -> Result<health::Config, String> {
        let found = if is_given { None } else { container::check() };
        let address = match found {
            None => self.address,
            Some(Check::Service(address)) => address,
            Some(Check::Nothing(why)) => return Err(why),
        };
        Ok(health::Config {
            address,
            path: self.path,
            timeout: self.timeout,
        })
    }
}
