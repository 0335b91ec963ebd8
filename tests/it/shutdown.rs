//! Signals, drains and exit codes. Each test brings a connection into a state, and then sends the signal.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{BOUND, Client, HELLO, Service, expect_answer, expect_record, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A service whose connections all learn of a signal at the same moment.
fn one_worker(options: &[&str]) -> Service {
    Service::start(&[&["--workers", "1"], options].concat())
}

#[test]
fn sigterm_and_sigint_end_an_idle_service() {
    for service in [Service::start, Service::raw] {
        for signal in [Signal::TERM, Signal::INT] {
            let service = service(&[]);
            service.signal(signal);
            let stopped = service.wait();
            assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
            assert_eq!(stopped.stderr, Vec::<String>::new());
        }
    }
}

#[test]
fn idle_and_silent_connections_are_closed() {
    // However long the drain may take, and whoever may take the port over.
    for options in [
        &[][..],
        &["--reuse-port"],
        &["--drain-timeout", "4s"],
        &["--drain-timeout", "3900ms"],
        &["--drain-timeout", "1s"],
    ] {
        let service = Service::start(options);
        let (mut idle, mut silent) = (service.connect(), service.connect());
        idle.send(GET);
        idle.read_answer();
        service.signal(Signal::TERM);
        idle.expect_end();
        silent.expect_end();
        assert_eq!(service.wait().status.code(), Some(0), "{options:?}");
    }
}

/// What comes within this time is awaited after a stop: a round trip may take 300 ms.
pub(crate) const AWAITED: Duration = Duration::from_millis(250);

/// A connection that has just been made is about to be used.
#[test]
fn who_has_just_connected_is_answered() {
    // What is seen of one that has sent in time. A machine that is too busy for it shows nothing.
    let sent_in_time = |start: fn(&[&str]) -> Service| {
        let service = start(&["--workers", "1"]);
        let mut client = service.connect();
        service.signal(Signal::TERM);
        // Whoever could connect did so before the time began.
        let begun = until_none_begins(&service);
        let sent = client.0.write_all(GET.as_bytes());
        let in_time = begun.elapsed() < AWAITED;
        let mut answer = String::new();
        let read = client.0.read_to_string(&mut answer);
        assert_eq!(service.wait().status.code(), Some(0));
        in_time.then(|| (sent.is_ok() && read.is_ok(), answer))
    };
    for start in [Service::start as fn(&[&str]) -> Service, Service::raw] {
        let deadline = Instant::now() + BOUND;
        let (is_well, answer) = loop {
            if let Some(seen) = sent_in_time(start) {
                break seen;
            }
            assert!(Instant::now() < deadline, "nothing is sent in time");
        };
        assert!(is_well && answer.ends_with(HELLO), "{answer:?}");
    }
}

#[test]
fn what_is_in_flight_is_finished() {
    let service = one_worker(&[]);
    let (mut head, mut body) = (service.connect(), service.connect());
    head.send("GET / HTTP/1.1\r\n");
    body.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    // The service has read both for sure: the second's answer says so of the second, and a third
    // connection's end, after the signal, of the first.
    body.read_answer();
    let mut idle = service.connect();
    idle.send(GET);
    idle.read_answer();
    service.signal(Signal::TERM);
    idle.expect_end();
    head.send("Host: a\r\n\r\n");
    body.send("hi");
    for mut client in [head, body] {
        let answer = client.read_to_end();
        expect_answer(&answer, 200, HELLO);
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), 3),
        "{stopped:#?}"
    );
}

/// Also of requests that came together: all are answered, and the last says that it is.
#[test]
fn what_came_before_the_signal_is_answered_to_the_last() {
    let text = "x".repeat(100_000);
    let service = one_worker(&["--text", &text, "--linger-timeout", "50ms"]);
    let mut client = service.connect();
    client.send(GET.repeat(200));
    // The service has begun, and can't get on for now.
    expect_answer(&client.read_answer(), 200, &text);
    service.signal(Signal::TERM);
    until_refused(&service);
    // Time that passes: a client that pauses for longer than others are listened to.
    std::thread::sleep(Duration::from_millis(200));
    let rest = client.read_to_end();
    assert_eq!(rest.matches("HTTP/1.1 200 OK").count(), 199);
    assert_eq!(rest.matches(&text).count(), 199);
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), 200),
        "{:?}",
        stopped.stderr
    );
}

#[test]
fn new_connections_are_refused_after_the_signal() {
    let service = Service::start(&[]);
    let mut held = hold(&service);
    service.signal(Signal::TERM);
    until_refused(&service);
    held.send("x");
    expect_answer(&held.read_to_end(), 200, HELLO);
    assert_eq!(service.wait().status.code(), Some(0));
}

/// A connection in the middle of a body, which the service has begun to read.
pub(crate) fn hold(service: &Service) -> Client {
    let mut client = service.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    client.read_answer();
    client
}

