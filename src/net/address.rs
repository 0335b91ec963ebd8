//! Addresses as people write them: an IP address, with a zone if it needs one, or a name, and a port; or the path
//! of a Unix socket.
//!
//! The command line parses them: [`Omitted`] completes what a user leaves out. [`listen`](super::listen) and
//! [`dial`](super::dial) resolve them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

use super::zone;
use crate::escape::is_printable;

/// What the address of a Unix socket begins with.
pub(crate) const UNIX: &str = "unix:";

/// The longest path of a Unix socket in bytes, without its NUL (`sun_path` of `sockaddr_un`, unix(7)).
pub(crate) const MAX_PATH: usize = 107;

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
    /// `unix:/run/hellowire.sock`: a Unix socket, which has a path and no port.
    Unix(PathBuf),
}

/// What an address means that is written without its host or without its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Omitted {
    /// The host of `:8080`. A port alone, `8080`, is at 127.0.0.1.
    pub host: Ipv4Addr,
    /// The port of `localhost`, `[::1]` or `::1`.
    pub port: u16,
}

/// Why a text is not an [`Address`]. The examples have a port that is no command's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It has none of the forms.
    #[error(
        "expected an address, a port or both, as in 127.0.0.1:9000, [::1]:9000, localhost, 9000 or :9000"
    )]
    Form,
    /// Its port is too high.
    #[error("a port is a number from 0 to 65535")]
    Port,
    /// It is an IPv6 address and a port, without brackets.
    #[error("an IPv6 address needs brackets before a port, as in [::1]:9000")]
    NeedsBrackets,
    /// It is link-local, and does not name the link.
    #[error(
        "a link-local address needs its zone, the network interface: as in [fe80::1%eth0]:9000"
    )]
    NeedsZone,
    /// It names a link, and is not link-local.
    #[error("only a link-local IPv6 address, as in [fe80::1%eth0]:9000, has a zone")]
    HasNoZone,
    /// It is no path of a Unix socket, or one without `unix:`.
    #[error(
        "a Unix socket is unix: and a path of 1 to 107 bytes without control and invisible characters, as in unix:/run/hellowire.sock"
    )]
    Path,
}

// === impl Address ===

impl Address {
    /// The port, 0 for any. None for a Unix socket.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(address) => Some(address.port()),
            Self::Zoned { port, .. } | Self::Name { port, .. } => Some(*port),
            Self::Unix(_) => None,
        }
    }

    /// The same address with another port. A Unix socket stays as it is.
    #[must_use]
    pub fn with_port(mut self, new: u16) -> Self {
        match &mut self {
            Self::Ip(address) => address.set_port(new),
            Self::Zoned { port, .. } | Self::Name { port, .. } => *port = new,
            Self::Unix(_) => {}
        }
        self
    }
}

/// Parses an address that is written out: a host and a port, or `unix:` and a path.
impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // A list in the environment may have spaces: `127.0.0.1:8080, [::1]:8080`.
        let text = text.trim();
        if let Some(path) = text.strip_prefix(UNIX) {
            return unix(path);
        }
        let (host, port) = text.rsplit_once(':').ok_or(AddressError::Form)?;
        let port = port_number(port)?;
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
        if is_name(host) {
            let host = host.to_owned();
            Ok(Self::Name { host, port })
        } else if host == ":" || host.parse::<Ipv6Addr>().is_ok() {
            Err(AddressError::NeedsBrackets)
        } else {
            Err(AddressError::Form)
        }
    }
}

// === impl Omitted ===

impl Omitted {
    /// Parses an address that may lack its host or its port. A URL as a service says it, `http://[::1]:8080`
    /// or `http://[::1]:8080/`, lacks neither.
    ///
    /// # Errors
    ///
    /// It has none of the forms.
    pub fn parse(self, text: &str) -> Result<Address, AddressError> {
        let text = text.trim();
        let Self { host, port } = self;
        if text.starts_with(UNIX) {
            text.parse()
        } else if text.starts_with(['/', '.']) {
            Err(AddressError::Path)
        } else if let Some(address) = text.strip_prefix("http://") {
            if address.trim_start().starts_with(UNIX) {
                return Err(AddressError::Form);
            }
            // Without a port a URL means 80, and an address `port`: it could mean either.
            address.strip_suffix('/').unwrap_or(address).parse()
        } else if is_number(text) {
            format!("{}:{text}", Ipv4Addr::LOCALHOST).parse()
        } else if text.strip_prefix(':').is_some_and(is_number) {
            format!("{host}{text}").parse()
        } else if is_bare_ipv6(text) {
            format!("[{text}]:{port}").parse()
        } else if text.ends_with(']') || !text.contains(':') {
            format!("{text}:{port}").parse()
        } else {
            text.parse()
        }
    }
}

/// Whether this is an IPv6 address without brackets. `::1:80` is none: it could also be `[::1]:80`.
fn is_bare_ipv6(text: &str) -> bool {
    // `::80` is more likely a port than an address.
    if text != "::1" && text.strip_prefix("::").is_some_and(is_number) {
        return false;
    }
    let is_ipv6 = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    let may_have_port = |(ip, port): (&str, &str)| is_ipv6(ip) && is_number(port);
    match text.split_once('%') {
        Some((ip, zone)) => is_ipv6(ip) && !zone.contains(':'),
        None => is_ipv6(text) && !text.rsplit_once(':').is_some_and(may_have_port),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn port_number(text: &str) -> Result<u16, AddressError> {
    if is_number(text) {
        text.parse().map_err(|_| AddressError::Port)
    } else {
        Err(AddressError::Form)
    }
}

/// Parses the parts of `[ip%zone]:port`.
fn zoned(ip: &str, zone: &str, port: u16) -> Result<Address, AddressError> {
    if ip.parse::<Ipv4Addr>().is_ok() || is_name(ip) {
        return Err(AddressError::HasNoZone);
    }
    if ip.parse::<Ipv6Addr>().is_ok() {
        return Err(AddressError::NeedsBrackets);
    }
    let ip = ip.strip_prefix('[').ok_or(AddressError::Form)?;
    let ip = ip.parse().map_err(|_| AddressError::Form)?;
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

/// Parses the path of a Unix socket. It is shown on terminals and in commands to copy.
fn unix(path: &str) -> Result<Address, AddressError> {
    let has_length = (1..=MAX_PATH).contains(&path.len());
    let is_visible = |c: char| matches!(c, ' '..='~') || !c.is_ascii() && is_printable(c);
    if has_length && path.chars().all(is_visible) {
        Ok(Address::Unix(path.into()))
    } else {
        Err(AddressError::Path)
    }
}

fn is_name(host: &str) -> bool {
    let may_be_in_a_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    // Digits and dots alone are a mistyped IP address, not a name for the resolver.
    let is_number = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    !is_number && !host.starts_with('-') && host.bytes().all(may_be_in_a_name)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Zoned { ip, zone, port } => write!(f, "[{ip}%{zone}]:{port}"),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
