//! `--delay`: every answer is late, in order, and in flight.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Client, HELLO, Service, expect_answer, expect_record, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Expects that nothing has come by now.
#[track_caller]
fn expect_nothing_yet(client: &mut Client) {
    client.0.set_nonblocking(true).unwrap();
    let read = client.0.read(&mut [0]);
    client.0.set_nonblocking(false).unwrap();
    let error = read.expect_err("an answer, or the end");
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
}

#[test]
fn a_delay_is_five_minutes_at_most() {
    for time in ["0s", "1ms", "5m", "4m 60s"] {
        Service::start(&["--delay", time]).stop();
    }
    for (time, why) in [
        ("5m1ms", "longer than 5 minutes"),
        ("1h", "longer than 5 minutes"),
        ("366days", "longer than 365 days"),
        ("-1s", "expected a time as in 10s, 500ms or 2m"),
        ("5", "expected a time as in 10s, 500ms or 2m"),
    ] {
        let output = program().args(["--delay", time]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{time}: {stderr}");
        let said = format!("error: invalid value '{time}' for '--delay <TIME>': {why}\n");
        assert!(stderr.starts_with(&said), "{stderr}");
    }
    let output = program().env("HELLOWIRE_DELAY", "301s").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let said = "error: invalid value '301s' for 'HELLOWIRE_DELAY': longer than 5 minutes\n";
    assert!(stderr.starts_with(said), "{stderr}");
}

#[test]
fn an_answer_is_late_and_its_record_is_not() {
    let service = Service::start(&["--delay", "5m"]);
    let mut client = service.connect();
    client.send(GET);
    service.stdout.until(" #1.1 27 ");
    expect_nothing_yet(&mut client);
}

#[test]
fn the_delay_begins_behind_the_body() {
    let service = Service::start(&["--delay", "5m"]);
    let mut client = service.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    let interim = client.read_answer();
    assert_eq!(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    service.stdout.until(" #1.1 ");
    expect_nothing_yet(&mut client);
}

#[test]
fn the_times_of_the_log_have_the_delay_in_them() {
    let service = Service::start(&["--delay", "50ms", "--log", "json-full"]);
    let begun = Instant::now();
    expect_answer(&service.exchange(GET), 200, HELLO);
    assert!(begun.elapsed() >= Duration::from_millis(50));
    let head = service.exchange(GET.replace("GET", "HEAD"));
    expect_answer(&head, 200, "");
    let records = service.stop().stdout;
    let times: Vec<_> = records
        .iter()
        .filter_map(|record| record.split("\"duration_us\":").nth(1))
        .map(|time| time.trim_end_matches('}').parse::<u64>().unwrap())
        .collect();
    let are_late = times.iter().all(|&time| time >= 50_000);
    assert!(times.len() == 2 && are_late, "{records:#?}");
}

/// The client ends its side at once, and no timeout is as long as the delay.
#[test]
fn a_delay_may_be_longer_than_every_timeout() {
    let service = Service::start(&[
        "--delay",
        "2s",
        "--idle-timeout",
        "500ms",
        "--header-timeout",
        "500ms",
        "--linger-timeout",
        "500ms",
    ]);
    let mut open = service.connect();
    open.send(GET.repeat(2));
    let answers = service.exchange(GET.repeat(2));
    assert_eq!(answers.matches(HELLO).count(), 2, "{answers}");
    let answers = open.read_to_end();
    assert_eq!(answers.matches(HELLO).count(), 2, "{answers}");
    assert!(!answers.contains("connection: close"), "{answers}");
}

#[test]
fn a_thousand_pipelined_requests_keep_their_order() {
    // A queue that has no room for the records of one read: the delay meets a log that is awaited.
    let options = ["--delay", "1ms", "--echo", "--log-queue", "1KiB"];
    let service = Service::start(&options);
    let requests: Vec<_> = (0..1000)
        .map(|number| format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"))
        .collect();
    let mut client = service.connect();
    client.send(requests.concat());
    for request in &requests {
        expect_answer(&client.read_answer(), 200, request);
    }
    drop(client);
    assert_eq!(service.stop().stdout.len(), 1000);
}

#[test]
fn a_refusal_is_not_late() {
    let service = Service::start(&["--delay", "5m", "--max-body", "3"]);
    let post = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (request, status) in [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        (format!("{post}Content-Length: 4\r\n\r\n"), 413),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\nx"), 400),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd"),
            413,
        ),
    ] {
        let answer = service.exchange(&request);
        let is_it = answer.starts_with(&format!("HTTP/1.1 {status} "));
        assert!(is_it, "{request:?}: {answer:?}");
    }
}

#[test]
fn a_signal_does_not_take_a_late_answer_away() {
    let service = Service::start(&["--delay", "1s", "--drain-timeout", "30s"]);
    let mut client = service.connect();
    client.send(GET.repeat(2));
    service.stdout.until(" #1.2 ");
    service.signal(Signal::TERM);
    let answers = client.read_to_end();
    assert_eq!(answers.matches(HELLO).count(), 2, "{answers}");
    let closes = answers.matches("\r\nconnection: close\r\n").count();
    assert_eq!(closes, 1, "{answers}");
    assert_eq!(service.wait().status.code(), Some(0));
}

#[test]
fn an_answer_that_is_due_after_the_drain_is_cut() {
    for timeout in ["0s", "200ms"] {
        let options = ["--delay", "5m", "--workers", "1", "--log", "short"];
        let service = Service::start(&[&options[..], &["--drain-timeout", timeout]].concat());
        let mut client = service.connect();
        client.send(GET);
        // The one worker has begun the first once it has refused the second.
        service.exchange("?\r\n\r\n");
        service.signal(Signal::TERM);
        let stopped = service.wait();
        assert_eq!(stopped.status.code(), Some(1), "{stopped:#?}");
        let cut = |line: &String| line.contains("connections were cut");
        assert!(stopped.stderr.iter().any(cut), "{stopped:#?}");
        assert!(client.try_read_answer().is_err());
        let unanswered = |line: &&String| line.contains(" GET / ") && !line.contains(" 200 ");
        let count = stopped.stdout.iter().filter(unanswered).count();
        assert_eq!(count, 1, "{stopped:#?}");
    }
}

/// A client that is gone takes nothing from the others.
#[test]
fn a_client_that_leaves_has_its_record() {
    let service = Service::start(&["--delay", "200ms"]);
    let mut gone = service.connect();
    gone.send(GET);
    drop(gone);
    expect_answer(&service.exchange(GET), 200, HELLO);
    let records = service.stop().stdout;
    assert_eq!(records.len(), 2, "{records:#?}");
    for record in &records {
        expect_record(record, format!(" 27 \"{}\"", GET.escape_default()));
    }
}
