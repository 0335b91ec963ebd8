//! `HAProxy` polls `--ready-path` on two backends, and no restart of one of them fails a request.

use std::mem;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use crate::knocks::haproxy::{Haproxy, free_address};
use crate::support::{BOUND, Client, HELLO, Service, expect_answer, program};

const GET: &str = "GET /asked HTTP/1.1\r\nHost: a\r\n\r\n";

/// How many restarts.
const RESTARTS: usize = 20;

/// A poll is every 100 ms, and two have to fail: the delay is ten times as long.
fn start(address: SocketAddr) -> Service {
    let service = Service::launch(
        program()
            .args(["--listen", &address.to_string()])
            .args(["--ready-path", "/ready", "--log-exclude", "/ready"])
            .args(["--shutdown-delay", "2s"]),
    );
    assert_eq!(service.address(), address);
    service
}

/// Asks until `HAProxy` has found that one server is missing: at first it takes both for well, and sends every
/// second request to the missing one.
fn until_polled(address: SocketAddr, answered: &AtomicUsize) {
    let deadline = Instant::now() + BOUND;
    let mut in_a_row = 0;
    while in_a_row < 10 {
        assert!(Instant::now() < deadline, "HAProxy does not poll");
        let mut client = Client::connect(address);
        client.send(GET);
        in_a_row += 1;
        if client.read_answer().starts_with("HTTP/1.1 200 ") {
            answered.fetch_add(1, Ordering::Relaxed);
        } else {
            in_a_row = 0;
        }
    }
}

/// Asks until it is told to stop: on kept connections, and on new ones.
fn ask(address: SocketAddr, is_over: &AtomicBool, answered: &AtomicUsize, is_kept: bool) {
    let mut client = Client::connect(address);
    while !is_over.load(Ordering::Relaxed) {
        if !is_kept {
            client = Client::connect(address);
        }
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
#[ignore = "needs haproxy"]
fn haproxy_polls_the_path_and_no_restart_fails_a_request() {
    let addresses = [free_address(), free_address()];
    let [first, second] = addresses;
    // Without a second attempt: each request that fails is seen.
    let lines = format!(
        "  retries 0\n  balance roundrobin\n  option httpchk GET /ready\n  \
         default-server check inter 100ms fall 2 rise 2\n  server a {first}\n  server b {second}\n"
    );
    let first = start(addresses[0]);
    let haproxy = Haproxy::with("http", &lines);
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    until_polled(haproxy.address, &answered);
    let mut records = 0;
    let old = thread::scope(|scope| {
        let mut old = first;
        for is_kept in [true, true, false, false] {
            let (is_over, answered) = (&is_over, &answered);
            scope.spawn(move || ask(haproxy.address, is_over, answered, is_kept));
        }
        for number in 1..=RESTARTS {
            let new = start(addresses[number % 2]);
            // HAProxy has found it.
            new.stdout.until("/asked");
            records += 1;
            old.signal(Signal::TERM);
            let stopped = mem::replace(&mut old, new).wait();
            assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
            records += stopped.stdout.len();
        }
        is_over.store(true, Ordering::Relaxed);
        old
    });
    records += old.stop().stdout.len();
    let answered = answered.into_inner();
    println!("{RESTARTS} restarts, {answered} requests, {records} records");
    assert_eq!(records, answered);
}
