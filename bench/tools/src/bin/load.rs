//! The load for the cases that wrk cannot do: a constant rate, and answers that end with the connection,
//! as those of `hellowire raw` do.
//!
//! ```text
//! load ADDRESS keep-alive|close same|different CONNECTIONS SECONDS [RATE]
//! ```
//!
//! `same` repeats one request. `different` changes the target, Host and Date with each request, as
//! requests.lua does. Each connection has one request in flight.
//!
//! With a RATE, in requests a second, requests are due at fixed times, spread evenly over the
//! connections, even if the server does not keep up. The latency begins when a request is due, so it
//! contains the wait for a slow answer before it. Otherwise a server that stalls would get fewer requests
//! meanwhile, and look fast (coordinated omission). Without a RATE, a request is due when the answer
//! before it has arrived.
//!
//! The load makes and tests the kept connections, and prints `ready`. It begins with the next line on
//! stdin. It prints one JSON object: the numbers of requests answered and failed, and the latencies in
//! microseconds.

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

/// The number of threads, as the benchmark runs wrk.
const THREADS: usize = 2;
const EVENTS: usize = 256;
const READ: usize = 16 * 1024;
/// How many different requests there are.
const DIFFERENT: u32 = 8192;
/// How long the first answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let Some(plan) = Plan::from_arguments() else {
        panic!("usage: load ADDRESS keep-alive|close same|different CONNECTIONS SECONDS [RATE]");
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

/// A percentile in microseconds; 0 without latencies.
fn percentile(sorted: &[Duration], percent: usize) -> u128 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .map_or(0, Duration::as_micros)
}

/// The load, by the program's arguments.
#[derive(Clone)]
struct Plan {
    address: SocketAddr,
    connections: usize,
    time: Duration,
    /// The time between two requests of one connection; `None` without a rate.
    interval: Option<Duration>,
    /// The requests, which each thread sends one after the other.
    requests: Vec<Vec<u8>>,
    /// The length of an answer; `None` where the connection's end ends it.
    answer: Option<usize>,
}

impl Plan {
    fn from_arguments() -> Option<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let (arguments, rate) = match arguments.as_slice() {
            [five @ .., rate] if five.len() == 5 => (five, Some(rate)),
            five => (five, None),
        };
        let [address, mode, kind, connections, seconds] = arguments else {
            return None;
        };
        let address = address.parse().ok()?;
        let connections = connections.parse().ok()?;
        let rate: Option<f64> = rate.map(|rate| rate.parse()).transpose().ok()?;
        let closes = match mode.as_str() {
            "keep-alive" => false,
            "close" => true,
            _ => return None,
        };
        let requests: Vec<_> = match kind.as_str() {
            "same" => vec![request("/", "127.0.0.1", "", closes)],
            "different" => (1..=DIFFERENT).map(|n| different(n, closes)).collect(),
            _ => return None,
        };
        let answer = if closes {
            None
        } else {
            Some(answer_length(address, &requests[0]).ok()?)
        };
        Some(Self {
            address,
            connections,
            time: Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?,
            interval: rate.map(|rate| Duration::from_secs(1).mul_f64(count(connections) / rate)),
            requests,
            answer,
        })
    }
}

/// Makes a request whose target, Host, Date and length depend on `n`.
fn different(n: u32, closes: bool) -> Vec<u8> {
    let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
    let date = format!("Date: Thu, 26 Nov 2026 {hour:02}:{minute:02}:{second:02} GMT\r\n");
    let target = format!("/{n}?q={}", u64::from(n) * 7919 % 1_000_003);
    let host = format!("h{}.test:{}", n % 997, 1024 + n % 60_000);
    request(&target, &host, &date, closes)
}

fn request(target: &str, host: &str, fields: &str, closes: bool) -> Vec<u8> {
    let end = if closes { "Connection: close\r\n" } else { "" };
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{fields}{end}\r\n").into_bytes()
}

fn count(connections: usize) -> f64 {
    u32::try_from(connections).map_or(f64::MAX, f64::from)
}

/// Asks once for the length of the server's answers, which are all the same.
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