/// Waits until nothing listens any more.
#[track_caller]
pub(crate) fn until_refused(service: &Service) {
    until_fails(service, |error| error == ErrorKind::ConnectionRefused);
}

/// Waits until nobody begins to connect any more: that is refused, or has no answer. Returns a time at
/// which that was not so yet.
#[track_caller]
pub(crate) fn until_none_begins(service: &Service) -> Instant {
    until_fails(service, |_| true)
}

#[track_caller]
fn until_fails(service: &Service, is_it: impl Fn(ErrorKind) -> bool) -> Instant {
    /// On loopback the kernel answers within the call. Who has no answer would ask again in a second.
    const NO_ANSWER: Duration = Duration::from_millis(20);

    let mut before = Instant::now();
    let deadline = before + BOUND;
    loop {
        let now = Instant::now();
        match TcpStream::connect_timeout(&service.address(), NO_ANSWER) {
            Ok(_) => before = now,
            Err(error) if is_it(error.kind()) => return before,
            Err(_) => {}
        }
        assert!(now < deadline, "it still listens");
    }
}

#[test]
fn what_outlives_the_drain_is_cut_recorded_and_exit_1() {
    for service in [
        Service::start(&["--drain-timeout", "200ms"]),
        Service::start(&["--drain-timeout", "0s"]),
    ] {
        let mut held = hold(&service);
        service.signal(Signal::TERM);
        let stopped = service.wait();
        assert_eq!(stopped.status.code(), Some(1), "{stopped:#?}");
        assert!(
            stopped
                .stderr
                .iter()
                .any(|line| line.contains("connections were cut")),
            "{stopped:#?}"
        );
        expect_record(&stopped.stdout[0], "incomplete");
        assert!(held.try_read_answer().is_err());
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    // SIGHUP right behind another signal belongs to it.
    for (first, signal, code) in [
        (Signal::HUP, Signal::HUP, 129),
        (Signal::TERM, Signal::INT, 130),
        (Signal::TERM, Signal::QUIT, 131),
        (Signal::TERM, Signal::TERM, 143),
    ] {
        let service = Service::start(&["--drain-timeout", "1h"]);
        let _held = hold(&service);
        service.signal(first);
        until_refused(&service);
        service.signal(signal);
        assert_eq!(service.wait().status.code(), Some(code));
    }
}

#[test]
fn with_a_delay_new_connections_are_still_answered_with_close() {
    let service = one_worker(&["--shutdown-delay", "1h", "--diagnostics", "info"]);
    let mut idle = service.connect();
    idle.send(GET);
    idle.read_answer();
    service.signal(Signal::TERM);
    service.stderr.until("accepting");
    // The workers learn of it a moment later: until then answers are as before.
    let answer = (0..10_000)
        .map(|_| service.exchange(GET))
        .find(|answer| answer.contains("connection: close"));
    expect_answer(&answer.unwrap(), 200, HELLO);
    idle.send(GET);
    let last = idle.read_to_end();
    assert!(
        last.contains("\r\nconnection: close\r\n") && last.ends_with(HELLO),
        "{last}"
    );
    service.signal(Signal::TERM);
    assert_eq!(service.wait().status.code(), Some(143));
}

#[test]
fn after_the_delay_it_drains() {
    let service = Service::start(&["--shutdown-delay", "200ms"]);
    service.exchange(GET);
    service.signal(Signal::TERM);
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), 1),
        "{stopped:#?}"
    );
}

#[test]
fn the_last_record_is_out_when_the_process_is_gone() {
    for _ in 0..20 {
        let service = Service::start(&[]);
        let mut client = service.connect();
        client.send(GET);
        client.read_answer();
        assert_eq!(service.stop().stdout.len(), 1);
    }
}

/// As the first process of a container, which gets no default handling of signals.
#[test]
#[ignore = "needs to make a PID namespace"]
fn as_pid_1_it_ends_on_sigterm_and_ctrl_c() {
    let program = program();
    for signal in [Signal::TERM, Signal::INT] {
        let mut unshare = std::process::Command::new("unshare");
        unshare
            .args(["--pid", "--fork", "--kill-child"])
            .arg(program.get_program());
        let service = Service::launch(unshare.args(["--listen", "127.0.0.1:0"]));
        service.exchange(GET);
        let children = format!("/proc/{0}/task/{0}/children", service.id());
        let child = std::fs::read_to_string(children).unwrap();
        let child = rustix::process::Pid::from_raw(child.trim().parse().unwrap()).unwrap();
        rustix::process::kill_process(child, signal).unwrap();
        let stopped = service.wait();
        assert_eq!(
            (stopped.status.code(), stopped.stdout.len()),
            (Some(0), 1),
            "{stopped:#?}"
        );
    }
}
