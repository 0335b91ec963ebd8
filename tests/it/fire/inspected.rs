//! `--inspect` under load. What it takes is bounded, a viewer that stops reading costs no other client anything,
//! and a viewer that waits does not hold the end up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::callers::{Callers, Manner};
use super::length;
use crate::inspect::page;
use crate::support::{BOUND, Client, Service, memory};

/// What the page may keep, and what it may take beside that, in kB.
const KEEP: u64 = 2 << 10;
const BESIDE: u64 = 4 << 10;

/// A service without and with the page.
const WITHOUT: &[&str] = &["--workers=2", "--log-file=/dev/null"];
const WITH: &[&str] = &[
    "--workers=2",
    "--log-file=/dev/null",
    "--inspect=127.0.0.1:0",
    "--inspect-keep=2MiB",
];

/// The request for the records behind a place, or for the newest.
fn poll(place: Option<&str>) -> String {
    let after = place
        .map(|place| format!("?after={place}"))
        .unwrap_or_default();
    format!("GET /records{after} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// The place behind the records of an answer.
fn next(answer: &str) -> String {
    let place = answer
        .split_once("\"next\":\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    place.unwrap_or_else(|| panic!("{answer}")).0.to_owned()
}

/// One answer of up to 256 KiB.
fn long_answer(client: &mut Client) -> String {
    let mut reader = BufReader::new(&client.0);
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

/// A viewer that polls all the time.
struct Viewer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Viewer {
    fn start(page: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut client = Client::connect(page);
            let (mut place, mut bytes) = (None, 0);
            while !stopped.load(Ordering::Relaxed) {
                client.send(poll(place.as_deref()));
                let answer = long_answer(&mut client);
                (place, bytes) = (Some(next(&answer)), bytes + answer.len());
            }
            bytes
        });
        Self { stop, thread }
    }

    /// How many bytes it got.
    fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Viewers that ask for all, and read nothing.
fn deaf_viewers(page: SocketAddr) -> Vec<TcpStream> {
    let connect = |_| {
        let mut viewer = TcpStream::connect_timeout(&page, BOUND).unwrap();
        viewer.set_nonblocking(true).unwrap();
        // More answers than the sockets' buffers hold.
        while viewer
            .write_all(poll(Some("0.0")).repeat(16).as_bytes())
            .is_ok()
        {}
        viewer
    };
    (0..8).map(connect).collect()
}

/// The most memory, in kB, that a service takes under load, which `watch` looks at in its middle.
fn most_memory(options: &[&str], watch: impl FnOnce(&Service, &Callers)) -> u64 {
    let service = Service::start(options);
    let manners = [
        Manner::Kept,
        Manner::Pipelined,
        Manner::EachAnew,
        Manner::Kept,
    ];
    let callers = Callers::start_slowly(service.address(), &manners, Duration::from_millis(1));
    callers.wait_for(2_000);
    watch(&service, &callers);
    let tally = callers.stop();
    assert!(
        tally.failed.is_empty() && tally.halves.is_empty(),
        "{tally}"
    );
    let most = memory(service.id(), "VmHWM");
    service.stop();
    most
}

fn wait(callers: &Callers) {
    let end = Instant::now() + length(Duration::from_secs(3), Duration::from_mins(10));
    while Instant::now() < end {
        callers.wait_for(1_000);
    }
}

#[test]
#[ignore = "takes seconds, and prints what it measures"]
fn the_memory_of_viewers_is_bounded() {
    let base = most_memory(WITHOUT, |_, callers| wait(callers));
    let watched = most_memory(WITH, |service, callers| {
        let viewer = Viewer::start(page(service));
        wait(callers);
        let bytes = viewer.stop();
        println!("{bytes} bytes for a viewer");
        assert!(bytes > 1 << 20, "{bytes}");
    });
    let deaf = most_memory(WITH, |service, callers| {
        let viewers = deaf_viewers(page(service));
        wait(callers);
        drop(viewers);
    });
    println!("without {base} kB, with a viewer {watched} kB, with deaf ones {deaf} kB");
    for (what, most) in [("a viewer", watched), ("deaf viewers", deaf)] {
        let bound = base + KEEP + BESIDE;
        assert!(most <= bound, "{what}: {most} of {bound} kB");
    }
}

/// A service whose ring is full of records with bodies of this length.
fn full(body: usize) -> Service {
    let service = Service::start(&[
        "--workers=1",
        "--log=off",
        "--inspect=127.0.0.1:0",
        "--inspect-keep=64MiB",
        "--log-body=16MiB",
        "--socket-buffer=4KiB",
    ]);
    let head = format!("POST / HTTP/1.0\r\nContent-Length: {body}\r\n\r\n");
    let request = [head.into_bytes(), vec![b'x'; body]].concat();
    for _ in 0..=(64 << 20) / body {
        service.exchange(&request);
    }
    service
}

/// Answers with one record share 512 KiB, and a longer one is alone. It is read before it is held.
#[test]
#[ignore = "takes seconds, and prints what it measures"]
fn the_memory_of_downloads_that_nobody_reads_is_bounded() {
    for body in [60 << 10, 900 << 10, 15 << 20] {
        let service = full(body);
        let before = memory(service.id(), "VmRSS");
        let page = page(&service);
        let mut viewers = Vec::new();
        let mut served = 0;
        for number in 0..16 {
            let mut viewer = Client::connect(page);
            let record = (64 << 20) / body;
            let target = format!("/records/0.{record}{}", ["", "/view"][number % 2]);
            viewer.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            let mut status = [0; 12];
            viewer.0.read_exact(&mut status).unwrap();
            assert!([b"200", b"503"].contains(&status.last_chunk().unwrap()));
            served += usize::from(status.ends_with(b"200"));
            viewers.push(viewer);
        }
        let after = memory(service.id(), "VmRSS");
        println!("{body} bytes: {before} kB, then {after} kB, {served} served");
        let alone = if body > 512 << 10 {
            body as u64 >> 9
        } else {
            0
        };
        assert!(after <= before + BESIDE + alone, "{before} to {after} kB");
        assert!(served >= 1);
        drop(viewers);
        service.stop();
    }
}

#[test]
fn a_viewer_that_stops_reading_keeps_no_client_waiting() {
    let service = Service::start(WITH);
    let page = page(&service);
    let callers = Callers::start(service.address(), &[Manner::Pipelined]);
    callers.wait_for(1_000);
    let viewers = deaf_viewers(page);
    callers.wait_for(10_000);
    let tally = callers.stop();
    assert!(
        tally.failed.is_empty() && tally.halves.is_empty(),
        "{tally}"
    );
    drop(viewers);
    // A place is free again.
    let deadline = Instant::now() + BOUND;
    loop {
        let mut viewer = Client::connect(page);
        viewer.send(poll(None));
        let answer = viewer.read_answer();
        if answer.starts_with("HTTP/1.1 200 ") {
            break;
        }
        assert!(Instant::now() < deadline, "{answer}");
        thread::yield_now();
    }
    service.stop();
}

/// How long a service takes from SIGTERM to its end.
fn stop(service: Service) -> Duration {
    let began = Instant::now();
    service.signal(Signal::TERM);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    began.elapsed()
}

#[test]
fn a_viewer_that_waits_does_not_hold_the_end_up() {
    let without = stop(Service::start(WITHOUT));
    let service = Service::start(WITH);
    let mut viewer = Client::connect(page(&service));
    viewer.send(poll(None));
    let place = next(&viewer.read_answer());
    // Waits for up to 20 s for a record.
    viewer.send(poll(Some(&place)));
    let with = stop(service);
    println!("the end: without a viewer {without:?}, with one {with:?}");
    assert!(
        with < without + Duration::from_secs(10),
        "{with:?}, without {without:?}"
    );
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = viewer.0.read_to_end(&mut rest);
    assert!(rest.is_empty(), "{}", rest.escape_ascii());
}
