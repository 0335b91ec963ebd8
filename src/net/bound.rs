//! The address of a listening socket, as the kernel has it.
//!
//! [`listen`](super::listen) makes it of an [`Address`](super::address::Address), whose name is resolved and whose
//! port 0 is replaced by then. The service announces it, and the page of `--inspect` shows it.

use std::fmt;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::address::UNIX;
use crate::escape::show;

/// Where a socket listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundAddress {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// The absolute path of a Unix socket. An inherited one may have no path: `@NAME` is an abstract one.
    Unix(PathBuf),
}

impl BoundAddress {
    /// The IP address, if it is one.
    #[must_use]
    pub fn ip(&self) -> Option<SocketAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The address as a service announces it: a URL, but for a Unix socket, which has none.
    #[must_use]
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Ip(address) => format!("http://{address}"),
            Self::Unix(_) => self.to_string(),
        }
    }
}

impl From<SocketAddr> for BoundAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl fmt::Display for BoundAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Unix(path) => {
                // It may be another program's choice, and a terminal shows it.
                let mut shown = Vec::new();
                show(path.as_os_str().as_bytes(), &mut shown);
                write!(f, "{UNIX}{}", String::from_utf8_lossy(&shown))
            }
        }
    }
}
