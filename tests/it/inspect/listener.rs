//! When the page listens, and what stays as it is with it: the log, the service's end.

use std::process::Stdio;
use std::time::Instant;

use rustix::process::Signal;

use super::{GET, Inspected, expect_in_the_end};
use crate::support::{BOUND, Client, Service, program};

#[test]
fn the_files_of_the_page_are_served() {
    let page = Inspected::start(&[]);
    assert_eq!(page.token, None);
    for (target, content_type, start) in [
        ("/", "text/html; charset=utf-8", "<!doctype html>"),
        ("/page.js", "text/javascript; charset=utf-8", "//"),
        ("/page.css", "text/css; charset=utf-8", "/*"),
    ] {
        let answer = page.answer(target);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.has_field("content-type", content_type), "{answer:?}");
        let text = answer.text().to_ascii_lowercase();
        assert!(text.starts_with(start), "{answer:?}");
    }
    for target in ["/page", "/index.html", "/page.js/", "//", "/..", "/record"] {
        assert_eq!(page.answer(target).status, 404, "{target}");
    }
}

/// A client that ends its side waits for nothing more.
#[test]
fn viewers_that_have_left_give_their_places_back() {
    let page = Inspected::start(&[]);
    let target = format!("/records?after={}", page.place());
    let waiting: Vec<Client> = (0..8)
        .map(|_| {
            let mut client = Client::connect(page.page);
            client.send(page.get(&target));
            client
        })
        .collect();
    expect_in_the_end(&page, "/records", 503);
    drop(waiting);
    let start = Instant::now();
    expect_in_the_end(&page, "/records", 200);
    // A poll that nothing ends waits for 20 s.
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
}

/// A browser sends one request after the other.
#[test]
fn a_connection_serves_many_requests() {
    let page = Inspected::start(&[]);
    page.request(GET);
    let mut client = Client::connect(page.page);
    for target in [
        "/",
        "/page.js",
        "/records",
        "/records/0.0",
        "/none",
        "/records?after=0",
    ] {
        client.send(page.get(target));
        let answer = client.read_answer();
        assert!(!answer.contains("connection: close"), "{target}: {answer}");
    }
}

#[test]
fn the_log_has_nothing_of_the_pages_traffic() {
    let page = Inspected::start(&[]);
    page.request("GET /first HTTP/1.0\r\n\r\n");
    for target in ["/", "/page.js", "/records", "/records/0.0", "/none"] {
        page.answer(target);
    }
    page.exchange("no request\r\n\r\n");
    let mut cut = Client::connect(page.page);
    cut.send("GET / HT");
    cut.finish();
    cut.read_to_end();
    page.request("GET /second HTTP/1.0\r\n\r\n");
    assert_eq!(page.lines(""), ["GET /first", "GET /second"]);
    let stopped = page.service.stop();
    assert_eq!(stopped.stdout.len(), 2, "{stopped:#?}");
    assert!(stopped.stdout[0].contains("GET /first"), "{stopped:#?}");
    assert!(stopped.stdout[1].contains("GET /second"), "{stopped:#?}");
    assert_eq!(stopped.stderr, [""; 0]);
}

#[test]
fn without_a_log_the_records_are_shown() {
    let page = Inspected::start(&["--log", "off"]);
    page.request(GET);
    assert_eq!(page.lines(""), ["GET /hello"]);
    assert_eq!(page.service.stop().stdout, [""; 0]);
}

#[test]
fn a_log_whose_reader_is_gone_hides_nothing() {
    let mut child = program()
        .args(["--listen", "127.0.0.1:0", "--inspect", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `| head -1` does it.
    drop(child.stdout.take());
    let page = Inspected::of(Service::of(child).unwrap());
    page.request("GET /first HTTP/1.0\r\n\r\n");
    page.service.stderr.until("cannot write the log");
    page.request("GET /second HTTP/1.0\r\n\r\n");
    assert_eq!(page.lines(""), ["GET /first", "GET /second"]);
    let lost = page.service.stop().stderr.join("\n");
    assert!(lost.contains("2 records were lost"), "{lost}");
}

#[test]
fn each_format_of_the_log_has_the_same_records() {
    for format in [
        "pretty",
        "short",
        "line",
        "json",
        "json-full",
        "hex",
        "document",
    ] {
        let page = Inspected::start(&["--log", format]);
        page.request(GET);
        page.request("GET /refused HTTP/1.1\r\n\r\n");
        page.wait_for(2);
        assert_eq!(page.lines(""), ["GET /hello", "GET /refused"], "{format}");
        assert_eq!(page.answer("/records/0.0").body, GET.as_bytes(), "{format}");
    }
}

#[test]
fn what_the_log_leaves_out_is_not_shown() {
    let page = Inspected::start(&["--log-exclude", "/up", "--log", "off"]);
    page.request("GET /up HTTP/1.0\r\n\r\n");
    page.request("GET /upper HTTP/1.0\r\n\r\n");
    assert_eq!(page.lines(""), ["GET /upper"]);
    let page = Inspected::start(&["--log-only", "POST"]);
    page.request(GET);
    page.request("POST /it HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(page.lines(""), ["POST /it"]);
}

#[test]
fn raw_has_a_page_too() {
    let page = Inspected::raw(&[]);
    page.request("hello \x1b\r\nworld");
    let rows = page.rows("");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["line"], "hello \\x1b");
    assert_eq!(
        (&rows[0]["state"], &rows[0]["bytes"]),
        (&"".into(), &14.into())
    );
    assert_eq!(page.answer("/records/0.0").body, b"hello \x1b\r\nworld");
    page.service.stop();
}

#[test]
fn a_stop_waits_for_no_viewer() {
    let page = Inspected::start(&["--drain-timeout", "365days"]);
    let waiting = page.ask("/records?after=0");
    page.request(GET);
    super::json(&super::answer(waiting));
    let next = page.place();
    let (_idle, _waiting) = (page.ask("/"), page.ask(&format!("/records?after={next}")));
    page.service.stop();
}

#[test]
fn the_last_record_of_a_count_ends_the_service() {
    let page = Inspected::start(&["--count", "1", "--drain-timeout", "365days"]);
    let _waiting = page.ask("/records?after=0&find=never");
    page.request(GET);
    let stopped = page.service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
}

#[test]
fn the_page_is_served_until_the_service_has_ended() {
    let page = Inspected::start(&["--shutdown-delay", "365days"]);
    page.service.signal(Signal::TERM);
    // The answer says so once the service has seen the signal.
    let start = Instant::now();
    while !page.service.exchange(GET).contains("connection: close") {
        assert!(start.elapsed() < BOUND, "the signal has no effect");
    }
    let answer = page.answer("/records");
    assert!(!answer.head.contains("connection: close"), "{answer:?}");
    assert!(!page.lines("").is_empty());
}
