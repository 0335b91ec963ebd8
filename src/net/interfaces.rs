//! The addresses of this machine's interfaces: those at which a listener with a wildcard address is reached.
//!
//! # Invariants
//!
//! - A listener with another address has none here: it is reached at that one.
//! - There are none if the system can't list its interfaces. No listener depends on them.

use std::net::{IpAddr, SocketAddr};

use if_addrs::{Interface, get_if_addrs};

use super::address::Address;

/// An address of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Local {
    /// The address, with the port of the listener.
    pub(crate) address: Address,
    /// The name of its interface.
    pub(crate) interface: String,
    /// Whether this machine alone reaches it.
    pub(crate) is_loopback: bool,
}

/// The addresses at which a listener at `bound` is reached, in the order of the system. Those of interfaces
/// that are down are left out.
pub(crate) fn of(bound: SocketAddr) -> Vec<Local> {
    if !bound.ip().is_unspecified() {
        return Vec::new();
    }
    let interfaces = get_if_addrs().unwrap_or_default().into_iter();
    let up = interfaces.filter(Interface::is_oper_up);
    reached(bound, up.map(|interface| (interface.ip(), interface.name)))
}

/// Those of `interfaces`, each an address and a name, that reach a listener at the wildcard address `bound`.
/// A link-local address needs the caller's own zone, and browsers take none: it is there only if IPv6 has no
/// other way to this machine.
fn reached(bound: SocketAddr, interfaces: impl Iterator<Item = (IpAddr, String)>) -> Vec<Local> {
    let is_link_local = |ip: &IpAddr| matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
    let same_family: Vec<_> = interfaces
        .filter(|(ip, _)| ip.is_ipv6() == bound.is_ipv6())
        .collect();
    let has_wider = same_family
        .iter()
        .any(|(ip, _)| !ip.is_loopback() && !is_link_local(ip));
    let helpful = same_family
        .into_iter()
        .filter(|(ip, _)| !(has_wider && is_link_local(ip)));
    let locals = helpful.map(|(ip, interface)| Local {
        is_loopback: ip.is_loopback(),
        address: match ip {
            IpAddr::V6(ip) if ip.is_unicast_link_local() => Address::Zoned {
                ip,
                zone: interface.clone(),
                port: bound.port(),
            },
            ip => Address::Ip((ip, bound.port()).into()),
        },
        interface,
    });
    locals.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a listener at `bound` is reached at on a machine with these addresses.
    #[track_caller]
    fn expect(bound: &str, machine: &[(&str, &str)], expected: &[&str]) {
        let interfaces = machine
            .iter()
            .map(|&(ip, name)| (ip.parse().unwrap(), name.to_owned()));
        let found = reached(bound.parse().unwrap(), interfaces);
        let shown: Vec<_> = found
            .iter()
            .map(|local| format!("{} {}", local.address, local.interface))
            .collect();
        assert_eq!(shown, expected, "{bound} {machine:?}");
    }

    #[test]
    fn a_wildcard_is_reached_at_each_address_of_its_family() {
        let machine = [
            ("127.0.0.1", "lo"),
            ("192.168.1.7", "eth0"),
            ("169.254.1.1", "eth1"),
            ("::1", "lo"),
            ("2001:db8::7", "eth0"),
            ("fe80::7", "eth0"),
            ("fe80::8", "veth1"),
        ];
        let four = [
            "127.0.0.1:80 lo",
            "192.168.1.7:80 eth0",
            "169.254.1.1:80 eth1",
        ];
        expect("0.0.0.0:80", &machine, &four);
        let six = ["[::1]:80 lo", "[2001:db8::7]:80 eth0"];
        expect("[::]:80", &machine, &six);
        expect("0.0.0.0:80", &[], &[]);
    }

    #[test]
    fn a_link_local_address_is_there_if_no_wider_one_is() {
        let machine = [("::1", "lo"), ("fe80::7", "eth0"), ("192.168.1.7", "eth0")];
        let expected = ["[::1]:80 lo", "[fe80::7%eth0]:80 eth0"];
        expect("[::]:80", &machine, &expected);
    }

    #[test]
    fn this_machine_has_loopback_and_only_a_wildcard_is_reached_there() {
        let local = of("0.0.0.0:80".parse().unwrap());
        let loopback = local.iter().find(|local| local.is_loopback);
        let address = loopback.map(|local| local.address.to_string());
        assert_eq!(address.as_deref(), Some("127.0.0.1:80"), "{local:?}");
        assert_eq!(of("127.0.0.1:80".parse().unwrap()), []);
    }
}
