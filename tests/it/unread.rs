//! A log that no process reads for a while: `--log-overflow` decides about the records.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::{HELLO, Service, directory, expect_answer, run};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A log that nobody reads at the moment: a FIFO that is held open. More than it and the queue can
/// hold is sent by requests of this size.
pub(crate) struct Unread {
    _directory: tempfile::TempDir,
    pub(crate) path: String,
    fifo: fs::File,
}

const BIG: usize = 60_000;

impl Unread {
    pub(crate) fn new() -> Self {
        let directory = directory();
        let path = directory.path().join("fifo").to_str().unwrap().to_owned();
        run(Command::new("mkfifo").arg(&path));
        let fifo = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        Self {
            _directory: directory,
            path,
            fifo,
        }
    }

    /// Reads from now on.
    pub(crate) fn read(self) -> Reading {
        let end = self.fifo.try_clone().unwrap();
        let lines = std::thread::spawn(move || {
            let lines = BufReader::new(&self.fifo).lines().map(Result::unwrap);
            lines.take_while(|line| line != THE_END).collect()
        });
        Reading { end, lines }
    }
}

/// A log that is being read.
pub(crate) struct Reading {
    end: fs::File,
    lines: JoinHandle<Vec<String>>,
}

/// The last line of such a log. Our own writing end would keep us waiting for more.
const THE_END: &str = "the end";

impl Reading {
    /// Stops the service: the records, and what it said.
    pub(crate) fn until_the_end_of(mut self, service: Service) -> (Vec<String>, Vec<String>) {
        let stopped = service.stop();
        writeln!(self.end, "{THE_END}").unwrap();
        (self.lines.join().unwrap(), stopped.stderr)
    }
}

/// How many records were lost, by what was said.
pub(crate) fn lost(said: &[String]) -> usize {
    let count = |line: &String| {
        let before = line.split_once(" records were lost")?.0;
        before.split_whitespace().last()?.parse::<usize>().ok()
    };
    said.iter().filter_map(count).sum()
}

fn post(client: &mut crate::support::Client) {
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {BIG}\r\n\r\n"
    ));
    client.send("x".repeat(BIG));
}

#[test]
fn with_drop_all_are_answered_and_what_is_lost_is_counted() {
    let log = Unread::new();
    let service = Service::start(&[
        "--log-file",
        &log.path,
        "--log-overflow",
        "drop",
        "--log-queue",
        "1KiB",
    ]);
    let mut client = service.connect();
    for _ in 0..10 {
        post(&mut client);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    let (records, said) = log.read().until_the_end_of(service);
    let lost = lost(&said);
    assert!(
        lost > 0 && records.len() + lost == 10,
        "{} records, {said:#?}",
        records.len()
    );
}

/// The time in which the log holds the service up is not the clients': none is let go for it.
#[test]
fn with_wait_clients_outlive_a_log_that_is_not_read() {
    let log = Unread::new();
    let times = [
        "--header-timeout",
        "300ms",
        "--idle-timeout",
        "300ms",
        "--workers",
        "1",
    ];
    let service = Service::start(
        &[
            &["--log-file", &log.path, "--log-queue", "1KiB"][..],
            &times,
        ]
        .concat(),
    );
    let mut first = service.connect();
    for _ in 0..2 {
        post(&mut first);
        expect_answer(&first.read_answer(), 200, HELLO);
    }
    let mut waiting = service.connect();
    for client in [&mut first, &mut waiting] {
        client.send(GET);
        client
            .0
            .set_read_timeout(Some(Duration::from_secs(1)))
            .unwrap();
        let (error, got) = client.try_read_answer().unwrap_err();
        assert_eq!((error.kind(), &*got), (std::io::ErrorKind::WouldBlock, ""));
        client
            .0
            .set_read_timeout(Some(crate::support::BOUND))
            .unwrap();
    }
    let answering = std::thread::spawn(move || {
        for client in [&mut first, &mut waiting] {
            expect_answer(&client.read_answer(), 200, HELLO);
        }
        service
    });
    // The first record that is read makes room.
    let reading = log.read();
    let service = answering.join().unwrap();
    let (records, said) = reading.until_the_end_of(service);
    assert_eq!((records.len(), said), (4, vec![]));
}

/// A sink that takes nothing must not hold the end up for longer than the drain may take.
#[test]
fn a_log_that_is_not_read_ends_with_the_drain() {
    let log = Unread::new();
    let service = Service::start(&[
        "--log-file",
        &log.path,
        "--drain-timeout",
        "500ms",
        "--log-queue",
        "1KiB",
        "--workers",
        "1",
    ]);
    let big = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{}",
        "x".repeat(60_000)
    );
    let mut client = service.connect();
    for _ in 0..2 {
        client.send(&big);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    // Now the service waits: nobody is answered.
    let mut waiting = service.connect();
    waiting
        .0
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    waiting.send(GET);
    assert!(waiting.try_read_answer().is_err());
    service.signal(Signal::TERM);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(1), "{stopped:#?}");
    assert!(
        stopped
            .stderr
            .iter()
            .any(|line| line.contains("the log did not take")),
        "{stopped:#?}"
    );
    drop(log);
}
