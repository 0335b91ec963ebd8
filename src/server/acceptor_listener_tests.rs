//! A kind of listener that the program does not have, with a transport of its own, as TLS would be. It stands on a
//! Unix socket, and serves a tiny protocol.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::BorrowedFd;
use std::os::unix::net::{UnixListener, UnixStream as Client};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Interest, ReadBuf};
use tokio::net::UnixStream;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::*;
use crate::net::transport::Fate;
use crate::net::write_last::WriteLast;
use crate::server::drain::DrainLimits;
use crate::server::phase::phases;
use std::task::Poll;

/// Far longer than anything takes.
const BOUND: Duration = Duration::from_secs(30);

/// A connection over a Unix socket.
struct Unix(UnixStream);

impl Transport for Unix {
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buf)
    }

    async fn readable(&mut self) -> io::Result<()> {
        self.0.readable().await
    }

    fn fate(&self) -> Fate {
        Fate::Taken
    }
}

impl AsyncRead for Unix {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Unix {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl WriteLast for Unix {}

/// Registers as the TCP listener does, with the stream type of its family.
struct UnixAcceptQueue {
    registered: UnixStream,
    listener: UnixListener,
}

impl UnixAcceptQueue {
    fn register(listener: UnixListener) -> io::Result<Self> {
        let registered = std::os::fd::OwnedFd::from(listener.try_clone()?);
        Ok(Self {
            registered: UnixStream::from_std(registered.into())?,
            listener,
        })
    }
}

impl Listen for UnixAcceptQueue {
    type Transport = Unix;

    async fn accept(&self) -> io::Result<(Unix, Peer)> {
        let accept = || self.accept_queued();
        self.registered.async_io(Interest::READABLE, accept).await
    }

    fn try_accept(&self) -> io::Result<(Unix, Peer)> {
        let accept = || self.accept_queued();
        self.registered.try_io(Interest::READABLE, accept)
    }

    fn accept_queued(&self) -> io::Result<(Unix, Peer)> {
        let (socket, _) = self.listener.accept()?;
        socket.set_nonblocking(true)?;
        // Any peer will do.
        let peer = std::net::SocketAddr::from(([0; 4], 0));
        Ok((Unix(UnixStream::from_std(socket)?), peer.into()))
    }

    fn tcp_socket(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Answers each connection with its number and the bytes that it has sent.
struct Echo;

impl Protocol for Echo {
    type Worker = ();

    fn worker(&self) {}

    async fn serve<T: Transport>(_: Rc<()>, mut accepted: Accepted<T>) {
        let mut bytes = format!("{} ", accepted.number).into_bytes();
        accepted.socket.read_to_end(&mut bytes).await.unwrap();
        accepted.socket.write_all(&bytes).await.unwrap();
    }
}

fn expect_echo(mut client: Client, number: u32) {
    client.set_read_timeout(Some(BOUND)).unwrap();
    client.write_all(b"hi").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut got = String::new();
    client.read_to_string(&mut got).unwrap();
    assert_eq!(got, format!("{number} hi"));
}

/// Serves two clients, drains, and serves a third that has connected before the drain.
#[tokio::test]
async fn a_unix_socket_is_served_and_drained() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    let (sender, receiver) = phases(DrainLimits::new(BOUND));
    let (phases, updates) = receiver.follow();
    let (alive, mut all_ended) = mpsc::channel(1);
    let shared = Arc::new(Shared::new(10, Drain::of_this_system()));
    let state = Rc::new(WorkerState {
        shared,
        _alive: alive,
    });
    let acceptor = Acceptor::new::<Echo>(Rc::new(()), state, phases);
    let to = path.clone();
    let clients = std::thread::spawn(move || {
        for number in 1..=2 {
            expect_echo(Client::connect(&to).unwrap(), number);
        }
        let queued = Client::connect(&to).unwrap();
        sender.send_replace(Phase::Draining);
        expect_echo(queued, 3);
    });
    let served = LocalSet::new();
    served.spawn_local(async move {
        acceptor
            .run(UnixAcceptQueue::register(listener).unwrap())
            .await;
    });
    let ended = served.run_until(async { tokio::join!(updates, all_ended.recv()) });
    timeout(BOUND, ended).await.unwrap();
    clients.join().unwrap();
    assert!(Client::connect(&path).is_err(), "the listener is open");
}
