//! Accepting connections from a listening socket.
//!
//! What always holds: a failed accept neither spins nor ends the service; no connection is lost
//! that the system has given. Who is served, and when, is left to the acceptor.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::net::socket::Socket;

/// The pause after an accept that failed for want of descriptors or memory: long enough not to
/// spin, short enough to be hardly noticed once connections have ended.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often at most that is said while it goes on.
const SAY_AGAIN: Duration = Duration::from_mins(1);

/// What all listeners of a service know of accepts that failed for want of something.
#[derive(Debug, Default)]
pub struct Shortage {
    /// When it was last said.
    said: Mutex<Option<Instant>>,
}

impl Shortage {
    /// Says so, unless another listener did lately, and waits a little.
    async fn pause(&self, error: &io::Error) {
        if self.is_to_be_said() {
            warn!(%error, "cannot accept; who connects waits until others have left");
        }
        sleep(ACCEPT_PAUSE).await;
    }

    fn is_to_be_said(&self) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = said.is_none_or(|at| at.elapsed() >= SAY_AGAIN);
        if is_new {
            *said = Some(Instant::now());
        }
        is_new
    }
}

/// A listening socket in the runtime's poll. Not tokio's own, whose connections have joined that
/// poll before anybody knows whether they will ever wait.
#[derive(Debug)]
pub struct Listener(AsyncFd<TcpListener>);

impl Listener {
    /// Joins a listener, which must not block, to the poll of the runtime that this is called in.
    ///
    /// # Errors
    ///
    /// What the system said to that.
    #[expect(
        deprecated,
        reason = "it is unsound for what lies about its descriptor, which std's listener does not; \
                  what replaces it is unsafe, and that is forbidden here"
    )]
    pub fn new(listener: TcpListener) -> io::Result<Self> {
        AsyncFd::with_interest(listener, Interest::READABLE).map(Self)
    }

    /// Accepts one connection, however often that fails first.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when dropped.
    pub async fn accept(&self, shortage: &Shortage) -> (Socket, SocketAddr) {
        loop {
            match self.0.async_io(Interest::READABLE, accept).await {
                Ok(accepted) => return accepted,
                Err(error) if is_peers(&error) => {
                    debug!(%error, "a connection ended before its accept");
                }
                Err(error) => shortage.pause(&error).await,
            }
        }
    }

    /// Accepts one more without waiting, or none: what is wrong, if anything is, the next
    /// [`Listener::accept`] finds.
    #[must_use]
    pub fn accept_more(&self) -> Option<(Socket, SocketAddr)> {
        self.0.try_io(Interest::READABLE, accept).ok()
    }

    /// Accepts one of the connections that wait already; none where there is none.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when dropped.
    pub async fn accept_waiting(&self, shortage: &Shortage) -> Option<(Socket, SocketAddr)> {
        loop {
            match accept(self.0.get_ref()) {
                Ok(accepted) => return Some(accepted),
                Err(error) if is_peers(&error) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) => shortage.pause(&error).await,
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.get_ref().as_fd()
    }
}

/// Whether a failed accept is about that one connection: it has ended, or Linux tells of an error
/// that waited on it (accept(2)).
fn is_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::TimedOut
    )
}

/// In one system call where there is one that also makes the socket not block.
#[cfg(target_os = "linux")]
fn accept(listener: &TcpListener) -> io::Result<(Socket, SocketAddr)> {
    use rustix::net::{SocketFlags, acceptfrom_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (socket, peer) = acceptfrom_with(listener, flags)?;
    let peer = peer.map(SocketAddr::try_from).transpose()?;
    let peer = peer.ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((Socket::new(TcpStream::from(socket)), peer))
}

#[cfg(not(target_os = "linux"))]
fn accept(listener: &TcpListener) -> io::Result<(Socket, SocketAddr)> {
    let (socket, peer) = listener.accept()?;
    socket.set_nonblocking(true)?;
    Ok((Socket::new(socket), peer))
}
