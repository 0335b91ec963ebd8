//! The requests that another reader finds in a connection's bytes, and the client that sends the bytes.
//!
//! The client sends the cases one after the other. A reader reports the client's port with each request.
//! The test collects the reports when the reader has stopped, so it need not wait for single ones.

use std::collections::{HashMap, HashSet};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use super::Request;
use crate::support::BOUND;

/// The requests of each connection, in their order, by the port of its client.
pub(super) type Requests = HashMap<u16, Vec<Request>>;

/// A server that says what it reads.
pub(super) trait Reader {
    /// What it is.
    fn name(&self) -> &'static str;

    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// Ends it, and returns the requests that it answered with 200.
    fn stop(&mut self) -> Requests;

    /// How it says a target that came so.
    fn writes(&self, target: &[u8]) -> Vec<u8> {
        target.to_vec()
    }

    /// Whether it answers this request by itself, and its program hears nothing of it.
    fn hides(&self, _: &Request) -> bool {
        false
    }
}

/// What a client sends on one connection.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) bytes: Vec<u8>,
    /// Whether it then ends its side.
    pub(super) ends: bool,
}

/// What a reader made of it.
pub(super) struct Reading {
    /// The requests that it answered.
    pub(super) requests: Vec<Request>,
    /// The statuses of its answers.
    statuses: Vec<u16>,
}

impl Reading {
    /// How many requests it answered with 200.
    pub(super) fn answered(&self) -> usize {
        self.statuses
            .iter()
            .filter(|status| **status == 200)
            .count()
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, statuses {:?}", self.requests, self.statuses)
    }
}

/// Sends all of it to a reader.
#[track_caller]
pub(super) fn read_all(reader: &mut impl Reader, all: &[Sent]) -> Vec<Reading> {
    let mut ports = HashSet::new();
    let spoken: Vec<_> = all
        .iter()
        .map(|sent| speak(connect(reader.address(), &mut ports), sent))
        .collect();
    let mut requests = reader.stop();
    let reading = |(port, answers): (u16, Vec<u8>)| Reading {
        requests: requests.remove(&port).unwrap_or_default(),
        statuses: statuses(&answers),
    };
    spoken.into_iter().map(reading).collect()
}

/// Connects from a port that was not used before.
#[track_caller]
pub(super) fn connect(address: SocketAddr, ports: &mut HashSet<u16>) -> TcpStream {
    loop {
        let stream = TcpStream::connect_timeout(&address, BOUND).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        stream.set_write_timeout(Some(BOUND)).unwrap();
        if ports.insert(stream.local_addr().unwrap().port()) {
            return stream;
        }
    }
}

/// Sends these bytes, and returns the client's port and what came up to the other side's end.
#[track_caller]
fn speak(mut stream: TcpStream, sent: &Sent) -> (u16, Vec<u8>) {
    let port = stream.local_addr().unwrap().port();
    let mut answers = Vec::new();
    let mut some = [0; 4096];
    // Who refuses may close before it has read all: a write then fails, or a read does.
    let wrote = stream.write_all(&sent.bytes);
    if sent.ends && wrote.is_ok() {
        let _ = stream.shutdown(Shutdown::Write);
    }
    loop {
        match stream.read(&mut some) {
            Ok(length @ 1..) => answers.extend_from_slice(&some[..length]),
            Err(error) if !sent.ends && is_late(&error) => {
                panic!(
                    "the reader waits for more than {}, after {}",
                    sent.bytes.escape_ascii(),
                    answers.escape_ascii()
                )
            }
            _ => return (port, answers),
        }
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// The final statuses of answers, none of whose bodies reads like a status line.
fn statuses(answers: &[u8]) -> Vec<u16> {
    let answers = String::from_utf8_lossy(answers);
    let behind = |mark| {
        answers
            .match_indices(mark)
            .map(|(at, mark): (usize, &str)| at + mark.len())
    };
    let mut starts: Vec<_> = behind("HTTP/1.1 ").chain(behind("HTTP/1.0 ")).collect();
    starts.sort_unstable();
    let status = |at: usize| answers.get(at..at + 3)?.parse().ok();
    starts
        .into_iter()
        .filter_map(status)
        .filter(|status| *status >= 200)
        .collect()
}
