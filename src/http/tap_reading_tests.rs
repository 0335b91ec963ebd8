//! What the reader above a tap gets of hostile streams, and what the observer sees.

use std::ops::Range;
use std::pin::pin;
use std::task::Waker;

use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, duplex};

use super::*;

/// Lets whole lines pass, and ends the stream at the line `end`.
#[derive(Debug, Default)]
pub(in crate::http) struct Lines {
    pub(in crate::http) seen: Vec<u8>,
    pub(in crate::http) passed: usize,
    pub(in crate::http) has_ended: bool,
    pub(in crate::http) has_failed: bool,
    pub(in crate::http) sent: Option<Sent>,
    pub(in crate::http) no_room: bool,
    pub(in crate::http) body: u64,
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
            corks: false,
            body: self.body,
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

    fn failed(&mut self) {
        self.has_failed = true;
    }

    fn sent(&mut self, sent: Sent) {
        self.sent = Some(sent);
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

#[tokio::test]
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

#[tokio::test]
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

#[tokio::test]
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

#[tokio::test]
async fn what_is_over_ends_for_the_reader_and_not_for_the_observer() {
    let (mut peer, ours) = duplex(64);
    peer.write_all(b"one\n").await.unwrap();
    let mut tap = TapIo::new(ours, Lines::default());
    tap.end_input();
    assert_eq!(tap.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(tap.read_past().await.unwrap(), 4);
    assert_eq!(tap.observer.seen, b"one\n");
}

#[tokio::test]
async fn what_is_put_back_passes_first() {
    let mut tap = TapIo::new(one_a_read(&[b"three\nrest"]), Lines::default());
    tap.put_back(b"two\n");
    tap.put_back(b"one\n");
    assert!(tap.passable() > 0);
    let mut got = Vec::new();
    tap.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"one\ntwo\nthree\n");
    assert_eq!(tap.observer.seen, b"three\nrest");
}

/// Polls a tap for a request whose reads each promise four bytes of a body. Returns what it answers, how
/// many bytes the observer saw, and how many may pass.
fn before_a_body(transport: impl AsyncRead + WriteLast + Unpin) -> (bool, usize, usize) {
    let observer = Lines {
        body: 4,
        ..Lines::default()
    };
    let mut tap = TapIo::new(transport, observer);
    let mut cx = Context::from_waker(Waker::noop());
    let mut space = [MaybeUninit::uninit(); AT_ONCE];
    loop {
        if let Poll::Ready(passable) = tap.poll_request(&mut cx, &mut space) {
            return (passable.unwrap(), tap.observer.seen.len(), tap.passable());
        }
    }
}

#[tokio::test]
async fn a_body_that_is_known_to_come_is_read_with_its_head_as_far_as_it_is_there() {
    let (mut peer, ours) = duplex(2 * AT_ONCE);
    peer.write_all(&b"one\n".repeat(AT_ONCE / 2)).await.unwrap();
    assert_eq!(before_a_body(ours), (true, AT_ONCE + 4, AT_ONCE + 4));
    assert_eq!(
        before_a_body(one_a_read(&[b"one\n", b"two\n"])),
        (true, 4, 4)
    );
}

#[tokio::test]
async fn nothing_is_read_for_a_body_behind_the_last_byte() {
    let (mut peer, ours) = duplex(2 * AT_ONCE);
    let sent = [b"one\nend\n".to_vec(), b"two\n".repeat(AT_ONCE / 4)].concat();
    peer.write_all(&sent).await.unwrap();
    assert_eq!(before_a_body(ours), (true, AT_ONCE, 4));
}
