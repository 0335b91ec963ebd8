//! The options of `hellowire health`.

use std::time::Duration;

use clap::{ArgMatches, Args};

use super::option::WithVariable as _;
use super::service::{DEFAULT_LISTEN, LISTEN, PORT, is_typed};
use super::values::{first_peer_address, path, peer_port, timeout, value};
use crate::health;
use crate::net::address::Address;

/// What `hellowire health` checks in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// The service at this address: the first that it listens on whose port is not 0.
    Service(Address),
    /// Nothing, for this reason.
    Nothing(String),
}

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct HealthOptions {
    /// The address to ask. A wildcard, `0.0.0.0` or `[::]`, means loopback. `unix:/run/hellowire.sock` is a
    /// Unix socket. The variable may have several addresses; the first counts. Without the argument, in a
    /// container whose first process is hellowire, the check asks the first address that this process listens
    /// on and whose port is not 0. If there is none, the check asks nothing and succeeds.
    #[arg(takes_or("ADDR", LISTEN, DEFAULT_LISTEN), value_parser = value(first_peer_address))]
    address: Address,

    /// The port to ask, instead of the address's own. The variable has no effect on an address that is
    /// given as the argument.
    #[arg(short, long, takes("N", PORT), value_parser = value(peer_port))]
    port: Option<u16>,

    /// The path to ask for.
    #[arg(long, takes_or("PATH", "HELLOWIRE_PATH", "/hellowire-health"), value_parser = value(path))]
    path: String,

    /// How long the whole check may take.
    #[arg(short = 'w', long, takes_or("TIME", "HELLOWIRE_HEALTH_TIMEOUT", "2s"), value_parser = value(timeout))]
    timeout: Duration,
}

/// The variables that this command line makes irrelevant. A check must not fail for the value of a variable
/// that it does not need.
pub(super) fn ignored_variables(
    options: &ArgMatches,
    found: Option<&Check>,
) -> &'static [&'static str] {
    if found.is_some() {
        // The container's first process decides.
        return &[LISTEN, PORT];
    }
    if is_typed(options, "address") {
        &[PORT]
    } else {
        &[]
    }
}

impl HealthOptions {
    /// The configuration of the check, or the reason why there is nothing to check. `found` in a container
    /// overrides the address.
    pub(super) fn config(self, found: Option<Check>) -> Result<health::Config, String> {
        let address = match found {
            None => match self.port {
                Some(port) => self.address.with_port(port),
                None => self.address,
            },
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
