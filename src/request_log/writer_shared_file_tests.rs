//! The writer with a file to which another process appends.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::super::batch::Batch;
use super::super::queue::Overflow;
use super::super::sink::{Output, Target};
use super::tests::BOUND;
use super::*;

/// A file on a disk that is full for a moment. It accepts two bytes of the first write, and none of the
/// second, before which `meanwhile` runs as another process.
struct FullDisk<F> {
    file: File,
    writes: usize,
    meanwhile: F,
}

impl<F: FnMut()> Write for FullDisk<F> {
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

impl<F: FnMut() + Send> Output for FullDisk<F> {
    fn file(&self) -> Option<&File> {
        Some(&self.file)
    }
}

/// Another process may end within a record.
#[test]
fn no_record_continues_half_a_record_of_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let open = || {
        let mut options = File::options();
        options.append(true).create(true).open(&path).unwrap()
    };
    let queue = Arc::new(Queue::new(100, Overflow::Wait));
    let sink = Sink::new(open(), Target::File(path.clone()));
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

/// The first half of the record remains in the file, in one line with the bytes of the other process.
#[test]
fn a_cut_record_is_written_again_after_an_append_of_another_process() {
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
        let sink = FullDisk {
            file: open(),
            writes: 0,
            meanwhile: move || other.write_all(others.as_bytes()).unwrap(),
        };
        let queue = Arc::new(Queue::new(100, Overflow::Wait));
        let writer = Writer::new(
            Arc::clone(&queue),
            Sink::new(sink, Target::File(path.clone())),
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
