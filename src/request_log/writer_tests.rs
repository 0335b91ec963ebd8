//! The writer against sinks that misbehave: what is written, what is counted, and that nothing is
//! torn. The sinks are driven by hand; every wait has a bound.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::pin::pin;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;

use super::super::batch::Batch;
use super::super::queue::Overflow;
use super::super::sink::{Output, Target};
use super::*;

const BOUND: Duration = Duration::from_secs(10);

/// What the sink does with one write.
enum Step {
    /// Takes this many bytes at most.
    Take(usize),
    Fail(io::ErrorKind),
}

/// A sink that does what it is told, a step a write.
struct Scripted {
    steps: Receiver<Step>,
    asked: SyncSender<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.asked.try_send(());
        match self.steps.recv_timeout(BOUND).unwrap() {
            Step::Take(most) => {
                let taken = &bytes[..most.min(bytes.len())];
                self.written.lock().unwrap().extend_from_slice(taken);
                Ok(taken.len())
            }
            Step::Fail(kind) => Err(kind.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for Scripted {}

struct Fixture {
    queue: Arc<Queue>,
    steps: SyncSender<Step>,
    asked: Receiver<()>,
    written: Arc<Mutex<Vec<u8>>>,
    writer: JoinHandle<u64>,
}

impl Fixture {
    fn new(limit: usize, overflow: Overflow, target: Target) -> Self {
        let (steps, receiver) = sync_channel(64);
        let (asks, asked) = sync_channel(64);
        let written = Arc::default();
        let sink = Scripted {
            steps: receiver,
            asked: asks,
            written: Arc::clone(&written),
        };
        let queue = Arc::new(Queue::new(limit, overflow));
        let writer = Writer::new(Arc::clone(&queue), Sink::of(sink, target));
        Self {
            queue,
            steps,
            asked,
            written,
            writer: thread::spawn(move || writer.run()),
        }
    }

    fn push(&self, record: &str) {
        self.push_together(&[record]);
    }

    /// Pushes records so that the writer finds all or none.
    fn push_together(&self, records: &[&str]) {
        let mut batch = Batch::default();
        for record in records {
            batch.add(|bytes| bytes.extend_from_slice(record.as_bytes()));
        }
        self.queue.push(&mut batch);
    }

    fn step(&self, step: Step) {
        self.steps.send(step).unwrap();
    }

    /// Waits until the writer stands in a write.
    fn until_writing(&self) {
        self.asked.recv_timeout(BOUND).unwrap();
    }

    /// Ends the writer: what was written, and how many records were lost.
    fn close(self) -> (String, u64) {
        self.queue.close();
        let lost = self.writer.join().unwrap();
        let written = self.written.lock().unwrap().clone();
        (String::from_utf8(written).unwrap(), lost)
    }

    fn has_room(&self) -> bool {
        let mut waiting = None;
        let mut cx = Context::from_waker(Waker::noop());
        self.queue.poll_room(&mut waiting, &mut cx).is_ready()
    }
}

fn file() -> Target {
    Target::File("/nonexistent/hellowire.log".into())
}

#[test]
fn short_writes_are_gone_on_with() {
    let log = Fixture::new(100, Overflow::Wait, file());
    log.push("one\n");
    log.push("two\n");
    for _ in 0..8 {
        log.step(Step::Take(1));
    }
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 0));
}

#[test]
fn a_full_disk_loses_nothing_that_the_queue_can_hold() {
    let log = Fixture::new(100, Overflow::Wait, file());
    log.push("one\n");
    log.step(Step::Take(2));
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    log.step(Step::Take(100));
    log.step(Step::Take(100));
    for _ in 0..4 {
        log.until_writing();
    }
    log.push("two\n");
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 0));
}

#[test]
fn a_disk_that_stays_full_holds_nobody_up_and_drops_are_counted() {
    let log = Fixture::new(8, Overflow::Wait, file());
    log.push_together(&["one\n", "two\n"]);
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    log.until_writing();
    log.until_writing();
    assert!(log.has_room(), "a failing sink is not waited for");
    log.push("three\n");
    log.push("four\n");
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 2));
}

#[test]
fn a_full_disk_at_the_end_is_counted() {
    let log = Fixture::new(100, Overflow::Wait, file());
    log.push_together(&["one\n", "two\n"]);
    log.step(Step::Take(5));
    for _ in 0..3 {
        log.step(Step::Fail(io::ErrorKind::StorageFull));
    }
    log.until_writing();
    assert_eq!(log.close(), ("one\nt".to_owned(), 1));
}

#[test]
fn a_closed_pipe_is_given_up() {
    let log = Fixture::new(8, Overflow::Wait, Target::Stdout);
    log.push("one\n");
    log.step(Step::Fail(io::ErrorKind::BrokenPipe));
    let deadline = Instant::now() + BOUND;
    while !log.queue.is_dead() {
        assert!(Instant::now() < deadline, "the failure is not seen");
        thread::yield_now();
    }
    for _ in 0..100 {
        log.push("more\n");
        assert!(log.has_room());
    }
    assert_eq!(log.close(), (String::new(), 101));
}

