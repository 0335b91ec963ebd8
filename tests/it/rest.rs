//! Connections that are idle put down what hyper keeps for them, and nobody can tell.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Client, HELLO, Service, expect_answer, expect_record, memory};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// More than two workers keep in hyper's hands.
const MANY: usize = 300;

fn ask(client: &mut Client) {
    client.send(GET);
    expect_answer(&client.read_answer(), 200, HELLO);
}

fn many(service: &Service) -> Vec<Client> {
    (0..MANY).map(|_| service.connect()).collect()
}

#[test]
fn many_take_turns_and_each_request_is_numbered_on_its_connection() {
    let service = Service::start(&["--workers", "2"]);
    let mut clients = many(&service);
    for _ in 0..3 {
        clients.iter_mut().for_each(ask);
    }
    drop(clients);
    let records = service.stop().stdout;
    for number in 1..=3 {
        let part = format!(".{number} {} \"GET / ", GET.len());
        let count = records
            .iter()
            .filter(|record| record.contains(&part))
            .count();
        assert_eq!(count, MANY, "{part}");
    }
}

/// hyper's two buffers alone have 16 KiB.
#[test]
fn those_that_are_idle_are_small() {
    let service = Service::start(&["--workers", "1", "--log", "off"]);
    ask(&mut service.connect());
    let before = memory(service.id(), "VmRSS");
    let mut clients: Vec<_> = (0..4).flat_map(|_| many(&service)).collect();
    clients.iter_mut().for_each(ask);
    let grown = memory(service.id(), "VmRSS").saturating_sub(before);
    assert!(grown < 7 * clients.len() as u64, "{grown} kB");
}

#[test]
fn after_a_pause_all_is_as_before() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    ask(&mut client);
    for first in ["", "\r\n", "GET / HT"] {
        // Time that passes: a pause after which a connection rests.
        std::thread::sleep(Duration::from_millis(1300));
        client.send(first);
        std::thread::sleep(Duration::from_millis(1300));
        client.send(GET.strip_prefix(first).unwrap_or(GET));
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    client.finish();
    client.expect_end();
    let records = service.stop().stdout;
    for (record, end) in records.iter().zip([
        r#"#1.1 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.2 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.3 29 "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.4 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
    ]) {
        expect_record(record, end);
    }
    assert_eq!(records.len(), 4);
}

#[test]
fn what_is_no_request_is_refused_and_what_was_left_is_recorded() {
    let service = Service::start(&["--workers", "1"]);
    let mut clients = many(&service);
    clients.iter_mut().for_each(ask);
    let (mut last, mut other) = (clients.pop().unwrap(), clients.pop().unwrap());
    last.send("nonsense\r\n\r\n");
    assert!(last.read_to_end().starts_with("HTTP/1.1 400 "));
    other.send("\r\n");
    other.finish();
    other.expect_end();
    drop(clients);
    let records = service.stop().stdout;
    let special = |part: &str| {
        records
            .iter()
            .filter(|record| record.contains(part))
            .count()
    };
    assert_eq!((special(" refused 400: "), special(" incomplete")), (1, 1));
    assert_eq!(records.len(), MANY + 2);
}

#[test]
fn the_idle_timeout_counts_from_the_last_request() {
    let service = Service::start(&["--idle-timeout", "1500ms"]);
    let mut client = service.connect();
    ask(&mut client);
    let asked = std::time::Instant::now();
    client.expect_end();
    let passed = asked.elapsed();
    assert!(passed >= Duration::from_millis(1400), "{passed:?}");
}

#[test]
fn a_stop_ends_them_cleanly() {
    let service = Service::start(&["--workers", "2"]);
    let mut clients = many(&service);
    clients.iter_mut().for_each(ask);
    service.signal(Signal::TERM);
    clients.iter_mut().for_each(Client::expect_end);
    drop(clients);
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), MANY)
    );
}
