//! A connection's TCP socket, which is registered with the runtime's poll only once it has to wait.
//!
//! Stands between `accept` and the protocol. A client that asks for one answer has mostly sent its request
//! by the time the acceptor takes its connection, and takes the answer at once. Such a connection ends
//! unregistered: it saves two system calls, the memory of a registration, and a tenth of its user
//! instructions.
//!
//! # Invariants
//!
//! - A task waits only for a registered socket.

use std::io::{self, Read as _, Write as _};
use std::mem::{self, MaybeUninit};
use std::net::{Shutdown, TcpStream as StdStream};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::io::Errno;
use rustix::net::{SendFlags, send};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

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

#[derive(Debug)]
enum Stream {
    Unregistered(StdStream),
    Registered(TcpStream),
    /// Registering it failed.
    Closed,
}

impl Socket {
    /// Wraps the socket of a connection, which must not block.
    #[must_use]
    pub fn new(stream: StdStream) -> Self {
        Self {
            stream: Stream::Unregistered(stream),
            may_hold_more: true,
        }
    }

    #[cfg(test)]
    fn is_registered(&self) -> bool {
        matches!(self.stream, Stream::Registered(_))
    }

    fn unregistered(&self) -> Option<&StdStream> {
        match &self.stream {
            Stream::Unregistered(stream) => Some(stream),
            Stream::Registered(_) | Stream::Closed => None,
        }
    }

