//! A TCP listener in the runtime's poll.
//!
//! Stands between the kernel's accept queue and the acceptor. tokio's own listener registers every
//! connection that it accepts with the poll; the sockets of this one are not registered
//! ([`socket`](super::socket)).

use std::io;
use std::net::{TcpListener, TcpStream as StdStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use tokio::io::Interest;
use tokio::net::TcpStream;

use super::accept::Listen;
use super::peer::Peer;
use super::socket::Socket;

/// A registered TCP listener.
///
/// The field is the listening socket. `TcpStream` is the type that registers a TCP socket and lets its
/// owner do the system call (`try_io`); tokio's `TcpListener` does not, and `AsyncFd` needs unsafe code
/// for that. Nothing ever reads from this stream or writes to it. tokio does not promise this: the test
/// `a_connection_wakes_the_acceptor_each_time` guards it.
#[derive(Debug)]
pub(crate) struct Listener(TcpStream);

impl Listener {
    /// Registers a listening socket, which must not block, with the poll of the current runtime.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn register(listener: TcpListener) -> io::Result<Self> {
        TcpStream::from_std(OwnedFd::from(listener).into()).map(Self)
    }
}

impl Listen for Listener {
    type Transport = Socket;

    async fn accept(&self) -> io::Result<(Socket, Peer)> {
        self.0
            .async_io(Interest::READABLE, || accept(&self.0))
            .await
    }

    fn try_accept(&self) -> io::Result<(Socket, Peer)> {
        self.0.try_io(Interest::READABLE, || accept(&self.0))
    }

    fn accept_queued(&self) -> io::Result<(Socket, Peer)> {
        accept(&self.0)
    }

    fn tcp_socket(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }
}

/// Accepts with one system call, which also makes the socket non-blocking.
#[cfg(target_os = "linux")]
fn accept(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    use std::net::SocketAddr;

    use rustix::net::{SocketFlags, acceptfrom_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (socket, peer) = acceptfrom_with(listener, flags)?;
    let peer = peer.map(SocketAddr::try_from).transpose()?;
    let peer = peer.ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((Socket::new(StdStream::from(socket)), peer.into()))
}

/// Accepts with the several system calls that other systems need.
#[cfg(not(target_os = "linux"))]
fn accept(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    let (socket, peer) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    let peer = peer.as_socket().ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((Socket::new(StdStream::from(socket)), peer.into()))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Far longer than anything takes.
    const BOUND: Duration = Duration::from_secs(30);

    fn listener() -> (Listener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        (Listener::register(listener).unwrap(), address)
    }

    #[tokio::test]
    async fn a_connection_wakes_the_acceptor_each_time() {
        let (listener, address) = listener();
        for _ in 0..3 {
            let accepted = async { timeout(BOUND, listener.accept()).await.unwrap().unwrap() };
            let client = async { StdStream::connect(address).unwrap() };
            let ((_, peer), client) = tokio::join!(accepted, client);
            assert_eq!(peer, client.local_addr().unwrap().into());
        }
    }

    #[tokio::test]
    async fn a_connection_that_the_poll_has_not_reported_is_in_the_queue() {
        let (listener, address) = listener();
        let client = StdStream::connect(address).unwrap();
        let none = listener.try_accept().unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        let (_, peer) = listener.accept_queued().unwrap();
        assert_eq!(peer, client.local_addr().unwrap().into());
        let none = listener.accept_queued().unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
    }
}
