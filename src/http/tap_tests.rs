//! The tap between a reader and hostile streams. The observer of these tests lets whole lines
//! pass, and ends the stream at the line `end`.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::*;

#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says what one test is about"
)]
struct Lines {
    seen: Vec<u8>,
    passed: usize,
    has_ended: bool,
    is_write_blocked: bool,
    has_more: bool,
    no_room: bool,
    is_over: bool,
    is_last: bool,
}

/// Where each `?` stands: it is hidden.
fn marks(bytes: &[u8]) -> Vec<Range<usize>> {
    let marks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'?');
    marks.map(|(at, _)| at..at + 1).collect()
}

/// Where each `#` stands: it is dropped.
fn gaps(bytes: &[u8]) -> Vec<Range<usize>> {
    let gaps = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'#');
    gaps.map(|(at, _)| at..at + 1).collect()
}

impl Observer for Lines {
    fn is_over(&self) -> bool {
        self.is_over
    }

    fn poll_room(&mut self, _: &mut Context<'_>) -> Poll<()> {
        if self.no_room {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Pass {
        self.seen.extend_from_slice(bytes);
        let held = &self.seen[self.passed..];
        let end = held.windows(4).position(|window| window == b"end\n");
        let lines = held
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let pass = Pass {
            bytes: end.unwrap_or(lines),
            hidden: marks(&held[..end.unwrap_or(lines)]),
            dropped: gaps(&held[..end.unwrap_or(lines)]),
            is_last: end.is_some(),
        };
        self.passed += pass.bytes;
        pass
    }

    fn hide(bytes: &mut [u8]) {
        bytes.fill(b'!');
    }

    fn ended(&mut self) {
        self.has_ended = true;
    }

    fn set_write_blocked(&mut self, is_blocked: bool) {
        self.is_write_blocked = is_blocked;
    }

    fn has_more_to_write(&self) -> bool {
        self.has_more
    }

    fn is_last_write(&self) -> bool {
        self.is_last
    }
}

/// What a reader with this much space at a time gets of `pieces`, and what the observer saw.
async fn read(pieces: &[&[u8]], space: usize) -> (Vec<u8>, Lines) {
    // A pipe of one byte would only ever show single bytes; each piece is a read of its own.
    let mut tap = TapIo::new(one_a_read(pieces), Lines::default());
    let mut got = Vec::new();
    let mut buf = vec![0; space];
    loop {
        match tap.read(&mut buf).await.unwrap() {
            0 => return (got, tap.observer),
            length => got.extend_from_slice(&buf[..length]),
        }
    }
}

#[tokio::test]
async fn the_reader_gets_other_bytes_in_the_place_of_what_is_hidden() {
    for pieces in [
        &[&b"a?b\n??\nc\n?"[..], b"\n"][..],
        &[b"a?", b"b\n?", b"?\nc\n", b"?\n"],
        &[
            b"a", b"?", b"b", b"\n", b"?", b"?", b"\n", b"c", b"\n", b"?", b"\n",
        ],
    ] {
        for space in [1, 3, 100] {
            let (got, lines) = read(pieces, space).await;
            assert_eq!(got.escape_ascii().to_string(), "a!b\\n!!\\nc\\n!\\n");
            assert_eq!(lines.seen, b"a?b\n??\nc\n?\n");
        }
    }
}

#[tokio::test]
async fn the_reader_gets_nothing_of_what_is_dropped() {
    for pieces in [
        &[&b"a#b\n##?\n#c#\n#"[..], b"\n"][..],
        &[b"a#", b"b\n#", b"#?\n#c#\n", b"#\n"],
        &[
            b"a", b"#", b"b", b"\n", b"#", b"#", b"?", b"\n", b"#", b"c", b"#", b"\n", b"#", b"\n",
        ],
    ] {
        for space in [1, 3, 100] {
            let (got, lines) = read(pieces, space).await;
            assert_eq!(got.escape_ascii().to_string(), "ab\\n!\\nc\\n\\n");
            assert_eq!(lines.seen, b"a#b\n##?\n#c#\n#\n");
        }
    }
}

/// A stream that gives the pieces one a read, each after a `Pending`.
fn one_a_read(pieces: &[&[u8]]) -> Pieces {
    Pieces {
        left: pieces.iter().rev().map(|piece| piece.to_vec()).collect(),
        ready: false,
    }
}

struct Pieces {
    left: Vec<Vec<u8>>,
    ready: bool,
}

impl AsyncWrite for Pieces {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        unreachable!("nothing is written")
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl WriteLast for Pieces {
    fn poll_write_last(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[u8],
    ) -> Poll<io::Result<usize>> {
        unreachable!("nothing is written")
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.ready = !self.ready;
        if self.ready {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(mut piece) = self.left.pop() {
            let rest = piece.split_off(piece.len().min(buf.remaining()));
            buf.put_slice(&piece);
            if !rest.is_empty() {
                self.left.push(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "current_thread")]
async fn whole_lines_pass_and_all_is_seen_however_it_is_cut() {
    let bytes = b"one\ntwo\nthree\nrest";
    for size in 1..=bytes.len() {
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        for space in [1, 2, 5, 100] {
            let (got, seen) = read(&pieces, space).await;
            assert_eq!(got, b"one\ntwo\nthree\n", "cut by {size} into {space}");
            assert_eq!(seen.seen, bytes, "cut by {size} into {space}");
            assert!(seen.has_ended);
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_passes_after_the_last() {
    for pieces in [
        &[&b"one\nend\ntwo\n"[..]][..],
        &[b"one\ne", b"nd\n", b"two\n"],
        &[b"one\n", b"end\ntwo"],
    ] {
        let (got, _) = read(pieces, 100).await;
        assert_eq!(got, b"one\n", "{pieces:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_is_read_without_room() {
    let (mut peer, ours) = duplex(64);
    peer.write_all(b"one\n").await.unwrap();
    let mut tap = TapIo::new(
        ours,
        Lines {
            no_room: true,
            ..Lines::default()
        },
    );
    let mut buf = [0; 8];
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(tap.read(&mut buf)).poll(&mut cx).is_pending());
    assert_eq!(tap.observer.seen, b"");
    tap.observer.no_room = false;
    assert_eq!(tap.read(&mut buf).await.unwrap(), 4);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_over_ends_for_the_reader_and_not_for_the_observer() {
    let (mut peer, ours) = duplex(64);
    peer.write_all(b"one\n").await.unwrap();
    let mut tap = TapIo::new(
        ours,
        Lines {
            is_over: true,
            ..Lines::default()
        },
    );
    assert_eq!(tap.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(tap.read_past().await.unwrap(), 4);
    assert_eq!(tap.observer.seen, b"one\n");
}

#[tokio::test(flavor = "current_thread")]
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
    assert!(tap.observer.is_write_blocked);

    // Once the peer takes some of it, the reader is woken, and gets on.
    peer.read_exact(&mut buf[..4]).await.unwrap();
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert_eq!(tap.read(&mut buf).await.unwrap(), 4);
    assert!(!tap.observer.is_write_blocked);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_owed_has_a_bound() {
    let (_peer, ours) = duplex(1);
    let mut tap = TapIo::new(ours, Lines::default());
    let mut cx = Context::from_waker(Waker::noop());
    let answer = vec![b'x'; GATHERED];
    assert_eq!(tap.write(&answer).await.unwrap(), GATHERED);
    assert!(pin!(tap.write(b"more")).poll(&mut cx).is_pending());
    assert!(tap.unsent.len() < GATHERED, "one byte has left");
}

#[tokio::test(flavor = "current_thread")]
async fn answers_that_follow_each_other_leave_together() {
    let mut tap = TapIo::new(
        Ways::default(),
        Lines {
            has_more: true,
            ..Lines::default()
        },
    );
    tap.write_all(b"one").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways::default());
    tap.observer.has_more = false;
    tap.write_all(b"two").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 0 });
    assert_eq!(tap.take_unsent(), b"");
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_held_up_leaves_with_a_flush_though_more_will_follow() {
    let (mut peer, ours) = duplex(4);
    let lines = Lines {
        has_more: true,
        ..Lines::default()
    };
    let mut tap = TapIo::new(ours, lines);
    let mut cx = Context::from_waker(Waker::noop());
    tap.write_all(b"answer").await.unwrap();
    assert!(pin!(tap.read(&mut [0; 8])).poll(&mut cx).is_pending());
    assert!(tap.observer.is_write_blocked);
    peer.read_exact(&mut [0; 4]).await.unwrap();
    tap.flush().await.unwrap();
    assert!(!tap.observer.is_write_blocked);
    assert_eq!(tap.take_unsent(), b"");
}

#[tokio::test(flavor = "current_thread")]
async fn all_has_left_before_more_is_read_and_before_the_end() {
    let mut tap = TapIo::new(
        Ways::default(),
        Lines {
            has_more: true,
            ..Lines::default()
        },
    );
    tap.write_all(b"one").await.unwrap();
    tap.flush().await.unwrap();
    assert_eq!(tap.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 0 });
    tap.write_all(b"two").await.unwrap();
    tap.observer.is_last = true;
    tap.shutdown().await.unwrap();
    assert_eq!(*tap.inner_mut(), Ways { plain: 1, last: 1 });
}

#[tokio::test(flavor = "current_thread")]
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

impl WriteLast for DuplexStream {
    fn poll_write_last(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write(cx, buf)
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
