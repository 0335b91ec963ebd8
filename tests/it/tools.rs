//! curl, Chromium, wrk and Python as clients and as judges.
//!
//! A relay between the client and the service records what the client really sends. The tests compare
//! the service's log with that.

use std::fmt::Write as _;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::thread;

use rustix::process::Signal;

use crate::relay::{expect_exact, relay};
use crate::support::{HELLO, Service, directory, run};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/document");

fn curl(options: &[&str], url: &str) -> String {
    run(Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "30"])
        .args(options)
        .arg(url))
}

/// A Python that has this module. Where the path has a Python of its own, Debian's is the one that has it.
pub(crate) fn python_with(module: &str) -> &'static str {
    let has_it = |python: &&str| {
        let import = Command::new(python)
            .args(["-c", &format!("import {module}")])
            .output();
        import.is_ok_and(|output| output.status.success())
    };
    let python = ["python3", "/usr/bin/python3"].into_iter().find(has_it);
    python.unwrap_or_else(|| panic!("no Python has {module}"))
}

/// A headless Chromium that prints the page's DOM, with a profile of its own.
pub(crate) fn chromium(options: &[&str], url: &str) -> String {
    let profile = directory();
    run(Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(options)
        .args(["--dump-dom", url]))
}

#[test]
#[ignore = "needs curl"]
fn curl_gets_hello_world_and_the_log_holds_what_it_sent() {
    let service = Service::start(&["--log", "json"]);
    let (address, sent) = relay(service.address());
    let url = format!("http://{address}/a?b=c");
    assert_eq!(curl(&[], &url), HELLO);
    assert_eq!(curl(&["--http1.0"], &url), HELLO);
    assert_eq!(curl(&["--data", "菜鸡菜鸡,我是菜鸟"], &url), HELLO);
    assert_eq!(curl(&["--form", "a=b"], &url), HELLO);
    assert_eq!(
        curl(
            &["--header", "Transfer-Encoding: chunked", "--data", "abc"],
            &url
        ),
        HELLO
    );
    assert_eq!(
        curl(&["--header", "Expect: 100-continue", "--data", "abc"], &url),
        HELLO
    );
    assert_eq!(curl(&[&url], &url), HELLO.repeat(2));
    let head = curl(&["--head"], &url);
    assert!(
        head.contains("content-length: 11\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let records = service.stop().stdout;
    assert_eq!(records.len(), 9);
    expect_exact(&records, &sent);
}

#[test]
#[ignore = "needs Chromium"]
fn chromium_shows_hello_world_and_the_log_holds_what_it_sent() {
    let service = Service::start(&["--log", "json"]);
    let (address, sent) = relay(service.address());
    let page = chromium(&[], &format!("http://{address}/"));
    assert!(page.contains(HELLO), "{page}");
    let records = service.stop().stdout;
    assert!(
        records
            .iter()
            .any(|record| record.contains("\"raw\":\"GET / HTTP/1.1\\r\\nHost: ")),
        "{records:#?}"
    );
    expect_exact(&records, &sent);
}

/// The document's server, and ours in its place.
fn both_servers() -> [Service; 2] {
    let theirs = Service::launch(Command::new("python3").arg(format!("{HERE}/server.py")));
    [theirs, Service::raw(&["--log", "document"])]
}

/// What both show for the same client, each with its own port written as `PORT`.
#[track_caller]
fn expect_the_same_shown(client: impl Fn(SocketAddr) -> String) {
    let shown = both_servers().map(|server| {
        let got = client(server.address());
        assert!(got.contains(HELLO), "{got}");
        server
            .stdout
            .next()
            .replace(&server.address().port().to_string(), "PORT")
    });
    assert_eq!(shown[0], shown[1]);
}

#[test]
#[ignore = "needs Python"]
fn raw_shows_what_the_documents_server_shows_for_its_client() {
    expect_the_same_shown(|address| {
        let client = format!("{HERE}/client.py");
        run(Command::new("python3")
            .arg(client)
            .arg(address.port().to_string())
            .arg("hi"))
    });
}

#[test]
#[ignore = "needs Python and curl"]
fn raw_shows_what_the_documents_server_shows_for_curl() {
    expect_the_same_shown(|address| curl(&[], &format!("http://{address}/")));
}

#[test]
#[ignore = "needs Python and Chromium"]
fn raw_shows_what_the_documents_server_shows_for_chromium() {
    expect_the_same_shown(|address| chromium(&[], &format!("http://{address}/")));
}

/// Python itself writes and reads the literals: for every byte, every choice of quotes, and much
/// that is random.
#[test]
#[ignore = "needs Python"]
fn document_is_what_python_writes_and_reads() {
    let mut samples: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    samples.extend(
        [
            &b"'"[..],
            b"\"",
            b"'\"",
            b"\\'",
            b"\\\"",
            b"''\\x",
            b"\"\\n\r\n",
        ]
        .map(<[u8]>::to_vec),
    );
    // A fixed sequence (Knuth's MMIX generator): a failure comes again.
    let mut seed: u64 = 1;
    samples.extend((0..500).map(|_| {
        let mut byte = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 56) as u8
        };
        let length = byte() / 4 + 1;
        (0..length).map(|_| byte()).collect()
    }));

    let service = Service::raw(&["--log", "document"]);
    let mut ours = Vec::new();
    let mut input = String::new();
    for sample in &samples {
        let mut client = service.connect();
        client.send(sample);
        client.read_to_end();
        let line = service.stdout.next();
        let hex: String = sample.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        writeln!(input, "{hex} {line}").unwrap();
        ours.push(line);
    }
    let judge = "import ast, sys\n\
        for row in sys.stdin:\n    \
            sent, shown = row[:-1].split(' ', 1)\n    \
            sent = bytes.fromhex(sent)\n    \
            assert ast.literal_eval(shown) == sent, row\n    \
            print(sent)\n";
    let mut python = Command::new("python3")
        .args(["-c", judge])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs: Vec<_> = str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(ours, theirs);
}

/// 64 connections, as fast as they can, and the signal in the middle.
#[test]
#[ignore = "needs wrk"]
fn every_answer_that_wrk_got_has_its_record() {
    let directory = directory();
    let path = directory.path().join("log");
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    let url = format!("http://{}/", service.address());
    let wrk = Command::new("wrk")
        .args(["-t2", "-c64", "-d6s", &url])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + crate::support::BOUND;
    while std::fs::metadata(&path).unwrap().len() < 1_000_000 {
        assert!(std::time::Instant::now() < deadline, "wrk is too slow");
        thread::yield_now();
    }
    service.signal(Signal::TERM);
    let stopped = service.wait();
    let said = String::from_utf8(wrk.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    let answered = said
        .lines()
        .find_map(|line| line.trim().split_once(" requests in "));
    let answered: usize = answered
        .unwrap_or_else(|| panic!("{said}"))
        .0
        .parse()
        .unwrap();
    let recorded = memchr::memchr_iter(b'\n', &std::fs::read(&path).unwrap()).count();
    println!("wrk got {answered} answers, the log has {recorded} records");
    assert!(
        answered > 1000 && recorded >= answered,
        "{answered} answers, {recorded} records"
    );
}
