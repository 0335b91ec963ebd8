//! What can't be seen from outside the process.

use std::cell::Cell;
use std::io::Read as _;
use std::net::TcpStream as Client;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use socket2::{Domain, Type};
use tokio::io::AsyncWriteExt as _;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::net::address::Address;
use crate::net::listen;
use crate::server::workers::{Workers, spawn};

/// Far longer than anything takes.
const BOUND: Duration = Duration::from_secs(30);

/// One worker on a port of its own, which serves so many connections at once.
fn workers<P: Protocol>(
    places: usize,
    protocol: impl FnOnce(SocketAddr) -> P,
) -> (Workers, SocketAddr) {
    let any_port = Address::Ip(([127, 0, 0, 1], 0).into());
    let bound = listen::bind(&[any_port], listen::Options::ALONE).unwrap();
    let address = bound.addresses[0];
    let workers = spawn(bound, protocol(address), places, Duration::ZERO).unwrap();
    (workers, address)
}

/// Each connection that is accepted brings the next one.
struct Breeding {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    in_drain: AtomicUsize,
    /// How many were begun, at most, between two turns of another task.
    together: AtomicUsize,
}

struct BreedingWorker {
    address: SocketAddr,
    seen: Arc<Seen>,
    since_turn: Rc<Cell<usize>>,
}

impl Protocol for Breeding {
    type Worker = BreedingWorker;

    fn worker(&self) -> BreedingWorker {
        let (seen, since_turn) = (Arc::clone(&self.seen), Rc::<Cell<usize>>::default());
        let begun = Rc::clone(&since_turn);
        spawn_local(async move {
            loop {
                yield_now().await;
                seen.together.fetch_max(begun.take(), Ordering::Relaxed);
            }
        });
        BreedingWorker {
            address: self.address,
            seen: Arc::clone(&self.seen),
            since_turn,
        }
    }

    async fn serve(worker: Rc<BreedingWorker>, accepted: Accepted) {
        if accepted.phases.now() >= Phase::Draining {
            worker.seen.in_drain.fetch_add(1, Ordering::Relaxed);
        }
        worker.since_turn.set(worker.since_turn.get() + 1);
        // In the backlog before this one is done with; in the end nobody listens, or begins.
        let next = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        next.set_nonblocking(true).unwrap();
        let _ = next.connect(&worker.address.into());
    }
}

/// A backlog that fills as fast as it empties does not hold the end up, nor the others on the worker.
#[tokio::test]
async fn the_rest_that_is_accepted_has_an_end_and_others_get_their_turn() {
    let seen: Arc<Seen> = Arc::default();
    let (mut workers, address) = workers(100, |address| Breeding {
        address,
        seen: Arc::clone(&seen),
    });
    let _first = Client::connect(address).unwrap();
    let breeds = async {
        while seen.together.load(Ordering::Relaxed) < TOGETHER {
            yield_now().await;
        }
    };
    timeout(BOUND, breeds).await.unwrap();
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.ended()).await.unwrap();
    let in_drain = seen.in_drain.load(Ordering::Relaxed);
    // Those of a batch that had begun before, and the backlog.
    let most = TOGETHER + usize::try_from(BACKLOG).unwrap() + 1;
    assert!(in_drain <= most, "{in_drain}");
    let together = seen.together.load(Ordering::Relaxed);
    assert!((1..=2 * TOGETHER).contains(&together), "{together}");
}

/// Of three connections the first panics, the second waits, and the third does not.
struct Different;

impl Protocol for Different {
    type Worker = Cell<u32>;

    fn worker(&self) -> Cell<u32> {
        Cell::new(0)
    }

    async fn serve(worker: Rc<Cell<u32>>, mut accepted: Accepted) {
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

/// However a connection goes on, here and now or as a task, its permit is given back.
#[tokio::test]
async fn each_is_served_however_the_one_before_has_ended() {
    let (mut workers, address) = workers(1, |_| Different);
    for expected in ["", "2", "3"] {
        let mut client = Client::connect(address).unwrap();
        client.set_read_timeout(Some(BOUND)).unwrap();
        let mut got = String::new();
        client.read_to_string(&mut got).unwrap();
        assert_eq!(got, expected);
    }
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.ended()).await.unwrap();
}

#[test]
fn only_who_has_to_wait_becomes_a_task() {
    assert!(begin(|| async {}).is_none());
    assert!(begin(|| async { panic!("at once") }).is_none());
    assert!(begin(yield_now).is_some());
}

/// Its connections never end, and it takes them a while to be cut. It counts them then.
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

    async fn serve(worker: Rc<Self::Worker>, _accepted: Accepted) {
        let _cut = Cut(Arc::clone(&worker));
        worker.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

/// What they record at their end has to be in the log before it is closed.
#[tokio::test]
async fn a_worker_has_ended_when_what_is_cut_has() {
    let state: Arc<AtomicUsize> = Arc::default();
    let (mut workers, address) = workers(1, |_| Endless(Arc::clone(&state)));
    let _client = Client::connect(address).unwrap();
    while state.load(Ordering::SeqCst) == 0 {
        yield_now().await;
    }
    workers.enter(Phase::Cut);
    timeout(BOUND, workers.ended()).await.unwrap();
    assert_eq!(
        state.load(Ordering::SeqCst),
        2,
        "the connection is still there"
    );
}
