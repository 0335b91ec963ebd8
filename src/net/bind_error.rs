//! Why a service, or a chat, could not listen.
//!
//! [`listen`](super::listen) returns it, and the caller adds the hint of its own option.

use std::io;

use thiserror::Error;

use super::address::Address;
use super::bound::BoundAddress;
use super::inherited::BadDescriptor;
use super::zone::NoSuchZone;
use crate::diagnostics::debug_is_display;

/// Why listening failed.
#[derive(Error)]
pub enum BindError {
    /// The name could not be resolved.
    #[error("cannot resolve {address}")]
    Resolve {
        /// The address as the user gave it.
        address: Address,
        /// The resolver's error.
        source: io::Error,
    },
    /// The address is in use, not permitted or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that failed.
        address: BoundAddress,
        /// The system's error.
        source: io::Error,
    },
    /// The network interface does not exist.
    #[error("cannot listen on {address}")]
    Zone {
        /// The address as the user gave it.
        address: Address,
        /// The zone that does not exist.
        source: NoSuchZone,
    },
    /// The name has no address that belongs to this machine.
    #[error("{0} has no address that this machine could listen on")]
    NoAddress(Address),
    /// A service manager has passed on what is no listening socket.
    #[error("cannot listen")]
    Inherited(#[from] BadDescriptor),
}

debug_is_display!(BindError);

impl BindError {
    /// The same error. If another program listens at the address, it says so, and `hint` says how to listen at
    /// another port.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        if let Self::Listen { address, source } = &mut self
            && address.ip().is_some()
            && source.kind() == io::ErrorKind::AddrInUse
        {
            let text = format!("{source}; another program listens there: {hint}");
            *source = io::Error::new(source.kind(), text);
        }
        self
    }
}
