//! Clients that send requests all the time. Each request has a unique name; the client reports its result.
//!
//! A client tolerates a kept connection that ends between two answers: it connects and sends the request
//! again (RFC 9112 section 9.3.1). A failed connect, a connection that ends before its first answer, and
//! half an answer are failures.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::{BOUND, HELLO};

/// How many requests are sent at once where they are pipelined.
const DEEP: u64 = 16;

/// A connect that took longer is counted.
const LATE: Duration = Duration::from_millis(900);

/// How a caller uses its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Keeps its connection.
    Kept,
    /// Keeps it, and sends several requests at once.
    Pipelined,
    /// Makes a connection for each request.
    EachAnew,
}

/// What became of the requests.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The names of those that were answered.
    pub(super) answered: Vec<String>,
    /// How often a kept connection had ended between two answers, in which way.
    pub(super) retried: BTreeMap<String, u64>,
    /// How often each failure came.
    pub(super) failed: BTreeMap<String, u64>,
    /// Answers of which a part came.
    pub(super) halves: Vec<String>,
    /// How long each connection took.
    pub(super) connects: Vec<Duration>,
}

/// Callers at work.
#[derive(Debug)]
pub(super) struct Callers {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Tally>>,
}

impl Callers {
    /// Starts a caller for each of `manners`.
    pub(super) fn start(address: SocketAddr, manners: &[Manner]) -> Self {
        Self::start_slowly(address, manners, Duration::ZERO)
    }

    /// The same for callers that pause before they ask again.
    pub(super) fn start_slowly(address: SocketAddr, manners: &[Manner], pause: Duration) -> Self {
        let (stop, answers) = (Arc::default(), Arc::default());
        let start = |(number, &manner)| {
            let mut caller = Caller {
                address,
                manner,
                pause,
                number,
                asked: 0,
                answers: Arc::clone(&answers),
                tally: Tally::default(),
            };
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                caller.call_until(&stop);
                caller.tally
            })
        };
        let threads = manners.iter().enumerate().map(start).collect();
        Self {
            stop,
            answers,
            threads,
        }
    }

    /// Waits until so many more have been answered.
    #[track_caller]
    pub(super) fn wait_for(&self, more: u64) {
        let enough = self.answers.load(Ordering::Relaxed) + more;
        let deadline = Instant::now() + BOUND;
        while self.answers.load(Ordering::Relaxed) < enough {
            assert!(Instant::now() < deadline, "no {more} answers came");
            thread::yield_now();
        }
    }

    /// Ends them.
    pub(super) fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut total = Tally::default();
        for thread in self.threads {
            total.add(thread.join().unwrap());
        }
        total
    }
}

impl Tally {
    /// Adds another.
    pub(super) fn add(&mut self, other: Self) {
        self.answered.extend(other.answered);
        add(&mut self.retried, other.retried);
        add(&mut self.failed, other.failed);
        self.halves.extend(other.halves);
        self.connects.extend(other.connects);
    }

    fn fail(&mut self, failure: String) {
        *self.failed.entry(failure).or_default() += 1;
        // Who has failed does not come again at once.
        thread::sleep(Duration::from_millis(1));
    }

    /// Expects that none of the answered requests is missing in these `line` records.
    #[track_caller]
    pub(super) fn expect_records(&self, records: impl IntoIterator<Item = impl AsRef<str>>) {
        let name = |record: &_| name(AsRef::as_ref(record)).map(str::to_owned);
        let recorded: HashSet<_> = records
            .into_iter()
            .filter_map(|record| name(&record))
            .collect();
        let missing = |name: &&String| !recorded.contains(name.as_str());
        let missing: Vec<_> = self.answered.iter().filter(missing).take(5).collect();
        assert!(
            missing.is_empty(),
            "of {} answered and {} recorded, missing: {missing:?}",
            self.answered.len(),
            recorded.len()
        );
    }
}

fn add(total: &mut BTreeMap<String, u64>, counts: BTreeMap<String, u64>) {
    for (what, count) in counts {
        *total.entry(what).or_default() += count;
    }
}

/// What is printed of it.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A SYN that is not answered is sent again after a second.
        let late = self.connects.iter().filter(|took| **took > LATE).count();
        write!(
            f,
            "{} answered, {} halves, asked again on another connection {:?}, failed {:?}; \
             {} connects, {late} later than {LATE:?}, the slowest {:?}",
            self.answered.len(),
            self.halves.len(),
            self.retried,
            self.failed,
            self.connects.len(),
            self.connects.iter().max().copied().unwrap_or_default(),
        )
    }
}

