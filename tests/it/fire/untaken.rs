//! Clients that pipeline requests and take no answers: the memory of each is within the bound of
//! `docs/options.md`, also where the heads that it allows are short.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::{length, raise_descriptors};
use crate::support::{BOUND, Service, memory};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// The bound for a connection, in bytes, however short its heads may be.
const EACH: usize = 40 << 10;

/// Without progress for so long, the service takes no more.
const SETTLED: Duration = Duration::from_secs(1);

#[test]
#[ignore = "needs 1100 descriptors and takes seconds"]
fn clients_that_take_no_answers_have_a_bound() {
    raise_descriptors();
    let number = length(200, 1000_usize);
    let service = Service::start(&[
        "--workers=1",
        "--log=off",
        "--max-head=256B",
        "--max-target=200B",
        "--log-body=1KiB",
        "--idle-timeout=10m",
    ]);
    let mut clients: Vec<_> = (0..number).map(|_| served_once(&service)).collect();
    let before = memory(service.id(), "VmRSS");
    send_until_blocked(&mut clients);
    let grown = memory(service.id(), "VmHWM") - before;
    let each = usize::try_from(grown * 1024).unwrap() / number;
    println!("{number} clients that take no answers: {each} B each, of {EACH}");
    assert!(each <= EACH, "{each} of {EACH} bytes");
}

/// A client that has its first answer.
fn served_once(service: &Service) -> TcpStream {
    let mut client = TcpStream::connect(service.address()).unwrap();
    client.set_read_timeout(Some(BOUND)).unwrap();
    client.write_all(GET.as_bytes()).unwrap();
    assert!(client.read(&mut [0; 1000]).unwrap() > 0);
    client.set_nonblocking(true).unwrap();
    client
}

/// Sends requests from all of them until the service reads no more from any.
fn send_until_blocked(clients: &mut [TcpStream]) {
    let requests = GET.repeat(2000);
    // A piece of a request may have left: the rest follows at the same offset of the repetition.
    let mut offsets = vec![0; clients.len()];
    let (began, mut moved) = (Instant::now(), Instant::now());
    while moved.elapsed() < SETTLED {
        assert!(began.elapsed() < 4 * BOUND, "the service goes on reading");
        for (client, offset) in clients.iter_mut().zip(&mut offsets) {
            match client.write(&requests.as_bytes()[*offset..]) {
                Ok(sent) => {
                    *offset = (*offset + sent) % GET.len();
                    moved = Instant::now();
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
            }
        }
        thread::yield_now();
    }
}