/// A kept connection, or a sequence of connections.
struct Slot {
    socket: Option<TcpStream>,
    /// When the next request is due, since the start.
    due: Duration,
    /// How many bytes of the answer have arrived.
    received: usize,
}

/// A thread's share of the load.
struct Client {
    plan: Plan,
    epoll: OwnedFd,
    slots: Vec<Slot>,
    /// The index of the next request.
    request: usize,
    /// The due times of the slots without a request in flight.
    next: BinaryHeap<Reverse<(Duration, usize)>>,
    start: Instant,
    latencies: Vec<Duration>,
    failed: u64,
}

impl Client {
    fn new(plan: Plan, thread: usize) -> io::Result<Self> {
        let requests = plan.requests.len();
        let step = plan.interval.unwrap_or_default();
        let step = step.div_f64(count(plan.connections));
        let slots: Vec<_> = (thread..plan.connections)
            .step_by(THREADS)
            .map(|number| Slot {
                socket: None,
                due: step.mul_f64(count(number)),
                received: 0,
            })
            .collect();
        let dues = slots.iter().map(|slot| slot.due).zip(0..);
        let mut client = Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            next: dues.map(Reverse).collect(),
            slots,
            // Each thread begins at another request.
            request: requests * thread / THREADS,
            plan,
            start: Instant::now(),
            latencies: Vec::new(),
            failed: 0,
        };
        client.connect_kept()?;
        Ok(client)
    }

    /// Makes the kept connections. Waits for an answer on each, so that the server has accepted all.
    fn connect_kept(&mut self) -> io::Result<()> {
        let Some(length) = self.plan.answer else {
            return Ok(());
        };
        for number in 0..self.slots.len() {
            self.send(number)?;
            if let Some(socket) = &mut self.slots[number].socket {
                socket.read_exact(&mut vec![0; length])?;
            }
        }
        Ok(())
    }

    /// Runs the load. Returns the latencies of the answered requests, and the number of failed ones.
    fn run(mut self, start: Instant) -> (Vec<Duration>, u64) {
        // By default, a timer is up to 50 us late, which would count as the server's latency.
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
                let number = usize::try_from(event.data.u64()).expect("a slot's number");
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
        let kept = self.slots[number].socket.take();
        let socket = kept.map_or_else(|| self.connect(number), Ok)?;
        let slot = &mut self.slots[number];
        slot.received = 0;
        let request = &self.plan.requests[self.request];
        self.request = (self.request + 1) % self.plan.requests.len();
        slot.socket.insert(socket).write_all(request)
    }

    fn connect(&self, number: usize) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(self.plan.address)?;
        let data = EventData::new_u64(number as u64);
        epoll::add(&self.epoll, &socket, data, EventFlags::IN)?;
        Ok(socket)
    }

    fn receive(&mut self, number: usize, space: &mut [u8]) {
        let slot = &mut self.slots[number];
        let Some(socket) = &mut slot.socket else {
            return;
        };
        match (socket.read(space), self.plan.answer) {
            (Ok(0), None) if slot.received > 0 => {
                slot.socket = None;
                self.answered(number);
            }
            (Ok(0) | Err(_), _) => self.fail(number),
            (Ok(_), _) if slot.received == 0 && !space.starts_with(b"HTTP/1.1 200 ") => {
                self.fail(number);
            }
            (Ok(length), answer) => {
                slot.received += length;
                if answer == Some(slot.received) {
                    self.answered(number);
                }
            }
        }
    }

    fn answered(&mut self, number: usize) {
        let due = self.slots[number].due;
        let latency = self.start.elapsed().saturating_sub(due);
        self.latencies.push(latency);
        self.schedule(number);
    }

    fn fail(&mut self, number: usize) {
        self.failed += 1;
        self.slots[number].socket = None;
        self.schedule(number);
    }

    fn schedule(&mut self, number: usize) {
        let due = &mut self.slots[number].due;
        *due = match self.plan.interval {
            Some(interval) => *due + interval,
            None => self.start.elapsed(),
        };
        self.next.push(Reverse((*due, number)));
    }
}
