//! The service as a reader: the requests that it answers with 200, taken from its records.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Request;
use super::reader::connect;
use crate::support::{Client, Service};

/// What it made of one connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// The requests that it answered with 200.
    pub(super) requests: Vec<Request>,
    /// Whether it answered all that came.
    pub(super) goes_on: bool,
    /// The status of its refusal.
    pub(super) refused: Option<u16>,
    /// Whether it noted something odd.
    pub(super) is_odd: bool,
}

/// Sends each of these to a service with these options, on a connection of its own, in pieces of
/// this length, and returns what it made of them.
#[track_caller]
pub(super) fn take_all(options: &[&str], all: &[Vec<u8>], cut: usize) -> Vec<Taken> {
    let service = Service::start(&[&["--log", "json"], options].concat());
    let mut ports = HashSet::new();
    let spoken: Vec<_> = all
        .iter()
        .map(|bytes| {
            let mut client = Client(connect(service.address(), &mut ports));
            client.0.set_nodelay(true).unwrap();
            bytes.chunks(cut).for_each(|piece| client.send(piece));
            client.finish();
            (client.0.local_addr().unwrap(), client.read_to_end())
        })
        .collect();
    let mut records: HashMap<SocketAddr, Vec<Value>> = HashMap::new();
    for record in service.stop().stdout {
        let record: Value = serde_json::from_str(&record).unwrap();
        let peer = record["peer"].as_str().unwrap().parse().unwrap();
        records.entry(peer).or_default().push(record);
    }
    let taken = |((peer, answers), bytes): ((SocketAddr, String), &Vec<u8>)| {
        taken(&answers, &records.remove(&peer).unwrap_or_default(), bytes)
    };
    spoken.into_iter().zip(all).map(taken).collect()
}

/// What the answers and records of one connection say, on which these bytes came.
#[track_caller]
fn taken(answers: &str, records: &[Value], bytes: &[u8]) -> Taken {
    let joined: Vec<u8> = records.iter().flat_map(raw).collect();
    assert_eq!(
        joined.escape_ascii().to_string(),
        bytes.escape_ascii().to_string()
    );
    let answered = answers.matches(" 200 OK\r\n").count();
    let is_whole = |record: &&Value| record["state"].is_null();
    let requests = records.iter().filter(is_whole).take(answered);
    let requests: Vec<_> = requests.map(|record| request(&raw(record))).collect();
    assert_eq!(requests.len(), answered, "{answers}: {records:?}");
    let refused = records.iter().find_map(|record| record["status"].as_u64());
    let refused = refused.map(|status| u16::try_from(status).unwrap());
    // Behind a last answer a refusal is for the record alone.
    let is_over =
        answers.contains("HTTP/1.0 200 ") || answers.contains("\r\nconnection: close\r\n");
    let is_said = |status: &u16| answers.contains(&format!("HTTP/1.1 {status} "));
    let is_fine = refused.is_none_or(|status| is_said(&status) || is_over);
    assert!(is_fine, "{answers}: {records:?}");
    let refused = refused.filter(is_said);
    Taken {
        requests,
        goes_on: answered == records.len(),
        refused,
        is_odd: records.iter().any(has_notes),
    }
}

fn raw(record: &Value) -> Vec<u8> {
    match record["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => STANDARD
            .decode(record["raw_base64"].as_str().unwrap())
            .unwrap(),
    }
}

/// Whether there is `odd`, which then is a list of words.
fn has_notes(record: &Value) -> bool {
    let Some(odd) = record.get("odd") else {
        return false;
    };
    let notes = odd.as_array().unwrap_or_else(|| panic!("{record}"));
    let are_words = notes
        .iter()
        .all(|note| note.as_str().is_some_and(|note| !note.is_empty()));
    assert!(are_words && !notes.is_empty(), "{record}");
    true
}

/// The request in a record, read line by line: the service has found it to be whole.
fn request(raw: &[u8]) -> Request {
    let start = raw.iter().position(|byte| !b"\r\n".contains(byte)).unwrap();
    let mut rest = &raw[start..];
    let first = line(&mut rest);
    let method = first.iter().position(|&byte| byte == b' ').unwrap();
    let version = first.iter().rposition(|&byte| byte == b' ').unwrap();
    let mut is_chunked = false;
    loop {
        match line(&mut rest) {
            b"" => break,
            field => {
                is_chunked |= field
                    .to_ascii_lowercase()
                    .starts_with(b"transfer-encoding:");
            }
        }
    }
    Request {
        method: first[..method].to_vec(),
        target: first[method + 1..version].to_vec(),
        body: if is_chunked {
            unchunked(rest)
        } else {
            rest.to_vec()
        },
    }
}

/// The data of a chunked body, with whose trailers the record ends.
#[track_caller]
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let size = line(&mut rest);
        let digits = size.iter().position(|byte| !byte.is_ascii_hexdigit());
        let digits = str::from_utf8(&size[..digits.unwrap_or(size.len())]).unwrap();
        let size = usize::from_str_radix(digits, 16).unwrap();
        if size == 0 {
            while !line(&mut rest).is_empty() {}
            assert!(rest.is_empty(), "behind a body: {}", rest.escape_ascii());
            return body;
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + b"\r\n".len()..];
    }
}

/// Takes a line, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap();
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    line.strip_suffix(b"\r").unwrap_or(line)
}
