//! The RFCs' rules, each with literal bytes. The tests check the answer, the answer to a second request
//! after it, and the log.
//!
//! `docs/conformance.md` has a row for each rule and names these tests; `table` compares the page with
//! the tests.

/// Chunks: RFC 9112 section 7.
mod chunks;
/// Persistence, order, and ends: RFC 9112 sections 8 and 9.
mod connections;
/// Expect: RFC 9110 section 10.1.1.
mod expectations;
/// Fields: RFC 9112 section 5, RFC 9110 section 5.
mod fields;
/// Where a body ends: RFC 9112 section 6.
mod framing;
/// Host: RFC 9112 section 3.2, RFC 9110 section 7.2.
mod hosts;
/// Lines, versions and the request line: RFC 9112 sections 2 and 3.
mod lines;
/// Methods: RFC 9110 section 9.
mod methods;
/// The bytes that refusals and notes name.
mod spot;
/// The table itself.
mod table;
/// Request targets: RFC 9112 section 3.2.
mod targets;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Client, HELLO, Service, expect_answer};

/// The second request, which is fine.
const BEHIND: &str = "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n";

/// A GET with this target.
fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// A GET with these lines behind its Host.
fn get_with(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n")
}

/// A POST with these lines behind its Host, and this body.
fn post(lines: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n{body}")
}

/// A POST with this chunked body.
fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked\r\n", body)
}

/// Two services that the cases of one test share: one as it is by default, and a strict one.
struct Subject {
    lenient: Service,
    strict: Service,
}

/// Services with the usual limits.
fn subject() -> Subject {
    subject_with(&[])
}

/// Services with these options too.
fn subject_with(options: &[&str]) -> Subject {
    let start = |mode: &[&str]| Service::start(&[&["--log", "json"], options, mode].concat());
    Subject {
        lenient: start(&[]),
        strict: start(&["--strict"]),
    }
}

impl Subject {
    /// Expects that `request` gets this refusal and nothing else, strict or not, although a fine one
    /// follows; that the service then ends the connection by itself; and that the record says so.
    /// Both for a request that comes at once and, where it is short, for one that comes byte by byte.
    /// A byte that the refusal names has to be where it says; `reason` is without it.
    #[track_caller]
    fn refuses(&self, request: impl AsRef<[u8]>, status: u16, reason: &str) {
        for service in [&self.lenient, &self.strict] {
            refuses(service, request.as_ref(), status, reason);
        }
    }

    /// Expects that `request` and one behind it are answered with 200, strict or not, that the
    /// connection stays open, and that the records are theirs and find nothing odd.
    #[track_caller]
    fn serves(&self, request: impl AsRef<[u8]>) {
        for service in [&self.lenient, &self.strict] {
            serves(service, request.as_ref(), &[]);
        }
    }

    /// Expects that `request` and one behind it are answered with 200, that the connection stays
    /// open, and that the record notes this; and that a strict service refuses it for the first note.
    #[track_caller]
    fn notes(&self, request: impl AsRef<[u8]>, status: u16, notes: &[&str]) {
        serves(&self.lenient, request.as_ref(), notes);
        refuses(&self.strict, request.as_ref(), status, notes[0]);
    }

    /// Expects that `request` is answered with 200 and that the connection then ends, although a
    /// fine one follows.
    #[track_caller]
    fn serves_as_the_last(&self, request: &str) -> String {
        let mut client = self.connect();
        client.send(format!("{request}{BEHIND}"));
        let answer = client.read_to_end();
        assert_eq!(
            answer.matches(" 200 OK\r\n").count(),
            1,
            "{request:?}: {answer}"
        );
        assert!(answer.ends_with(HELLO), "{request:?}: {answer}");
        answer
    }

    fn connect(&self) -> Client {
        self.lenient.connect()
    }

    #[track_caller]
    fn record(&self) -> Value {
        record(&self.lenient)
    }
}

/// See [`Subject::refuses`].
#[track_caller]
fn refuses(service: &Service, request: &[u8], status: u16, reason: &str) {
    let sent = [request, BEHIND.as_bytes()].concat();
    let shown = sent.escape_ascii().to_string();
    let cuts: &[usize] = if sent.len() < 300 {
        &[300, 1]
    } else {
        &[sent.len()]
    };
    for &cut in cuts {
        let mut client = service.connect();
        for piece in sent.chunks(cut) {
            client.send(piece);
        }
        let answer = client.read_to_end();
        drop(client);
        let record = record(service);
        let said = record["reason"].as_str().unwrap_or_default();
        expect_refusal(&answer, status, said, &shown);
        assert_eq!(
            (&record["state"], &record["status"]),
            (&"refused".into(), &status.into()),
            "{shown}: {record}"
        );
        assert_eq!(spot::without(said, &sent), reason, "{shown}: {record}");
        assert_eq!(raw(&record).escape_ascii().to_string(), shown);
    }
}

/// See [`Subject::serves`].
#[track_caller]
fn serves(service: &Service, request: &[u8], notes: &[&str]) {
    let shown = request.escape_ascii().to_string();
    let mut client = service.connect();
    client.send([request, BEHIND.as_bytes()].concat());
    for _ in 0..2 {
        let answer = client.read_answer();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n"),
            "{shown}: {answer}"
        );
        expect_answer(&answer, 200, HELLO);
    }
    client.send(BEHIND);
    expect_answer(&client.read_answer(), 200, HELLO);
    let fine = BEHIND.as_bytes();
    for (expected, notes) in [(request, notes), (fine, &[]), (fine, &[])] {
        let record = record(service);
        assert_eq!(record.get("state"), None, "{record}");
        let odd: Vec<_> = record["odd"].as_array().into_iter().flatten().collect();
        let said = odd
            .iter()
            .map(|note| spot::without(note.as_str().unwrap(), request));
        assert_eq!(said.collect::<Vec<_>>(), notes, "{shown}: {record}");
        assert_eq!(raw(&record), expected, "{record}");
    }
}

#[track_caller]
fn record(service: &Service) -> Value {
    serde_json::from_str(&service.stdout.next()).unwrap()
}

/// Expects one answer that is a whole refusal.
#[track_caller]
fn expect_refusal(answer: &str, status: u16, reason: &str, shown: &str) {
    let context = format!("{shown}: {answer}");
    let (head, body) = answer.split_once("\r\n\r\n").expect(&context);
    assert!(
        head.starts_with(&format!("HTTP/1.1 {status} ")),
        "{context}"
    );
    assert_eq!(body, format!("{reason}\n"), "{context}");
    let length = format!("content-length: {}", body.len());
    for field in [
        &length,
        "connection: close",
        "content-type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|line| line == field), "{field}: {context}");
    }
    assert!(head.contains("\r\ndate: "), "{context}");
}

fn raw(record: &Value) -> Vec<u8> {
    match record["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => STANDARD
            .decode(record["raw_base64"].as_str().unwrap())
            .unwrap(),
    }
}
