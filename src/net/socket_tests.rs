//! Sockets that need not wait stay unregistered, and those that wait lose nothing: TCP and Unix.

use std::fs::File;
use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::write_last::write_last;
use super::*;

/// Far longer than anything takes.
const BOUND: Duration = Duration::from_secs(30);

/// The two ends of a connection of each kind. The peer's blocks, and is a file to this test, which reads and
/// writes alone.
fn connections() -> [(Socket, File); 2] {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let peer = StdStream::connect(listener.local_addr().unwrap()).unwrap();
    let accepted = listener.accept().unwrap().0;
    accepted.set_nonblocking(true).unwrap();
    let tcp = (Socket::new(accepted), OwnedFd::from(peer).into());
    let (accepted, peer) = StdUnixStream::pair().unwrap();
    accepted.set_nonblocking(true).unwrap();
    [tcp, (Socket::unix(accepted), OwnedFd::from(peer).into())]
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
    for (mut socket, mut peer) in connections() {
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
}

#[tokio::test]
async fn a_reader_that_waits_is_woken() {
    for (mut socket, mut peer) in connections() {
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
}

/// More bytes than the kernel buffers for a peer that does not read yet.
const LONG: usize = 30_000_000;

async fn expect_all(mut socket: Socket, peer: File, write: impl AsyncFnOnce(&mut Socket)) {
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
    for (socket, peer) in connections() {
        expect_all(socket, peer, async |socket| {
            socket.write_all(&bytes).await.unwrap();
            poll_fn(|cx| Pin::new(&mut *socket).poll_shutdown(cx))
                .await
                .unwrap();
        })
        .await;
    }
    for (socket, peer) in connections() {
        expect_all(socket, peer, async |socket| {
            write_last(socket, &bytes).await.unwrap();
        })
        .await;
    }
}

#[tokio::test]
async fn a_unix_peer_has_taken_what_is_in_its_queue_unless_it_closes() {
    let [_, (mut socket, peer)] = connections();
    write_last(&mut socket, b"hi").await.unwrap();
    assert_eq!(socket.fate(), Fate::Taken);
    drop(peer);
    assert_eq!(socket.fate(), Fate::Reset);
    let [_, (mut socket, peer)] = connections();
    drop(peer);
    let error = write_last(&mut socket, b"hi").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
