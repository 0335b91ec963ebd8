//! The limit: a server that does the system calls that have to be, and next to nothing between them.
//!
//! ```text
//! limit PORT http         accept, read and write; close where the request says so
//! limit PORT http-defers  as that, but connections are accepted with their first bytes
//! limit PORT raw          accepted so: read, write, shut down, read to the end, close, as `hellowire raw`
//! ```
//!
//! Its answers are canned, and it parses nothing: the end of an empty line is the end of a request.
//! That is enough for wrk, which sends requests without bodies, each batch in one write. It
//! closes the connection of a client that sends something else, which wrk counts as an error.
//!
//! epoll is level-triggered: one read a readable connection is enough, none is made in vain. A
//! connection that is accepted with its first bytes is watched only if it goes on after them.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use hellowire_bench::{TEXT, defer, serve_on_each_core};
use memchr::memmem;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::{Errno, read, write};
use rustix::net::{SendFlags, Shutdown, SocketFlags, accept_with, send, shutdown};

/// The deepest pipeline that is answered with one write.
const DEPTH: usize = 64;
/// More than that many requests.
const READ: usize = 64 * 1024;
/// How many events one call of epoll may bring.
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

/// What is done with a connection that has something to read.
trait Protocol {
    /// Whether the connection goes on after these bytes.
    fn answer(&self, connection: &OwnedFd, bytes: &[u8]) -> bool;
}

/// A worker's thread: one epoll for its listener and its connections.
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
    /// By the numbers of their descriptors.
    connections: Vec<Option<OwnedFd>>,
    protocol: P,
    /// Whether a connection is accepted with its first bytes.
    defers: bool,
}

impl<P: Protocol> Worker<P> {
    fn watch(&self, source: &(impl AsFd + AsRawFd)) -> io::Result<()> {
        let data = EventData::new_u64(number(source.as_raw_fd()));
        Ok(epoll::add(&self.epoll, source, data, EventFlags::IN)?)
    }

    fn accept(&mut self, listener: &TcpListener, space: &mut [u8]) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        // A client may be gone again.
        let Ok(connection) = accept_with(listener, flags) else {
            return;
        };
        if self.defers && !self.goes_on(&connection, space) {
            return;
        }
        self.watch(&connection).expect("room in epoll");
        let place = index(number(connection.as_raw_fd()));
        if place >= self.connections.len() {
            self.connections.resize_with(place + 1, || None);
        }
        self.connections[place] = Some(connection);
    }

    fn serve(&mut self, descriptor: u64, space: &mut [u8]) {
        let place = index(descriptor);
        let Some(connection) = &self.connections[place] else {
            return;
        };
        if !self.goes_on(connection, space) {
            // Closes it, which takes it out of epoll too.
            self.connections[place] = None;
        }
    }

    /// Reads once and answers: whether the connection goes on.
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

/// HTTP, as far as wrk goes.
struct Http {
    /// As often as the deepest pipeline needs it.
    answers: Vec<u8>,
    /// The length of one.
    each: usize,
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

/// An answer as hellowire's, with one field more.
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
            // Held back until the close, it leaves in one segment with the end, as from hellowire.
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

/// `hellowire raw`: answers what arrives first, and reads what comes after it.
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
