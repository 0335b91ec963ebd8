//! The workers, one a core: each is a thread with a runtime, listeners and connections of its own.
//!
//! Stands between the service's life ([`super`]) and the [`Acceptor`]s.
//!
//! # Invariants
//!
//! - A connection stays on its worker: cores share nothing of it.
//! - A worker has ended once its listeners are closed and its connections have ended.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use log::error;
use tokio::runtime::{Builder, LocalOptions};
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::spawn_local;

use super::acceptor::{Acceptor, Protocol, Shared, WorkerState};
use super::drain::{Drain, DrainLimits};
use super::phase::{Phase, PhaseReceiver, PhaseSender, Phases, phases};
use crate::net::accept::{Listen, TakeListener};
use crate::net::listen::Bound;

/// The running workers. Their threads end when this is dropped.
#[derive(Debug)]
pub(super) struct Workers {
    phases: Vec<PhaseSender>,
    all_ended: mpsc::Receiver<Infallible>,
    /// Each worker sends one message at its end, a panic included.
    any_ended: mpsc::Receiver<()>,
}

/// Starts a worker for each set of listeners in `bound`, with the mechanism and the limits of its drain.
///
/// # Errors
///
/// The system's error at the start of a thread.
pub(super) fn spawn<P: Protocol>(
    bound: Bound,
    protocol: P,
    max_connections: usize,
    drain: Drain,
    limits: DrainLimits,
) -> io::Result<Workers> {
    let protocol = Arc::new(protocol);
    let shared = Arc::new(Shared::new(max_connections, drain));
    let (alive, all_ended) = mpsc::channel(1);
    let (ended, any_ended) = mpsc::channel(bound.listeners.len().max(1));
    let mut workers = Workers {
        phases: Vec::new(),
        all_ended,
        any_ended,
    };
    for (index, listeners) in bound.listeners.into_iter().enumerate() {
        let (sender, phases) = phases(limits);
        workers.phases.push(sender);
        let (protocol, shared) = (Arc::clone(&protocol), Arc::clone(&shared));
        let lifetime = Lifetime {
            _alive: alive.clone(),
            ended: ended.clone(),
        };
        let thread = thread::Builder::new().name(format!("worker-{index}"));
        let start: Start = Box::new(move |state, phases| {
            let worker = Rc::new(protocol.worker());
            listeners.register(&mut Acceptors::<P> {
                worker,
                state,
                phases,
            })
        });
        thread.spawn(move || {
            let mut lifetime = Some(lifetime);
            if let Err(error) = run(start, shared, phases, &mut lifetime) {
                error!("a worker could not start: {error}");
            }
        })?;
    }
    Ok(workers)
}

impl Workers {
    /// Sets the phase of all workers.
    pub(super) fn enter(&self, phase: Phase) {
        for sender in &self.phases {
            sender.send_replace(phase);
        }
    }

    /// Waits until one worker has ended.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again. Each end is reported once.
    pub(super) async fn any_ended(&mut self) {
        self.any_ended.recv().await;
    }

    /// Waits until all workers have ended.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    pub(super) async fn all_ended(&mut self) {
        self.all_ended.recv().await;
    }
}

/// Reports the end of a worker when it is dropped.
struct Lifetime {
    _alive: mpsc::Sender<Infallible>,
    ended: mpsc::Sender<()>,
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        // The channel has room for every worker, so this fails only if the receiver is gone.
        let _ = self.ended.try_send(());
    }
}

/// Starts a protocol's acceptors on a worker. All else is the same code for every protocol.
type Start = Box<dyn FnOnce(Rc<WorkerState>, Phases) -> io::Result<()> + Send>;

/// Runs a worker on its thread.
fn run(
    start: Start,
    shared: Arc<Shared>,
    phases: PhaseReceiver,
    lifetime: &mut Option<Lifetime>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    // Connections that are cut end with the runtime, before the caller drops `lifetime`.
    runtime.block_on(serve(start, shared, phases, lifetime))
}

/// Serves until all listeners are closed and the connections have ended, which drops `lifetime`, or until
/// the connections are to be cut.
async fn serve(
    start: Start,
    shared: Arc<Shared>,
    phases: PhaseReceiver,
    lifetime: &mut Option<Lifetime>,
) -> io::Result<()> {
    let (phases, updates) = phases.follow();
    // Every acceptor and every connection holds the sender.
    let (alive, mut all_ended) = mpsc::channel(1);
    let state = WorkerState {
        shared,
        _alive: alive,
    };
    start(Rc::new(state), phases)?;
    let mut updates = pin!(updates);
    select! {
        _ = all_ended.recv() => *lifetime = None,
        () = &mut updates => return Ok(()),
    }
    // The thread stays until the process ends or the workers are dropped. A thread that ends on its own
    // costs the others CPU time, and its stack is unmapped: a quarter of a stop's time with 1024 workers.
    updates.await;
    Ok(())
}

/// Starts an acceptor for each listener of a worker.
struct Acceptors<P: Protocol> {
    worker: Rc<P::Worker>,
    state: Rc<WorkerState>,
    phases: Phases,
}

impl<P: Protocol> TakeListener for Acceptors<P> {
    fn take(&mut self, listener: impl Listen) {
        let (worker, state) = (Rc::clone(&self.worker), Rc::clone(&self.state));
        let acceptor = Acceptor::new::<P>(worker, state, self.phases.clone());
        spawn_local(acceptor.run(listener));
    }
}
