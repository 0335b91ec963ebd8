//! An IO that shows an observer every byte read, before the reader above gets it.
//!
//! Stands between a socket and hyper. What always holds: each byte is shown once, in order; the
//! reader gets exactly the bytes the observer lets pass, or as many others in the place of those it hides,
//! and none of those it drops; answers
//! that follow each other at once leave together, and all have left before more is read, so a peer
//! that takes no answers is asked for no more requests, and what it is owed has a bound. It knows no
//! HTTP. Shutting the socket
//! down is left to whoever owns it in the end: the reader's wish for it does nothing here, because
//! a last answer may have to follow.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::{self, MaybeUninit};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::write_last::WriteLast;

/// How much is read at once where the bytes before it were held back. That is the rest of a
/// request's head, so more would seldom be filled.
const BEHIND: usize = 4 * 1024;

/// How much of what is written is gathered at most: the answers to 100 requests that came together,
/// at some 150 bytes each. It bounds what a peer that takes nothing is owed.
const GATHERED: usize = 16 * 1024;

/// What of the bytes not yet passed goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// How many, from the first on.
    pub bytes: usize,
    /// Which of them the reader may not get as they are, counted from the first:
    /// [`Observer::hide`] puts others in their place.
    pub hidden: Vec<Range<usize>>,
    /// Which of them the reader does not get at all, counted from the first, in order.
    pub dropped: Vec<Range<usize>>,
    /// Whether the reader gets nothing after these.
    pub is_last: bool,
}

/// Sees what a [`TapIo`] reads, and decides what of it goes on.
pub trait Observer {
    /// Whether the reader is to be told that there is nothing more.
    fn is_over(&self) -> bool;

    /// Ready when the next bytes may be read.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// These bytes were read.
    fn read(&mut self, bytes: &[u8]) -> Pass;

    /// Puts other bytes in the place of those that the reader may not get.
    fn hide(bytes: &mut [u8]);

    /// The peer has ended its side.
    fn ended(&mut self);

    /// The peer holds up what is written to it, or does so no more.
    fn set_write_blocked(&mut self, is_blocked: bool);

    /// Whether more will be written at once, without anything being read before.
    fn has_more_to_write(&self) -> bool;

    /// Whether what is written now is the connection's last, and its end follows at once.
    fn is_last_write(&self) -> bool;
}

/// See the module.
#[derive(Debug)]
pub struct TapIo<T, O> {
    inner: T,
    observer: O,
    /// What was read and is not passed yet.
    held: Vec<u8>,
    /// How much of `held` may pass.
    passable: usize,
    /// The observer has let the last byte pass.
    is_over: bool,
    /// What was written and has not left yet.
    unsent: Vec<u8>,
    /// The peer holds that up.
    is_blocked: bool,
}

impl<T: AsyncRead + Unpin, O: Observer> TapIo<T, O> {
    /// Taps `inner`.
    pub fn new(inner: T, observer: O) -> Self {
        Self {
            inner,
            observer,
            held: Vec::new(),
            passable: 0,
            is_over: false,
            unsent: Vec::new(),
            is_blocked: false,
        }
    }

    /// The socket, to end the connection with.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// What was written and has not left: the owner's to send.
    pub fn take_unsent(&mut self) -> Vec<u8> {
        mem::take(&mut self.unsent)
    }

