//! A connection's socket, TCP or Unix, which is registered with the runtime's poll only once it has to wait.
//!
//! Stands between `accept` and the protocol. A client that asks for one answer has mostly sent its request
//! by the time the acceptor takes its connection, and takes the answer at once. Such a connection ends
//! unregistered: it saves two system calls, the memory of a registration, and a tenth of its user
//! instructions.
//!
//! One type carries both kinds of connections, so that the protocols are compiled once.
//!
//! # Invariants
//!
//! - A task waits only for a registered socket.

use std::io;
use std::mem::{self, MaybeUninit};
use std::net::TcpStream as StdStream;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, send, shutdown};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::transport::{Fate, Transport};
use super::write_last::WriteLast;

/// How many bytes an unregistered socket reads at once: as many as hyper has room for at first.
const UNREGISTERED_READ: usize = 8 * 1024;

/// A connected socket.
#[derive(Debug)]
pub struct Socket {
    stream: Stream,
    /// Whether the kernel may hold more bytes: the last unregistered read filled its buffer, or there was
    /// none yet.
    may_hold_more: bool,
}

/// An unregistered socket needs the same system calls whichever kind it is of.
#[derive(Debug)]
enum Stream {
    Unregistered(OwnedFd, Kind),
    Tcp(TcpStream),
    Unix(UnixStream),
    /// Registering it failed.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tcp,
    Unix,
}

impl Socket {
    /// Wraps the TCP socket of a connection, which must not block.
    #[must_use]
    pub fn new(stream: StdStream) -> Self {
        Stream::Unregistered(stream.into(), Kind::Tcp).into()
    }

    /// Wraps the Unix socket of a connection, which must not block.
    #[must_use]
    pub fn unix(stream: StdUnixStream) -> Self {
        Stream::Unregistered(stream.into(), Kind::Unix).into()
    }

