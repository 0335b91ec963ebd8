//! hyper, which the connections of a worker have in turn.
//!
//! Between two requests one of hyper's connections is as good as another: a server takes each request
//! by itself, whoever sent the ones before it on the same connection (RFC 9110 section 3.3). So
//! hyper's, an engine here, is not tied to one of ours. Whoever has something for hyper takes an engine,
//! the one that was put back last: with 5000 busy connections it is in the processor's nearest cache,
//! where 5000 engines would be in its farthest: 5.9 µs of CPU time a request against 7.9. And a
//! connection that is idle has none, 11 of 13 kB.
//!
//! What always holds: an engine is put back only between two requests, when it has got all of one and
//! nothing of the next, and its answers have left; one that has finished or failed serves nobody else.
//! When that is, is left to the connection, and what goes to hyper to the gate.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, Connection};
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::answer::ReplyBody;
use super::connection::Tap;
use super::exchange::Exchange;
use super::gate::Gate;
use super::{Config, service};
use crate::net::socket::Socket;
use crate::net::tap::TapIo;

/// How many are kept for whoever needs one next: more are needed at once only where requests wait for
/// their bodies, or answers to be taken.
const KEPT: usize = 16;

/// A worker's engines that no connection has at the moment.
pub(super) struct Engines {
    hyper: Builder,
    config: Rc<Config>,
    free: RefCell<Vec<Engine>>,
}

impl Engines {
    /// None yet. They are made by `hyper`, as they are needed.
    pub(super) fn new(hyper: Builder, config: Rc<Config>) -> Self {
        Self {
            hyper,
            config,
            free: RefCell::default(),
        }
    }

    /// An engine for a connection.
    pub(super) fn take(&self, tap: Tap, exchange: &Rc<Exchange>) -> Engine {
        let free = self.free.borrow_mut().pop();
        let engine = free.unwrap_or_else(|| self.make(exchange));
        engine.seat.exchange.replace(Rc::clone(exchange));
        engine.seat.tap.replace(Some(tap));
        engine
    }

    /// Has it back from a connection that is between two requests. Returns the connection's tap, which
    /// is there as sure as it was given.
    pub(super) fn put_back(&self, engine: Engine) -> Option<Tap> {
        let tap = engine.seat.tap.take();
        let mut free = self.free.borrow_mut();
        if free.len() < KEPT {
            free.push(engine);
        }
        tap
    }

    fn make(&self, exchange: &Rc<Exchange>) -> Engine {
        let seat = Rc::new(Seat {
            tap: RefCell::default(),
            exchange: RefCell::new(Rc::clone(exchange)),
        });
        let (config, served) = (Rc::clone(&self.config), Rc::clone(&seat));
        let service = service_fn(move |request| {
            let exchange = Rc::clone(&served.exchange.borrow());
            service::answer(Rc::clone(&config), exchange, request)
        });
        let io = TokioIo::new(Seated(Rc::clone(&seat)));
        Engine {
            hyper: Box::new(self.hyper.serve_connection(io, service)),
            seat,
        }
    }
}

impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engines").finish_non_exhaustive()
    }
}

/// One of hyper's connections, and whom it serves.
pub(super) struct Engine {
    hyper: Box<dyn Hyper>,
    seat: Rc<Seat>,
}

impl Engine {
    /// Serves: ready when hyper has finished, or failed.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        self.hyper.poll(cx)
    }

    /// Serves no more. Returns the connection's tap, and whether hyper was given more than it took.
    pub(super) fn end(self) -> (Option<Tap>, bool) {
        (self.seat.tap.take(), self.hyper.has_more())
    }
}

/// What there is to one of hyper's connections, whose type has no name.
trait Hyper {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>>;
    /// Whether it holds bytes that it has not taken for a request.
    fn has_more(self: Box<Self>) -> bool;
}

impl<S> Hyper for Connection<TokioIo<Seated>, S>
where
    S: HttpService<Incoming, ResBody = ReplyBody, Error = Infallible> + 'static,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        Future::poll(Pin::new(self), cx)
    }

    fn has_more(self: Box<Self>) -> bool {
        !self.into_parts().read_buf.is_empty()
    }
}

/// Where the connection is that an engine serves.
struct Seat {
    tap: RefCell<Option<Tap>>,
    exchange: RefCell<Rc<Exchange>>,
}

/// hyper's IO: that of whoever is in the seat.
struct Seated(Rc<Seat>);

impl Seated {
    fn poll<T>(
        &self,
        poll: impl FnOnce(Pin<&mut TapIo<Socket, Gate>>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut *self.0.tap.borrow_mut() {
            Some(tap) => poll(Pin::new(tap)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncRead for Seated {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(|tap| tap.poll_read(cx, buf))
    }
}

impl AsyncWrite for Seated {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(|tap| tap.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(|tap| tap.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        // As the tap's.
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|tap| tap.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|tap| tap.poll_shutdown(cx))
    }
}
