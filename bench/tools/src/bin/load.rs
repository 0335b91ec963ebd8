//! The load that wrk cannot make: at a constant rate, or of connections whose answers only an end
//! ends, as those of `hellowire raw` do.
//!
//! ```text
//! load ADDRESS keep-alive|close CONNECTIONS SECONDS [RATE]
//! ```
//!
//! Each connection has one request in flight. With a RATE, in requests a second, requests are due at
//! fixed times, dealt out evenly over the connections, whether the server keeps up or not, and the
//! latency counts from when a request was due: what waits behind a slow answer is slow too
//! (otherwise a server that stalls would be asked less while it does, and look fast: coordinated
//! omission). Without one each request is due as soon as the one before it is answered.
//!
//! Connections that are kept are made, and tried, before it says `ready`; it begins with the next line
//! on stdin. Prints one JSON object: requests answered and failed, and microseconds of latency.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::thread::set_current_timer_slack;

/// As wrk is run with.
const THREADS: usize = 2;
const EVENTS: usize = 256;
const READ: usize = 16 * 1024;
/// How long the first answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let Some(plan) = Plan::from_arguments() else {
        panic!("usage: load ADDRESS keep-alive|close CONNECTIONS SECONDS [RATE]");
    };
    let clients: Vec<_> = (0..THREADS)
        .map(|thread| Client::new(plan.clone(), thread).expect("a server that answers"))
        .collect();
    println!("ready");
    let _ = io::stdin().read_line(&mut String::new());
    let start = Instant::now();
    let clients: Vec<_> = clients
        .into_iter()
        .map(|client| thread::spawn(move || client.run(start)))
        .collect();
    let (mut latencies, mut failed) = (Vec::new(), 0);
    for client in clients {
        let (some, fails) = client.join().expect("a client does not panic");
        latencies.extend(some);
        failed += fails;
    }
    latencies.sort_unstable();
    println!(
        r#"{{"answered":{},"failed":{failed},"p50":{},"p99":{}}}"#,
        latencies.len(),
        percentile(&latencies, 50),
        percentile(&latencies, 99),
    );
}

/// In microseconds; 0 where there is nothing.
fn percentile(sorted: &[Duration], percent: usize) -> u128 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .map_or(0, Duration::as_micros)
}

/// What the load is.
#[derive(Clone)]
struct Plan {
    address: SocketAddr,
    connections: usize,
    time: Duration,
    /// Between two requests of one connection, if there is a rate.
    interval: Option<Duration>,
    request: &'static [u8],
    /// How long an answer is; none where the connection's end ends it.
    answer: Option<usize>,
}

impl Plan {
    fn from_arguments() -> Option<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let (address, mode, connections, seconds, rate) = match arguments.as_slice() {
            [address, mode, connections, seconds] => (address, mode, connections, seconds, None),
            [address, mode, connections, seconds, rate] => {
                (address, mode, connections, seconds, Some(rate))
            }
            _ => return None,
        };
        let address = address.parse().ok()?;
        let connections = connections.parse().ok()?;
        let rate: Option<f64> = rate.map(|rate| rate.parse()).transpose().ok()?;
        let (request, answer): (&[u8], _) = match mode.as_str() {
            "keep-alive" => {
                let request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
                (request, Some(answer_length(address, request).ok()?))
            }
            "close" => (
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                None,
            ),
            _ => return None,
        };
        Some(Self {
            address,
            connections,
            time: Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?,
            interval: rate.map(|rate| Duration::from_secs(1).mul_f64(count(connections) / rate)),
            request,
            answer,
        })
    }
}

fn count(connections: usize) -> f64 {
    u32::try_from(connections).map_or(f64::MAX, f64::from)
}

/// How long the server's answers are, which are all the same: one is tried.
fn answer_length(address: SocketAddr, request: &[u8]) -> io::Result<usize> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(request)?;
    let (mut answer, mut space) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"\r\n\r\nHello World") {
        match socket.read(&mut space)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => answer.extend_from_slice(&space[..length]),
        }
    }
    Ok(answer.len())
}

/// One connection, or the place of one after the other.
struct Place {
    socket: Option<TcpStream>,
    /// From the start on.
    due: Duration,
    /// How much has come of the answer that is waited for.
    received: usize,
}

