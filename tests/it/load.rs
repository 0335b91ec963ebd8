//! Many clients at once, and a signal under load: each answered request has its record.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Client, HELLO, Service, memory, program};

const CLIENTS: usize = 64;

/// How many answers the clients have together before the signal.
const ENOUGH: u64 = 5_000;

/// Clients that ask and ask, each request by its own name, until their service ends. Returns the
/// names that were answered. `enough` is called once there are enough.
fn ask_until_the_end(address: SocketAddr, enough: impl FnOnce()) -> HashSet<String> {
    let answers = Arc::new(AtomicU64::new(0));
    let is_enough = Arc::new(Barrier::new(2));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (answers, is_enough) = (Arc::clone(&answers), Arc::clone(&is_enough));
            thread::spawn(move || ask(address, client, &answers, &is_enough))
        })
        .collect();
    is_enough.wait();
    enough();
    clients
        .into_iter()
        .flat_map(|client| client.join().unwrap())
        .collect()
}

fn ask(
    address: SocketAddr,
    client: usize,
    answers: &AtomicU64,
    is_enough: &Barrier,
) -> Vec<String> {
    let mut connection = Client::connect(address);
    let mut answered = Vec::new();
    for number in 0.. {
        let name = format!("/{client}/{number} ");
        let request = format!("GET {name}HTTP/1.1\r\nHost: a\r\n\r\n");
        if std::io::Write::write_all(&mut connection.0, request.as_bytes()).is_err() {
            break;
        }
        match connection.try_read_answer() {
            Ok(answer) => assert!(answer.ends_with(HELLO), "{answer}"),
            // A whole answer or none.
            Err((_, got)) => {
                assert_eq!(got, "", "half an answer");
                break;
            }
        }
        answered.push(name);
        if answers.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
            is_enough.wait();
        }
    }
    answered
}

/// The names in these records.
fn names(records: &[String]) -> HashSet<String> {
    let name = |record: &String| {
        Some(
            record
                .split_once("\"GET ")?
                .1
                .split_once("HTTP")?
                .0
                .to_owned(),
        )
    };
    records.iter().filter_map(name).collect()
}

#[test]
fn every_answer_has_its_record_when_a_signal_comes_under_load() {
    let service = Service::start(&[]);
    let answered = ask_until_the_end(service.address(), || service.signal(Signal::TERM));
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{:#?}", stopped.stderr);
    let recorded = names(&stopped.stdout);
    let missing: Vec<_> = answered.difference(&recorded).take(5).collect();
    assert!(
        answered.len() as u64 >= ENOUGH && missing.is_empty(),
        "missing: {missing:?}"
    );
}

/// The same with a reader that takes the log slowly: the service waits for it, in bounded memory.
#[test]
fn a_slow_reader_loses_nothing_and_memory_is_bounded() {
    let mut child = program()
        .args(["--listen", "127.0.0.1:0", "--log-queue", "16KiB"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = stderr.next().unwrap().unwrap();
    let address = listening.rsplit('/').next().unwrap().parse().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reading = thread::spawn(move || {
        let mut log = Vec::new();
        let mut some = [0; 10_000];
        loop {
            match stdout.read(&mut some).unwrap() {
                0 => return String::from_utf8(log).unwrap(),
                length => log.extend_from_slice(&some[..length]),
            }
            // The slow reader itself, 1 MB/s; nothing is waited for here.
            thread::sleep(std::time::Duration::from_millis(10));
        }
    });
    let pid = Pid::from_child(&child);
    let mut peak = 0;
    let answered = ask_until_the_end(address, || {
        peak = memory(child.id(), "VmHWM");
        kill_process(pid, Signal::TERM).unwrap();
    });
    let log: Vec<String> = reading.join().unwrap().lines().map(str::to_owned).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let recorded = names(&log);
    let missing: Vec<_> = answered.difference(&recorded).take(5).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(peak < 64_000, "{peak} kB");
}
