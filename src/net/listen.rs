//! Turns addresses into listening sockets.
//!
//! A service, or a chat that listens, calls `bind` once at its start. Each worker registers its own
//! sockets later. A second kind of listener is bound and registered here.
//!
//! # Invariants
//!
//! - Each worker has a listener of its own on every address. With `SO_REUSEPORT` the kernel distributes
//!   connections, so cores share no lock.
//! - A second program on the same port is refused, unless the options allow it.
//! - An IPv6 address accepts IPv6 only.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use log::warn;
use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;

use super::accept::TakeListener;
use super::address::Address;
use super::tcp;
use super::zone::{self, NoSuchZone};
use crate::diagnostics::debug_is_display;

/// The length of the accept queue. The kernel caps it at `net.core.somaxconn`, 4096 by default.
pub(crate) const BACKLOG: i32 = 4096;

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
        address: SocketAddr,
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
}

debug_is_display!(BindError);

impl BindError {
    /// The same error. If another program listens at the address, it says so, and `hint` says how to listen at
    /// another port.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        if let Self::Listen { source, .. } = &mut self
            && source.kind() == io::ErrorKind::AddrInUse
        {
            let text = format!("{source}; another program listens there: {hint}");
            *source = io::Error::new(source.kind(), text);
        }
        self
    }
}

/// How to listen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// The number of workers. Each has listeners of its own.
    pub(crate) workers: usize,
    /// Whether other programs may listen on the same ports at the same time.
    pub(crate) share_port: bool,
    /// The size of a connection's kernel buffers, in bytes each way. None: the kernel chooses.
    pub(crate) socket_buffer: Option<usize>,
}

impl Options {
    /// One worker, a port of its own, and the kernel's buffers.
    pub(crate) const ALONE: Self = Self {
        workers: 1,
        share_port: false,
        socket_buffer: None,
    };
}

/// Bound and listening sockets.
#[derive(Debug)]
pub(crate) struct Bound {
    /// The real addresses, in the order of the arguments. A port 0 is replaced by the kernel's choice.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The listeners of each worker.
    pub(crate) listeners: Vec<Listeners>,
    options: Options,
}

/// The listening sockets of one worker, one an address. No poll has them yet.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// The TCP sockets.
    pub(crate) tcp: Vec<TcpListener>,
}

impl Listeners {
    /// Registers all with the poll of the current runtime, and passes each to `taker`.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn register(self, taker: &mut impl TakeListener) -> io::Result<()> {
        for listener in self.tcp {
            taker.take(tcp::Listener::register(listener)?);
        }
        Ok(())
    }
}

/// Listens on all `addresses`, once for each worker. An address that is there twice counts once.
///
/// # Errors
///
/// The first address that fails. Of a name's several addresses, those that this machine does not have
/// are skipped with a warning: in a container `localhost` may have no `::1`.
pub(crate) fn bind(addresses: &[Address], options: Options) -> Result<Bound, BindError> {
    let mut bound = Bound {
        addresses: Vec::new(),
        listeners: (0..options.workers).map(|_| Listeners::default()).collect(),
        options,
    };
    for address in addresses {
        match address {
            Address::Ip(ip) => bound.add(*ip)?,
            Address::Zoned { ip, zone, port } => {
                let resolved = zone::resolve(*ip, zone, *port);
                bound.add(resolved.map_err(|source| BindError::Zone {
                    address: address.clone(),
                    source,
                })?)?;
            }
            Address::Name { host, port } => {
                let resolved = (host.as_str(), *port).to_socket_addrs().map_err(|source| {
                    BindError::Resolve {
                        address: address.clone(),
                        source,
                    }
                })?;
                bound.add_some(address, resolved.collect())?;
            }
        }
    }
    Ok(bound)
}

impl Bound {
    /// Listens on `address`, unless it does already.
    fn add(&mut self, address: SocketAddr) -> Result<(), BindError> {
        if self.addresses.contains(&address) {
            return Ok(());
        }
        let sockets = listen_all(address, self.options)
            .map_err(|source| BindError::Listen { address, source })?;
        let actual = sockets.first().map_or(Ok(address), TcpListener::local_addr);
        self.addresses
            .push(actual.map_err(|source| BindError::Listen { address, source })?);
        for (worker, socket) in self.listeners.iter_mut().zip(sockets) {
            worker.tcp.push(socket);
        }
        Ok(())
    }

    fn add_some(&mut self, name: &Address, mut resolved: Vec<SocketAddr>) -> Result<(), BindError> {
        // A resolver may return one address several times.
        resolved.sort_by_key(SocketAddr::is_ipv6);
        resolved.dedup();
        let mut is_listening = false;
        for address in resolved {
            match self.add(address) {
                Err(BindError::Listen { source, .. }) if is_absent(&source) => {
                    warn!("this machine does not have the address {address}: {source}");
                }
                result => {
                    result?;
                    is_listening = true;
                }
            }
        }
        if !is_listening {
            return Err(BindError::NoAddress(name.clone()));
        }
        Ok(())
    }
}

/// Whether an error means that this machine has no such address, or no such protocol.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    )
}

/// The listeners of all workers for one address.
fn listen_all(address: SocketAddr, options: Options) -> io::Result<Vec<TcpListener>> {
    let Options {
        workers,
        share_port,
        socket_buffer,
    } = options;
    // The first socket binds without SO_REUSEPORT, so it fails if another program listens already. It
    // shares its port only afterwards, with the sockets of the other workers.
    let first = socket(address, socket_buffer)?;
    first.set_reuse_port(share_port)?;
    first.bind(&address.into())?;
    first.listen(BACKLOG)?;
    first.set_reuse_port(share_port || workers > 1)?;
    let first = TcpListener::from(first);
    let actual = first.local_addr()?;
    let mut listeners = vec![first];
    for _ in 1..workers {
        let next = socket(actual, socket_buffer)?;
        next.set_reuse_port(true)?;
        next.bind(&actual.into())?;
        next.listen(BACKLOG)?;
        listeners.push(next.into());
    }
    Ok(listeners)
}

fn socket(address: SocketAddr, buffer: Option<usize>) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A restart does not wait for the old connections' TIME_WAIT.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Accepted sockets inherit it, which saves a system call for each. Without it a pipelined answer
    // waits for the peer's delayed acknowledgement.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    if let Some(size) = buffer {
        limit_buffers(&socket, size)?;
    }
    Ok(socket)
}

/// Limits the kernel's buffers of `socket`, and of the sockets that it will accept, to `size` bytes each.
fn limit_buffers(socket: &Socket, size: usize) -> io::Result<()> {
    socket.set_recv_buffer_size(size)?;
    socket.set_send_buffer_size(size)?;
    let actual = socket.recv_buffer_size()?.min(socket.send_buffer_size()?);
    // Linux doubles the size, for its own overhead, and caps it silently.
    let least = if cfg!(target_os = "linux") {
        2 * size
    } else {
        size
    };
    if actual < least {
        let allowed = if cfg!(target_os = "linux") {
            actual / 2
        } else {
            actual
        };
        return Err(io::Error::other(format!(
            "the kernel allows socket buffers of {allowed} bytes at most (net.core.rmem_max and wmem_max), not {size}"
        )));
    }
    Ok(())
}

#[cfg(test)]
#[path = "listen_tests.rs"]
mod tests;
