//! The end of a service on a Unix socket: clients in its queue are answered, and a restart has no gap.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use super::{LAST, connect, place, read_to_end, start};
use crate::support::{BOUND, HELLO, Service, expect_answer};

/// There is one permit, and the first client has it. The others wait in the queue when the signal comes.
#[test]
fn who_is_in_the_queue_at_the_signal_is_answered() {
    let (_directory, path) = place();
    let service = start(&path, &["--max-connections", "1", "--workers", "2"]);
    let mut first = connect(&path);
    first.write_all(&LAST.as_bytes()[..10]).unwrap();
    let queued: Vec<_> = (0..20)
        .map(|_| {
            let mut client = connect(&path);
            client.write_all(LAST.as_bytes()).unwrap();
            client
        })
        .collect();
    service.signal(Signal::TERM);
    let began = Instant::now();
    while path.exists() {
        assert!(began.elapsed() < BOUND, "the file is still there");
        thread::yield_now();
    }
    let refused = UnixStream::connect(&path).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::NotFound);
    first.write_all(&LAST.as_bytes()[10..]).unwrap();
    for client in std::iter::once(&first).chain(&queued) {
        expect_answer(&read_to_end(client), 200, HELLO);
    }
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    assert_eq!(stopped.stdout.len(), 21);
}

/// One request on a connection of its own.
fn ask(path: &Path) -> Result<(), String> {
    let mut stream = UnixStream::connect(path).map_err(|error| format!("connect: {error}"))?;
    stream.set_read_timeout(Some(BOUND)).unwrap();
    let mut answer = String::new();
    let asked = stream
        .write_all(LAST.as_bytes())
        .and_then(|()| stream.read_to_string(&mut answer));
    match asked {
        Ok(_) if answer.ends_with(HELLO) => Ok(()),
        Ok(_) => Err(format!("answer: {answer:?}")),
        Err(error) => Err(format!("{error} after {answer:?}")),
    }
}

#[test]
fn twenty_restarts_with_reuse_port_fail_no_request() {
    let (directory, path) = place();
    let old = start(&path, &["--reuse-port"]);
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let caller = || {
        while !is_over.load(Ordering::Relaxed) {
            ask(&path)?;
            answered.fetch_add(1, Ordering::Relaxed);
        }
        Ok::<(), String>(())
    };
    let restart = |(old, records): (Service, usize), _| {
        let enough = answered.load(Ordering::Relaxed) + 20;
        let began = Instant::now();
        while answered.load(Ordering::Relaxed) < enough && began.elapsed() < BOUND {
            thread::yield_now();
        }
        let new = start(&path, &["--reuse-port"]);
        (new, records + old.stop().stdout.len())
    };
    let (last, records) = thread::scope(|scope| {
        let callers: Vec<_> = (0..4).map(|_| scope.spawn(caller)).collect();
        let after = (0..20).fold((old, 0), restart);
        is_over.store(true, Ordering::Relaxed);
        for caller in callers {
            assert_eq!(caller.join().unwrap(), Ok(()));
        }
        after
    });
    let records = records + last.stop().stdout.len();
    assert_eq!(records, answered.into_inner());
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}