/// Half a record is the last that is written: what is behind it would be torn too.
#[test]
fn nothing_is_written_behind_half_a_record() {
    let log = Fixture::new(100, Overflow::Wait, file());
    log.push("one\n");
    log.step(Step::Take(2));
    log.until_writing();
    log.until_writing();
    log.push("two\n");
    log.queue.close();
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    assert_eq!(log.close(), ("on".to_owned(), 2));
}

#[test]
fn a_queue_of_nothing_still_lets_records_through() {
    let log = Fixture::new(0, Overflow::Wait, file());
    assert!(log.has_room());
    log.push("one\n");
    assert!(!log.has_room());
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("one\n".to_owned(), 0));
}

#[test]
fn room_is_given_back_as_it_is_written() {
    // Each record, and two bytes for its end.
    let log = Fixture::new(12, Overflow::Wait, file());
    log.push_together(&["one\n", "two\n"]);
    log.until_writing();
    assert!(!log.has_room());
    log.step(Step::Take(3));
    log.until_writing();
    assert!(!log.has_room(), "the record may have to be written again");
    log.step(Step::Take(1));
    log.until_writing();
    assert!(log.has_room(), "one record is written");
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 0));
}

#[test]
fn waiting_has_a_bound_and_ends_when_there_is_room() {
    let log = Fixture::new(8, Overflow::Wait, file());
    assert!(log.has_room());
    log.push("12345678");
    assert!(!log.has_room());
    log.until_writing();
    assert!(!log.has_room(), "what is being written still counts");
    let mut waiting = None;
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(log.queue.poll_room(&mut waiting, &mut cx), Poll::Pending);
    log.step(Step::Take(100));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let room = std::future::poll_fn(|cx| log.queue.poll_room(&mut waiting, cx));
    runtime.block_on(async { tokio::time::timeout(BOUND, pin!(room)).await.unwrap() });
    assert_eq!(log.close(), ("12345678".to_owned(), 0));
}

#[test]
fn dropping_keeps_the_speed_and_counts() {
    let log = Fixture::new(8, Overflow::Drop, file());
    log.push("1234567\n");
    log.until_writing();
    assert!(log.has_room());
    log.push("dropped\n");
    log.push("dropped\n");
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("1234567\n".to_owned(), 2));
}

/// A file on a disk that is full for a moment: it takes two bytes of the first write, and nothing of the second,
/// before which another process does what `meanwhile` does.
struct Full<F> {
    file: File,
    writes: usize,
    meanwhile: F,
}

impl<F: FnMut()> Write for Full<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        match self.writes {
            1 => self.file.write(&bytes[..2]),
            2 => {
                (self.meanwhile)();
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => self.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut() + Send> Output for Full<F> {
    fn file(&self) -> Option<&File> {
        Some(&self.file)
    }
}

/// What another process was cut in the middle of is not gone on with, though it says nothing of its end.
#[test]
fn no_record_is_written_behind_half_of_another_processs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let open = || {
        let mut options = File::options();
        options.append(true).create(true).open(&path).unwrap()
    };
    let queue = Arc::new(Queue::new(100, Overflow::Wait));
    let sink = Sink::of(open(), Target::File(path.clone()));
    let writer = Writer::new(Arc::clone(&queue), sink);
    let writer = thread::spawn(move || writer.run());
    let push = |record: &str| {
        let mut batch = Batch::default();
        batch.add(|bytes| bytes.extend_from_slice(record.as_bytes()));
        queue.push(&mut batch);
    };
    push("one\n");
    wait_for(&path, "one\n");
    open().write_all(b"hal").unwrap();
    push("two\n");
    wait_for(&path, "one\nhal\ntwo\n");
    open().write_all(b"whole\n").unwrap();
    push("three\n");
    wait_for(&path, "one\nhal\ntwo\nwhole\nthree\n");
    queue.close();
    assert_eq!(writer.join().unwrap(), 0);
}

#[track_caller]
fn wait_for(path: &Path, expected: &str) {
    let deadline = Instant::now() + BOUND;
    loop {
        let found = std::fs::read_to_string(path).unwrap();
        if found == expected {
            return;
        }
        let is_late = Instant::now() > deadline;
        assert!(!is_late, "{found:?}, expected {expected:?}");
        thread::yield_now();
    }
}

/// What is cut stays in one line with what stands behind it: nobody can take it back.
#[test]
fn a_record_that_was_cut_is_written_anew_where_another_process_has_appended() {
    for (others, expected) in [
        ("", "one\n"),
        ("other\n", "onother\none\n"),
        ("oth", "onoth\none\n"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let open = || {
            let mut options = File::options();
            options.append(true).create(true).open(&path).unwrap()
        };
        let mut other = open();
        let sink = Full {
            file: open(),
            writes: 0,
            meanwhile: move || other.write_all(others.as_bytes()).unwrap(),
        };
        let queue = Arc::new(Queue::new(100, Overflow::Wait));
        let writer = Writer::new(
            Arc::clone(&queue),
            Sink::of(sink, Target::File(path.clone())),
        );
        let mut batch = Batch::default();
        batch.add(|bytes| bytes.extend_from_slice(b"one\n"));
        queue.push(&mut batch);
        let writer = thread::spawn(move || writer.run());
        wait_for(&path, expected);
        queue.close();
        assert_eq!(writer.join().unwrap(), 0);
    }
}
