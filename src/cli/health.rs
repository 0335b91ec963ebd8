//! `hellowire health`: whom to ask, for what, and for how long.

use std::time::Duration;

use clap::Args;

use super::values::{path, timeout};
use crate::health;
use crate::net::address::Address;

#[derive(Debug, Args)]
pub(super) struct HealthOptions {
    /// Whom to ask. Of several addresses, as the services' variable may have them, the first; a
    /// wildcard, `0.0.0.0` or `[::]`, means loopback.
    #[arg(value_name = "ADDR", env = "HELLOWIRE_LISTEN", default_value = "127.0.0.1:8080", value_parser = asked)]
    address: Address,

    /// The path to ask for.
    #[arg(long, value_name = "PATH", env = "HELLOWIRE_PATH", default_value = "/hellowire-health", value_parser = path)]
    path: String,

    /// How long all of it may take.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_TIMEOUT", default_value = "2s", value_parser = timeout)]
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

/// The first of one or several addresses.
fn asked(text: &str) -> Result<Address, String> {
    let first = text.split(',').next().unwrap_or_default();
    let address: Address = first.parse().map_err(|error| format!("{error}"))?;
    let port = match &address {
        Address::Ip(ip) => ip.port(),
        Address::Name { port, .. } => *port,
    };
    if port == 0 {
        return Err("port 0 is any free one: the one to ask is needed".to_owned());
    }
    Ok(address)
}
