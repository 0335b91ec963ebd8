//! A listener in the runtime's poll, TCP or Unix.
//!
//! Stands between the kernel's accept queue and the acceptor. tokio's own listeners register every
//! connection that they accept with the poll; the sockets of this one are not registered
//! ([`socket`](super::socket)). One type serves both kinds, so that the acceptor is compiled once.

use std::future::pending;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{Shutdown, shutdown};
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};

use super::accept::Listen;
use super::peer::Peer;
use super::socket::Socket;

/// A listening socket that no poll has yet. It must not block.
#[derive(Debug)]
pub(crate) struct Listening {
    /// The socket.
    pub(crate) socket: OwnedFd,
    /// Whether it is a Unix socket, and not a TCP one.
    pub(crate) is_unix: bool,
    /// Whether the process that started this one keeps it, and gives it to the next.
    pub(crate) is_inherited: bool,
}

impl Listening {
    /// The same socket once more, for another worker.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            socket: self.socket.try_clone()?,
            ..*self
        })
    }
}

/// A registered listener.
#[derive(Debug)]
pub(crate) struct Listener {
    queue: Queue,
    is_inherited: bool,
}

/// The listening socket.
///
/// `TcpStream` and `UnixStream` are the types that register a socket of their family and let its owner do the
/// system call (`try_io`); tokio's listeners do not, and `AsyncFd` needs unsafe code for that. Nothing ever
/// reads from these streams or writes to them. tokio does not promise this: the test
/// `a_connection_wakes_the_acceptor_each_time` guards it.
#[derive(Debug)]
enum Queue {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    /// Registers a listening socket with the poll of the current runtime.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) fn register(listening: Listening) -> io::Result<Self> {
        let Listening {
            socket,
            is_unix,
            is_inherited,
        } = listening;
        let queue = if is_unix {
            Queue::Unix(UnixStream::from_std(socket.into())?)
        } else {
            Queue::Tcp(TcpStream::from_std(socket.into())?)
        };
        Ok(Self {
            queue,
            is_inherited,
        })
    }
}

impl Listen for Listener {
    type Transport = Socket;

    async fn accept(&self) -> io::Result<(Socket, Peer)> {
        match &self.queue {
            Queue::Tcp(queue) => queue.async_io(Interest::READABLE, || accept(queue)).await,
            Queue::Unix(queue) => wait_unix(queue).await,
        }
    }

    fn try_accept(&self) -> io::Result<(Socket, Peer)> {
        match &self.queue {
            Queue::Tcp(queue) => queue.try_io(Interest::READABLE, || accept(queue)),
            Queue::Unix(queue) => queue.try_io(Interest::READABLE, || accept_unix(queue)),
        }
    }

    fn accept_queued(&self) -> io::Result<(Socket, Peer)> {
        match &self.queue {
            Queue::Tcp(queue) => accept(queue),
            Queue::Unix(queue) => accept_unix(queue),
        }
    }

    fn tcp_socket(&self) -> Option<BorrowedFd<'_>> {
        match &self.queue {
            Queue::Tcp(queue) => Some(queue.as_fd()),
            Queue::Unix(_) => None,
        }
    }

    fn is_inherited(&self) -> bool {
        self.is_inherited
    }

    fn refuse_others(&self) {
        if let Queue::Unix(queue) = &self.queue {
            // Fails if another worker's acceptor has done it, or where the system knows no such thing.
            let _ = shutdown(queue, Shutdown::Read);
        }
    }
}

/// Accepts a TCP connection with one system call, which also makes the socket non-blocking.
#[cfg(target_os = "linux")]
fn accept(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    use std::net::SocketAddr;

    use rustix::net::{SocketFlags, acceptfrom_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (socket, peer) = acceptfrom_with(listener, flags)?;
    let peer = peer.map(SocketAddr::try_from).transpose()?;
    let peer = peer.ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((Socket::new(socket.into()), peer.into()))
}

/// Accepts a TCP connection with the several system calls that other systems need.
#[cfg(not(target_os = "linux"))]
fn accept(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    let (socket, peer) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    let peer = peer.as_socket().ok_or(io::ErrorKind::ConnectionAborted)?;
    Ok((Socket::new(socket.into()), peer.into()))
}

/// Waits for a connection to a Unix socket and accepts it. Once the acceptor of another worker has refused all
/// others, an empty queue stays empty, and counts as ready.
async fn wait_unix(queue: &UnixStream) -> io::Result<(Socket, Peer)> {
    loop {
        let ready = queue.ready(Interest::READABLE).await?;
        match queue.try_io(Interest::READABLE, || accept_unix(queue)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if ready.is_read_closed() {
                    return pending().await;
                }
            }
            accepted => return accepted,
        }
    }
}

/// Accepts a connection to a Unix socket.
#[cfg(target_os = "linux")]
fn accept_unix(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    use rustix::net::{SocketFlags, accept_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = accept_with(listener, flags)?;
    let peer = process(&socket);
    Ok((Socket::unix(socket.into()), peer))
}

/// Accepts a connection to a Unix socket, whose process stays unknown.
#[cfg(not(target_os = "linux"))]
fn accept_unix(listener: &impl AsFd) -> io::Result<(Socket, Peer)> {
    let (socket, _) = socket2::SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    let (pid, uid) = (None, None);
    Ok((
        Socket::unix(OwnedFd::from(socket).into()),
        Peer::Unix { pid, uid },
    ))
}

/// The process at the other end of a Unix socket (`SO_PEERCRED`, unix(7)). With `uapi`: a process of another PID
/// namespace has the number 0, which rustix has no type for.
#[cfg(target_os = "linux")]
fn process(socket: &OwnedFd) -> Peer {
    use std::os::fd::AsRawFd as _;

    use uapi::c::{SO_PEERCRED, SOL_SOCKET, ucred};

    let mut found = ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let descriptor = socket.as_raw_fd();
    let asked = uapi::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &mut found);
    Peer::Unix {
        pid: u32::try_from(found.pid).ok().filter(|pid| *pid > 0),
        uid: asked.ok().map(|_| found.uid),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream as StdStream};
    use std::os::unix::net::{UnixListener, UnixStream as StdUnixStream};
    use std::process;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Far longer than anything takes.
    const BOUND: Duration = Duration::from_secs(30);

    fn listener() -> (Listener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        (register(listener, false), address)
    }

    fn register(socket: impl Into<OwnedFd>, is_unix: bool) -> Listener {
        Listener::register(Listening {
            socket: socket.into(),
            is_unix,
            is_inherited: false,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_connection_to_a_unix_socket_wakes_the_acceptor_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = register(listener, true);
        for _ in 0..3 {
            let accepted = async { timeout(BOUND, listener.accept()).await.unwrap().unwrap() };
            let client = async { StdUnixStream::connect(&path).unwrap() };
            let ((_, peer), _client) = tokio::join!(accepted, client);
            let Peer::Unix { pid, uid } = peer else {
                panic!("{peer:?}");
            };
            if cfg!(target_os = "linux") {
                assert_eq!(pid, Some(process::id()));
                assert!(uid.is_some());
            }
        }
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn a_unix_socket_that_refuses_others_has_its_queue_still() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = register(listener, true);
        let _queued = StdUnixStream::connect(&path).unwrap();
        listener.refuse_others();
        let refused = StdUnixStream::connect(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        listener.accept_queued().unwrap();
        let none = listener.accept_queued().unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        // Another worker's acceptor still waits, and lets its worker do other things.
        let waiting = timeout(Duration::from_millis(20), listener.accept());
        assert!(waiting.await.is_err());
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
