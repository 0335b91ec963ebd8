//! How connections begin and end, as far as it cannot be seen from outside the process.

use std::cell::Cell;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream as Client};
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use socket2::{Domain, Type};
use tokio::io::AsyncWriteExt as _;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::net::address::Address;
use crate::net::listen;
use crate::server::drain::{Drain, DrainLimits};
use crate::server::workers::{Workers, spawn};

/// Far longer than anything takes.
const BOUND: Duration = Duration::from_secs(30);

/// One worker on a port of its own, which serves so many connections at once.
fn workers<P: Protocol>(
    permits: usize,
    drain: Drain,
    protocol: impl FnOnce(SocketAddr) -> P,
) -> (Workers, SocketAddr) {
    let any_port = Address::Ip(([127, 0, 0, 1], 0).into());
    let bound = listen::bind(&[any_port], listen::Options::ALONE).unwrap();
    let address = bound.addresses[0].ip().unwrap();
    let limits = DrainLimits::new(Duration::ZERO);
    let workers = spawn(bound, protocol(address), permits, drain, limits).unwrap();
    (workers, address)
}

/// Each accepted connection connects the next one.
struct Chain {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    in_drain: AtomicUsize,
    /// The most connections that were begun between two polls of another task.
    batch: AtomicUsize,
}

struct ChainWorker {
    address: SocketAddr,
    seen: Arc<Seen>,
    begun: Rc<Cell<usize>>,
}

impl Protocol for Chain {
    type Worker = ChainWorker;

    fn worker(&self) -> ChainWorker {
        let (seen, begun) = (Arc::clone(&self.seen), Rc::<Cell<usize>>::default());
        let counted = Rc::clone(&begun);
        spawn_local(async move {
            loop {
                yield_now().await;
                seen.batch.fetch_max(counted.take(), Ordering::Relaxed);
            }
        });
        ChainWorker {
            address: self.address,
            seen: Arc::clone(&self.seen),
            begun,
        }
    }

    async fn serve<T: Transport>(worker: Rc<ChainWorker>, accepted: Accepted<T>) {
        if accepted.phases.now() >= Phase::Draining {
            worker.seen.in_drain.fetch_add(1, Ordering::Relaxed);
        }
        worker.begun.set(worker.begun.get() + 1);
        // In the accept queue before this connection ends. After the drain the connect fails.
        let next = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        next.set_nonblocking(true).unwrap();
        let _ = next.connect(&worker.address.into());
    }
}

/// A queue that fills as fast as it empties delays neither the drain nor other tasks of the worker.
async fn drain_a_queue_that_refills(drain: Drain) {
    let seen: Arc<Seen> = Arc::default();
    let (mut workers, address) = workers(100, drain, |address| Chain {
        address,
        seen: Arc::clone(&seen),
    });
    let _first = Client::connect(address).unwrap();
    let a_batch = async {
        while seen.batch.load(Ordering::Relaxed) < BATCH {
            yield_now().await;
        }
    };
    timeout(BOUND, a_batch).await.unwrap();
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.all_ended()).await.unwrap();
    let in_drain = seen.in_drain.load(Ordering::Relaxed);
    // A batch that had begun before, and the queue.
    let most = BATCH + usize::try_from(BACKLOG).unwrap() + 1;
    assert!(in_drain <= most, "{in_drain}");
    let batch = seen.batch.load(Ordering::Relaxed);
    assert!((1..=2 * BATCH).contains(&batch), "{batch}");
}

#[tokio::test]
async fn a_queue_that_refills_is_drained_by_the_means_of_the_system() {
    drain_a_queue_that_refills(Drain::of_this_system()).await;
}

#[tokio::test]
async fn a_queue_that_refills_is_drained_without_any() {
    drain_a_queue_that_refills(Drain::Plain).await;
}

/// Its connections stay until the drain, and are then answered.
struct AnswersInDrain;

