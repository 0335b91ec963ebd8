//! When what is written to a tap leaves.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf, duplex};

use super::super::tap::reading_tests::Lines;
use super::*;

#[tokio::test]
async fn a_peer_that_takes_no_answer_is_not_read() {
    let (mut peer, ours) = duplex(4);
    let mut tap = TapIo::new(ours, Lines::default());
    peer.write_all(b"one\n").await.unwrap();
    tap.write_all(b"12345").await.unwrap();
    let woken = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let mut buf = [0; 8];
    assert!(pin!(tap.read(&mut buf)).poll(&mut cx).is_pending());
    assert_eq!(tap.observer.seen, b"");
    assert_eq!(tap.observer.sent, Some(Sent::Nothing));

    // Once the peer takes some of it, the reader is woken, and gets on.
    peer.read_exact(&mut buf[..4]).await.unwrap();
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert_eq!(tap.read(&mut buf).await.unwrap(), 4);
    assert_ne!(tap.observer.sent, Some(Sent::Nothing));
}

#[tokio::test]
async fn what_is_owed_has_a_bound() {
    let (_peer, ours) = duplex(1);
    let mut tap = TapIo::new(ours, Lines::default());
    let mut cx = Context::from_waker(Waker::noop());
    let answer = vec![b'x'; GATHERED];
    assert_eq!(tap.write(&answer).await.unwrap(), GATHERED);
    assert!(pin!(tap.write(b"more")).poll(&mut cx).is_pending());
    assert!(tap.unsent.len() < GATHERED, "one byte has left");
}

#[tokio::test]
async fn answers_that_follow_each_other_leave_together() {
    let mut tap = TapIo::new(Ways::default(), Lines::default());
    tap.set_corked(true);
    tap.write_all(b"one").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways::default());
    tap.set_corked(false);
    tap.write_all(b"two").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 0 });
    assert_eq!(tap.take_unsent(), b"");
}

#[tokio::test]
async fn what_was_held_up_leaves_with_a_flush_though_more_will_follow() {
    let (mut peer, ours) = duplex(4);
    let mut tap = TapIo::new(ours, Lines::default());
    tap.set_corked(true);
    let mut cx = Context::from_waker(Waker::noop());
    tap.write_all(b"answer").await.unwrap();
    assert!(pin!(tap.read(&mut [0; 8])).poll(&mut cx).is_pending());
    assert_eq!(tap.observer.sent, Some(Sent::Nothing));
    peer.read_exact(&mut [0; 4]).await.unwrap();
    tap.flush().await.unwrap();
    assert_ne!(tap.observer.sent, Some(Sent::Nothing));
    assert_eq!(tap.take_unsent(), b"");
}

#[tokio::test]
async fn all_has_left_before_more_is_read_and_before_the_end() {
    let mut tap = TapIo::new(Ways::default(), Lines::default());
    tap.set_corked(true);
    tap.write_all(b"one").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(tap.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 0 });
    tap.write_all(b"two").await.unwrap();
    tap.set_closing();
    tap.shutdown().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 1 });
}

#[tokio::test]
async fn the_readers_shutdown_is_left_to_the_owner() {
    let (mut peer, ours) = duplex(64);
    let mut tap = TapIo::new(ours, Lines::default());
    tap.shutdown().await.unwrap();
    tap.inner_mut().write_all(b"last").await.unwrap();
    tap.inner_mut().shutdown().await.unwrap();
    let mut got = Vec::new();
    peer.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"last");
}

/// Counts how often a task is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Which of its ways to write was used.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ways {
    plain: usize,
    last: usize,
}

impl AsyncRead for Ways {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Ways {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.plain += 1;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl WriteLast for Ways {
    fn poll_write_last(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.last += 1;
        Poll::Ready(Ok(buf.len()))
    }
}
