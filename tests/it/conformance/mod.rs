//! The RFCs' rules, each by its bytes: what a request gets, whether a second one behind it is
//! answered, and what the log says.
//!
//! `docs/conformance.md` has a row for each rule and cites these tests by name; `table` keeps the
//! two together.

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

/// A service that the cases of one test share.
struct Subject(Service);

/// A service with the usual limits.
fn subject() -> Subject {
    subject_with(&[])
}

/// One with these options too.
fn subject_with(options: &[&str]) -> Subject {
    Subject(Service::start(&[&["--log", "json"], options].concat()))
}

impl Subject {
    /// Expects that `request` gets this refusal and nothing else, although a fine one follows; that
    /// the service then ends the connection by itself; and that the record says so. Both for a
    /// request that comes at once and, where it is short, for one that comes byte by byte.
    #[track_caller]
    fn refuses(&self, request: impl AsRef<[u8]>, status: u16, reason: &str) {
        let sent = [request.as_ref(), BEHIND.as_bytes()].concat();
        let shown = sent.escape_ascii().to_string();
        let cuts: &[usize] = if sent.len() < 300 {
            &[300, 1]
        } else {
            &[sent.len()]
        };
        for &cut in cuts {
            let mut client = self.0.connect();
            for piece in sent.chunks(cut) {
                client.send(piece);
            }
            expect_refusal(&client.read_to_end(), status, reason, &shown);
            drop(client);
            let record = self.record();
            let expected = ("refused", u64::from(status), reason);
            assert_eq!(said(&record), Some(expected), "{shown}: {record}");
            assert_eq!(raw(&record).escape_ascii().to_string(), shown);
        }
    }

    /// Expects that `request` and one behind it are answered with 200, that the connection stays
    /// open, and that the records are theirs.
    #[track_caller]
    fn serves(&self, request: impl AsRef<[u8]>) {
        let request = request.as_ref();
        let shown = request.escape_ascii().to_string();
        let mut client = self.0.connect();
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
        for expected in [request, BEHIND.as_bytes(), BEHIND.as_bytes()] {
            let record = self.record();
            assert_eq!(said(&record), None, "{record}");
            assert_eq!(raw(&record), expected, "{record}");
        }
    }

    /// Expects that `request` is answered with 200 and that the connection then ends, although a
    /// fine one follows.
    #[track_caller]
    fn serves_as_the_last(&self, request: &str) -> String {
        let mut client = self.0.connect();
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
        self.0.connect()
    }

    #[track_caller]
    fn record(&self) -> Value {
        serde_json::from_str(&self.0.stdout.next()).unwrap()
    }
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

/// The state of a record, its status and its reason, where it says something.
fn said(record: &Value) -> Option<(&str, u64, &str)> {
    let state = record["state"].as_str()?;
    Some((
        state,
        record["status"].as_u64()?,
        record["reason"].as_str()?,
    ))
}

fn raw(record: &Value) -> Vec<u8> {
    match record["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => STANDARD
            .decode(record["raw_base64"].as_str().unwrap())
            .unwrap(),
    }
}
