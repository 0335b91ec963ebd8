//! One worker a core: a thread with a runtime of its own, listeners of its own, and the
//! connections that those accept.
//!
//! What always holds: a connection stays on its worker, so nothing of it is shared between cores; a
//! worker has ended when its listeners are closed and its connections have ended. Accepting is left to
//! [`super::acceptor`].

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions};
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::spawn_local;
use tracing::error;

use super::acceptor::{Acceptor, Protocol, Shared, WorkerState};
use super::listener::Listener;
use super::phase::{Phase, PhaseReceiver, PhaseSender, phases};
use crate::net::listen::Bound;

/// The running workers. Their threads end when this is dropped.
#[derive(Debug)]
pub struct Workers {
    phases: Vec<PhaseSender>,
    ended: mpsc::Receiver<Infallible>,
    /// Each worker's own word that it has ended, whichever way.
    any_ended: mpsc::Receiver<()>,
}

/// Starts a worker for each set of listeners in `bound`. A drain may take `drain_timeout`:
/// what is under way then is awaited for a part of that.
///
/// # Errors
///
/// What starting a thread or a runtime failed with.
pub fn spawn<P: Protocol>(
    bound: Bound,
    protocol: P,
    max_connections: usize,
    drain_timeout: Duration,
) -> io::Result<Workers> {
    let protocol = Arc::new(protocol);
    let shared = Arc::new(Shared::new(max_connections, bound.defers));
    let (alive, ended) = mpsc::channel(1);
    let (last_word, any_ended) = mpsc::channel(bound.listeners.len().max(1));
    let mut workers = Workers {
        phases: Vec::new(),
        ended,
        any_ended,
    };
    for (index, listeners) in bound.listeners.into_iter().enumerate() {
        let (sender, phases) = phases(drain_timeout);
        workers.phases.push(sender);
        let (protocol, shared) = (Arc::clone(&protocol), Arc::clone(&shared));
        let ending = Ending {
            _alive: alive.clone(),
            last_word: last_word.clone(),
        };
        let thread = thread::Builder::new().name(format!("worker-{index}"));
        thread.spawn(move || {
            let mut ending = Some(ending);
            if let Err(error) = run(&*protocol, listeners, &shared, phases, &mut ending) {
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

/// Lives as long as a worker has something to do, a panic included.
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

/// A worker's thread.
fn run<P: Protocol>(
    protocol: &P,
    listeners: Vec<TcpListener>,
    shared: &Arc<Shared>,
    phases: PhaseReceiver,
    ending: &mut Option<Ending>,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    // What is cut ends with the runtime. The worker's word comes behind that.
    runtime.block_on(serve(protocol, listeners, shared, phases, ending))
}

/// Runs until all listeners are closed and the connections have ended, which drops `ending`, or until
/// they are to be cut.
async fn serve<P: Protocol>(
    protocol: &P,
    listeners: Vec<TcpListener>,
    shared: &Arc<Shared>,
    phases: PhaseReceiver,
    ending: &mut Option<Ending>,
) -> io::Result<()> {
    let worker = Rc::new(protocol.worker());
    let (here, tell) = phases.here();
    // Every acceptor and every connection has the sender: when it is dropped, all have ended.
    let (alive, mut all_ended) = mpsc::channel(1);
    let state = Rc::new(WorkerState {
        shared: Arc::clone(shared),
        _alive: alive,
    });
    for listener in listeners {
        let acceptor = Acceptor::<P>::new(Rc::clone(&worker), Rc::clone(&state), here.clone());
        spawn_local(acceptor.run(Listener::new(listener)?));
    }
    drop(state);
    let mut tell = pin!(tell);
    select! {
        _ = all_ended.recv() => *ending = None,
        () = &mut tell => return Ok(()),
    }
    // The thread stays until the process ends or the workers are dropped. A thread that ends by itself
    // takes time from the others, and its stack from the process: of a stop's time with 1024 workers a
    // quarter.
    tell.await;
    Ok(())
}
