//! Turns addresses into listening sockets.
//!
//! A service, or a chat that listens, calls `bind` once at its start. Each worker registers its own
//! sockets later. `unix` makes the Unix sockets, and [`inherited`](super::inherited) has those
//! that a service manager passes on.
//!
//! # Invariants
//!
//! - Each worker has a listener of its own on every IP address. With `SO_REUSEPORT` the kernel distributes
//!   connections, so cores share no lock. A Unix socket and an inherited one have one queue, which all workers
//!   share.
//! - A second program on the same port is refused, unless the options allow it.
//! - An IPv6 address accepts IPv6 only. On an inherited socket, its owner decides.

use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;

use log::warn;
use socket2::{Domain, Protocol, Socket, Type};

use super::accept::TakeListener;
use super::address::Address;
pub use super::bind_error::BindError;
use super::bound::BoundAddress;
use super::listener::{Listener, Listening};
use super::unix::{self, SocketFile};
use super::zone;

/// The length of the accept queue. The kernel caps it at `net.core.somaxconn`, 4096 by default.
pub(crate) const BACKLOG: i32 = 4096;

/// How to listen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// The number of workers. Each has listeners of its own.
    pub(crate) workers: usize,
    /// Whether other programs may listen on the same ports at the same time.
    pub(crate) share_port: bool,
    /// The size of a connection's kernel buffers, in bytes each way. None: the kernel chooses.
    pub(crate) socket_buffer: Option<usize>,
    /// The permissions of a Unix socket's file.
    pub(crate) socket_mode: u32,
}

impl Options {
    /// One worker, a port of its own, and the kernel's buffers.
    pub(crate) const ALONE: Self = Self {
        workers: 1,
        share_port: false,
        socket_buffer: None,
        socket_mode: 0o660,
    };
}

/// Bound and listening sockets.
#[derive(Debug)]
pub(crate) struct Bound {
    /// The real addresses, in the order of the arguments, and Unix sockets last. A port 0 is replaced by the kernel's choice.
    pub(crate) addresses: Vec<BoundAddress>,
    /// The listeners of each worker.
    pub(crate) listeners: Vec<Listeners>,
    /// The files of Unix sockets. Each is removed when it is dropped.
    pub(crate) files: Vec<SocketFile>,
    options: Options,
}

/// The listening sockets of one worker, one an address. No poll has them yet.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// The TCP sockets, which this worker alone has.
    pub(crate) tcp: Vec<TcpListener>,
    /// The others, which each worker has.
    shared: Vec<Listening>,
}

impl Listeners {
    /// Registers all with the poll of the current runtime, and passes each to `taker`.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn register(self, taker: &mut impl TakeListener) -> io::Result<()> {
        let tcp = self.tcp.into_iter().map(|socket| Listening {
            socket: socket.into(),
            is_unix: false,
            is_inherited: false,
        });
        for listening in tcp.chain(self.shared) {
            taker.take(Listener::register(listening)?);
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
    let mut bound = Bound::nothing(options);
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
            Address::Unix(_) => {}
        }
    }
    // Behind the names, which may take long: no file is there meanwhile.
    for address in addresses {
        if let Address::Unix(path) = address {
            bound.add_unix(path)?;
        }
    }
    Ok(bound)
}

/// Gives the sockets that a service manager has passed on to all workers.
///
/// # Errors
///
/// The system has no more descriptors.
pub(crate) fn adopt(
    inherited: Vec<(BoundAddress, Listening)>,
    options: Options,
) -> Result<Bound, BindError> {
    let mut bound = Bound::nothing(options);
    for (address, listening) in inherited {
        bound.share(address, listening)?;
    }
    Ok(bound)
}

impl Bound {
    fn nothing(options: Options) -> Self {
        Self {
            addresses: Vec::new(),
            listeners: (0..options.workers).map(|_| Listeners::default()).collect(),
            files: Vec::new(),
            options,
        }
    }

    /// Listens on the Unix socket at `path`, unless it does already.
    fn add_unix(&mut self, path: &Path) -> Result<(), BindError> {
        // Users read it elsewhere too, where a relative path would be another file.
        let absolute = env::current_dir().unwrap_or_default().join(path);
        let address = BoundAddress::Unix(absolute);
        if self.addresses.contains(&address) {
            return Ok(());
        }
        let Options {
            socket_mode,
            share_port,
            ..
        } = self.options;
        let listening = unix::listen(path, socket_mode, share_port, BACKLOG);
        let (socket, file) = match listening {
            Ok(listening) => listening,
            Err(source) => return Err(BindError::Listen { address, source }),
        };
        self.files.push(file);
        let listening = Listening {
            socket,
            is_unix: true,
            is_inherited: false,
        };
        self.share(address, listening)
    }

    /// Gives a socket to all workers.
    fn share(&mut self, address: BoundAddress, listening: Listening) -> Result<(), BindError> {
        for worker in self.listeners.iter_mut().skip(1) {
            match listening.try_clone() {
                Ok(listening) => worker.shared.push(listening),
                Err(source) => return Err(BindError::Listen { address, source }),
            }
        }
        if let Some(first) = self.listeners.first_mut() {
            first.shared.push(listening);
        }
        self.addresses.push(address);
        Ok(())
    }

    /// Listens on `address`, unless it does already.
    fn add(&mut self, address: SocketAddr) -> Result<(), BindError> {
        if self.addresses.contains(&address.into()) {
            return Ok(());
        }
        let failed = |source| BindError::Listen {
            address: address.into(),
            source,
        };
        let sockets = listen_all(address, self.options).map_err(failed)?;
        let actual = sockets.first().map_or(Ok(address), TcpListener::local_addr);
        self.addresses.push(actual.map_err(failed)?.into());
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
        ..
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