    /// The observer, to end with.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// Reads some bytes for the observer alone: how many, or 0 at the end.
    ///
    /// # Errors
    ///
    /// What reading failed with.
    pub async fn read_past(&mut self) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read_past(cx)).await
    }

    fn poll_read_past(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [MaybeUninit::uninit(); BEHIND];
        let mut buf = ReadBuf::uninit(&mut space);
        ready!(self.observer.poll_room(cx));
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buf))?;
        self.observer.read(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }

    /// Reads into `buf` and takes back what may not pass. Returns whether the reader has its
    /// answer: bytes, or the end.
    fn poll_through(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<bool>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let bytes = &buf.filled()[before..];
        if bytes.is_empty() {
            self.observer.ended();
            return Poll::Ready(Ok(true));
        }
        let pass = self.observer.read(bytes);
        self.is_over = pass.is_last;
        if !pass.is_last {
            self.held.extend_from_slice(&bytes[pass.bytes..]);
        }
        let passed = &mut buf.filled_mut()[before..][..pass.bytes];
        for range in pass.hidden {
            O::hide(&mut passed[range]);
        }
        let length = drop_ranges(passed, &pass.dropped);
        buf.set_filled(before + length);
        Poll::Ready(Ok(length > 0))
    }

    /// Reads behind what is held already. Returns whether the peer has ended its side.
    fn poll_behind(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut space = [MaybeUninit::uninit(); BEHIND];
        let mut buf = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buf))?;
        let bytes = buf.filled();
        if bytes.is_empty() {
            self.observer.ended();
            return Poll::Ready(Ok(true));
        }
        let pass = self.observer.read(bytes);
        self.held.extend_from_slice(bytes);
        for range in pass.hidden {
            O::hide(&mut self.held[range]);
        }
        self.passable = drop_ranges(&mut self.held[..pass.bytes], &pass.dropped);
        self.held.drain(self.passable..pass.bytes);
        self.is_over = pass.is_last;
        Poll::Ready(Ok(false))
    }

    fn pass(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.passable.min(buf.remaining());
        buf.put_slice(&self.held[..length]);
        self.held.drain(..length);
        self.passable -= length;
        if self.held.is_empty() {
            self.held = Vec::new();
        }
    }
}

/// Closes the gaps that `ranges` leave where they are taken out of `bytes`. Returns how many bytes are
/// left, from the first on.
fn drop_ranges(bytes: &mut [u8], ranges: &[Range<usize>]) -> usize {
    let mut left = bytes.len();
    for range in ranges.iter().rev() {
        bytes.copy_within(range.end..left, range.start);
        left -= range.len();
    }
    left
}

impl<T: WriteLast + Unpin, O: Observer> TapIo<T, O> {
    /// Sends all that was written.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let inner = Pin::new(&mut self.inner);
            let sent = if self.observer.is_last_write() {
                inner.poll_write_last(cx, &self.unsent)
            } else {
                inner.poll_write(cx, &self.unsent)
            };
            self.is_blocked = sent.is_pending();
            self.observer.set_write_blocked(self.is_blocked);
            let length = ready!(sent)?;
            if length == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.drain(..length);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + WriteLast + Unpin, O: Observer + Unpin> AsyncRead for TapIo<T, O> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            if tap.passable > 0 {
                tap.pass(buf);
                return Poll::Ready(Ok(()));
            }
            if tap.is_over || tap.observer.is_over() {
                return Poll::Ready(Ok(()));
            }
            ready!(tap.poll_send(cx))?;
            ready!(tap.observer.poll_room(cx));
            let is_answered = if tap.held.is_empty() {
                ready!(tap.poll_through(cx, buf))?
            } else {
                ready!(tap.poll_behind(cx))?
            };
            if is_answered {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<T: WriteLast + Unpin, O: Observer + Unpin> AsyncWrite for TapIo<T, O> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tap = self.get_mut();
        if tap.unsent.len() >= GATHERED {
            ready!(tap.poll_send(cx))?;
        }
        let before = tap.unsent.len();
        for buf in bufs {
            let room = GATHERED - tap.unsent.len();
            tap.unsent.extend_from_slice(&buf[..buf.len().min(room)]);
        }
        Poll::Ready(Ok(tap.unsent.len() - before))
    }

    fn is_write_vectored(&self) -> bool {
        // The pieces are gathered here in any case.
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        // Who has more to write may wait until the peer takes what there is.
        if tap.observer.has_more_to_write() && !tap.is_blocked {
            return Poll::Ready(Ok(()));
        }
        tap.poll_send(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(cx)
    }
}

#[cfg(test)]
#[path = "tap_tests.rs"]
mod tests;
