//! An IO that shows an observer every byte read, before the reader above gets it.
//!
//! Stands between a transport and hyper. It knows no HTTP. Its owner shuts the transport down: the
//! reader's shutdown only sends what is left, because a last answer may have to follow.
//!
//! # Invariants
//!
//! - The observer sees each byte once, in order.
//! - The reader gets exactly the bytes that the observer lets pass. Hidden bytes are replaced by as many
//!   others, and dropped bytes are left out.
//! - While the output is corked, the tap gathers what is written. It sends that at the first flush
//!   without a cork, or before it reads more. So it reads no more requests from a peer that takes no
//!   answers, and the unsent answers have a bound.

use std::future::poll_fn;
use std::io;
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::cork::Cork;
pub use super::observer::{Observer, Pass, Sent};
use crate::net::write_last::WriteLast;

/// How many bytes are read and held at once, but for those of a body: fewer than hyper's first buffer of 8 KiB,
/// which takes them without growing. It bounds what is held of a peer that sends requests and takes no
/// answers.
const AT_ONCE: usize = 7 * 1024;

/// How many held bytes the reader gets at once. hyper doubles its buffer when a read fills it, and a busy
/// period is too short for that to pay.
const PIECE: usize = 8 * 1024 - 1;

/// A tapped transport.
#[derive(Debug)]
pub struct TapIo<T, O> {
    pub(super) inner: T,
    pub(super) observer: O,
    /// Bytes that were read: first some that have passed, then those that have not.
    held: Vec<u8>,
    /// How many bytes of `held` have passed. 0 if no more may pass.
    passed: usize,
    /// How many of the bytes after them may pass.
    passable: usize,
    /// How many more bytes of a body are known to come.
    body: u64,
    /// The reader gets the end after what is passable.
    is_over: bool,
    /// Bytes that were written and have not left yet.
    pub(super) unsent: Vec<u8>,
    /// The peer does not take them.
    pub(super) is_blocked: bool,
    pub(super) cork: Cork,
}

impl<T, O> TapIo<T, O> {
    /// Taps `inner`.
    pub fn new(inner: T, observer: O) -> Self {
        Self {
            inner,
            observer,
            held: Vec::new(),
            passed: 0,
            passable: 0,
            body: 0,
            is_over: false,
            unsent: Vec::new(),
            is_blocked: false,
            cork: Cork::Open,
        }
    }

    /// The transport, to end the connection with.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// The observer, to tell it what the tap does not see.
    pub fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// How many bytes may pass that the reader has not taken.
    pub(super) fn passable(&self) -> usize {
        self.passable
    }

    /// Takes bytes back that have passed. The next reader gets them first.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        let passed = mem::take(&mut self.passed);
        // Mostly there are none. `splice` would still go through all its steps.
        if bytes.is_empty() {
            self.held.drain(..passed);
        } else {
            self.held.splice(..passed, bytes.iter().copied());
        }
        self.passable += bytes.len();
    }

    /// The reader gets nothing more than what is passable. The transport stays open.
    pub(super) fn end_input(&mut self) {
        self.is_over = true;
    }

    /// Sets whether a flush sends what is written, or leaves it to a later one.
    pub fn set_corked(&mut self, is_corked: bool) {
        self.cork.set_corked(is_corked);
    }

    /// From now on the connection's end follows at once what is written.
    pub(super) fn set_closing(&mut self) {
        self.cork = Cork::Closing;
    }

    /// Whether bytes were written that have not left.
    pub(super) fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// The bytes that were written and have not left: the owner has to send them.
    pub fn take_unsent(&mut self) -> Vec<u8> {
        mem::take(&mut self.unsent)
    }

    fn pass(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.passable.min(buf.remaining()).min(PIECE);
        buf.put_slice(&self.held[self.passed..][..length]);
        self.passed += length;
        self.passable -= length;
        if self.passable == 0 {
            let passed = mem::take(&mut self.passed);
            // A vector that is as good as empty gives its memory back.
            self.held = self.held.split_off(passed);
        }
    }
}

