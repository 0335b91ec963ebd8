//! The memory of the log's queue while no process reads the log: the growth of resident memory, compared
//! with `--log-queue`.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use super::length;
use crate::support::{BOUND, Service, memory};
use crate::unread::Unread;

/// `--log-queue`, in kB as the kernel counts.
const LIMIT: u64 = 16 << 10;

/// Who is not answered for so long is held up by the log. A busy machine makes it a smaller load, not a failure.
const HELD_UP: Duration = Duration::from_secs(2);

const CLIENTS: usize = 4;

/// What each client sends over and over.
fn loads() -> [(&'static str, String); 2] {
    let small = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(32);
    // Records that fill blocks badly: a small one, and one a bit too long for the rest of a block.
    let body = |length| {
        let body = "x".repeat(length);
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let bodies = [10, 62_000, 10, 33_000, 5_000, 120_000].map(body).concat();
    [("small", small), ("bodies", bodies)]
}

/// The first five stand for all at the short length.
const FORMATS: [&str; 7] = [
    "line",
    "pretty",
    "short",
    "json-full",
    "hex",
    "json",
    "document",
];

#[test]
#[ignore = "takes a while: 10 or 28 queues of 16 MiB are filled"]
fn a_log_that_nobody_reads_takes_a_quarter_more_than_the_queue_at_most() {
    let mut too_much = Vec::new();
    for (load, bytes) in loads() {
        for format in length(&FORMATS[..5], &FORMATS) {
            for overflow in length(&["wait"][..], &["wait", "drop"]) {
                let grown = growth(format, overflow, &bytes);
                let hundredths = grown * 100 / LIMIT;
                println!("{load}, {format}, {overflow}: {grown} kB, {hundredths} % of --log-queue");
                if hundredths > 125 {
                    too_much.push((load, format, overflow, hundredths));
                }
            }
        }
    }
    assert!(too_much.is_empty(), "over 125 %: {too_much:?}");
}

/// How many kB such a service grows by until its queue is full.
fn growth(format: &str, overflow: &str, bytes: &str) -> u64 {
    let log = Unread::new();
    let queue = format!("{LIMIT}KiB");
    let options = ["--log-file", &log.path, "--log", format, "--workers", "2"];
    let limits = ["--log-overflow", overflow, "--log-queue", &queue];
    let service = Service::start(&[&options[..], &limits].concat());
    // Its code and what a worker always has are there before it is measured.
    for _ in 0..CLIENTS {
        service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    let before = memory(service.id(), "VmRSS");
    let fill = |_| {
        let (address, bytes) = (service.address(), bytes.to_owned());
        thread::spawn(move || fill(address, &bytes))
    };
    let clients: Vec<_> = (0..CLIENTS).map(fill).collect();
    for client in clients {
        client.join().unwrap();
    }
    memory(service.id(), "VmHWM") - before
}

/// Sends a client's part of what overfills the queue: a record is longer than its request. Ends sooner where nothing
/// is taken any more.
fn fill(address: SocketAddr, bytes: &str) {
    let mut socket = TcpStream::connect_timeout(&address, BOUND).unwrap();
    socket.set_write_timeout(Some(HELD_UP)).unwrap();
    socket.set_read_timeout(Some(HELD_UP)).unwrap();
    let mut answers = socket.try_clone().unwrap();
    // Up to the end, where all is answered.
    let reading =
        thread::spawn(move || while answers.read(&mut [0; 8 << 10]).is_ok_and(|got| got > 0) {});
    for _ in 0..=usize::try_from(LIMIT << 10).unwrap() / CLIENTS / bytes.len() {
        match socket.write_all(bytes.as_bytes()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    socket.shutdown(Shutdown::Write).unwrap();
    reading.join().unwrap();
}
