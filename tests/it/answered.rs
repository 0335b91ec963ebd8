//! What the log says of answers: `json-full` has an object for each, with its status and its duration.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Client, Service, expect_answer};

const GET: &str = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST: &str = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// The objects of a log: `#REQUEST` for the object of a request, and `REQUEST LINE: STATUS` for that of an
/// answer.
fn shown(lines: &[String]) -> Vec<String> {
    let show = |line: &String| {
        let object: Value = serde_json::from_str(line).unwrap();
        match (&object["request"], &object["answer_to"]) {
            (number, Value::Null) => format!("#{number}"),
            (number, Value::String(line)) => format!("{number} {line}: {}", object["status"]),
            both => panic!("{both:?} in {line}"),
        }
    };
    lines.iter().map(show).collect()
}

fn service(options: &[&str]) -> Service {
    Service::start(&[&["--log", "json-full"], options].concat())
}

/// Expects these objects after `bytes` on one connection.
#[track_caller]
fn expect(options: &[&str], bytes: &str, objects: &[&str]) {
    let service = service(options);
    let answers = service.exchange(bytes);
    let records = service.stop().stdout;
    assert_eq!(shown(&records), objects, "{answers}\n{records:#?}");
}

#[test]
fn an_answer_follows_its_request() {
    expect(&[], LAST, &["#1", "1 GET /last: 200"]);
    expect(&["--status", "404"], LAST, &["#1", "1 GET /last: 404"]);
    expect(
        &[],
        &[GET, GET, LAST].concat(),
        &[
            "#1",
            "#2",
            "#3",
            "1 GET /x: 200",
            "2 GET /x: 200",
            "3 GET /last: 200",
        ],
    );
}

#[test]
fn a_refusal_is_an_answer() {
    expect(&[], "GET / HTTP/1.1\r\n\r\n", &["#1", "1 GET /: 400"]);
    let late = [GET, "no request\r\n\r\n"].concat();
    expect(
        &[],
        &late,
        &["#1", "1 GET /x: 200", "#2", "2 no request: 400"],
    );
    let chunks = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n";
    expect(&[], chunks, &["#1", "1 POST /: 400"]);
}

/// The client ends its side, and reads on.
#[test]
fn a_request_that_ends_early_has_its_refusal() {
    for (bytes, line) in [
        ("GET /head HTTP/1.1\r\nHo", "GET /head"),
        (
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
            "POST /a",
        ),
        (
            "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\na",
            "POST /b",
        ),
        (
            "POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
            "POST /c",
        ),
    ] {
        let service = service(&[]);
        let mut client = service.connect();
        client.send([GET, bytes].concat());
        client.finish();
        let answers = client.read_to_end();
        assert!(answers.contains("HTTP/1.1 400 "), "{answers}");
        let mut records = shown(&service.stop().stdout);
        records.sort();
        let ended = format!("2 {line}: 400");
        assert_eq!(records, ["#1", "#2", "1 GET /x: 200", &ended]);
    }
}

#[test]
fn a_request_behind_the_last_answer_has_none() {
    expect(
        &[],
        &[LAST, GET].concat(),
        &["#1", "#2", "1 GET /last: 200", "2 GET /x: null"],
    );
}

/// Each is written at once: as many as a client may send behind its last answer would take memory.
#[test]
fn requests_behind_the_last_answer_do_not_gather() {
    const MANY: usize = 20_000;
    let service = service(&[]);
    let answers = service.exchange([LAST, &GET.repeat(MANY)].concat());
    expect_answer(&answers, 200, "Hello World");
    let records = shown(&service.stop().stdout);
    assert_eq!(records.len(), 2 * (MANY + 1));
    let last = format!("{} GET /x: null", MANY + 1);
    assert_eq!(records.last(), Some(&last));
    let middle = MANY / 2;
    let unanswered = records
        .iter()
        .position(|line| *line == format!("{middle} GET /x: null"));
    let captured = records
        .iter()
        .position(|line| *line == format!("#{}", MANY + 1));
    assert!(unanswered < captured, "{unanswered:?} {captured:?}");
}

#[test]
fn a_request_without_a_record_has_no_answer_in_the_log() {
    expect(
        &["--log-exclude", "/x"],
        &[GET, LAST, GET].concat(),
        &["#2", "2 GET /last: 200"],
    );
}

#[test]
fn an_incomplete_request_has_no_answer() {
    let service = service(&[]);
    let mut client = service.connect();
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    reset(client);
    let records = service.stop().stdout;
    assert_eq!(shown(&records), ["#1", "1 POST /a: null"], "{records:#?}");
}

/// Ends the connection at once, with a reset.
fn reset(client: Client) {
    let socket = socket2::Socket::from(client.0);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

#[test]
fn raw_answers_too() {
    let service = Service::raw(&["--log", "json-full"]);
    for bytes in ["hi", ""] {
        let answer = service.exchange(bytes);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    let records = service.stop().stdout;
    assert_eq!(shown(&records), ["#1", "1 hi: 200", "#1", "1 : 200"]);
}

#[test]
fn the_duration_is_from_the_first_byte_to_the_answer() {
    const PAUSE: Duration = Duration::from_millis(50);
    let service = service(&["--workers", "1", "--log-exclude", "/last"]);
    let mut client = service.connect();
    client.send(&GET[..1]);
    // The one worker has read that byte before it answers another client.
    service.exchange(LAST);
    // The pause is what is measured.
    std::thread::sleep(PAUSE);
    client.send(&GET[1..]);
    expect_answer(&client.read_answer(), 200, "Hello World");
    client.send(GET);
    client.read_answer();
    drop(client);
    let records = service.stop().stdout;
    let durations: Vec<_> = records
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["duration_us"].as_u64())
        .collect();
    assert_eq!(durations.len(), 2, "{records:#?}");
    assert!(
        u128::from(durations[0]) >= PAUSE.as_micros(),
        "{records:#?}"
    );
}
