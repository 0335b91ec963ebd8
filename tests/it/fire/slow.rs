//! Five thousand slow clients at once: half of them send a byte a second, half send nothing. A new client
//! does not notice them, and the timeouts end their connections.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{length, raise_descriptors, wait_for_rest};
use crate::support::{BOUND, Client, HELLO, Service, expect_answer, memory};

const SLOW: usize = 5_000;

const TOO_SLOW: &str = "the head took too long (RFC 9110 15.5.9)";

/// How long a new client may wait for its answer, the slowest of a hundred left aside. A machine that
/// has other things to do breaks what the issue asks for.
fn soon() -> Duration {
    length(BOUND, Duration::from_millis(100))
}

#[test]
#[ignore = "needs 5100 descriptors, and a machine that does little else"]
fn five_thousand_slow_clients_are_not_noticed_and_let_go() {
    raise_descriptors();
    let service = Service::start(&["--workers", "2"]);
    let address = service.address();
    let is_over = AtomicBool::new(false);
    let (began, (slow, probes)) = (
        Instant::now(),
        thread::scope(|scope| {
            let probing = scope.spawn(|| probe_until(address, &is_over));
            let slow = be_slow(address);
            is_over.store(true, Ordering::Relaxed);
            (slow, probing.join().unwrap())
        }),
    );
    let lasted = began.elapsed();
    wait_for_rest(service.id());
    let peak = memory(service.id(), "VmHWM");
    let percentile = |hundredths: usize| probes[(probes.len() - 1) * hundredths / 100];
    println!(
        "{SLOW} slow clients for {lasted:?}, {peak} kB; {} new ones answered within {:?} (half), {:?} (99 %), {:?} (all)",
        probes.len(),
        percentile(50),
        percentile(99),
        percentile(100),
    );
    let refused = slow.iter().filter(|answer| !answer.is_empty());
    for answer in refused.clone() {
        expect_answer(answer, 408, &format!("{TOO_SLOW}\n"));
    }
    assert_eq!((slow.len(), refused.count()), (SLOW, SLOW / 2));
    let records = service.stop().stdout;
    let refused = format!("refused 408: {TOO_SLOW}");
    let refused = records.iter().filter(|record| record.ends_with(&refused));
    assert_eq!(
        (refused.count(), records.len()),
        (SLOW / 2, SLOW / 2 + probes.len())
    );
    assert!(percentile(99) < soon(), "{:?}", percentile(99));
}

/// What the slow ones got, when all are gone.
fn be_slow(address: SocketAddr) -> Vec<String> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut clients = JoinSet::new();
        for number in 0..SLOW {
            let socket = TcpStream::connect(address).await.unwrap();
            clients.spawn(stay(socket, number % 2 == 0));
        }
        let all = async {
            let mut got = Vec::new();
            while let Some(client) = clients.join_next().await {
                got.push(client.unwrap().unwrap());
            }
            got
        };
        timeout(2 * BOUND, all).await.unwrap()
    })
}

/// What comes before the other side ends, while a byte a second is sent, or none.
async fn stay(mut socket: TcpStream, drips: bool) -> io::Result<String> {
    let (mut input, mut output) = socket.split();
    let drip = async {
        for byte in b"GET / HTTP/1.1\r\nHost: a\r\nA: "
            .iter()
            .chain(&[b'a'; 1000])
        {
            sleep(Duration::from_secs(1)).await;
            // Fails only at the end, which the reading side sees.
            let _ = output.write_all(&[*byte]).await;
        }
    };
    let mut got = String::new();
    tokio::select! {
        result = input.read_to_string(&mut got) => result.map(|_| got),
        () = drip, if drips => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// How long new clients waited for their answers, one after the other, in order of length.
fn probe_until(address: SocketAddr, is_over: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let began = Instant::now();
        let mut client = Client::connect(address);
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        expect_answer(&client.read_answer(), 200, HELLO);
        took.push(began.elapsed());
        // Not a load, but a look now and then.
        thread::sleep(Duration::from_millis(10));
    }
    took.sort_unstable();
    took
}