impl<T: AsyncRead + Unpin, O: Observer> TapIo<T, O> {
    /// Reads some bytes for the observer alone: how many, or 0 at the end.
    ///
    /// # Errors
    ///
    /// What reading failed with.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(super) async fn read_past(&mut self) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read_past(cx)).await
    }

    fn poll_read_past(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [MaybeUninit::uninit(); AT_ONCE];
        let mut buf = ReadBuf::uninit(&mut space);
        ready!(self.observer.poll_room(cx));
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buf))?;
        self.observer.read(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }

    /// Reads into `buf`, and returns how many bytes. At 0 the peer has ended its side.
    fn poll_inner(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        ready!(self.observer.poll_room(cx));
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(cx, buf));
        read.inspect_err(|_| self.observer.failed())?;
        let length = buf.filled().len() - before;
        if length == 0 {
            self.observer.ended();
            self.is_over = true;
        }
        Poll::Ready(Ok(length))
    }

    /// Reads into the reader's buffer and takes back what may not pass. Returns whether anything passed.
    fn poll_through(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<bool>> {
        let before = buf.filled().len();
        if ready!(self.poll_inner(cx, buf))? == 0 {
            return Poll::Ready(Ok(false));
        }
        let bytes = &mut buf.filled_mut()[before..];
        let pass = self.observer.read(bytes);
        self.follow(&pass);
        if !pass.is_last {
            self.held.extend_from_slice(&bytes[pass.bytes..]);
        }
        let length = pass.apply::<O>(&mut bytes[..pass.bytes]);
        buf.set_filled(before + length);
        Poll::Ready(Ok(length > 0))
    }

    /// Reads, and appends to the held bytes.
    fn poll_behind(
        &mut self,
        cx: &mut Context<'_>,
        space: &mut [MaybeUninit<u8>],
    ) -> Poll<io::Result<()>> {
        let mut buf = ReadBuf::uninit(space);
        if ready!(self.poll_inner(cx, &mut buf))? == 0 {
            return Poll::Ready(Ok(()));
        }
        let pass = self.observer.read(buf.filled());
        self.follow(&pass);
        self.held.extend_from_slice(buf.filled());
        let start = self.passed + self.passable;
        let end = start + pass.bytes;
        let length = pass.apply::<O>(&mut self.held[start..end]);
        self.held.drain(start + length..end);
        self.passable += length;
        Poll::Ready(Ok(()))
    }

    fn follow(&mut self, pass: &Pass) {
        self.is_over |= pass.is_last;
        self.cork.set_corked(pass.corks);
        self.body = pass.body;
    }
}

impl<T: AsyncRead + WriteLast + Unpin, O: Observer> TapIo<T, O> {
    /// As [`TapIo::poll_passable`]. If that ends in a body, reads as much of it as has come and as `space`
    /// holds.
    ///
    /// # Errors
    ///
    /// As [`TapIo::poll_passable`].
    pub(super) fn poll_request(
        &mut self,
        cx: &mut Context<'_>,
        space: &mut [MaybeUninit<u8>],
    ) -> Poll<io::Result<bool>> {
        let is_passable = ready!(self.poll_passable(cx, &mut space[..AT_ONCE]))?;
        let body = usize::try_from(self.body).map_or(space.len(), |body| body.min(space.len()));
        if body > 0
            && !self.is_over
            && let Poll::Ready(read) = self.poll_behind(cx, &mut space[..body])
        {
            read?;
        }
        Poll::Ready(Ok(is_passable))
    }

    /// Reads through `space` until something may pass: false where nothing will.
    ///
    /// # Errors
    ///
    /// What reading failed with, or sending what was written before.
    pub(super) fn poll_passable(
        &mut self,
        cx: &mut Context<'_>,
        space: &mut [MaybeUninit<u8>],
    ) -> Poll<io::Result<bool>> {
        while self.passable == 0 && !self.is_over {
            ready!(self.poll_send(cx))?;
            ready!(self.poll_behind(cx, space))?;
        }
        Poll::Ready(Ok(self.passable > 0))
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
        if tap.held.is_empty() && !tap.is_over {
            ready!(tap.poll_send(cx))?;
            if ready!(tap.poll_through(cx, buf))? {
                return Poll::Ready(Ok(()));
            }
        }
        let mut space = [MaybeUninit::uninit(); AT_ONCE];
        if ready!(tap.poll_passable(cx, &mut space))? {
            tap.pass(buf);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[path = "tap_reading_tests.rs"]
pub(super) mod reading_tests;
