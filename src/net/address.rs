//! Addresses as people write them: an IP address, with a zone if it needs one, or a name; and a port.
//!
//! The command line parses them. [`listen`](super::listen) and [`dial`](super::dial) resolve them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

use super::zone;

/// An address to listen on or to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:8080`, `[::1]:8080`.
    Ip(SocketAddr),
    /// `[fe80::1%eth0]:8080`, `[fe80::1%2]:8080`: an address on the link of one interface.
    Zoned {
        /// The address, of a kind that has a zone.
        ip: Ipv6Addr,
        /// The interface's name, or its number.
        zone: String,
        /// The port, 0 for any.
        port: u16,
    },
    /// `localhost:8080`: stands for all addresses of the name.
    Name {
        /// The host's name.
        host: String,
        /// The port, 0 for any.
        port: u16,
    },
}

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It has none of the forms.
    #[error("expected an address and a port, as in 127.0.0.1:8080, [::1]:8080 or localhost:8080")]
    Form,
    /// It is link-local, and does not name the link.
    #[error(
        "a link-local address needs its zone, the network interface: as in [fe80::1%eth0]:8080"
    )]
    NeedsZone,
    /// It names a link, and is not link-local.
    #[error("only a link-local IPv6 address, as in [fe80::1%eth0]:8080, has a zone")]
    HasNoZone,
}

// === impl Address ===

impl Address {
    /// The port, 0 for any.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self {
            Self::Ip(address) => address.port(),
            Self::Zoned { port, .. } | Self::Name { port, .. } => *port,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // A list in the environment may have spaces: `127.0.0.1:8080, [::1]:8080`.
        let text = text.trim();
        let (host, port) = text.rsplit_once(':').ok_or(AddressError::Form)?;
        if let Some((ip, zone)) = host.split_once('%') {
            return zoned(ip, zone, port);
        }
        if let Ok(ip) = text.parse::<SocketAddr>() {
            let is_on_a_link = matches!(ip.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local());
            return if is_on_a_link {
                Err(AddressError::NeedsZone)
            } else {
                Ok(Self::Ip(ip))
            };
        }
        let port = port.parse().map_err(|_| AddressError::Form)?;
        if is_name(host) {
            let host = host.to_owned();
            Ok(Self::Name { host, port })
        } else {
            Err(AddressError::Form)
        }
    }
}

/// Parses the parts of `[ip%zone]:port`.
fn zoned(ip: &str, zone: &str, port: &str) -> Result<Address, AddressError> {
    if ip.parse::<Ipv4Addr>().is_ok() || is_name(ip) {
        return Err(AddressError::HasNoZone);
    }
    let ip = ip.strip_prefix('[').ok_or(AddressError::Form)?;
    let ip = ip.parse().map_err(|_| AddressError::Form)?;
    let port = port.parse().map_err(|_| AddressError::Form)?;
    let zone = zone.strip_suffix(']').ok_or(AddressError::Form)?;
    // Linux allows more in an interface's name. These would be ambiguous in an address.
    let may_be_in_a_name = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '/' | ':' | '%' | '[' | ']')
    };
    if zone.is_empty() || !zone.chars().all(may_be_in_a_name) {
        return Err(AddressError::Form);
    }
    if !zone::may_have_one(ip) {
        return Err(AddressError::HasNoZone);
    }
    let zone = zone.to_owned();
    Ok(Address::Zoned { ip, zone, port })
}

fn is_name(host: &str) -> bool {
    let may_be_in_a_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    // Digits and dots alone are a mistyped IP address, not a name for the resolver.
    let is_number = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    !is_number && host.bytes().all(may_be_in_a_name)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Zoned { ip, zone, port } => write!(f, "[{ip}%{zone}]:{port}"),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddrV6;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_displayed_as_it_was_written() {
        for text in [
            "127.0.0.1:8080",
            "[::1]:0",
            "localhost:80",
            "a-b.example:65535",
            "[fe80::1%eth0]:8080",
            "[fe80::1%2]:0",
            "[febf::1%wlan-0.5@x]:1",
            "[::1%lo]:80",
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        let zoned = Address::Zoned {
            ip: "fe80::1".parse().unwrap(),
            zone: "eth0".to_owned(),
            port: 80,
        };
        assert_eq!(" [FE80::0:1%eth0]:80 ".parse(), Ok(zoned));
    }

    /// A user can copy the address of a bound socket.
    #[test]
    fn parses_what_the_standard_library_displays() {
        let ip = "fe80::1".parse().unwrap();
        let written = SocketAddr::from(SocketAddrV6::new(ip, 8080, 0, 2)).to_string();
        let address = written.parse::<Address>().unwrap();
        assert_eq!(address.to_string(), written);
        assert_eq!(written, "[fe80::1%2]:8080");
    }

    #[track_caller]
    fn expect_error(texts: &[&str], error: AddressError) {
        for text in texts {
            assert_eq!(text.parse::<Address>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn malformed_addresses() {
        let texts = [
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
            "[fe80::1%]:80",
            "[fe80::1%eth0]",
            "[fe80::1%eth0]:",
            "[fe80::1%eth0]:65536",
            "fe80::1%eth0:80",
            "[fe80::1]%eth0:80",
            "[fe80::1%25eth0%]:80",
            "[fe80::1%a b]:80",
            "[%eth0]:80",
            "%eth0:80",
        ];
        expect_error(&texts, AddressError::Form);
    }

    #[test]
    fn only_link_local_addresses_have_a_zone_and_they_need_one() {
        let needed = ["[fe80::1]:80", "[febf::1]:80"];
        expect_error(&needed, AddressError::NeedsZone);
        let senseless = [
            "[2001:db8::1%eth0]:80",
            "[::%eth0]:80",
            "[::ffff:127.0.0.1%lo]:80",
            "127.0.0.1%lo:80",
            "localhost%lo:80",
        ];
        expect_error(&senseless, AddressError::HasNoZone);
    }

    proptest! {
        /// An address that parses is displayed as a text that parses to the same address.
        #[test]
        fn display_and_parse_are_inverse(text in r"\[?[0-9a-f.:]{0,8}(%[a-z0-9%]{0,4})?\]?:[0-9]{1,5}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
