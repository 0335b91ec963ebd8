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
//! nothing of the next, and its answers have left; one that has seen an end or an error of its
//! connection serves no other: hyper may not have said so yet. What is between two requests is left
//! to the state, and what goes to hyper to the filter. All that hyper still has of earlier requests is
//! a wish to upgrade, which changes nothing but that it does not shut its IO down in the end, and here
//! that does nothing.

use std::cell::{Cell, RefCell};
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

use super::config::Config;
use super::filter::{RequestFilter, Tap};
use super::response::ReplyBody;
use super::service;
use super::state::ConnectionState;
use super::tap::TapIo;
use crate::net::socket::Socket;

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
    pub(super) fn take(&self, tap: Tap, state: &Rc<ConnectionState>) -> Engine {
        let free = self.free.borrow_mut().pop();
        let engine = free.unwrap_or_else(|| self.make(state));
        engine.seat.state.replace(Rc::clone(state));
        engine.seat.tap.replace(Some(tap));
        engine
    }

    /// Has one back that is reusable, from a connection that is between two requests. Returns the
    /// connection's tap, which is there as sure as it was given.
    pub(super) fn put_back(&self, engine: Engine) -> Option<Tap> {
        let tap = engine.seat.tap.take();
        let mut free = self.free.borrow_mut();
        if free.len() < KEPT {
            free.push(engine);
        }
        tap
    }

    fn make(&self, state: &Rc<ConnectionState>) -> Engine {
        let seat = Rc::new(Seat {
            tap: RefCell::default(),
            state: RefCell::new(Rc::clone(state)),
            has_ended: Cell::new(false),
        });
        let (config, served) = (Rc::clone(&self.config), Rc::clone(&seat));
        let service = service_fn(move |request| {
            let state = Rc::clone(&served.state.borrow());
            service::answer(Rc::clone(&config), state, request)
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

    /// Whether it has seen no end and no error.
    pub(super) fn is_reusable(&self) -> bool {
        !self.seat.has_ended.get()
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
    state: RefCell<Rc<ConnectionState>>,
    /// hyper was told of an end or an error.
    has_ended: Cell<bool>,
}

/// hyper's IO: that of whoever is in the seat.
struct Seated(Rc<Seat>);

impl Seated {
    fn poll<T>(
        &self,
        poll: impl FnOnce(Pin<&mut TapIo<Socket, RequestFilter>>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let polled = match &mut *self.0.tap.borrow_mut() {
            Some(tap) => poll(Pin::new(tap)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        };
        if let Poll::Ready(Err(_)) = polled {
            self.0.has_ended.set(true);
        }
        polled
    }
}

impl AsyncRead for Seated {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.remaining();
        let polled = self.poll(|tap| tap.poll_read(cx, buf));
        if polled.is_ready() && buf.remaining() == before {
            self.0.has_ended.set(true);
        }
        polled
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

#[cfg(test)]
pub(super) mod tests {
    use std::future::poll_fn;
    use std::io::{Read as _, Write as _};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::time::Duration;

    use socket2::SockRef;

    use super::super::filter::RequestFilter;
    use super::super::{Answer, Http, Worker};
    use super::*;
    use crate::request_log::Log;
    use crate::server::acceptor::Protocol as _;
    use crate::server::linger;

    pub(in super::super) fn worker() -> Worker {
        let config = Config {
            answer: Answer::new("hi".into(), "200".parse().unwrap(), Vec::new()),
            max_head: 1000,
            max_target: 1000,
            max_body: 0,
            kept_body: 0,
            is_strict: false,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            linger: linger::Limits {
                time: Duration::from_secs(1),
                bytes: 1000,
            },
        };
        Http::new(config, Log::off().handle()).worker()
    }

    /// The two ends of a connection.
    pub(in super::super) fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        // Far longer than an answer takes.
        let bound = Some(Duration::from_secs(30));
        client.set_read_timeout(bound).unwrap();
        let accepted = listener.accept().unwrap().0;
        accepted.set_nonblocking(true).unwrap();
        (client, accepted)
    }

    /// A worker's tap on the end that was accepted.
    pub(in super::super) fn tap(
        worker: &Worker,
        accepted: TcpStream,
    ) -> (Tap, Rc<ConnectionState>) {
        let state = Rc::new(ConnectionState::new());
        let peer = accepted.peer_addr().unwrap();
        let recorder = Rc::clone(&worker.recorder).connection(1, peer);
        let filter = RequestFilter::new(worker.capture_limits(), recorder, Rc::clone(&state));
        (Box::new(TapIo::new(Socket::new(accepted), filter)), state)
    }

    /// An engine of the worker's, which serves the other end of what is returned with it.
    fn engine(worker: &Worker) -> (TcpStream, Engine) {
        let (client, accepted) = connection();
        let (tap, state) = tap(worker, accepted);
        (client, worker.engines.take(tap, &state))
    }

    async fn serve(engine: &mut Engine) -> Poll<hyper::Result<()>> {
        poll_fn(|cx| Poll::Ready(engine.poll(cx))).await
    }

    #[tokio::test]
    async fn the_engine_that_was_put_back_last_serves_the_next() {
        let worker = worker();
        let (_one, first) = engine(&worker);
        let (_two, second) = engine(&worker);
        let last = Rc::as_ptr(&second.seat);
        for engine in [first, second] {
            assert!(worker.engines.put_back(engine).is_some());
        }
        let (mut client, mut third) = engine(&worker);
        assert_eq!(Rc::as_ptr(&third.seat), last);
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        assert!(serve(&mut third).await.is_pending());
        let mut answer = [0; 15];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        assert!(third.is_reusable());
    }

    #[tokio::test]
    async fn no_more_are_kept_than_may_be() {
        let worker = worker();
        let all: Vec<_> = (0..=KEPT).map(|_| engine(&worker)).collect();
        for (_, engine) in all {
            worker.engines.put_back(engine);
        }
        assert_eq!(worker.engines.free.borrow().len(), KEPT);
    }

    #[tokio::test]
    async fn one_that_has_seen_an_end_or_an_error_is_not_reusable() {
        let worker = worker();
        let (client, mut ended) = engine(&worker);
        client.shutdown(Shutdown::Write).unwrap();
        assert!(serve(&mut ended).await.is_ready());
        assert!(!ended.is_reusable());
        let (client, mut failed) = engine(&worker);
        // With nothing to linger for, closing resets.
        SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);
        assert!(serve(&mut failed).await.is_ready());
        assert!(!failed.is_reusable());
    }
}
