//! The other end of an accepted connection, as logs and services name it.
//!
//! A listener makes it at accept; the log writes it in every record of the connection.

use std::fmt::{self, Display};
use std::net::SocketAddr;

/// The client of a connection. Another kind of listener adds a variant, and its text below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// The client's IP address and port.
    Ip(SocketAddr),
    /// The process that connected to a Unix socket, as far as the kernel tells: `unix:pid=123,uid=1000`.
    Unix {
        /// Its process ID. None also for a process that this one's PID namespace does not have.
        pid: Option<u32>,
        /// Its effective user ID when it connected.
        uid: Option<u32>,
    },
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
            Self::Unix { pid, uid } => {
                f.write_str("unix:")?;
                if let Some(pid) = pid {
                    write!(f, "pid={pid}")?;
                }
                let comma = if pid.is_some() { "," } else { "" };
                uid.map_or(Ok(()), |uid| write!(f, "{comma}uid={uid}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_named_by_what_is_known_of_it() {
        let most = Some(u32::MAX);
        for (pid, uid, text) in [
            (Some(123), Some(1000), "unix:pid=123,uid=1000"),
            (None, Some(0), "unix:uid=0"),
            (Some(1), None, "unix:pid=1"),
            (None, None, "unix:"),
            (most, most, "unix:pid=4294967295,uid=4294967295"),
        ] {
            assert_eq!(Peer::Unix { pid, uid }.to_string(), text);
        }
    }
}
