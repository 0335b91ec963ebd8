//! The zone of a link-local address: a network interface, by name or by number (RFC 4007).
//!
//! [`address`](super::address) parses it. [`listen`](super::listen) and [`dial`](super::dial) look it up
//! here each time they use it: an interface may come and go.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use thiserror::Error;

/// This machine does not have the zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this machine has no zone {0}: no network interface has this name or number")]
pub struct NoSuchZone(String);

/// Whether an address may have a zone. Loopback counts as a link (RFC 4007 section 4).
#[must_use]
pub(crate) fn may_have_one(ip: Ipv6Addr) -> bool {
    ip.is_unicast_link_local() || ip.is_loopback()
}

/// The address with the number of its interface, as sockets take it.
///
/// # Errors
///
/// If this machine does not have the zone.
pub(crate) fn resolve(ip: Ipv6Addr, zone: &str, port: u16) -> Result<SocketAddr, NoSuchZone> {
    let number = number(zone).ok_or_else(|| NoSuchZone(zone.to_owned()))?;
    Ok(SocketAddrV6::new(ip, port, 0, number).into())
}

/// The number of the interface that has this name, or this number.
#[cfg(target_os = "linux")]
fn number(zone: &str) -> Option<u32> {
    use rustix::net::netdevice::{index_to_name, name_to_index};
    use rustix::net::{AddressFamily, SocketType, socket};

    // The kernel answers the request on any socket.
    let socket = socket(AddressFamily::UNIX, SocketType::DGRAM, None).ok()?;
    if let Ok(number) = name_to_index(&socket, zone) {
        return Some(number);
    }
    let number = zone.parse().ok()?;
    index_to_name(&socket, number).ok().map(|_| number)
}

/// The number of the interface that has this name. A number is taken as it is.
#[cfg(not(target_os = "linux"))]
fn number(zone: &str) -> Option<u32> {
    use std::net::ToSocketAddrs as _;

    // Neither std nor rustix has `if_nametoindex` there. The resolver calls it for such addresses.
    let mut found = (format!("fe80::1%{zone}"), 0).to_socket_addrs().ok()?;
    match found.next()? {
        SocketAddr::V6(address) => Some(address.scope_id()),
        SocketAddr::V4(_) => None,
    }
}
