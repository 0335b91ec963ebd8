//! `--ready-path`: 200 while the service serves, 503 from its first signal on.

use rustix::process::Signal;

use crate::support::{HELLO, Service, expect_answer, program};

const PROBE: &str = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n";
const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

const READY: &str = "ready\n";
const STOPPING: &str = "stopping\n";

fn start(options: &[&str]) -> Service {
    Service::start(&[&["--ready-path", "/ready"], options].concat())
}

/// A service whose first signal leaves it an hour, at that signal.
fn stopping(options: &[&str]) -> Service {
    let service = start(&[&["--shutdown-delay", "1h", "--workers", "1"], options].concat());
    service.signal(Signal::TERM);
    until_stopping(&service);
    service
}

/// Waits until the worker has learned of the signal.
/// Returns how many probes were told before that it serves.
#[track_caller]
fn until_stopping(service: &Service) -> usize {
    let mut probes = (0..100_000).map(|_| service.exchange(PROBE));
    let told = probes.position(|answer| answer.ends_with(STOPPING));
    told.unwrap_or_else(|| panic!("no probe hears of the signal"))
}

#[test]
fn a_path_has_no_query_and_begins_with_a_slash() {
    for path in ["/", "/ready", "/a/%20~b"] {
        Service::start(&["--ready-path", path]).stop();
    }
    for path in ["", "ready", "/a?b", "/a b", "/\u{e9}", "*", "http://a/b"] {
        let output = program().args(["--ready-path", path]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{path}: {stderr}");
        let why = "expected a path as in /health, percent-encoded, without a query";
        let said = format!("error: invalid value '{path}' for '--ready-path <PATH>': {why}\n");
        assert!(stderr.starts_with(&said), "{stderr}");
    }
}

#[test]
fn the_path_alone_decides() {
    let service = start(&[]);
    for target in [
        "/ready",
        "/ready?a=b",
        "/ready?",
        "http://a/ready",
        "http://b:1/ready?c",
    ] {
        let answer = service.exchange(PROBE.replace("/ready", target));
        expect_answer(&answer, 200, READY);
    }
    for target in [
        "/",
        "/Ready",
        "/ready/",
        "/readyz",
        "//ready",
        "/%72eady",
        "/a?/ready",
    ] {
        let answer = service.exchange(PROBE.replace("/ready", target));
        expect_answer(&answer, 200, HELLO);
    }
    let post = "POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    expect_answer(&service.exchange(post), 200, READY);
    let answer = service.exchange(PROBE.replace("GET", "HEAD"));
    expect_answer(&answer, 200, "");
    assert!(answer.contains("\r\ncontent-length: 6\r\n"), "{answer}");
    let answer = service.exchange(PROBE.replace("GET", "OPTIONS"));
    assert!(answer.contains("\r\nallow: GET, HEAD, "), "{answer}");
    let answer = service.exchange("GET /ready HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[test]
fn the_root_is_also_that_of_a_url_without_a_path() {
    let service = Service::start(&["--ready-path", "/"]);
    for target in ["/", "http://a", "http://a?b"] {
        expect_answer(
            &service.exchange(GET.replace(" / ", &format!(" {target} "))),
            200,
            READY,
        );
    }
}

#[test]
fn no_other_option_changes_the_answer() {
    let fields = "\r\ncache-control: no-store\r\ncontent-type: text/plain; charset=utf-8\r\n";
    for options in [
        &[
            "--status",
            "204",
            "--text",
            "x",
            "--header",
            "Content-Type: a/b",
        ][..],
        &["--echo"],
        &["--delay", "5m"],
        &["--log", "off"],
        &["--strict"],
    ] {
        let service = start(options);
        let answer = service.exchange(PROBE);
        expect_answer(&answer, 200, READY);
        assert!(answer.contains(fields), "{options:?}: {answer}");
        assert!(!answer.contains("nosniff"), "{options:?}: {answer}");
    }
}

#[test]
fn from_the_signal_on_the_path_gets_503_and_all_else_is_as_before() {
    let service = stopping(&[]);
    for _ in 0..3 {
        let answer = service.exchange(PROBE);
        expect_answer(&answer, 503, STOPPING);
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    let answers = service.exchange([GET, PROBE, GET].concat());
    let statuses: Vec<_> = answers.match_indices("HTTP/1.1 ").collect();
    let statuses: Vec<_> = statuses
        .iter()
        .map(|(at, _)| &answers[at + 9..at + 12])
        .collect();
    assert_eq!(statuses, ["200", "503", "200"], "{answers}");
    let head = service.exchange(PROBE.replace("GET", "HEAD"));
    expect_answer(&head, 503, "");
}

#[test]
fn a_connection_that_is_kept_hears_of_the_signal() {
    let service = start(&["--shutdown-delay", "1h", "--workers", "1"]);
    let mut kept = service.connect();
    kept.send(PROBE);
    expect_answer(&kept.read_answer(), 200, READY);
    service.signal(Signal::TERM);
    until_stopping(&service);
    kept.send(PROBE);
    expect_answer(&kept.read_to_end(), 503, STOPPING);
}

#[test]
fn the_drain_itself_also_says_503() {
    let service = start(&["--workers", "1"]);
    let mut begun = service.connect();
    begun.send(&PROBE[..9]);
    // A connection that has ended tells of the signal.
    let mut idle = service.connect();
    idle.send(GET);
    idle.read_answer();
    service.signal(Signal::TERM);
    idle.expect_end();
    begun.send(&PROBE[9..]);
    expect_answer(&begun.read_to_end(), 503, STOPPING);
    assert_eq!(service.wait().status.code(), Some(0));
}

#[test]
fn the_last_record_of_a_count_is_as_a_signal() {
    let service = start(&[
        "--count",
        "1",
        "--shutdown-delay",
        "1h",
        "--log-exclude",
        "/ready",
    ]);
    expect_answer(&service.exchange(PROBE), 200, READY);
    service.exchange(GET);
    until_stopping(&service);
}

/// The status in the log is the one that was given.
#[test]
fn the_records_have_the_status_that_was_given() {
    for (format, ready, stops, other) in [
        (
            "short",
            " GET /ready  200 ",
            " GET /ready  503 ",
            " GET /  204 ",
        ),
        (
            "pretty",
            "  GET /ready  32 B  200",
            "  GET /ready  32 B  503",
            "  GET /  27 B  204",
        ),
        (
            "json-full",
            "\"answer_to\":\"GET /ready\",\"bytes\":32,\"status\":200,",
            "\"answer_to\":\"GET /ready\",\"bytes\":32,\"status\":503,",
            "\"answer_to\":\"GET /\",\"bytes\":27,\"status\":204,",
        ),
    ] {
        let options = [
            "--shutdown-delay",
            "1h",
            "--workers",
            "1",
            "--status",
            "204",
        ];
        let service = start(&[&options[..], &["--log", format]].concat());
        let answers = service.exchange([PROBE, GET].concat());
        assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 1, "{answers}");
        service.stdout.until(ready);
        service.stdout.until(other);
        service.signal(Signal::TERM);
        let given = until_stopping(&service);
        let seen = service.stdout.until(stops);
        let told = seen.iter().filter(|line| line.contains(ready)).count();
        assert_eq!(told, given, "{format}: {seen:#?}");
        service.exchange([GET, PROBE].concat());
        service.stdout.until(other);
        service.stdout.until(stops);
    }
}

#[test]
fn a_probe_may_be_left_out_of_the_log() {
    let service = start(&["--log-exclude", "/ready"]);
    expect_answer(&service.exchange([PROBE, PROBE].concat()), 200, READY);
    let absolute = PROBE.replace("/ready", "http://a/ready?b");
    expect_answer(&service.exchange(absolute), 200, READY);
    assert_eq!(service.stop().stdout, Vec::<String>::new());
}
