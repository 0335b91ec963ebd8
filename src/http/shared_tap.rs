//! A tap with several owners on one thread: hyper reads and writes through one handle, and the
//! connection driver and the service reach the tap through others.
//!
//! # Invariants
//!
//! No borrow outlives the call that took it, so the owners never meet.

use std::cell::{RefCell, RefMut};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::tap::{Observer, TapIo};
use crate::net::write_last::WriteLast;

/// A handle of a tap.
#[derive(Debug)]
pub struct SharedTap<T, O>(Rc<RefCell<TapIo<T, O>>>);

impl<T, O> SharedTap<T, O> {
    /// The first handle of `tap`.
    pub fn new(tap: TapIo<T, O>) -> Self {
        Self(Rc::new(RefCell::new(tap)))
    }

    /// The tap itself.
    ///
    /// # Panics
    ///
    /// While another borrow lives.
    #[must_use]
    pub fn borrow_mut(&self) -> RefMut<'_, TapIo<T, O>> {
        self.0.borrow_mut()
    }

    /// The tap, or none while another handle exists.
    pub(super) fn into_inner(self) -> Option<TapIo<T, O>> {
        Rc::into_inner(self.0).map(RefCell::into_inner)
    }
}

impl<T, O> Clone for SharedTap<T, O> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: AsyncRead + WriteLast + Unpin, O: Observer + Unpin> AsyncRead for SharedTap<T, O> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.borrow_mut()).poll_read(cx, buf)
    }
}

impl<T: AsyncRead + WriteLast + Unpin, O: Observer + Unpin> AsyncWrite for SharedTap<T, O> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.borrow_mut()).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.borrow_mut()).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.borrow().is_write_vectored()
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.borrow_mut()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.borrow_mut()).poll_shutdown(cx)
    }
}
