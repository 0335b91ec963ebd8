//! Who sends a connection's requests. Pure.
//!
//! Made once a connection, by the recorder; every record of the connection shows it. What is the
//! same for all of them is text already.

use std::net::SocketAddr;

use super::decimal::decimal;
use crate::net::peer::Peer;

/// Where requests come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `PEER #CONNECTION.`
    text: Vec<u8>,
    peer_length: usize,
    connection: u64,
}

impl Origin {
    /// The connection with this number, from 1, in the order of acceptance, and its other end.
    #[must_use]
    pub fn new(peer: impl Into<Peer>, connection: u64) -> Self {
        let mut text = Vec::with_capacity("255.255.255.255:65535 #1234567890.".len());
        write_peer(&peer.into(), &mut text);
        let peer_length = text.len();
        text.extend_from_slice(b" #");
        decimal(connection, &mut text);
        text.push(b'.');
        Self {
            text,
            peer_length,
            connection,
        }
    }

    /// The peer's address.
    #[must_use]
    pub fn peer(&self) -> &[u8] {
        &self.text[..self.peer_length]
    }

    /// The connection's number.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// Both, as they stand before a request's number: `PEER #CONNECTION.`
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// The standard library takes 1620 instructions for an IPv4 address, twice what parsing a small head
/// takes (callgrind).
fn write_peer(peer: &Peer, out: &mut Vec<u8>) {
    let Peer::Ip(SocketAddr::V4(v4)) = peer else {
        return out.extend_from_slice(peer.to_string().as_bytes());
    };
    let [first, rest @ ..] = v4.ip().octets();
    decimal(first.into(), out);
    for octet in rest {
        out.push(b'.');
        decimal(octet.into(), out);
    }
    out.push(b':');
    decimal(v4.port().into(), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The address is as the standard library writes it.
        #[test]
        fn as_text(peer: SocketAddr, connection: u64) {
            let origin = Origin::new(peer, connection);
            let text = str::from_utf8(origin.text()).unwrap();
            prop_assert_eq!(text, format!("{peer} #{connection}."));
            prop_assert_eq!(str::from_utf8(origin.peer()).unwrap(), peer.to_string());
            prop_assert_eq!(origin.connection(), connection);
        }
    }
}