    /// The socket itself. None if registering it has failed.
    #[must_use]
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match &self.stream {
            Stream::Unregistered(socket, _) => Some(socket.as_fd()),
            Stream::Tcp(stream) => Some(stream.as_fd()),
            Stream::Unix(stream) => Some(stream.as_fd()),
            Stream::Closed => None,
        }
    }

    #[cfg(test)]
    fn is_registered(&self) -> bool {
        matches!(self.stream, Stream::Tcp(_) | Stream::Unix(_))
    }

    fn unregistered(&self) -> Option<(&OwnedFd, Kind)> {
        match &self.stream {
            Stream::Unregistered(socket, kind) => Some((socket, *kind)),
            Stream::Tcp(_) | Stream::Unix(_) | Stream::Closed => None,
        }
    }

    /// Reads into `buf` without waiting. None if the caller has to wait, for which the socket has to be
    /// registered.
    fn read_unregistered(&mut self, buf: &mut ReadBuf<'_>) -> Option<io::Result<()>> {
        let (socket, _) = self.unregistered().filter(|_| self.may_hold_more)?;
        // On the stack and not in `buf`, which would have to be zeroed first.
        let mut space = [MaybeUninit::uninit(); UNREGISTERED_READ];
        let length = space.len().min(buf.remaining());
        match rustix::io::read(socket, &mut space[..length]) {
            Ok((bytes, _)) => {
                self.may_hold_more = bytes.len() == length;
                buf.put_slice(bytes);
                Some(Ok(()))
            }
            Err(Errno::WOULDBLOCK) => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Writes without waiting; `is_last` as for [`send_now`]. None if the caller has to wait, as above.
    fn write_unregistered(&self, buf: &[u8], is_last: bool) -> Option<io::Result<usize>> {
        let (socket, kind) = self.unregistered()?;
        match send_now(socket, buf, is_last && kind == Kind::Tcp) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            written => Some(written),
        }
    }

    /// Registers the socket with the poll of the current runtime, unless it is.
    fn register(&mut self) -> io::Result<Registered<'_>> {
        if matches!(self.stream, Stream::Unregistered(..)) {
            let stream = mem::replace(&mut self.stream, Stream::Closed);
            if let Stream::Unregistered(socket, kind) = stream {
                self.stream = match kind {
                    Kind::Tcp => Stream::Tcp(TcpStream::from_std(socket.into())?),
                    Kind::Unix => Stream::Unix(UnixStream::from_std(socket.into())?),
                };
            }
        }
        match &mut self.stream {
            Stream::Tcp(stream) => Ok(Registered::Tcp(stream)),
            Stream::Unix(stream) => Ok(Registered::Unix(stream)),
            Stream::Unregistered(..) | Stream::Closed => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// A socket that the poll has.
enum Registered<'a> {
    Tcp(&'a mut TcpStream),
    Unix(&'a mut UnixStream),
}

impl From<Stream> for Socket {
    fn from(stream: Stream) -> Self {
        Self {
            stream,
            may_hold_more: true,
        }
    }
}

/// A connection that a client of this program has opened.
impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Stream::Tcp(stream).into()
    }
}

impl Transport for Socket {
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = match &self.stream {
            Stream::Unregistered(socket, _) => Ok(rustix::io::read(socket, &mut *buf)?),
            Stream::Tcp(stream) => stream.try_read(buf),
            Stream::Unix(stream) => stream.try_read(buf),
            Stream::Closed => Err(io::ErrorKind::NotConnected.into()),
        }?;
        self.may_hold_more = length == buf.len();
        Ok(length)
    }

    async fn readable(&mut self) -> io::Result<()> {
        match self.register()? {
            Registered::Tcp(stream) => stream.readable().await,
            Registered::Unix(stream) => stream.readable().await,
        }
    }

    fn fate(&self) -> Fate {
        let Some(socket) = self.descriptor() else {
            return Fate::Reset;
        };
        let socket = SockRef::from(&socket);
        let is_unix = match &self.stream {
            Stream::Unregistered(_, kind) => *kind == Kind::Unix,
            stream => matches!(stream, Stream::Unix(_)),
        };
        // Bytes that were written to a Unix socket are in the peer's queue already: a write to a peer that has
        // closed fails. If it closes with bytes in its queue, this side has an error.
        let is_known = is_unix || socket.peer_addr().is_err();
        // The order matters: a TCP connection that was over at the first call has its error at the second.
        match (is_known, socket.take_error()) {
            (false, _) => Fate::Unknown,
            (true, Ok(None)) => Fate::Taken,
            (true, _) => Fate::Reset,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        if let Some(read) = socket.read_unregistered(buf) {
            return Poll::Ready(read);
        }
        match socket.register()? {
            Registered::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Registered::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        if let Some(written) = socket.write_unregistered(buf, false) {
            return Poll::Ready(written);
        }
        match socket.register()? {
            Registered::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Registered::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        if let Some((socket, _)) = socket.unregistered() {
            return Poll::Ready(Ok(shutdown(socket, Shutdown::Write)?));
        }
        match socket.register()? {
            Registered::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Registered::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl WriteLast for Socket {
    fn poll_write_last(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        if let Some(written) = socket.write_unregistered(buf, true) {
            return Poll::Ready(written);
        }
        let stream = match socket.register()? {
            Registered::Tcp(stream) => stream,
            Registered::Unix(stream) => return Pin::new(stream).poll_write(cx, buf),
        };
        loop {
            ready!(stream.poll_write_ready(cx))?;
            match stream.try_io(Interest::WRITABLE, || send_now(&*stream, buf, true)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

/// Sends without waiting. Linux holds the last bytes of a TCP connection back until its end (`MSG_MORE`). On
/// other systems they leave at once.
fn send_now(socket: impl AsFd, buf: &[u8], is_last: bool) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    let flags = if is_last {
        SendFlags::MORE | SendFlags::NOSIGNAL
    } else {
        SendFlags::NOSIGNAL
    };
    #[cfg(not(target_os = "linux"))]
    let (flags, _) = (SendFlags::empty(), is_last);
    Ok(send(socket, buf, flags)?)
}

#[cfg(test)]
#[path = "socket_tests.rs"]
mod tests;
