//! The writer with a misbehaving sink: what is written, what is counted, and that no record is torn. Each
//! test scripts its sink, and every wait has a bound.

use std::io::{self, Write};
use std::pin::pin;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;

use super::super::batch::Batch;
use super::super::queue::Overflow;
use super::super::sink::{Output, Target};
use super::*;

pub(super) const BOUND: Duration = Duration::from_secs(10);

/// The reaction of the sink to one write.
enum Step {
    /// Accepts at most this many bytes.
    Take(usize),
    Fail(io::ErrorKind),
}

/// A sink that takes one step for each write.
struct Scripted {
    steps: Receiver<Step>,
    begun: SyncSender<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.begun.try_send(());
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
    begun: Receiver<()>,
    written: Arc<Mutex<Vec<u8>>>,
    writer: JoinHandle<u64>,
}

impl Fixture {
    fn new(limit: usize, overflow: Overflow, target: Target) -> Self {
        let (steps, receiver) = sync_channel(64);
        let (begins, begun) = sync_channel(64);
        let written = Arc::default();
        let sink = Scripted {
            steps: receiver,
            begun: begins,
            written: Arc::clone(&written),
        };
        let queue = Arc::new(Queue::new(limit, overflow));
        let writer = Writer::new(Arc::clone(&queue), Sink::new(sink, target));
        Self {
            queue,
            steps,
            begun,
            written,
            writer: thread::spawn(move || writer.run()),
        }
    }

    fn push(&self, record: &str) {
        self.push_together(&[record]);
    }

    /// Pushes records in one batch.
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

    /// Waits until the writer has begun a write.
    fn until_writing(&self) {
        self.begun.recv_timeout(BOUND).unwrap();
    }

    /// Ends the writer. Returns the written text, and the number of lost records.
    fn close(self) -> (String, u64) {
        self.queue.close();
        let lost = self.writer.join().unwrap();
        let written = self.written.lock().unwrap().clone();
        (String::from_utf8(written).unwrap(), lost)
    }

    fn has_room(&self) -> bool {
        let mut waiter = None;
        let mut cx = Context::from_waker(Waker::noop());
        self.queue.poll_room(&mut waiter, &mut cx).is_ready()
    }
}

fn file() -> Target {
    Target::File("/nonexistent/hellowire.log".into())
}

#[test]
fn short_writes_are_continued() {
    let log = Fixture::new(100, Overflow::Wait, file());
    log.push("one\n");
    log.push("two\n");
    for _ in 0..8 {
        log.step(Step::Take(1));
    }
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 0));
}

#[test]
fn a_full_disk_loses_no_record_that_the_queue_can_hold() {
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
fn a_disk_that_remains_full_blocks_no_worker_and_drops_are_counted() {
    let log = Fixture::new(8, Overflow::Wait, file());
    log.push_together(&["one\n", "two\n"]);
    log.step(Step::Fail(io::ErrorKind::StorageFull));
    log.until_writing();
    log.until_writing();
    assert!(log.has_room(), "no worker waits for a failing sink");
    log.push("three\n");
    log.push("four\n");
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("one\ntwo\n".to_owned(), 2));
}

#[test]
fn records_that_a_full_disk_loses_at_the_end_are_counted() {
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
fn a_closed_pipe_ends_the_log() {
    let log = Fixture::new(8, Overflow::Wait, Target::Stdout);
    log.push("one\n");
    log.step(Step::Fail(io::ErrorKind::BrokenPipe));
    let deadline = Instant::now() + BOUND;
    while !log.queue.is_dead() {
        assert!(Instant::now() < deadline, "the failure was not noticed");
        thread::yield_now();
    }
    for _ in 0..100 {
        log.push("more\n");
        assert!(log.has_room());
    }
    assert_eq!(log.close(), (String::new(), 101));
}

/// A record after half a record would be torn too.
#[test]
fn no_record_is_written_after_half_a_record() {
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
fn a_queue_without_room_still_passes_records() {
    let log = Fixture::new(0, Overflow::Wait, file());
    assert!(log.has_room());
    log.push("one\n");
    assert!(!log.has_room());
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("one\n".to_owned(), 0));
}

#[test]
fn each_written_record_makes_room() {
    // Two records, each with two bytes for its end.
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
fn a_wait_ends_when_there_is_room() {
    let log = Fixture::new(8, Overflow::Wait, file());
    assert!(log.has_room());
    log.push("12345678");
    assert!(!log.has_room());
    log.until_writing();
    assert!(!log.has_room(), "the records of the writer still count");
    let mut waiter = None;
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(log.queue.poll_room(&mut waiter, &mut cx), Poll::Pending);
    log.step(Step::Take(100));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let room = std::future::poll_fn(|cx| log.queue.poll_room(&mut waiter, cx));
    runtime.block_on(async { tokio::time::timeout(BOUND, pin!(room)).await.unwrap() });
    assert_eq!(log.close(), ("12345678".to_owned(), 0));
}

#[test]
fn drops_are_counted_and_block_no_worker() {
    let log = Fixture::new(8, Overflow::Drop, file());
    log.push("1234567\n");
    log.until_writing();
    assert!(log.has_room());
    log.push("dropped\n");
    log.push("dropped\n");
    log.step(Step::Take(100));
    assert_eq!(log.close(), ("1234567\n".to_owned(), 2));
}
