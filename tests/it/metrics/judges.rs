//! Programs that read the text: promtool, Python's OpenMetrics parser, Prometheus itself; and wrk, which counts
//! its own answers.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Counted, GET, ask, outcome};
use crate::knocks::haproxy::free_address;
use crate::support::{BOUND, directory};
use crate::tools::python_with;

const TOKEN: &str = "0123456789abcdef";

/// The text of a service that has answered and refused.
fn text() -> String {
    let service = Counted::start(&[]);
    service.service.exchange(GET);
    service.service.exchange("no request\r\n\r\n");
    service.settled(2);
    let answer = ask(service.page, "GET /metrics", "");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// What `command` says of the text, and whether it is content.
fn judged(command: &mut Command, text: &str) -> (bool, String) {
    let mut judge = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    judge
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = judge.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// It reads the older text format, in which the name of a counter's family ends in `_total` and a comment with
/// a unit or the end is a comment.
#[test]
#[ignore = "needs promtool"]
fn promtool_finds_nothing_wrong() {
    let older = older(&text());
    let (is_right, said) = judged(Command::new("promtool").args(["check", "metrics"]), &older);
    assert!(is_right && said.is_empty(), "{said}\n{older}");
}

/// The text in the older format: in it the family has the name of its samples.
fn older(text: &str) -> String {
    let mut older = text.replace(" info\n", " gauge\n");
    older = older.replace(" hellowire_build ", " hellowire_build_info ");
    for kind in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        if let Some(name) = kind.strip_suffix(" counter") {
            older = older.replace(&format!(" {name} "), &format!(" {name}_total "));
        }
    }
    older
}

#[test]
#[ignore = "needs Python's prometheus_client"]
fn pythons_openmetrics_parser_reads_it() {
    let program = "import sys\n\
                   from prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
                   for family in read(sys.stdin.read()): print(family.name, len(family.samples))\n";
    let python = python_with("prometheus_client");
    let judge = || Command::new(python);
    let text = text();
    let (is_right, said) = judged(judge().args(["-c", program]), &text);
    assert!(is_right && said.lines().count() == 11, "{said}\n{text}");
    let (is_right, _) = judged(judge().args(["-c", program]), &text.replace("# EOF\n", ""));
    assert!(!is_right, "it reads a text without an end");
}

/// Prometheus, which ends with the test.
struct Prometheus(Child);

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs prometheus"]
fn prometheus_scrapes_it_with_the_token() {
    let service = Counted::start(&["--inspect-token", TOKEN]);
    for _ in 0..7 {
        service.service.exchange(GET);
    }
    let directory = directory();
    let config = directory.path().join("prometheus.yml");
    let job = format!(
        "global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: hellowire\n  authorization:\n    \
         credentials: {TOKEN}\n  static_configs:\n  - targets: ['{}']\n",
        service.page
    );
    fs::write(&config, job).unwrap();
    let free = free_address();
    let prometheus = Command::new("prometheus")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            directory.path().display()
        ))
        .arg(format!("--web.listen-address={free}"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _prometheus = Prometheus(prometheus);
    let query = "sum(hellowire_requests_total%7Boutcome=%22answered%22%7D)";
    let request = format!("GET /api/v1/query?query={query} HTTP/1.0\r\nHost: {free}\r\n\r\n");
    let start = Instant::now();
    let found = loop {
        if let Some(value) = asked(free, &request) {
            break value;
        }
        assert!(start.elapsed() < BOUND, "Prometheus has no sample");
        thread::park_timeout(Duration::from_millis(50));
    };
    assert_eq!(found, "7");
}

/// The first value that Prometheus has for a query. None while it has none, or does not listen yet.
fn asked(prometheus: SocketAddr, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(prometheus).ok()?;
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let json: Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
    let value = json["data"]["result"][0]["value"][1].as_str();
    value.map(str::to_owned)
}

#[test]
#[ignore = "needs wrk"]
fn what_wrk_got_is_counted_and_logged() {
    let directory = directory();
    let log = directory.path().join("log");
    let service = Counted::start(&["--log", "line", "--log-file", log.to_str().unwrap()]);
    let url = format!("http://{}/", service.service.address());
    let wrk = Command::new("wrk")
        .args(["-t1", "-c16", "-d2s", &url])
        .output();
    let said = String::from_utf8(wrk.unwrap().stdout).unwrap();
    let answers = said
        .split_once(" requests in ")
        .unwrap()
        .0
        .split_whitespace();
    let answers: u64 = answers.last().unwrap().parse().unwrap();
    let metrics = service.metrics_once(|metrics| {
        metrics.value("hellowire_connections_open") == 0
            && metrics.value("hellowire_log_records_waiting") == 0
    });
    let answered = metrics.value(&outcome("answered"));
    // wrk counts no answer that comes behind its time: one a connection at most.
    assert!(
        (answers..=answers + 16).contains(&answered),
        "{said}\n{metrics:#?}"
    );
    let all = metrics.sum("hellowire_requests_total");
    let written = metrics.value("hellowire_log_records_written_total");
    assert_eq!(all, written, "{metrics:#?}");
    service.service.stop();
    let lines = fs::read_to_string(log).unwrap().lines().count();
    assert_eq!(written, lines as u64);
}
