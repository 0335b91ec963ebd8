//! Accepts connections for one worker, from one listener, and begins to serve them.
//!
//! Stands between a listening socket and a [`Protocol`]. What always holds: no more connections are
//! served at once, over all workers, than the limit; a connection takes turns with others, as a task
//! of its own, only once it has to wait; a panic in one ends that one alone; a listener is closed
//! behind whoever the kernel has connected to it. What a connection speaks, and what becomes of it in
//! a drain, is left to the protocol.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::select;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{spawn_local, yield_now};
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use super::drain::{self, Known, UnderWay};
use super::listener::{Listener, Shortage};
use super::phase::{Phase, Phases};
use crate::net::listen::BACKLOG;
use crate::net::socket::Socket;

/// How many connections are begun at most before others get their turn.
const TOGETHER: usize = 32;

/// How long a listener is still looked at after the last handshake could begin. What is done with packets
/// that came before takes the kernel microseconds.
const SETTLED: Duration = Duration::from_millis(10);

/// How long a worker waits before it asks who is about to connect. The workers come to their end one after
/// the other, and one answer does for all that wait.
const GATHER: Duration = Duration::from_millis(1);

/// An accepted connection.
#[derive(Debug)]
pub struct Accepted<T = Socket> {
    /// What carries its bytes.
    pub socket: T,
    /// The address of the other end.
    pub peer: SocketAddr,
    /// Its number, from 1, in the order of acceptance.
    pub number: u64,
    /// The phase of the service.
    pub phases: Phases,
    /// To be held as long as the connection is served.
    pub permit: Permit,
}

/// A connection's permit within the limit, and the sign that it is still served.
#[derive(Debug)]
pub struct Permit(Rc<WorkerState>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.shared.permits.add_permits(1);
    }
}

/// What the acceptors and the connections of one worker hold on to.
#[derive(Debug)]
pub(super) struct WorkerState {
    pub(super) shared: Arc<Shared>,
    /// Dropped with the last of them.
    pub(super) _alive: mpsc::Sender<Infallible>,
}

/// What connections speak.
pub trait Protocol: Send + Sync + 'static {
    /// What the connections of one worker share. It never leaves the worker's thread.
    type Worker: 'static;

    /// Makes that, on the worker's thread.
    fn worker(&self) -> Self::Worker;

    /// Serves one connection to its end.
    fn serve(worker: Rc<Self::Worker>, accepted: Accepted) -> impl Future<Output = ()> + 'static;
}

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    connections: AtomicU64,
    /// A permit for each connection that may be served.
    permits: Semaphore,
    /// Whether connections stay with the kernel until their first bytes are there.
    defers: bool,
    shortage: Shortage,
    under_way: UnderWay,
}

impl Shared {
    /// With room for this many connections.
    pub(super) fn new(max_connections: usize, defers: bool) -> Self {
        Self {
            connections: AtomicU64::new(0),
            permits: Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)),
            defers,
            shortage: Shortage::default(),
            under_way: UnderWay::default(),
        }
    }
}

/// Accepts from one listener.
pub(super) struct Acceptor<P: Protocol> {
    worker: Rc<P::Worker>,
    state: Rc<WorkerState>,
    phases: Phases,
    /// How many were begun since others had their turn.
    begun: Cell<usize>,
}

impl<P: Protocol> Acceptor<P> {
    /// For a worker.
    pub(super) fn new(worker: Rc<P::Worker>, state: Rc<WorkerState>, phases: Phases) -> Self {
        Self {
            worker,
            state,
            phases,
            begun: Cell::new(0),
        }
    }

    /// Until the service drains, and then those who had begun to connect.
    pub(super) async fn run(self, listener: Listener) {
        let mut draining = pin!(self.phases.reached(Phase::Draining));
        loop {
            select! {
                biased;
                () = &mut draining => break,
                (socket, peer) = listener.accept(&self.state.shared.shortage) => self.start(socket, peer).await,
            }
            // Those that came with it, without looking at all the rest in between.
            for _ in 0..TOGETHER {
                let Some((socket, peer)) = listener.accept_more() else {
                    break;
                };
                self.start(socket, peer).await;
            }
        }
        self.accept_newcomers(&listener).await;
        self.accept_the_rest(listener).await;
    }

