//! The options of `hellowire health`.

use std::time::Duration;

use clap::Args;

use super::service::{DEFAULT_LISTEN, LISTEN};
use super::values::{first_peer_address, path, timeout, value};
use crate::health;
use crate::net::address::Address;

/// What `hellowire health` checks in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// The service at this address: the first that it listens on with a port other than 0.
    Service(Address),
    /// Nothing, for this reason.
    Nothing(String),
}

#[derive(Debug, Args)]
pub(super) struct HealthOptions {
    /// The address to ask. A wildcard, `0.0.0.0` or `[::]`, means loopback. The variable may have
    /// several addresses; the first counts. Without the argument, in a container whose first process
    /// is hellowire, the check asks the first address with a port that this process listens on. If
    /// there is none, the check asks nothing and succeeds.
    #[arg(value_name = "ADDR", env = LISTEN, default_value = DEFAULT_LISTEN, value_parser = value(first_peer_address))]
    address: Address,

    /// The path to ask for.
    #[arg(long, value_name = "PATH", env = "HELLOWIRE_PATH", default_value = "/hellowire-health", value_parser = value(path))]
    path: String,

    /// How long the whole check may take.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_HEALTH_TIMEOUT", default_value = "2s", value_parser = value(timeout))]
    timeout: Duration,
}

impl HealthOptions {
    /// The configuration of the check, or the reason why there is nothing to check. `found` in a container
    /// overrides the address.
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
