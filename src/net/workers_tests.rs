//! What can't be seen from outside the process.

use std::net::TcpStream as Client;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::time::timeout;

use super::*;
use crate::net::address::Address;
use crate::net::listen;

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
    let any_port = Address::Ip(([127, 0, 0, 1], 0).into());
    let bound = listen::bind(&[any_port], 1, false).unwrap();
    let (address, count) = (bound.addresses[0], Arc::default());
    let protocol = Breeding {
        address,
        count: Arc::clone(&count),
    };
    let _first = Client::connect(address).unwrap();
    let mut workers = spawn(bound, protocol, 100, Duration::ZERO).unwrap();
    workers.enter(Phase::Draining);
    let bound = Duration::from_secs(30);
    timeout(bound, workers.ended()).await.unwrap();
    let served = count.load(Ordering::Relaxed);
    assert!(
        served > 0 && served <= usize::try_from(BACKLOG).unwrap() + 1,
        "{served}"
    );
}