/// A thread's share of the load.
struct Client {
    plan: Plan,
    epoll: OwnedFd,
    places: Vec<Place>,
    /// When those that wait for nothing send their next request.
    next: BinaryHeap<Reverse<(Duration, usize)>>,
    start: Instant,
    latencies: Vec<Duration>,
    failed: u64,
}

impl Client {
    fn new(plan: Plan, thread: usize) -> io::Result<Self> {
        let step = plan.interval.unwrap_or_default();
        let step = step.div_f64(count(plan.connections));
        let places: Vec<_> = (thread..plan.connections)
            .step_by(THREADS)
            .map(|number| Place {
                socket: None,
                due: step.mul_f64(count(number)),
                received: 0,
            })
            .collect();
        let dues = places.iter().map(|place| place.due).zip(0..);
        let mut client = Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            next: dues.map(Reverse).collect(),
            places,
            plan,
            start: Instant::now(),
            latencies: Vec::new(),
            failed: 0,
        };
        client.connect_those_that_stay()?;
        Ok(client)
    }

    /// Each has had an answer, so that the server has all of them too.
    fn connect_those_that_stay(&mut self) -> io::Result<()> {
        let Some(length) = self.plan.answer else {
            return Ok(());
        };
        for number in 0..self.places.len() {
            self.send(number)?;
            if let Some(socket) = &mut self.places[number].socket {
                socket.read_exact(&mut vec![0; length])?;
            }
        }
        Ok(())
    }

    /// The latencies of the requests that were answered, and how many failed.
    fn run(mut self, start: Instant) -> (Vec<Duration>, u64) {
        // A timer is up to 50 us late otherwise, which would be taken for the server's latency.
        let _ = set_current_timer_slack(NonZeroU64::new(1));
        self.start = start;
        let mut events = Vec::with_capacity(EVENTS);
        let mut space = vec![0; READ];
        loop {
            let now = start.elapsed();
            if now >= self.plan.time {
                return (self.latencies, self.failed);
            }
            self.send_what_is_due(now);
            let until = self.next.peek().map_or(self.plan.time, |next| next.0.0);
            let pause = until.min(self.plan.time).saturating_sub(start.elapsed());
            let pause = Timespec::try_from(pause).expect("a short time");
            epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&pause))
                .expect("epoll works");
            for event in events.drain(..) {
                let number = usize::try_from(event.data.u64()).expect("a place's number");
                self.receive(number, &mut space);
            }
        }
    }

    fn send_what_is_due(&mut self, now: Duration) {
        while let Some(Reverse((due, number))) = self.next.peek().copied()
            && due <= now
        {
            self.next.pop();
            if self.send(number).is_err() {
                self.fail(number);
            }
        }
    }

    fn send(&mut self, number: usize) -> io::Result<()> {
        let kept = self.places[number].socket.take();
        let socket = kept.map_or_else(|| self.connect(number), Ok)?;
        let place = &mut self.places[number];
        place.received = 0;
        place.socket.insert(socket).write_all(self.plan.request)
    }

    fn connect(&self, number: usize) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(self.plan.address)?;
        let data = EventData::new_u64(number as u64);
        epoll::add(&self.epoll, &socket, data, EventFlags::IN)?;
        Ok(socket)
    }

    fn receive(&mut self, number: usize, space: &mut [u8]) {
        let place = &mut self.places[number];
        let Some(socket) = &mut place.socket else {
            return;
        };
        match (socket.read(space), self.plan.answer) {
            (Ok(0), None) if place.received > 0 => {
                place.socket = None;
                self.answered(number);
            }
            (Ok(0) | Err(_), _) => self.fail(number),
            (Ok(_), _) if place.received == 0 && !space.starts_with(b"HTTP/1.1 200 ") => {
                self.fail(number);
            }
            (Ok(length), answer) => {
                place.received += length;
                if answer == Some(place.received) {
                    self.answered(number);
                }
            }
        }
    }

    fn answered(&mut self, number: usize) {
        let due = self.places[number].due;
        let latency = self.start.elapsed().saturating_sub(due);
        self.latencies.push(latency);
        self.schedule(number);
    }

    fn fail(&mut self, number: usize) {
        self.failed += 1;
        self.places[number].socket = None;
        self.schedule(number);
    }

    fn schedule(&mut self, number: usize) {
        let due = &mut self.places[number].due;
        *due = match self.plan.interval {
            Some(interval) => *due + interval,
            None => self.start.elapsed(),
        };
        self.next.push(Reverse((*due, number)));
    }
}
