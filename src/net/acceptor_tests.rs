//! What can't be seen from outside the process.

use std::cell::Cell;
use std::io::Read as _;
use std::net::TcpStream as Client;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::net::address::Address;
use crate::net::listen;
use crate::net::workers::{Workers, spawn};

/// Far longer than anything takes.
const BOUND: Duration = Duration::from_secs(30);

/// One worker on a port of its own, which serves so many connections at once.
fn workers<P: Protocol>(
    places: usize,
    protocol: impl FnOnce(SocketAddr) -> P,
) -> (Workers, SocketAddr) {
    let any_port = Address::Ip(([127, 0, 0, 1], 0).into());
    let bound = listen::bind(&[any_port], 1, false).unwrap();
    let address = bound.addresses[0];
    let workers = spawn(bound, protocol(address), places, Duration::ZERO).unwrap();
    (workers, address)
}

/// Each connection that is accepted brings the next one.
struct Breeding {
    address: SocketAddr,
    count: Arc<AtomicUsize>,
}

impl Protocol for Breeding {
    type Worker = Self;

    fn worker(&self) -> Self {
        Self {
            address: self.address,
            count: Arc::clone(&self.count),
        }
    }

    fn serve(worker: Rc<Self>, _: Accepted) -> impl Future<Output = ()> + 'static {
        worker.count.fetch_add(1, Ordering::Relaxed);
        // In the backlog before this one is done with; nobody listens in the end.
        let _ = Client::connect(worker.address);
        std::future::ready(())
    }
}

/// A backlog that fills as fast as it empties does not hold the end up.
#[tokio::test]
async fn the_rest_that_is_accepted_has_an_end() {
    let count: Arc<AtomicUsize> = Arc::default();
    let (mut workers, address) = workers(100, |address| Breeding {
        address,
        count: Arc::clone(&count),
    });
    let _first = Client::connect(address).unwrap();
    workers.enter(Phase::Draining);
    timeout(BOUND, workers.ended()).await.unwrap();
    let served = count.load(Ordering::Relaxed);
    assert!(
        served > 0 && served <= usize::try_from(BACKLOG).unwrap() + 1,
        "{served}"
    );
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

/// However a connection goes on, here and now or as a task, its place is given back.
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
    assert!(begin(Box::pin(async {})).is_none());
    assert!(begin(Box::pin(async { panic!("at once") })).is_none());
    let waiting = begin(Box::pin(yield_now()));
    assert!(waiting.is_some());
}
