//! The output of a tap: what its reader, hyper, writes to the peer.
//!
//! `tap` has the input. `cork` says whether a flush sends the written bytes.
//!
//! # Invariants
//!
//! The unsent bytes have a bound: over it a write waits until the peer has taken them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::cork::Cork;
use super::observer::{Observer, Sent};
use super::tap::TapIo;
use crate::net::write_last::WriteLast;

/// The most written bytes that a tap gathers: enough for the answers, of some 150 bytes each, to 100
/// requests that came together. It bounds what waits for a peer that takes nothing.
const GATHERED: usize = 16 * 1024;

impl<T: WriteLast + Unpin, O: Observer> TapIo<T, O> {
    /// Sends all that was written.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let inner = Pin::new(&mut self.inner);
            let sent = if self.cork == Cork::Closing {
                inner.poll_write_last(cx, &self.unsent)
            } else {
                inner.poll_write(cx, &self.unsent)
            };
            self.is_blocked = sent.is_pending();
            self.observer.sent(if self.is_blocked {
                Sent::Nothing
            } else {
                Sent::Some
            });
            let length = ready!(sent).inspect_err(|_| self.observer.failed())?;
            if length == 0 {
                self.observer.failed();
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            // Mostly all has left. `drain` would still go through all its steps.
            if length == self.unsent.len() {
                self.unsent.clear();
            } else {
                self.unsent.drain(..length);
            }
        }
        Poll::Ready(Ok(()))
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

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        // A writer that has more to write may wait until the peer takes what there is.
        if tap.cork == Cork::Corked && !tap.is_blocked {
            return Poll::Ready(Ok(()));
        }
        ready!(tap.poll_send(cx))?;
        tap.observer.sent(Sent::All);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(cx)
    }
}

#[cfg(test)]
#[path = "tap_output_tests.rs"]
mod tests;
