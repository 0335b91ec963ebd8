//! `hellowire health`: whom to ask, for what, and for how long.

use std::time::Duration;

use clap::Args;

use super::values::{first_callee, path, timeout, value};
use crate::health;
use crate::net::address::Address;

/// What there is to check in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// A service at this address, the first with a port of those that it listens on.
    Service(Address),
    /// Nothing, and why.
    Nothing(String),
}

#[derive(Debug, Args)]
pub(super) struct HealthOptions {
    /// Whom to ask; a wildcard, `0.0.0.0` or `[::]`, means loopback. Without it, in a container
    /// whose first process is this program: the first address with a port that it listens on, and
    /// nobody where there is none. Of several addresses in the variable the first.
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
    /// Whom to ask and how, or nothing and why. What was `found` in a container comes first.
    pub(super) fn config(self, found: Option<Check>) -> Result<health::Config, String> {
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
