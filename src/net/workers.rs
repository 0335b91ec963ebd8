//! One worker a core: a thread with a runtime of its own, listeners of its own, and the
//! connections that those accept.
//!
//! What always holds: a connection stays on its worker, so nothing of it is shared between cores;
//! failed accepts neither spin nor end the service; no more connections are served at once, over
//! all workers, than the limit; a listener is closed behind whoever the kernel has connected to it.
//! What a connection speaks, and what becomes of it in a drain, is left to a [`Protocol`].

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions};
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::spawn_local;
use tokio::time::sleep;
use tracing::{error, warn};

use super::accept::{Listener, Shortage};
use super::handover;
use super::listen::{BACKLOG, Bound};
use super::shutdown::{Phase, PhaseSender, Phases, phases};
use super::socket::Socket;

/// How many connections are accepted at most before others get their turn.
const TOGETHER: usize = 32;

/// An accepted connection.
#[derive(Debug)]
pub struct Accepted {
    /// Its socket.
    pub socket: Socket,
    /// The address of the other end.
    pub peer: SocketAddr,
    /// Its number, from 1, in the order of acceptance.
    pub number: u64,
    /// The phase of the service.
    pub phases: Phases,
    /// To be held as long as the connection is served.
    pub place: Place,
}

/// A connection's place within the limit, and the sign that it is still served.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
    _alive: mpsc::Sender<Infallible>,
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

/// The running workers.
#[derive(Debug)]
pub struct Workers {
    phases: Vec<PhaseSender>,
    ended: mpsc::Receiver<Infallible>,
    /// Each worker's own word that it has ended, whichever way.
    any_ended: mpsc::Receiver<()>,
}

/// What all workers share.
#[derive(Debug)]
struct Shared {
    connections: AtomicU64,
    /// A permit for each connection that may be served.
    permits: Arc<Semaphore>,
    /// Whether other programs may listen on the same ports.
    shares_port: bool,
    shortage: Shortage,
}

/// Starts a worker for each set of listeners in `bound`. At an end they wait for what may be under
/// way for as long as `grace`.
///
/// # Errors
///
/// What starting a thread or a runtime failed with.
pub fn spawn<P: Protocol>(
    bound: Bound,
    protocol: P,
    max_connections: usize,
    grace: Duration,
) -> io::Result<Workers> {
    let protocol = Arc::new(protocol);
    let shared = Arc::new(Shared {
        connections: AtomicU64::new(0),
        permits: Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS))),
        shares_port: bound.shares_port,
        shortage: Shortage::default(),
    });
    let (alive, ended) = mpsc::channel(1);
    let (last_word, any_ended) = mpsc::channel(bound.listeners.len().max(1));
    let mut workers = Workers {
        phases: Vec::new(),
        ended,
        any_ended,
    };
    for (index, listeners) in bound.listeners.into_iter().enumerate() {
        let (sender, phases) = phases(grace);
        workers.phases.push(sender);
        let (protocol, shared) = (Arc::clone(&protocol), Arc::clone(&shared));
        let ending = Ending {
            _alive: alive.clone(),
            last_word: last_word.clone(),
        };
        let thread = thread::Builder::new().name(format!("worker-{index}"));
        thread.spawn(move || {
            let _ending = ending;
            if let Err(error) = run(&*protocol, listeners, &shared, phases) {
                error!(%error, "a worker could not start");
            }
        })?;
    }
    Ok(workers)
}

impl Workers {
    /// Tells all workers the phase.
    pub fn enter(&self, phase: Phase) {
        for sender in &self.phases {
            sender.send_replace(phase);
        }
    }

    /// Waits until one worker has ended.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again; each end is told once.
    pub async fn any_ended(&mut self) {
        self.any_ended.recv().await;
    }

    /// Waits until all have ended.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub async fn ended(&mut self) {
        self.ended.recv().await;
    }
}

