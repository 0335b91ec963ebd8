//! The peer and the number of a connection, as its records show them. Pure.
//!
//! The recorder makes it once for each connection, so that the text is formatted only once.

use std::net::SocketAddr;

use super::decimal::decimal;
use crate::net::peer::Peer;

/// The connection of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// `PEER #CONNECTION.`
    text: Vec<u8>,
    peer_length: usize,
    number: u64,
}

impl Connection {
    /// The connection from `peer` with this number. Numbers start at 1, in the order of acceptance.
    #[must_use]
    pub fn new(peer: impl Into<Peer>, number: u64) -> Self {
        let mut text = Vec::with_capacity("255.255.255.255:65535 #1234567890.".len());
        write_peer(&peer.into(), &mut text);
        let peer_length = text.len();
        text.extend_from_slice(b" #");
        decimal(number, &mut text);
        text.push(b'.');
        Self {
            text,
            peer_length,
            number,
        }
    }

    /// The peer.
    #[must_use]
    pub fn peer(&self) -> &[u8] {
        &self.text[..self.peer_length]
    }

    /// The number of the connection.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Both, as `line` writes them before the number of a request: `PEER #CONNECTION.`
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// Appends the peer. The standard library needs more time for an IPv4 address than the parser for a
/// small head.
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
        /// The address has the form that the standard library writes.
        #[test]
        fn an_address_is_written_as_by_the_standard_library(peer: SocketAddr, number: u64) {
            let connection = Connection::new(peer, number);
            let text = str::from_utf8(connection.text()).unwrap();
            prop_assert_eq!(text, format!("{peer} #{number}."));
            prop_assert_eq!(str::from_utf8(connection.peer()).unwrap(), peer.to_string());
            prop_assert_eq!(connection.number(), number);
        }
    }
}
