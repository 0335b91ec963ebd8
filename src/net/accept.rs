//! What accepts connections: the seam between the server and what it listens on.
//!
//! The acceptor takes connections from a [`Listen`], and a protocol serves them over the
//! [`Transport`] that comes with it. The one of today listens on TCP and on Unix sockets
//! ([`listener`](super::listener)). A TLS listener would wrap it, and its transport.

use std::future::Future;
use std::io;
use std::os::fd::BorrowedFd;

use super::peer::Peer;
use super::transport::Transport;

/// A listener that is registered with the poll of the current runtime.
///
/// The transports that it gives are not registered: a connection that never has to wait never is.
pub(crate) trait Listen: 'static {
    /// What carries its connections.
    type Transport: Transport;

    /// Waits for a connection and accepts it.
    ///
    /// # Errors
    ///
    /// The system's error. The listener stays usable.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost when dropped.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Transport, Peer)>>;

    /// Accepts a connection if the poll has reported one. Otherwise it makes no system call.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if there is none, or the system's error.
    fn try_accept(&self) -> io::Result<(Self::Transport, Peer)>;

    /// Accepts a connection from the accept queue, also one that the poll has not reported yet.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if the queue is empty, or the system's error.
    fn accept_queued(&self) -> io::Result<(Self::Transport, Peer)>;

    /// The listening TCP socket, if there is one: the kernel completes handshakes for it on its own.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only the drain of Linux asks for it")
    )]
    fn tcp_socket(&self) -> Option<BorrowedFd<'_>>;

    /// Whether the socket outlives this program: the process that started it gives it to the next one. What is
    /// in its queue then is for that one.
    fn is_inherited(&self) -> bool {
        false
    }

    /// Lets no other client into the accept queue, if a listener of this kind can do that at once.
    fn refuse_others(&self) {}
}

/// Takes the listeners of a worker, of whatever kind each is.
pub(crate) trait TakeListener {
    /// Takes a listener.
    fn take(&mut self, listener: impl Listen);
}

/// Whether a failed accept concerns one connection only: its client has left, or Linux reports an error
/// that was pending on it (accept(2)). The next accept may succeed at once.
#[must_use]
pub(crate) fn is_of_one_connection(error: &io::Error) -> bool {
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

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn errors_of_one_connection() {
        for (errno, expected) in [
            (Errno::CONNABORTED, true),
            (Errno::CONNREFUSED, true),
            (Errno::CONNRESET, true),
            (Errno::HOSTUNREACH, true),
            (Errno::NETDOWN, true),
            (Errno::NETUNREACH, true),
            (Errno::TIMEDOUT, true),
            (Errno::AGAIN, false),
            (Errno::MFILE, false),
            (Errno::NFILE, false),
            (Errno::NOBUFS, false),
            (Errno::NOMEM, false),
        ] {
            assert_eq!(is_of_one_connection(&errno.into()), expected, "{errno:?}");
        }
    }
}
