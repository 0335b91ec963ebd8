//! An hour's worth of mixed traffic in ten minutes. After the first minute, memory does not grow. At the
//! end, the log has the record of each answer.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::callers::{Callers, Manner};
use super::length;
use crate::support::{Client, Service, directory, memory};

/// What memory may grow by between the second tenth of the time and the last, in kB: what an
/// allocator needs to play in.
const PLAY: u64 = 2_000;

/// One exchange of those that are not just a request and its answer.
#[derive(Debug, Clone)]
struct Odd {
    /// What is sent, with a pause between two parts.
    parts: Vec<Vec<u8>>,
    /// Ends its side then.
    finishes: bool,
    /// How the answer begins, or none where it is not awaited.
    answer: Option<&'static str>,
    /// What its record has in it, and no other's.
    record: &'static str,
}

impl Odd {
    fn new(bytes: impl Into<Vec<u8>>, answer: &'static str, record: &'static str) -> Self {
        Self {
            parts: vec![bytes.into()],
            finishes: false,
            answer: Some(answer),
            record,
        }
    }

    fn carry_out(&self, address: SocketAddr) {
        let mut client = Client::connect(address);
        for (number, part) in self.parts.iter().enumerate() {
            if number > 0 {
                thread::sleep(Duration::from_millis(20));
            }
            client.send(part);
        }
        if self.finishes {
            client.finish();
        }
        if let Some(expected) = self.answer {
            let answer = client.read_to_end();
            assert!(answer.starts_with(expected), "{self:?}: {answer:?}");
        }
    }

    /// Again and again, until it is over: how often.
    fn start(self, address: SocketAddr, is_over: &Arc<AtomicBool>) -> JoinHandle<(Self, usize)> {
        let is_over = Arc::clone(is_over);
        thread::spawn(move || {
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                self.carry_out(address);
                count += 1;
                thread::sleep(PACE);
            }
            (self, count)
        })
    }
}

/// Between two requests of a client: together some thousand a second, which leaves a small machine
/// room for those that make them.
const PACE: Duration = Duration::from_millis(10);

const OK: &str = "HTTP/1.1 200 OK\r\n";
const BAD: &str = "HTTP/1.1 400 Bad Request\r\n";

fn odd_ones() -> Vec<Odd> {
    let head = |name: &str, fields: &str| {
        format!("POST /{name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n")
    };
    let sized = head("sized", "Content-Length: 5000\r\n") + &"x".repeat(5000);
    let chunked = head("chunked", "Transfer-Encoding: chunked\r\n")
        + &format!("1388\r\n{}\r\n0\r\nA: b\r\n\r\n", "x".repeat(5000));
    let slow = head("slow", "Content-Length: 30\r\n") + &"x".repeat(30);
    let slow = slow.as_bytes().chunks(20).map(<[u8]>::to_vec).collect();
    let large = head("large", "Content-Length: 1000000\r\n") + &"x".repeat(1_000_000);
    let no_host = "GET /refused HTTP/1.1\r\n\r\n".to_owned();
    let half_closed = "GET /finished HTTP/1.1\r\nHost: a\r\n\r\n";
    let gone = head("gone", "Content-Length: 9\r\n") + "half";
    vec![
        Odd::new(sized, OK, "\"POST /sized "),
        Odd::new(chunked, OK, "\"POST /chunked "),
        Odd::new(large, OK, "\"POST /large "),
        Odd {
            parts: slow,
            ..Odd::new("", OK, "\"POST /slow ")
        },
        Odd::new(
            *b"\x16\x03\x01\x00garbage",
            BAD,
            "\"\\x16\\x03\\x01\\x00garbage",
        ),
        Odd::new(no_host, BAD, "\"GET /refused "),
        Odd {
            finishes: true,
            ..Odd::new(half_closed, OK, "\"GET /finished ")
        },
        Odd {
            answer: None,
            ..Odd::new(gone, "", "\"POST /gone ")
        },
    ]
}

fn odd_ones_to_raw() -> Vec<Odd> {
    let nothing = Odd::new("", OK, " 0 \"\"");
    vec![
        Odd::new(
            *b"\x16\x03\x01\x00garbage",
            OK,
            "\"\\x16\\x03\\x01\\x00garbage",
        ),
        Odd::new("GET /half HTTP", OK, "\"GET /half "),
        Odd {
            finishes: true,
            ..nothing
        },
        Odd {
            answer: None,
            ..Odd::new("gone", "", "\"gone\"")
        },
    ]
}

#[test]
#[ignore = "takes a while: ten minutes at full length"]
fn an_hours_traffic_leaves_memory_flat_and_every_record() {
    let manners = [
        Manner::Kept,
        Manner::Kept,
        Manner::Pipelined,
        Manner::EachAnew,
    ];
    soak(Service::start, &manners, odd_ones());
}

#[test]
#[ignore = "takes a while: ten minutes at full length"]
fn so_does_an_hours_traffic_to_raw() {
    soak(Service::raw, &[Manner::EachAnew; 4], odd_ones_to_raw());
}

fn soak(start: fn(&[&str]) -> Service, manners: &[Manner], odd: Vec<Odd>) {
    let lasts = length(Duration::from_secs(20), Duration::from_mins(10));
    let directory = directory();
    let path = directory.path().join("log");
    let service = start(&["--log-file", path.to_str().unwrap()]);
    let address = service.address();
    let is_over = Arc::default();
    let callers = Callers::start_slowly(address, manners, PACE / 5);
    let odd: Vec<_> = odd
        .into_iter()
        .map(|odd| odd.start(address, &is_over))
        .collect();
    let mut samples = Vec::new();
    let began = Instant::now();
    while began.elapsed() < lasts {
        thread::sleep(lasts / 200);
        samples.push(memory(service.id(), "VmRSS"));
    }
    is_over.store(true, Ordering::Relaxed);
    let tally = callers.stop();
    let odd: Vec<_> = odd.into_iter().map(|odd| odd.join().unwrap()).collect();
    let said = service.stop().stderr;
    let tenth = |number: usize| {
        let length = samples.len() / 10;
        samples[number * length..][..length]
            .iter()
            .max()
            .copied()
            .unwrap()
    };
    println!("{lasts:?}: {tally}");
    println!(
        "in kB, the most in each tenth: {:?}",
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(tenth)
    );
    let counts = odd.iter().map(|(odd, count)| (odd.record, *count));
    println!("the odd ones: {:?}", counts.clone().collect::<Vec<_>>());
    assert!(
        tally.failed.is_empty() && tally.halves.is_empty(),
        "{tally}"
    );
    assert_eq!(said, Vec::<String>::new());
    let lines = || {
        BufReader::new(File::open(&path).unwrap())
            .lines()
            .map(Result::unwrap)
    };
    tally.expect_records(lines());
    for (record, count) in counts {
        let recorded = lines().filter(|line| line.contains(record)).count();
        assert_eq!(recorded, count, "{record}");
    }
    assert!(tenth(9) <= tenth(1) + PLAY, "{samples:?}");
}
