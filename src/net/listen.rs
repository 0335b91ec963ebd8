//! Addresses to listening sockets.
//!
//! What always holds: each worker gets a listener of its own on every address (`SO_REUSEPORT`:
//! the kernel deals connections out, no lock between cores), and yet a second program on the same
//! port is refused, unless it is asked for. An IPv6 address is IPv6 alone.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;
use tracing::warn;

use super::address::Address;
use super::zone::{self, NoSuchZone};

/// How many connections the kernel completes ahead of `accept`. It caps this at
/// `net.core.somaxconn`, 4096 by default.
pub(crate) const BACKLOG: i32 = 4096;

/// Why listening failed.
#[derive(Debug, Error)]
pub enum BindError {
    /// The name could not be resolved.
    #[error("cannot resolve {address}")]
    Resolve {
        /// The address as it was given.
        address: Address,
        /// What the resolver said.
        source: io::Error,
    },
    /// The address is in use, not permitted or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that failed.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The network interface is not there.
    #[error("cannot listen on {address}")]
    Zone {
        /// The address as it was given.
        address: Address,
        /// What is not there.
        source: NoSuchZone,
    },
    /// A name without an address that this machine has.
    #[error("{0} has no address that this machine could listen on")]
    NoAddress(Address),
}

/// How to listen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many workers, each with listeners of its own.
    pub workers: usize,
    /// Whether other programs may listen on the same ports at the same time.
    pub share_port: bool,
    /// How much of a connection's bytes the kernel may hold each way, or none for as much as it likes.
    pub socket_buffer: Option<usize>,
}

impl Options {
    /// One worker, a port of its own, and the kernel's buffers.
    pub const ALONE: Self = Self {
        workers: 1,
        share_port: false,
        socket_buffer: None,
    };
}

/// Bound and listening sockets.
#[derive(Debug)]
pub struct Bound {
    /// The real addresses, in the order they were asked for.
    pub addresses: Vec<SocketAddr>,
    /// For each worker, its listener for each address.
    pub listeners: Vec<Vec<TcpListener>>,
    options: Options,
    /// Whether connections stay with the kernel until their first bytes are there.
    pub defers: bool,
}

/// Listens on all `addresses`, once for each worker.
///
/// # Errors
///
/// The first address that can't be had. Of a name's several addresses those that this machine does
/// not have are passed over with a warning: in a container `localhost` may have no `::1`.
pub fn bind(addresses: &[Address], options: Options) -> Result<Bound, BindError> {
    let mut bound = Bound {
        addresses: Vec::new(),
        listeners: (0..options.workers).map(|_| Vec::new()).collect(),
        options,
        defers: false,
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
    fn add(&mut self, address: SocketAddr) -> Result<(), BindError> {
        let sockets = listen_all(address, self.options)
            .map_err(|source| BindError::Listen { address, source })?;
        let actual = sockets.first().map_or(Ok(address), TcpListener::local_addr);
        self.addresses
            .push(actual.map_err(|source| BindError::Listen { address, source })?);
        for (worker, socket) in self.listeners.iter_mut().zip(sockets) {
            worker.push(socket);
        }
        Ok(())
    }

    fn add_some(&mut self, name: &Address, mut resolved: Vec<SocketAddr>) -> Result<(), BindError> {
        // A resolver may give one address several times.
        resolved.sort_by_key(SocketAddr::is_ipv6);
        resolved.dedup();
        let before = self.addresses.len();
        for address in resolved {
            match self.add(address) {
                Err(BindError::Listen { source, .. }) if is_absent(&source) => {
                    warn!(%address, error = %source, "this machine does not have the address");
                }
                result => result?,
            }
        }
        if self.addresses.len() == before {
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
    // The first socket listens alone, which fails where somebody does already, also at the same
    // moment. Only then does it share its port, with the sockets that follow.
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
    // A restart must not wait for the old connections' TIME_WAIT.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Accepted sockets inherit it, which saves a system call for each. Without it a pipelined
    // answer waits for the peer's delayed acknowledgement.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    if let Some(size) = buffer {
        limit_buffers(&socket, size)?;
    }
    Ok(socket)
}

/// Limits what the kernel holds each way for `socket`, and for the sockets that it will accept.
fn limit_buffers(socket: &Socket, size: usize) -> io::Result<()> {
    socket.set_recv_buffer_size(size)?;
    socket.set_send_buffer_size(size)?;
    let actual = socket.recv_buffer_size()?.min(socket.send_buffer_size()?);
    // Linux doubles it, for what it needs itself, and cuts it without a word.
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
mod tests {
    use super::*;

    const SHARING: Options = Options {
        share_port: true,
        ..Options::ALONE
    };

    fn of_workers(workers: usize) -> Options {
        Options {
            workers,
            ..Options::ALONE
        }
    }

    fn any_port() -> Vec<Address> {
        vec!["127.0.0.1:0".parse().unwrap()]
    }

    #[test]
    fn each_worker_has_a_listener_on_the_same_port() {
        let bound = bind(&any_port(), of_workers(3)).unwrap();
        let ports = bound
            .listeners
            .iter()
            .map(|worker| worker[0].local_addr().unwrap());
        assert_eq!(ports.collect::<Vec<_>>(), [bound.addresses[0]; 3]);
    }

    fn with_buffers(socket_buffer: usize) -> Options {
        Options {
            socket_buffer: Some(socket_buffer),
            ..Options::ALONE
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_connection_has_the_buffers_of_its_listener() {
        use std::net::TcpStream;

        use socket2::SockRef;

        let mut bound = bind(&any_port(), with_buffers(8192)).unwrap();
        let _client = TcpStream::connect(bound.addresses[0]).unwrap();
        let listener = bound.listeners.remove(0).remove(0);
        listener.set_nonblocking(false).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let socket = SockRef::from(&accepted);
        let buffers = (
            socket.recv_buffer_size().unwrap(),
            socket.send_buffer_size().unwrap(),
        );
        assert_eq!(buffers, (2 * 8192, 2 * 8192));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn more_than_the_kernel_allows_is_an_error() {
        let most = std::fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap();
        let most: usize = most.trim().parse().unwrap();
        let error = bind(&any_port(), with_buffers(most + 1)).unwrap_err();
        let BindError::Listen { source, .. } = error else {
            panic!("{error:?}");
        };
        let said =
            format!("socket buffers of {most} bytes at most (net.core.rmem_max and wmem_max), not");
        assert!(source.to_string().contains(&said), "{source}");
    }

    #[test]
    fn a_second_bind_fails_unless_both_share_the_port() {
        let first = bind(&any_port(), of_workers(2)).unwrap();
        let taken = [Address::Ip(first.addresses[0])];
        let error = bind(&taken, of_workers(2)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot listen on {}", first.addresses[0])
        );
        let shared = bind(&taken, SHARING);
        assert!(shared.is_ok(), "{shared:?}");
    }
}
