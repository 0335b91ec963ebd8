//! The counts of clients that leave before their answers, of a log that is too slow, and of a drain.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;
use rustix::process::Signal;

use super::{Counted, GET, outcome};
use crate::support::{Service, expect_answer, program};
use crate::unread::{Unread, lost};

/// How long a write may wait before the service has stopped reading.
const STOPPED: Duration = Duration::from_secs(1);

/// A client that takes no answers, until the service has no room for more.
#[test]
fn answers_that_have_not_left_are_unanswered_as_in_the_log() {
    let service = Counted::start(&["--log", "short", "--workers", "1"]);
    let mut client = service.service.connect();
    client.0.set_write_timeout(Some(STOPPED)).unwrap();
    let requests = GET.repeat(1000);
    while client.0.write_all(requests.as_bytes()).is_ok() {}
    set_socket_linger(&client.0, Some(Duration::ZERO)).unwrap();
    drop(client);
    let metrics = service.settled(1);
    let lines = service.service.stop().stdout;
    let without = |word: &str| {
        let parts = lines.iter().map(|line| line.rsplit("  ").nth(2).unwrap());
        parts.filter(|part| *part == word).count() as u64
    };
    let unanswered = metrics.value(&outcome("unanswered"));
    assert!(unanswered > 0, "{metrics:#?}");
    assert_eq!(unanswered, without("-"));
    assert_eq!(metrics.value(&outcome("answered")), without("200"));
    assert_eq!(
        metrics.value(&outcome("incomplete")),
        without("incomplete -")
    );
    let all = metrics.sum("hellowire_requests_total");
    assert_eq!(all, lines.len() as u64, "{metrics:#?}");
}

#[test]
fn records_that_are_dropped_are_counted_as_the_log_counts_them() {
    let log = Unread::new();
    let service = Counted::start(&[
        "--log-file",
        &log.path,
        "--log-overflow",
        "drop",
        "--log-queue",
        "1KiB",
    ]);
    let mut client = service.service.connect();
    let body = "x".repeat(60_000);
    for _ in 0..10 {
        let length = body.len();
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        expect_answer(&client.read_answer(), 200, "Hello World");
    }
    // A client may have its answer before the service counts it.
    let blocked = service.metrics_once(|metrics| metrics.value(&outcome("answered")) == 10);
    let dropped = blocked.value("hellowire_log_records_dropped_total");
    let waiting = blocked.value("hellowire_log_records_waiting");
    assert!(dropped > 0 && waiting > 0, "{blocked:#?}");
    assert!(
        blocked.value("hellowire_log_waiting_bytes") > 0,
        "{blocked:#?}"
    );
    let written = blocked.value("hellowire_log_records_written_total");
    assert_eq!(written + dropped + waiting, 10, "{blocked:#?}");
    drop(client);
    let reading = log.read();
    let metrics = service.settled(1);
    assert_eq!(
        metrics.value("hellowire_log_waiting_bytes"),
        0,
        "{metrics:#?}"
    );
    let (records, said) = reading.until_the_end_of(service.service);
    let [written, dropped] = ["written", "dropped"]
        .map(|what| metrics.value(&format!("hellowire_log_records_{what}_total")));
    assert_eq!(written, records.len() as u64, "{metrics:#?}");
    assert_eq!(dropped, lost(&said) as u64, "{said:#?}");
}

/// The request that is in flight keeps the process, so the counts can be read.
#[test]
fn during_a_drain_the_counts_are_final() {
    let service = Counted::start(&["--drain-timeout", "5m", "--idle-timeout", "5m"]);
    let mut waits = service.service.connect();
    let (head, body) = (
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na",
        "b",
    );
    waits.send(head);
    let mut idle: Vec<_> = (0..5).map(|_| service.service.connect()).collect();
    for client in &mut idle {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, "Hello World");
    }
    service.metrics_once(|metrics| {
        let bytes = head.len() + 5 * GET.len();
        metrics.value("hellowire_read_bytes_total") == bytes as u64
    });
    assert_eq!(service.metrics().value("hellowire_connections_open"), 6);
    service.service.signal(Signal::TERM);
    for client in &mut idle {
        client.expect_end();
    }
    let drained = service.metrics_once(|metrics| {
        metrics.value("hellowire_connections_open") == 1
            && metrics.value("hellowire_log_records_waiting") == 0
    });
    assert_eq!(drained.value(&outcome("answered")), 5, "{drained:#?}");
    assert_eq!(drained.sum("hellowire_requests_total"), 5, "{drained:#?}");
    assert_eq!(drained.value("hellowire_log_records_written_total"), 5);
    waits.send(body);
    expect_answer(&waits.read_answer(), 200, "Hello World");
    let stopped = service.service.wait();
    assert_eq!(stopped.stdout.len(), 6, "{stopped:#?}");
}

/// A log that has ended for good: each record is lost, and counted.
#[test]
fn records_for_a_closed_pipe_are_dropped() {
    let mut child = program()
        .args(["--listen", "127.0.0.1:0", "--inspect", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let service = Counted::of(Service::of(child).unwrap());
    let mut client = service.service.connect();
    for sent in 1..=5 {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, "Hello World");
        service
            .metrics_once(|metrics| metrics.value("hellowire_log_records_dropped_total") == sent);
    }
    drop(client);
    let metrics = service.settled(1);
    assert_eq!(metrics.value(&outcome("answered")), 5, "{metrics:#?}");
    assert_eq!(metrics.value("hellowire_log_records_written_total"), 0);
}
