//! The counts after a load, beside the log's lines and the answers that the clients got.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::{Counted, GET, outcome, refused};
use crate::support::{Client, Service};

/// Left out of the log, and counted.
const EXCLUDED: &str = "GET /up HTTP/1.1\r\nHost: a\r\n\r\n";

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3\r\nabc\r\n0\r\n\r\n";

/// What each client sends on a connection of its own, before it ends its side.
fn connections() -> Vec<String> {
    let fields = "A: b\r\n".repeat(101);
    [
        GET,
        &GET.repeat(5),
        EXCLUDED,
        CHUNKED,
        &[CHUNKED, EXCLUDED, GET].concat(),
        &[GET, "no request\r\n\r\n"].concat(),
        "GET / HT",
        "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
        "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        &format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n"),
        "head / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    ]
    .map(str::to_owned)
    .to_vec()
}

const CLIENTS: usize = 8;

/// All clients at once. Returns how many answers of each status they got.
fn load(service: SocketAddr) -> BTreeMap<u16, u64> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| thread::spawn(move || all_answers(service)))
        .collect();
    let mut statuses = BTreeMap::new();
    for client in clients {
        let answers = client.join().unwrap();
        let statuses_of = answers
            .split("HTTP/1.1 ")
            .filter_map(|part| part.get(..3)?.parse().ok());
        for status in statuses_of {
            *statuses.entry(status).or_default() += 1;
        }
    }
    statuses
}

/// One client, with one connection after the other.
fn all_answers(service: SocketAddr) -> String {
    let mut answers = String::new();
    for bytes in connections() {
        let mut client = Client::connect(service);
        client.send(bytes);
        client.finish();
        answers += &client.read_to_end();
    }
    answers
}

/// A request that is cut by a reset, once the service has read its bytes.
fn incomplete(service: &Counted, bytes: &str) {
    let read = |metrics: &super::Exposition| metrics.value("hellowire_read_bytes_total");
    let before = read(&service.metrics());
    let mut client = service.service.connect();
    client.send(bytes);
    service.metrics_once(|metrics| read(metrics) == before + bytes.len() as u64);
    set_socket_linger(&client.0, Some(Duration::ZERO)).unwrap();
}

/// The lines of the format `short`, by their status. 0 stands for none.
fn by_status(lines: &[String]) -> BTreeMap<u16, u64> {
    let mut statuses = BTreeMap::new();
    for line in lines {
        let parts: Vec<_> = line.rsplit("  ").collect();
        let status = parts[2].rsplit(' ').next().unwrap();
        *statuses.entry(status.parse().unwrap_or(0)).or_default() += 1;
    }
    statuses
}

#[test]
fn after_a_load_the_counts_are_those_of_the_clients_and_of_the_log() {
    for format in ["short", "line", "json-full", "off"] {
        for workers in ["1", "4"] {
            check(format, workers);
        }
    }
}

fn check(format: &str, workers: &str) {
    let service = Counted::start(&[
        "--log",
        format,
        "--log-exclude",
        "/up",
        "--workers",
        workers,
    ]);
    let answers = load(service.service.address());
    let connections = connections();
    let (count, bytes) = (connections.len(), connections.concat().len());
    let [accepted, bytes] = [count * CLIENTS, bytes * CLIENTS].map(|count| count as u64);
    service.settled(accepted);
    incomplete(&service, "GET / HT");
    incomplete(
        &service,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
    );
    let metrics = service.settled(accepted + 2);
    let shown = format!("{format}, {workers} workers: {answers:?} {metrics:#?}");
    for (&status, &count) in &answers {
        let name = if status == 200 {
            outcome("answered")
        } else {
            refused(status)
        };
        assert_eq!(metrics.value(&name), count, "{status}: {shown}");
    }
    assert_eq!(metrics.value(&outcome("incomplete")), 2, "{shown}");
    let requests = answers.values().sum::<u64>() + 2;
    assert_eq!(metrics.sum("hellowire_requests_total"), requests, "{shown}");
    let answered = metrics.value(&outcome("answered"));
    let durations = metrics.value("hellowire_answer_duration_seconds_count");
    assert_eq!(durations, answered, "{shown}");
    let cut = "GET / HTPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc".len() as u64;
    assert_eq!(
        metrics.value("hellowire_read_bytes_total"),
        bytes + cut,
        "{shown}"
    );
    let excluded = 2 * CLIENTS as u64;
    let lines = service.service.stop().stdout;
    let written = metrics.value("hellowire_log_records_written_total");
    assert_eq!(written, lines.len() as u64, "{shown}");
    assert_eq!(
        metrics.value("hellowire_log_records_dropped_total"),
        0,
        "{shown}"
    );
    match format {
        "off" => assert_eq!(lines.len(), 0),
        "json-full" => assert_eq!(written, 2 * (requests - excluded), "{shown}"),
        "line" => assert_eq!(written, requests - excluded, "{shown}"),
        _ => {
            let mut expected = answers.clone();
            *expected.get_mut(&200).unwrap() -= excluded;
            expected.insert(0, 2);
            assert_eq!(by_status(&lines), expected, "{shown}\n{lines:#?}");
        }
    }
}

