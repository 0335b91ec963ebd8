//! A service without free descriptors. It warns once, does not spin and does not end. It serves the
//! clients in the accept queue as others leave.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::cpu_time;
use crate::support::{Client, HELLO, Service, expect_answer, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// How many descriptors there are, the program's own included, and how many clients.
const DESCRIPTORS: u32 = 64;
const CLIENTS: usize = 150;

/// A service that may have no more descriptors.
fn limited(options: &[&str]) -> Service {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" --listen 127.0.0.1:0 \"$@\"");
    shell.args(["-c", &script]).arg(program().get_program());
    Service::launch(shell.args(options))
}

fn ask(service: &Service) -> Client {
    let mut client = service.connect();
    client.send(GET);
    client
}

#[test]
fn without_descriptors_it_waits_and_then_serves_all() {
    let service = limited(&[]);
    let clients: Vec<_> = (0..CLIENTS).map(|_| ask(&service)).collect();
    service.stderr.until("cannot accept");
    // Time that passes: two seconds in which a loop without a pause would run.
    let (began, before) = (Instant::now(), cpu_time(service.id()));
    thread::sleep(Duration::from_secs(2));
    let spent = cpu_time(service.id()).saturating_sub(before);
    let passed = began.elapsed();
    println!("out of descriptors, {spent:?} of CPU time in {passed:?}");
    assert!(spent < passed / 20, "it spins: {spent:?} of {passed:?}");
    // Each that leaves makes room for another.
    let leave = |mut client: Client| {
        thread::spawn(move || expect_answer(&client.read_answer(), 200, HELLO))
    };
    for client in clients.into_iter().map(leave).collect::<Vec<_>>() {
        client.join().unwrap();
    }
    expect_answer(&service.exchange(GET), 200, HELLO);
    let stopped = service.stop();
    assert_eq!(stopped.stdout.len(), CLIENTS + 1);
    // It was said before, once.
    let said = stopped.stderr;
    assert!(
        said.is_empty() || began.elapsed() > Duration::from_mins(1),
        "{said:#?}"
    );
}

/// Also whoever waits in the backlog when the service is stopped: the idle connections that a stop
/// ends make room.
#[test]
fn a_stop_without_descriptors_serves_the_backlog() {
    let service = limited(&["--drain-timeout", "1h"]);
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| ask(&service)).collect();
    service.stderr.until("cannot accept");
    service.signal(rustix::process::Signal::TERM);
    for client in &mut clients {
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), CLIENTS)
    );
}