/// Lives as long as a worker's thread, a panic included.
struct Ending {
    _alive: mpsc::Sender<Infallible>,
    last_word: mpsc::Sender<()>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        // There is a place for every worker, so this fails only when nobody listens any more.
        let _ = self.last_word.try_send(());
    }
}

/// A worker's thread: runs until all its listeners are closed and its connections have ended, or
/// are cut.
fn run<P: Protocol>(
    protocol: &P,
    listeners: Vec<TcpListener>,
    shared: &Arc<Shared>,
    mut phases: Phases,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    runtime.block_on(async {
        let worker = Rc::new(protocol.worker());
        // Every acceptor and every connection has a sender: when the last is dropped, all ended.
        let (alive, mut all_ended) = mpsc::channel(1);
        for listener in listeners {
            let acceptor = Acceptor::<P> {
                worker: Rc::clone(&worker),
                shared: Arc::clone(shared),
                phases: phases.clone(),
                alive: alive.clone(),
            };
            spawn_local(acceptor.run(Listener::new(listener)?));
        }
        drop(alive);
        select! {
            _ = all_ended.recv() => {}
            () = phases.reached(Phase::Cut) => {}
        }
        Ok(())
    })
}

/// Accepts from one listener.
struct Acceptor<P: Protocol> {
    worker: Rc<P::Worker>,
    shared: Arc<Shared>,
    phases: Phases,
    alive: mpsc::Sender<Infallible>,
}

impl<P: Protocol> Acceptor<P> {
    async fn run(self, listener: Listener) {
        let mut phases = self.phases.clone();
        let mut draining = pin!(phases.reached(Phase::Draining));
        loop {
            select! {
                biased;
                () = &mut draining => break,
                (socket, peer) = listener.accept(&self.shared.shortage) => self.start(socket, peer).await,
            }
            // Those that came with it, without looking at all the rest in between.
            for _ in 0..TOGETHER {
                let Some((socket, peer)) = listener.accept_more() else {
                    break;
                };
                self.start(socket, peer).await;
            }
        }
        if self.shared.shares_port {
            self.hand_over(&listener).await;
        }
        self.accept_the_rest(listener).await;
    }

    /// Another program listens too: whoever is about to connect here is still served, and nobody
    /// begins to.
    async fn hand_over(&self, listener: &Listener) {
        if let Err(error) = handover::let_none_begin(listener) {
            warn!(%error, "who connects at this moment may be reset");
            return;
        }
        let mut all_done = pin!(sleep(self.phases.grace()));
        loop {
            select! {
                biased;
                () = &mut all_done => return,
                (socket, peer) = listener.accept(&self.shared.shortage) => self.start(socket, peer).await,
            }
        }
    }

    /// Whoever is in the backlog already believes to be connected: closing the listener now would
    /// reset them. It is counted how many that can be, because where new ones come faster than they
    /// are accepted it is never empty.
    async fn accept_the_rest(&self, listener: Listener) {
        for _ in 0..=BACKLOG {
            let Some((socket, peer)) = listener.accept_waiting(&self.shared.shortage).await else {
                return;
            };
            self.start(socket, peer).await;
        }
    }

    /// Serves a connection as soon as the limit allows. Until then this acceptor takes no other:
    /// they wait in the kernel's backlog.
    async fn start(&self, socket: Socket, peer: SocketAddr) {
        // Mostly there is one, and nothing is waited for.
        let permit = match Arc::clone(&self.shared.permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => match Arc::clone(&self.shared.permits).acquire_owned().await {
                Ok(permit) => permit,
                // Nobody closes the semaphore.
                Err(_) => return,
            },
        };
        let number = self.shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let accepted = Accepted {
            socket,
            peer,
            number,
            phases: self.phases.clone(),
            place: Place {
                _permit: permit,
                _alive: self.alive.clone(),
            },
        };
        spawn_local(P::serve(Rc::clone(&self.worker), accepted));
    }
}

#[cfg(test)]
#[path = "workers_tests.rs"]
mod tests;