/// The name in a record.
fn name(record: &str) -> Option<&str> {
    Some(record.split_once("\"GET ")?.1.split_once(' ')?.0)
}

struct Caller {
    address: SocketAddr,
    manner: Manner,
    pause: Duration,
    number: usize,
    asked: u64,
    answers: Arc<AtomicU64>,
    tally: Tally,
}

impl Caller {
    fn call_until(&mut self, stop: &AtomicBool) {
        let mut kept = None;
        while !stop.load(Ordering::Relaxed) {
            if !self.pause.is_zero() {
                thread::sleep(self.pause);
            }
            let is_kept = kept.is_some();
            let socket = match kept.take() {
                Some(socket) => Ok(socket),
                None => self.connect(),
            };
            match socket {
                Ok(socket) => kept = self.ask(socket, is_kept),
                Err(error) => self.tally.fail(format!("connecting: {error}")),
            }
        }
    }

    fn connect(&mut self) -> io::Result<TcpStream> {
        let began = Instant::now();
        let socket = TcpStream::connect_timeout(&self.address, BOUND)?;
        self.tally.connects.push(began.elapsed());
        socket.set_read_timeout(Some(BOUND))?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }

    /// Asks as its manner is, and gives the connection back where it can be kept.
    fn ask(&mut self, mut socket: TcpStream, is_kept: bool) -> Option<TcpStream> {
        let (count, field) = match self.manner {
            Manner::Kept => (1, ""),
            Manner::Pipelined => (DEEP, ""),
            Manner::EachAnew => (1, "Connection: close\r\n"),
        };
        let names = (0..count).map(|more| format!("/{}/{}", self.number, self.asked + more));
        let names: Vec<_> = names.collect();
        let request = |name| format!("GET {name} HTTP/1.1\r\nHost: a\r\n{field}\r\n");
        let requests: String = names.iter().map(request).collect();
        let mut answers = Answers::default();
        let result = socket
            .write_all(requests.as_bytes())
            .and_then(|()| answers.read(&mut socket, names.len()));
        self.asked += answers.whole as u64;
        self.answers
            .fetch_add(answers.whole as u64, Ordering::Relaxed);
        let has_answered = answers.whole > 0;
        self.tally
            .answered
            .extend(names.into_iter().take(answers.whole));
        if !answers.bytes.is_empty() {
            let half = answers.bytes.escape_ascii().to_string();
            self.tally.halves.push(half);
        }
        match result {
            Ok(()) if self.manner != Manner::EachAnew && !answers.is_last => return Some(socket),
            Ok(()) => {}
            Err(error) if is_kept || has_answered => {
                *self.tally.retried.entry(error.to_string()).or_default() += 1;
            }
            Err(error) => self.tally.fail(format!("on a new connection: {error}")),
        }
        None
    }
}

/// Answers as they come.
#[derive(Debug, Default)]
struct Answers {
    /// How many were whole.
    whole: usize,
    /// The last of them ends the connection.
    is_last: bool,
    /// What came behind them.
    bytes: Vec<u8>,
}

impl Answers {
    /// Reads until so many are whole.
    fn read(&mut self, socket: &mut TcpStream, count: usize) -> io::Result<()> {
        let mut some = [0; 4096];
        while self.whole < count {
            match socket.read(&mut some)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.bytes.extend_from_slice(&some[..length]),
            }
            while let Some(length) = length_of_one(&self.bytes) {
                let answer: Vec<_> = self.bytes.drain(..length).collect();
                assert!(
                    answer.starts_with(b"HTTP/1.1 200 OK\r\n"),
                    "{}",
                    answer.escape_ascii()
                );
                let answer = String::from_utf8_lossy(&answer);
                self.is_last = answer.contains("\r\nconnection: close\r\n");
                self.whole += 1;
            }
        }
        Ok(())
    }
}

/// The length of the Hello World that `bytes` begin with, once it is whole.
fn length_of_one(bytes: &[u8]) -> Option<usize> {
    let end = b"\r\n\r\n";
    let head = bytes.windows(end.len()).position(|window| window == end)?;
    let length = head + end.len() + HELLO.len();
    (bytes.len() >= length).then_some(length)
}