#[test]
fn what_is_recorded_up_to_a_count_is_counted_beyond_it() {
    let service = Counted::start(&["--count", "2", "--drain-timeout", "60s", "--log", "line"]);
    let mut waits = service.service.connect();
    waits.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
    let read = "hellowire_read_bytes_total";
    service.metrics_once(|metrics| metrics.value(read) > 0);
    service.service.exchange(GET.repeat(5));
    let metrics = service.metrics_once(|metrics| metrics.value("hellowire_connections_open") == 1);
    let answered = metrics.value(&outcome("answered"));
    assert!(answered >= 2, "{metrics:#?}");
    waits.send("b");
    let answer = waits.read_answer();
    assert!(answer.ends_with("Hello World"), "{answer}");
    assert_eq!(service.service.wait().stdout.len(), 2);
}

#[test]
fn the_answers_of_raw_are_counted() {
    let service = Counted::of(Service::raw(&["--inspect", "127.0.0.1:0"]));
    for bytes in ["hi", "no request", ""] {
        let answer = service.service.exchange(bytes);
        assert!(answer.ends_with("Hello World"), "{answer}");
    }
    let metrics = service.settled(3);
    assert_eq!(metrics.value(&outcome("answered")), 3, "{metrics:#?}");
    let read = metrics.value("hellowire_read_bytes_total");
    assert_eq!(read, "hino request".len() as u64);
    let mut late = service.service.connect();
    late.send("first");
    assert!(late.read_to_end().ends_with("Hello World"));
    late.send("and late");
    service.metrics_once(|metrics| {
        metrics.value("hellowire_read_bytes_total") == read + "firstand late".len() as u64
    });
    drop(late);
    let metrics = service.settled(4);
    assert_eq!(metrics.value(&outcome("answered")), 4, "{metrics:#?}");
    assert_eq!(metrics.sum("hellowire_requests_total"), 4, "{metrics:#?}");
    // The late bytes have a record of their own.
    assert_eq!(service.service.stop().stdout.len(), 5);
    assert_eq!(metrics.value("hellowire_log_records_written_total"), 5);
}

#[test]
fn what_comes_behind_the_last_answer_is_counted() {
    let service = Counted::start(&[]);
    let last = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let (part, refused) = ("x".repeat(600), "no request\r\n\r\n");
    let mut read = 0;
    for bytes in [last.clone() + &part, last + GET, refused.to_owned() + &part] {
        service.service.exchange(&bytes);
        read += bytes.len() as u64;
    }
    let metrics = service.settled(3);
    assert_eq!(metrics.value("hellowire_read_bytes_total"), read);
    assert_eq!(metrics.value(&outcome("answered")), 2, "{metrics:#?}");
    assert_eq!(metrics.value(&outcome("incomplete")), 1, "{metrics:#?}");
    assert_eq!(metrics.value(&outcome("unanswered")), 1, "{metrics:#?}");
    assert_eq!(metrics.sum("hellowire_requests_total"), 5, "{metrics:#?}");
}
