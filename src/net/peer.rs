//! The other end of an accepted connection, as logs and services name it.
//!
//! A listener makes it at accept; the log writes it in every record of the connection.

use std::fmt::{self, Display};
use std::net::SocketAddr;

/// The client of a connection. A second kind of listener adds a variant, and its text below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// The client's IP address and port.
    Ip(SocketAddr),
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
        }
    }
}