    /// Reads into `buf` without waiting. None if the caller has to wait, for which the socket has to be
    /// registered.
    fn read_unregistered(&mut self, buf: &mut ReadBuf<'_>) -> Option<io::Result<()>> {
        let stream = self.unregistered().filter(|_| self.may_hold_more)?;
        // On the stack and not in `buf`, which would have to be zeroed first.
        let mut space = [MaybeUninit::uninit(); UNREGISTERED_READ];
        let length = space.len().min(buf.remaining());
        match rustix::io::read(stream, &mut space[..length]) {
            Ok((bytes, _)) => {
                self.may_hold_more = bytes.len() == length;
                buf.put_slice(bytes);
                Some(Ok(()))
            }
            Err(Errno::WOULDBLOCK) => None,
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Writes with `write` without waiting. None if the caller has to wait, as above.
    fn write_unregistered(
        &self,
        write: impl FnOnce(&StdStream) -> io::Result<usize>,
    ) -> Option<io::Result<usize>> {
        let written = write(self.unregistered()?);
        let would_block = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        (!written.as_ref().is_err_and(would_block)).then_some(written)
    }

    /// Registers the socket with the poll of the current runtime, unless it is.
    fn register(&mut self) -> io::Result<&mut TcpStream> {
        if matches!(self.stream, Stream::Unregistered(_)) {
            let stream = mem::replace(&mut self.stream, Stream::Closed);
            if let Stream::Unregistered(stream) = stream {
                self.stream = Stream::Registered(TcpStream::from_std(stream)?);
            }
        }
        match &mut self.stream {
            Stream::Registered(stream) => Ok(stream),
            Stream::Unregistered(_) | Stream::Closed => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Transport for Socket {
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = match &self.stream {
            Stream::Unregistered(stream) => (&*stream).read(buf),
            Stream::Registered(stream) => stream.try_read(buf),
            Stream::Closed => Err(io::ErrorKind::NotConnected.into()),
        }?;
        self.may_hold_more = length == buf.len();
        Ok(length)
    }

    async fn readable(&mut self) -> io::Result<()> {
        self.register()?.readable().await
    }

    fn fate(&self) -> Fate {
        let (peer, error) = match &self.stream {
            Stream::Unregistered(stream) => (stream.peer_addr(), stream.take_error()),
            Stream::Registered(stream) => (stream.peer_addr(), stream.take_error()),
            Stream::Closed => return Fate::Reset,
        };
        // The order matters: a connection that was over at the first call has its error at the second.
        match (peer, error) {
            (Ok(_), _) => Fate::Unknown,
            (Err(_), Ok(None)) => Fate::Taken,
            (Err(_), _) => Fate::Reset,
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
        Pin::new(socket.register()?).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        if let Some(written) = socket.write_unregistered(|mut stream| stream.write(buf)) {
            return Poll::Ready(written);
        }
        Pin::new(socket.register()?).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        if let Some(stream) = socket.unregistered() {
            return Poll::Ready(stream.shutdown(Shutdown::Write));
        }
        Pin::new(socket.register()?).poll_shutdown(cx)
    }
}

impl WriteLast for Socket {
    fn poll_write_last(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        if let Some(written) = socket.write_unregistered(|stream| send_last(stream, buf)) {
            return Poll::Ready(written);
        }
        let stream = socket.register()?;
        loop {
            ready!(stream.poll_write_ready(cx))?;
            match stream.try_io(Interest::WRITABLE, || send_last(&*stream, buf)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

/// Sends the last bytes of a connection. Linux holds them back until its end (`MSG_MORE`). On other
/// systems they leave at once.
fn send_last(stream: impl AsFd, buf: &[u8]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
    #[cfg(not(target_os = "linux"))]
    let flags = SendFlags::empty();
    Ok(send(stream, buf, flags)?)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::{Ipv4Addr, TcpListener};
    use std::time::{Duration, Instant};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::write_last::write_last;
    use super::*;

    /// Far longer than anything takes.
    const BOUND: Duration = Duration::from_secs(30);

    /// The two ends of a connection.
    fn connection() -> (Socket, StdStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = StdStream::connect(listener.local_addr().unwrap()).unwrap();
        let accepted = listener.accept().unwrap().0;
        accepted.set_nonblocking(true).unwrap();
        (Socket::new(accepted), peer)
    }

    /// Reads what the peer sent, as soon as the kernel has delivered it.
    fn read_soon(socket: &mut Socket, buf: &mut [u8]) -> usize {
        let begun = Instant::now();
        loop {
            match socket.try_read(buf) {
                Ok(length) => return length,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
            assert!(begun.elapsed() < BOUND, "nothing came");
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_socket_that_need_not_wait_stays_unregistered() {
        let (mut socket, mut peer) = connection();
        let none = socket.try_read(&mut [0; 9]).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        peer.write_all(b"hi").unwrap();
        let mut buf = [0; 9];
        assert_eq!(read_soon(&mut socket, &mut buf), 2);
        assert!(!socket.may_hold_more);
        peer.write_all(b"hi").unwrap();
        assert_eq!(read_soon(&mut socket, &mut buf[..2]), 2);
        assert!(socket.may_hold_more);
        socket.write_all(b"ho").await.unwrap();
        write_last(&mut socket, b"!").await.unwrap();
        assert!(!socket.is_registered());
        let mut got = String::new();
        peer.read_to_string(&mut got).unwrap();
        assert_eq!(got, "ho!");
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let (mut socket, mut peer) = connection();
        let mut buf = [0; 2];
        tokio::join!(
            async { socket.read_exact(&mut buf).await.unwrap() },
            async { peer.write_all(b"hi").unwrap() }
        );
        assert_eq!(buf, *b"hi");
        assert!(socket.is_registered());
        peer.write_all(b"ho").unwrap();
        socket.readable().await.unwrap();
        assert_eq!(socket.try_read(&mut buf).unwrap(), 2);
    }

    /// More bytes than the kernel buffers for a peer that does not read yet.
    const LONG: usize = 30_000_000;

    async fn expect_all(mut socket: Socket, peer: StdStream, write: impl AsyncFnOnce(&mut Socket)) {
        // The peer starts to read only once the writer waits.
        let ((), reading) = tokio::join!(write(&mut socket), async {
            std::thread::spawn(move || io::copy(&mut &peer, &mut io::sink()).unwrap())
        });
        assert!(socket.is_registered());
        assert_eq!(reading.join().unwrap(), LONG as u64);
    }

    #[tokio::test]
    async fn a_writer_that_waits_loses_nothing() {
        let bytes = vec![b'a'; LONG];
        let (socket, peer) = connection();
        expect_all(socket, peer, async |socket| {
            socket.write_all(&bytes).await.unwrap();
            poll_fn(|cx| Pin::new(&mut *socket).poll_shutdown(cx))
                .await
                .unwrap();
        })
        .await;
        let (socket, peer) = connection();
        expect_all(socket, peer, async |socket| {
            write_last(socket, &bytes).await.unwrap();
        })
        .await;
    }
}
