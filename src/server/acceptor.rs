//! Accepts connections for one worker, from one listener, and begins to serve them.
//!
//! It takes connections from a listener (`net::accept::Listen`) and passes them to a [`Protocol`]. The
//! protocol decides how a connection is served, and what becomes of it in a drain.
//!
//! # Invariants
//!
//! - All workers together serve no more connections at once than the limit.
//! - A connection becomes a task only once it has to wait.
//! - A panic in one connection ends that connection only.
//! - A listener is closed only after the clients that the kernel has connected to it were accepted. Those of an
//!   inherited listener are left to the next program.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};

use tokio::select;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{spawn_local, yield_now};
use tokio::time::{Instant, sleep_until};

use super::accept::{Shortage, accept, accept_queued};
use super::drain::Drain;
use super::phase::{Phase, Phases};
use crate::net::accept::Listen;
use crate::net::listen::BACKLOG;
use crate::net::peer::Peer;
use crate::net::socket::Socket;
use crate::net::transport::Transport;

/// The most connections that an acceptor begins before other tasks of its worker run.
const BATCH: usize = 32;

/// An accepted connection.
#[derive(Debug)]
pub struct Accepted<T = Socket> {
    /// What carries its bytes.
    pub socket: T,
    /// The other end.
    pub peer: Peer,
    /// Its number, from 1, in the order of acceptance.
    pub number: u64,
    /// The phase of the service.
    pub phases: Phases,
    /// To be held as long as the connection is served.
    pub permit: Permit,
}

/// The right to serve one connection. There are as many as connections may be served at once. While a
/// permit lives, its worker has not ended.
#[derive(Debug)]
pub struct Permit(Rc<WorkerState>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.shared.permits.add_permits(1);
    }
}

/// What the acceptors and the connections of one worker share.
#[derive(Debug)]
pub(super) struct WorkerState {
    pub(super) shared: Arc<Shared>,
    /// Only held. Its channel closes once all acceptors and connections have ended.
    pub(super) _alive: mpsc::Sender<Infallible>,
}

/// What connections speak.
pub trait Protocol: Send + Sync + 'static {
    /// What the connections of one worker share. It never leaves the worker's thread.
    type Worker: 'static;

    /// Makes the shared part, on the worker's thread.
    fn worker(&self) -> Self::Worker;

    /// Serves one connection to its end.
    fn serve<T: Transport>(
        worker: Rc<Self::Worker>,
        accepted: Accepted<T>,
    ) -> impl Future<Output = ()> + 'static;
}

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    connections: AtomicU64,
    /// One for each connection that may be served.
    permits: Semaphore,
    shortage: Shortage,
    drain: Drain,
}

impl Shared {
    /// Permits this many connections at once.
    pub(super) fn new(max_connections: usize, drain: Drain) -> Self {
        Self {
            connections: AtomicU64::new(0),
            permits: Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)),
            shortage: Shortage::default(),
            drain,
        }
    }
}

/// Begins to serve a connection, as [`begin`] does.
type Begin<T> = Box<dyn Fn(Accepted<T>) -> Option<Serving>>;

/// A connection that has to wait. A trait object, so that the acceptor is the same code for every protocol.
type Serving = Pin<Box<dyn Future<Output = ()>>>;

/// Accepts from one listener.
pub(super) struct Acceptor<T> {
    begin: Begin<T>,
    state: Rc<WorkerState>,
    phases: Phases,
    /// The connections begun since other tasks ran.
    begun: Cell<usize>,
}

impl<T: Transport> Acceptor<T> {
    /// An acceptor of a worker, for a protocol.
    pub(super) fn new<P: Protocol>(
        worker: Rc<P::Worker>,
        state: Rc<WorkerState>,
        phases: Phases,
    ) -> Self {
        Self {
            begin: Box::new(move |accepted| begin(|| P::serve(Rc::clone(&worker), accepted))),
            state,
            phases,
            begun: Cell::new(0),
        }
    }

    /// Accepts until the service drains, and then the clients that have begun to connect.
    pub(super) async fn run(self, listener: impl Listen<Transport = T>) {
        let mut draining = pin!(self.phases.reached(Phase::Draining));
        loop {
            select! {
                biased;
                () = &mut draining => break,
                (socket, peer) = accept(&listener, &self.state.shared.shortage) => self.start(socket, peer).await,
            }
            // Connections that came together are accepted without a poll in between. An error is left to the
            // next `accept`.
            for _ in 0..BATCH {
                let Ok((socket, peer)) = listener.try_accept() else {
                    break;
                };
                self.start(socket, peer).await;
            }
        }
        if listener.is_inherited() {
            return;
        }
        listener.refuse_others();
        let accept_until = async |end| self.accept_until(end, &listener).await;
        let limits = self.phases.limits();
        let drain = &self.state.shared.drain;
        drain
            .finish_handshakes(&listener, limits, accept_until)
            .await;
        self.empty_queue(listener).await;
    }

    async fn accept_until(&self, end: Instant, listener: &impl Listen<Transport = T>) {
        let mut is_over = pin!(sleep_until(end));
        loop {
            select! {
                biased;
                () = &mut is_over => return,
                (socket, peer) = accept(listener, &self.state.shared.shortage) => self.start(socket, peer).await,
            }
        }
    }

    /// Accepts the clients in the accept queue, and closes the listener. They have completed the
    /// handshake, and closing the listener would reset them. The count is bounded by the queue's length:
    /// a queue that fills as fast as it empties is never empty.
    async fn empty_queue(&self, listener: impl Listen<Transport = T>) {
        for _ in 0..=BACKLOG {
            let queued = accept_queued(&listener, &self.state.shared.shortage).await;
            let Some((socket, peer)) = queued else {
                return;
            };
            self.start(socket, peer).await;
        }
    }

    /// Serves a connection once there is a permit. Until then this acceptor takes no other connection: they
    /// wait in the accept queue.
    async fn start(&self, socket: T, peer: Peer) {
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
        if let Some(serving) = (self.begin)(accepted) {
            spawn_local(serving);
        }
        self.begun.set(self.begun.get() + 1);
        if self.begun.get() == BATCH {
            self.begun.set(0);
            yield_now().await;
        }
    }

    /// Waits for a permit. Never none: the semaphore is never closed.
    async fn permit(&self) -> Option<Permit> {
        let permits = &self.state.shared.permits;
        // The common case does not wait.
        let permit = match permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => permits.acquire().await.ok()?,
        };
        // `Permit` returns it. That is cheaper than a permit that owns a reference to the semaphore.
        permit.forget();
        Some(Permit(Rc::clone(&self.state)))
    }
}

/// Polls a new connection once. Mostly its request is there already, and its client takes the answer at
/// once. A connection that ends in this poll needs no task. That saves a tenth of its user instructions.
///
/// Returns the connection if it has to wait: it becomes a task. None if it has ended or panicked.
fn begin<F: Future<Output = ()> + 'static>(serve: impl FnOnce() -> F) -> Option<Serving> {
    // The task polls it again, with a waker of its own.
    let mut cx = Context::from_waker(Waker::noop());
    let begun = catch_unwind(AssertUnwindSafe(|| {
        let mut serving = Box::pin(serve());
        let has_to_wait = serving.as_mut().poll(&mut cx).is_pending();
        has_to_wait.then_some(serving as Serving)
    }));
    begun.unwrap_or_default()
}

#[cfg(test)]
#[path = "acceptor_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "acceptor_listener_tests.rs"]
mod listener_tests;
