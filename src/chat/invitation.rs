//! The commands that the other side of a chat types to reach its listener. Pure.

use std::net::{IpAddr, SocketAddr};

use crate::net::address::Address;
use crate::net::interfaces::Local;

/// The address that both sides of a chat use by default.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:12345";

/// The commands for a listener at `bound`, on a machine with the addresses `local`, which are those of a
/// wildcard. One for each address that other machines reach; on a machine without any, for its own. None for
/// a link-local address: the other side's zone is not known here.
pub(super) fn commands(bound: SocketAddr, local: Vec<Local>) -> Vec<String> {
    let (own, others): (Vec<_>, Vec<_>) = local
        .into_iter()
        .filter(|local| !matches!(local.address, Address::Zoned { .. }))
        .partition(|local| local.is_loopback);
    let reached = if others.is_empty() { own } else { others };
    let mut addresses: Vec<_> = reached.into_iter().map(|local| local.address).collect();
    if addresses.is_empty() && !is_link_local(bound) {
        addresses.push(Address::Ip(bound));
    }
    addresses.iter().map(command).collect()
}

fn is_link_local(address: SocketAddr) -> bool {
    matches!(address.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local())
}

/// The command for one address. Brackets are quoted, because some shells take them for a pattern.
fn command(address: &Address) -> String {
    let address = address.to_string();
    let argument = match &*address {
        DEFAULT_ADDRESS => String::new(),
        address if address.starts_with('[') => format!(" '{address}'"),
        address => format!(" {address}"),
    };
    format!("hellowire chat connect{argument}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(address: &str, is_loopback: bool) -> Local {
        Local {
            address: address.parse().unwrap(),
            interface: "eth0".to_owned(),
            is_loopback,
        }
    }

    #[track_caller]
    fn expect(bound: &str, local: &[Local], arguments: &[&str]) {
        let found = commands(bound.parse().unwrap(), local.to_vec());
        let expected: Vec<_> = arguments
            .iter()
            .map(|argument| format!("hellowire chat connect{argument}"))
            .collect();
        assert_eq!(found, expected, "{bound}");
    }

    #[test]
    fn a_listener_with_an_address_is_called_there_and_at_the_default_one_without_it() {
        for (bound, argument) in [
            ("127.0.0.1:12345", ""),
            ("127.0.0.1:9000", " 127.0.0.1:9000"),
            ("192.168.1.7:12345", " 192.168.1.7:12345"),
            ("[::1]:12345", " '[::1]:12345'"),
        ] {
            expect(bound, &[], &[argument]);
        }
        expect("[fe80::1%2]:12345", &[], &[]);
    }

    #[test]
    fn a_wildcard_is_called_at_the_addresses_that_others_reach() {
        let loopback = local("127.0.0.1:12345", true);
        let (first, second) = (
            local("192.168.1.7:12345", false),
            local("10.0.0.1:12345", false),
        );
        let machine = [loopback.clone(), first, second];
        let expected = [" 192.168.1.7:12345", " 10.0.0.1:12345"];
        expect("0.0.0.0:12345", &machine, &expected);
        expect("0.0.0.0:12345", &[loopback], &[""]);
        let machine = [
            local("[::1]:9000", true),
            local("[fe80::7%eth0]:9000", false),
        ];
        expect("[::]:9000", &machine, &[" '[::1]:9000'"]);
    }
}
