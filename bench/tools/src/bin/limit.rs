//! The limit: a server that makes only the necessary system calls, and does almost nothing between them.
//!
//! ```text
//! limit PORT http         accept, read, write; close if the request asks for it
//! limit PORT http-defers  the same, but accept a connection with its first bytes
//! limit PORT raw          accept with the first bytes, read, write, shut down, read to the end, close
//! ```
//!
//! `raw` does what `hellowire raw` does. The answers are canned. The server does not parse: a request
//! ends at its first empty line. That is enough for wrk, which sends requests without bodies, and each
//! batch in one write. The server closes a connection that sends anything else, and wrk counts an error.
//!
//! epoll is level-triggered, so one read for each readable connection is enough. The server registers a
//! connection that it accepts with its first bytes only if that stays open after them.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use hellowire_bench::{TEXT, defer, serve_on_each_core};
use memchr::memmem;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::{Errno, read, write};
use rustix::net::{SendFlags, Shutdown, SocketFlags, accept_with, send, shutdown};

/// The most requests of a batch. One write answers a batch.
const DEPTH: usize = 64;
/// The size of a read in bytes: more than `DEPTH` requests.
const READ: usize = 64 * 1024;
/// The most events of one call of epoll.
const EVENTS: usize = 256;

const RAW_ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n\r\nHello World";

fn main() -> io::Result<()> {
    match std::env::args().nth(2).as_deref() {
        Some("http") => serve_on_each_core(|listener| run(&listener, Http::new(), false)),
        Some("http-defers") => serve_on_each_core(|listener| run(&listener, Http::new(), true)),
        Some("raw") => serve_on_each_core(|listener| run(&listener, Raw, true)),
        _ => Err(io::Error::other("usage: limit PORT http|http-defers|raw")),
    }
}

/// Handles the bytes of a connection.
trait Protocol {
    /// Answers these bytes. Returns whether the connection stays open.
    fn answer(&self, connection: &OwnedFd, bytes: &[u8]) -> bool;
}

/// Runs a worker's thread, with one epoll for its listener and its connections.
fn run(listener: &TcpListener, protocol: impl Protocol, defers: bool) {
    if defers {
        defer(listener).expect("Linux");
    }
    let mut worker = Worker {
        epoll: epoll::create(CreateFlags::CLOEXEC).expect("an epoll"),
        connections: Vec::new(),
        protocol,
        defers,
    };
    worker.watch(listener).expect("its first descriptor");
    let mut events = Vec::with_capacity(EVENTS);
    let mut space = vec![0; READ];
    loop {
        epoll::wait(&worker.epoll, spare_capacity(&mut events), None).expect("epoll works");
        for event in events.drain(..) {
            let descriptor = event.data.u64();
            if descriptor == number(listener.as_raw_fd()) {
                worker.accept(listener, &mut space);
            } else {
                worker.serve(descriptor, &mut space);
            }
        }
    }
}

struct Worker<P> {
    epoll: OwnedFd,
    /// The connections, by the numbers of their descriptors.
    connections: Vec<Option<OwnedFd>>,
    protocol: P,
    /// Whether the worker accepts a connection with its first bytes.
    defers: bool,
}

impl<P: Protocol> Worker<P> {
    fn watch(&self, source: &(impl AsFd + AsRawFd)) -> io::Result<()> {
        let data = EventData::new_u64(number(source.as_raw_fd()));
        Ok(epoll::add(&self.epoll, source, data, EventFlags::IN)?)
    }

    fn accept(&mut self, listener: &TcpListener, space: &mut [u8]) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        // The client may have closed the connection already.
        let Ok(connection) = accept_with(listener, flags) else {
            return;
        };
        if self.defers && !self.goes_on(&connection, space) {
            return;
        }
        self.watch(&connection).expect("room in epoll");
        let slot = index(number(connection.as_raw_fd()));
        if slot >= self.connections.len() {
            self.connections.resize_with(slot + 1, || None);
        }
        self.connections[slot] = Some(connection);
    }

    fn serve(&mut self, descriptor: u64, space: &mut [u8]) {
        let slot = index(descriptor);
        let Some(connection) = &self.connections[slot] else {
            return;
        };
        if !self.goes_on(connection, space) {
            // Closing the descriptor also removes it from epoll.
            self.connections[slot] = None;
        }
    }

    /// Reads once and answers. Returns whether the connection stays open.
    fn goes_on(&self, connection: &OwnedFd, space: &mut [u8]) -> bool {
        match read(connection, &mut *space) {
            Ok(0) => false,
            Ok(length) => self.protocol.answer(connection, &space[..length]),
            Err(error) => error == Errno::AGAIN,
        }
    }
}

fn number(descriptor: RawFd) -> u64 {
    u64::try_from(descriptor).expect("a descriptor is no negative number")
}

fn index(descriptor: u64) -> usize {
    usize::try_from(descriptor).expect("a descriptor is a small number")
}

/// HTTP, as far as wrk needs it.
struct Http {
    /// The answer, `DEPTH` times.
    answers: Vec<u8>,
    /// The length of one answer.
    each: usize,
    /// The answer to a request that asks for the connection's end.
    last: Vec<u8>,
}

impl Http {
    fn new() -> Self {
        let answer = canned("");
        Self {
            answers: answer.repeat(DEPTH),
            each: answer.len(),
            last: canned("connection: close\r\n"),
        }
    }
}

/// The same answer as hellowire's, with an additional field.
fn canned(field: &str) -> Vec<u8> {
    let length = TEXT.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {length}\r\n\
         {field}date: Mon, 23 Nov 2026 07:58:09 GMT\r\n\r\n{TEXT}"
    );
    answer.into_bytes()
}

impl Protocol for Http {
    fn answer(&self, connection: &OwnedFd, bytes: &[u8]) -> bool {
        if memmem::find(bytes, b"\r\nConnection: close\r\n").is_some() {
            // MORE holds the answer back until the close: both leave in one segment, as hellowire's do.
            let _ = send(connection, &self.last, SendFlags::MORE);
            return false;
        }
        let requests = memmem::find_iter(bytes, b"\r\n\r\n").count();
        if requests > DEPTH || !bytes.ends_with(b"\r\n\r\n") {
            return false;
        }
        let answers = &self.answers[..requests * self.each];
        write(connection, answers) == Ok(answers.len())
    }
}

/// `hellowire raw`: answers the first bytes, and reads those after them.
struct Raw;

impl Protocol for Raw {
    fn answer(&self, connection: &OwnedFd, _bytes: &[u8]) -> bool {
        send(
            connection,
            RAW_ANSWER,
            SendFlags::MORE | SendFlags::NOSIGNAL,
        )
        .and_then(|_| shutdown(connection, Shutdown::Write))
        .is_ok()
    }
}