    /// Whoever has begun to connect is still served; in the end nobody begins to.
    async fn accept_newcomers(&self, listener: &Listener) {
        let grace = self.phases.grace();
        if self.state.shared.defers && drain::no_more(listener).is_ok() {
            // Also those who are silent, which is still no mistake.
            self.accept_under_way(Instant::now(), GATHER, drain::LONGEST + grace, listener)
                .await;
        }
        if let Err(error) = drain::let_none_begin(listener) {
            debug!(%error, "who connects at this moment may be reset");
            return;
        }
        let since = Instant::now() + SETTLED / 2;
        self.accept_under_way(since, SETTLED, grace, listener).await;
    }

    /// Serves those who come, for `first` at least, then until nobody is under way, or for `longest`. Only
    /// what the kernel says after `since` counts. Whoever is on the same port of another address, or of
    /// another program that shares it, looks the same.
    async fn accept_under_way(
        &self,
        mut since: Instant,
        first: Duration,
        longest: Duration,
        listener: &Listener,
    ) {
        let stop_by = Instant::now() + longest;
        let mut look_at = Instant::now() + first;
        loop {
            self.accept_until(look_at.min(stop_by), listener).await;
            if Instant::now() >= stop_by {
                return;
            }
            match self.state.shared.under_way.any(listener, since) {
                Ok(Known::None) => return,
                Ok(Known::Later(at)) => look_at = at,
                // Where the kernel does not tell, there may be some.
                Ok(Known::Some) | Err(_) => {
                    since = Instant::now();
                    look_at = since + drain::AGAIN;
                }
            }
        }
    }

    async fn accept_until(&self, end: Instant, listener: &Listener) {
        let mut is_over = pin!(sleep_until(end));
        loop {
            select! {
                biased;
                () = &mut is_over => return,
                (socket, peer) = listener.accept(&self.state.shared.shortage) => self.start(socket, peer).await,
            }
        }
    }

    /// Whoever is in the backlog already believes to be connected: closing the listener now would
    /// reset them. It is counted how many that can be, because where new ones come faster than they
    /// are accepted it is never empty.
    async fn accept_the_rest(&self, listener: Listener) {
        for _ in 0..=BACKLOG {
            let Some((socket, peer)) = listener.accept_waiting(&self.state.shared.shortage).await
            else {
                return;
            };
            self.start(socket, peer).await;
        }
    }

    /// Serves a connection as soon as the limit allows. Until then this acceptor takes no other:
    /// they wait in the kernel's backlog.
    async fn start(&self, socket: Socket, peer: SocketAddr) {
        let Some(permit) = self.permit().await else {
            return;
        };
        let connections = &self.state.shared.connections;
        let accepted = Accepted {
            socket,
            peer,
            number: connections.fetch_add(1, Ordering::Relaxed) + 1,
            phases: self.phases.clone(),
            permit,
        };
        if let Some(serving) = begin(|| P::serve(Rc::clone(&self.worker), accepted)) {
            spawn_local(serving);
        }
        self.begun.set(self.begun.get() + 1);
        if self.begun.get() == TOGETHER {
            self.begun.set(0);
            yield_now().await;
        }
    }

    /// Always one in the end: nobody closes the semaphore.
    async fn permit(&self) -> Option<Permit> {
        let permits = &self.state.shared.permits;
        // Mostly there is one, and nothing is waited for.
        let permit = match permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => permits.acquire().await.ok()?,
        };
        // The permit gives it back: this costs less than a permit that owns what it is of.
        permit.forget();
        Some(Permit(Rc::clone(&self.state)))
    }
}

/// Serves a connection here and now, until it has to wait: then it is to become a task. Mostly its
/// request is there already and its answer is taken at once, and where it ends with that it is spared
/// the 1360 user instructions, of 16 180, that a task costs (callgrind).
///
/// None where it has ended, or panicked, which was said.
fn begin<F: Future<Output = ()>>(serve: impl FnOnce() -> F) -> Option<Pin<Box<F>>> {
    // As a task it is asked once more, by who is to be woken.
    let mut cx = Context::from_waker(Waker::noop());
    let begun = catch_unwind(AssertUnwindSafe(|| {
        let mut serving = Box::pin(serve());
        let has_to_wait = serving.as_mut().poll(&mut cx).is_pending();
        has_to_wait.then_some(serving)
    }));
    begun.unwrap_or_default()
}

#[cfg(test)]
#[path = "acceptor_tests.rs"]
mod tests;