impl Protocol for AnswersInDrain {
    type Worker = ();

    fn worker(&self) {}

    async fn serve<T: Transport>(_: Rc<()>, mut accepted: Accepted<T>) {
        accepted.phases.reached(Phase::Draining).await;
        let _ = accepted.socket.write_all(b"answer").await;
    }
}

/// The limit of one connection keeps the others in the accept queue until the drain.
async fn drain_the_accept_queue(drain: Drain) {
    let (mut workers, address) = workers(1, drain, |_| AnswersInDrain);
    let mut clients: Vec<_> = (0..20).map(|_| Client::connect(address).unwrap()).collect();
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.all_ended()).await.unwrap();
    for client in &mut clients {
        client.set_read_timeout(Some(BOUND)).unwrap();
        let mut got = String::new();
        client.read_to_string(&mut got).unwrap();
        assert_eq!(got, "answer");
    }
}

#[tokio::test]
async fn clients_in_the_accept_queue_are_served_by_the_means_of_the_system() {
    drain_the_accept_queue(Drain::of_this_system()).await;
}

#[tokio::test]
async fn clients_in_the_accept_queue_are_served_without_any() {
    drain_the_accept_queue(Drain::Plain).await;
}

/// Of three connections the first panics, the second waits, and the third does not.
struct Different;

impl Protocol for Different {
    type Worker = Cell<u32>;

    fn worker(&self) -> Cell<u32> {
        Cell::new(0)
    }

    async fn serve<T: Transport>(worker: Rc<Cell<u32>>, mut accepted: Accepted<T>) {
        worker.set(worker.get() + 1);
        match worker.get() {
            1 => panic!("the first"),
            2 => yield_now().await,
            _ => {}
        }
        let number = accepted.number.to_string();
        accepted.socket.write_all(number.as_bytes()).await.unwrap();
    }
}

/// A connection returns its permit, whether it ends at the first poll, as a task, or by a panic.
#[tokio::test]
async fn each_is_served_however_the_one_before_has_ended() {
    let (mut workers, address) = workers(1, Drain::of_this_system(), |_| Different);
    for expected in ["", "2", "3"] {
        let mut client = Client::connect(address).unwrap();
        client.set_read_timeout(Some(BOUND)).unwrap();
        let mut got = String::new();
        client.read_to_string(&mut got).unwrap();
        assert_eq!(got, expected);
    }
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.all_ended()).await.unwrap();
}

#[test]
fn only_a_connection_that_has_to_wait_becomes_a_task() {
    assert!(begin(|| async {}).is_none());
    assert!(begin(|| async { panic!("at once") }).is_none());
    assert!(begin(yield_now).is_some());
}

/// Its connections never end. Cutting one takes a while, and is counted.
struct Endless(Arc<AtomicUsize>);

struct Cut(Arc<AtomicUsize>);

impl Drop for Cut {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(100));
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Protocol for Endless {
    type Worker = Arc<AtomicUsize>;

    fn worker(&self) -> Self::Worker {
        Arc::clone(&self.0)
    }

    async fn serve<T: Transport>(worker: Rc<Self::Worker>, _accepted: Accepted<T>) {
        let _cut = Cut(Arc::clone(&worker));
        worker.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

/// The records that connections make when they are cut have to be in the log before it is closed.
#[tokio::test]
async fn a_worker_ends_after_its_connections_that_are_cut() {
    let state: Arc<AtomicUsize> = Arc::default();
    let (mut workers, address) =
        workers(1, Drain::of_this_system(), |_| Endless(Arc::clone(&state)));
    let _client = Client::connect(address).unwrap();
    while state.load(Ordering::SeqCst) == 0 {
        yield_now().await;
    }
    workers.enter(Phase::Cut);
    timeout(BOUND, workers.all_ended()).await.unwrap();
    assert_eq!(
        state.load(Ordering::SeqCst),
        2,
        "the connection is still there"
    );
}
