//! Addresses as people write them: an IP address or a name, and a port.
//!
//! Parsed at the command line, resolved where they are used: by [`listen`](super::listen) and by
//! [`dial`](super::dial).

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

/// Where to listen or whom to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:8080`, `[::1]:8080`.
    Ip(SocketAddr),
    /// `localhost:8080`: all addresses of the name.
    Name {
        /// The host's name.
        host: String,
        /// The port, 0 for any.
        port: u16,
    },
}

/// Why a text is no [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected an address and a port, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080")]
pub struct AddressError;

// === impl Address ===

impl Address {
    /// The port, 0 for any.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self {
            Self::Ip(address) => address.port(),
            Self::Name { port, .. } => *port,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // As a list in the environment may have it: `127.0.0.1:8080, [::1]:8080`.
        let text = text.trim();
        if let Ok(ip) = text.parse::<SocketAddr>() {
            return Ok(Self::Ip(ip));
        }
        let (host, port) = text.rsplit_once(':').ok_or(AddressError)?;
        let port = port.parse().map_err(|_| AddressError)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        // All digits and dots is an IP address gone wrong, not a name to ask a resolver for.
        let is_number = host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if host.parse::<IpAddr>().is_ok() || is_number || !host.bytes().all(is_name) {
            return Err(AddressError);
        }
        Ok(Self::Name {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:0",
            "localhost:80",
            "a-b.example:65535",
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "",
            ":80",
            "80",
            "localhost",
            "127.0.0.1",
            "::1:80",
            "127.0.0.1:65536",
            "127.0.0:80",
            "a b:80",
            "http://a:80",
        ] {
            assert_eq!(text.parse::<Address>(), Err(AddressError), "{text:?}");
        }
    }
}
