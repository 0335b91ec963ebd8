//! Who gets the text of `/metrics`, and its form.

use std::time::{SystemTime, UNIX_EPOCH};

use super::reader::Exposition;
use super::{Counted, GET, ask};
use crate::support::Service;

const TOKEN: &str = "0123456789abcdef";
const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The first line and the fields of the answer, and its body.
#[track_caller]
fn answered(service: &Counted, line: &str, fields: &str) -> (String, String) {
    let answer = ask(service.page, line, fields);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn only_a_client_with_the_token_gets_the_text() {
    let service = Counted::start(&["--inspect-token", TOKEN]);
    for fields in ["", "Authorization: Bearer 0123456789abcdeg\r\n"] {
        let (head, _) = answered(&service, "GET /metrics", fields);
        assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
        assert!(head.contains("\r\nwww-authenticate: Bearer"), "{head}");
    }
    let fields = format!("Authorization: Bearer {TOKEN}\r\n");
    let (head, body) = answered(&service, "GET /metrics", &fields);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    Exposition::read(&body).unwrap();
}

#[test]
fn the_guard_of_the_page_stands_before_it() {
    let service = Counted::start(&[]);
    for (line, fields, status) in [
        ("POST /metrics", "", 405),
        ("GET /metrics?x=1", "", 400),
        ("GET /metrics/", "", 404),
        ("GET /Metrics", "", 404),
        ("GET http://evil.test/metrics", "", 421),
        ("GET /metrics", "Origin: http://evil.test\r\n", 403),
        ("GET /metrics", "Sec-Fetch-Site: cross-site\r\n", 403),
    ] {
        let (head, _) = answered(&service, line, fields);
        let start = format!("HTTP/1.1 {status} ");
        assert!(head.starts_with(&start), "{line} {fields}: {head}");
    }
}

#[test]
fn the_answer_is_openmetrics_and_a_head_has_its_length() {
    let service = Counted::start(&[]);
    let (head, body) = answered(&service, "GET /metrics", "");
    assert!(
        head.contains(&format!("\r\ncontent-type: {TYPE}")),
        "{head}"
    );
    assert!(head.contains("\r\ncache-control: no-store"), "{head}");
    let length = format!("\r\ncontent-length: {}", body.len());
    assert!(head.contains(&length), "{head}");
    let (head, body) = answered(&service, "HEAD /metrics", "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\ncontent-length: "), "{head}");
    assert_eq!(body, "");
}

#[test]
fn the_service_itself_has_no_metrics() {
    let service = Counted::start(&[]);
    let answer = service
        .service
        .exchange("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(answer.ends_with("Hello World"), "{answer}");
}

/// Names are what dashboards are made of.
#[test]
fn the_families_are_these() {
    let service = Counted::start(&[]);
    let metrics = service.metrics();
    let families: Vec<_> = metrics.families().collect();
    assert_eq!(
        families,
        [
            ("hellowire_answer_duration_seconds", "histogram"),
            ("hellowire_build", "info"),
            ("hellowire_connections_accepted", "counter"),
            ("hellowire_connections_open", "gauge"),
            ("hellowire_log_records_dropped", "counter"),
            ("hellowire_log_records_waiting", "gauge"),
            ("hellowire_log_records_written", "counter"),
            ("hellowire_log_waiting_bytes", "gauge"),
            ("hellowire_read_bytes", "counter"),
            ("hellowire_requests", "counter"),
            ("process_start_time_seconds", "gauge"),
        ]
    );
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("hellowire_build_info{{version=\"{version}\"}}");
    assert_eq!(metrics.value(&build), 1);
}

/// A rate needs the first sample of a counter to be zero.
#[test]
fn the_names_are_the_same_from_the_start_on() {
    let service = Counted::start(&[]);
    let before = service.metrics();
    assert_eq!(before.sum("hellowire_requests_total"), 0);
    service.service.exchange(GET);
    service.service.exchange("no request\r\n\r\n");
    assert_eq!(before.names(), service.settled(2).names());
}

#[test]
fn the_start_is_the_start_of_the_service() {
    let now = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.unwrap().as_secs()
    };
    let before = now();
    let service = Counted::start(&[]);
    let started = service.metrics().value("process_start_time_seconds");
    assert!((before..=now()).contains(&started), "{started}");
}

#[test]
fn what_is_asked_of_the_page_is_not_counted() {
    let service = Counted::of(Service::start(&[
        "--inspect",
        "127.0.0.1:0",
        "--log",
        "off",
    ]));
    for _ in 0..5 {
        answered(&service, "GET /records", "");
    }
    let metrics = service.metrics();
    assert_eq!(metrics.value("hellowire_connections_accepted_total"), 0);
    assert_eq!(metrics.value("hellowire_read_bytes_total"), 0);
}

#[test]
fn a_text_that_is_not_right_is_not_read() {
    let right = "# HELP a_seconds A.\n# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n\
                 # HELP b B.\n# TYPE b counter\nb_total{x=\"1\",y=\"2\"} 1\nb_total{x=\"2\",y=\"2\"} 2\n\
                 # HELP c C.\n# TYPE c histogram\nc_sum 0.5\nc_count 2\nc_bucket{le=\"0.5\"} 1\n\
                 c_bucket{le=\"+Inf\"} 2\n# EOF\n";
    let read = Exposition::read(right).unwrap();
    assert_eq!(read.sum("b_total"), 3);
    for (from, to) in [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\n# EOF\n"),
        ("# EOF\n", "# EOF"),
        ("# HELP a_seconds A.\n", ""),
        ("# TYPE b counter\n", ""),
        ("UNIT a_seconds seconds", "UNIT a_seconds bytes"),
        ("b_total{x=\"2\"", "b_total{x=\"1\""),
        ("b_total{x=\"1\"", "b{x=\"1\""),
        ("b_total{x=\"1\"", "b_total{1=\"1\""),
        ("b_total{x=\"1\"", "b_total{x=1"),
        ("y=\"2\"} 1\n", "y=\"2\"} 1.5\n"),
        ("y=\"2\"} 1\n", "y=\"2\"} one\n"),
        ("c_count 2", "c_count 3"),
        ("le=\"0.5\"} 1", "le=\"0.5\"} 3"),
        ("c_bucket{le=\"+Inf\"} 2\n", ""),
        (
            "# HELP c C.\n# TYPE c histogram",
            "# HELP b C.\n# TYPE b histogram",
        ),
        ("a_seconds 1\n", "a_seconds 1\n\n"),
    ] {
        let wrong = right.replacen(from, to, 1);
        assert!(wrong != right, "{from}");
        assert!(Exposition::read(&wrong).is_err(), "{wrong}");
    }
}
