//! `--log-file` with a file that takes long to open: a signal stops the start. With a FIFO, the start waits
//! for a reader and says so. The tests do not check that it says so after half a second: a busy machine
//! takes longer.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{
    Client, HELLO, Lines, Service, directory, expect_answer, expect_record, program,
};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A service that waits for its log.
struct Waiting {
    child: Child,
    stderr: Lines,
    _directory: TempDir,
    path: PathBuf,
}

impl Waiting {
    #[track_caller]
    fn start(options: &[&str]) -> Self {
        let directory = directory();
        let path = directory.path().join("fifo");
        make_fifo(&path);
        Self::start_on(options, directory, path)
    }

    #[track_caller]
    fn start_on(options: &[&str], directory: TempDir, path: PathBuf) -> Self {
        let mut child = program()
            .args(options)
            .args(["--listen", "127.0.0.1:0", "--log-file"])
            .arg(&path)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = Lines::of(child.stderr.take().unwrap());
        Self {
            child,
            stderr,
            _directory: directory,
            path,
        }
    }

    #[track_caller]
    fn expect_word(&self) {
        let said = self.stderr.next();
        let path = self.path.display();
        assert_eq!(
            said,
            format!("waiting for somebody to read the log's FIFO, {path}")
        );
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_fifo_without_a_reader_is_named_and_waited_for() {
    for kind in [&[][..], &["raw"]] {
        let waiting = Waiting::start(kind);
        waiting.expect_word();
        // Its first reader lets the service start, and gets the records.
        let reader = File::open(&waiting.path).unwrap();
        let listening = waiting.stderr.next();
        let address = listening.rsplit('/').next().unwrap().parse().unwrap();
        let mut client = Client::connect(address);
        client.send(GET);
        client.finish();
        assert!(client.read_to_end().ends_with(HELLO));
        let record = BufReader::new(reader).lines().next().unwrap().unwrap();
        expect_record(&record, r#" #1.1 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#);
    }
}

/// More than a pipe holds: the reader is waited for as it is with any pipe.
#[test]
fn a_fifo_with_a_slow_reader_gets_all_of_it() {
    let waiting = Waiting::start(&["--log-body", "1MiB"]);
    waiting.expect_word();
    let reader = File::open(&waiting.path).unwrap();
    let listening = waiting.stderr.next();
    let address = listening.rsplit('/').next().unwrap().parse().unwrap();
    let mut client = Client::connect(address);
    let body = "x".repeat(1_000_000);
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    ));
    client.send(&body);
    expect_answer(&client.read_answer(), 200, HELLO);
    let record = BufReader::new(reader).lines().next().unwrap().unwrap();
    expect_record(&record, r#"xxx""#);
    assert!(record.len() > body.len(), "{}", record.len());
}

#[test]
fn a_signal_ends_the_wait_for_a_reader() {
    for (signal, code) in [
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TERM, 143),
    ] {
        let mut waiting = Waiting::start(&[]);
        waiting.expect_word();
        waiting.signal(signal);
        let rest = waiting.stderr.rest();
        assert_eq!(waiting.child.wait().unwrap().code(), Some(code), "{rest:?}");
        assert_eq!(rest, Vec::<String>::new());
    }
}

/// Whoever removes it has given up: a regular file in its place would be a surprise.
#[test]
fn a_fifo_that_is_removed_meanwhile_is_an_error_and_no_new_file() {
    let mut waiting = Waiting::start(&[]);
    waiting.expect_word();
    std::fs::remove_file(&waiting.path).unwrap();
    let said = waiting.stderr.next();
    assert!(
        said.contains("cannot open the log") && said.contains("the FIFO was removed"),
        "{said}"
    );
    assert_eq!(waiting.child.wait().unwrap().code(), Some(1));
    assert!(!waiting.path.exists());
}

/// Takes a lease on the file that it is given, and does not give it back. Says when it has it, and when
/// somebody wants to open the file for writing.
const LEASE: &str = "
import fcntl, signal, sys
file = open(sys.argv[1])
signal.signal(signal.SIGIO, lambda *_: print('asked', flush=True))
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
print('leased', flush=True)
while True: signal.pause()
";

/// The kernel lets whoever opens such a file wait, here for 45 s. It stands for a network's file system that
/// does not answer, and a serial line without a carrier.
#[test]
#[ignore = "needs Python 3"]
fn a_signal_ends_the_wait_for_a_file_under_a_lease() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let directory = directory();
        let path = directory.path().join("log");
        std::fs::write(&path, "").unwrap();
        let mut python = Command::new("python3");
        let holder = python.args(["-c", LEASE]).arg(&path);
        let holder = holder.stdout(Stdio::piped()).spawn().unwrap();
        let mut holder = Holder(holder);
        let held = Lines::of(holder.0.stdout.take().unwrap());
        assert_eq!(held.next(), "leased");
        let mut waiting = Waiting::start_on(&[], directory, path);
        assert_eq!(held.next(), "asked");
        waiting.signal(signal);
        let said = waiting.stderr.rest();
        assert_eq!(waiting.child.wait().unwrap().code(), Some(code), "{said:?}");
        assert_eq!(said, Vec::<String>::new());
    }
}

/// Holds the lease until it is dropped.
struct Holder(Child);

impl Drop for Holder {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A socket gives the same error as a FIFO without a reader, and never gets one.
#[test]
fn what_is_no_fifo_is_not_waited_for() {
    let directory = directory();
    let path = directory.path().join("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let mut child = program()
        .args(["--listen", "127.0.0.1:0", "--log-file"])
        .arg(&path)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = Lines::of(child.stderr.take().unwrap()).rest().join("\n");
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    assert!(said.contains("cannot open the log"), "{said}");
}

/// The log stays where it is, and nobody waits: not the service, and not its end.
#[test]
fn a_rotation_onto_a_fifo_without_a_reader_is_refused() {
    let directory = directory();
    let (path, old) = (directory.path().join("log"), directory.path().join("old"));
    let service = Service::start(&["--log-file", path.to_str().unwrap()]);
    std::fs::rename(&path, &old).unwrap();
    make_fifo(&path);
    service.signal(Signal::HUP);
    let said = service.stderr.next();
    assert!(
        said.contains("the log stays where it was") && said.contains("nobody reads from the FIFO"),
        "{said}"
    );
    expect_answer(&service.exchange(GET), 200, HELLO);
    service.stop();
    assert_eq!(std::fs::read_to_string(&old).unwrap().lines().count(), 1);
}

/// The file's end is looked at by its name, which may be anybody's by then.
#[test]
fn a_fifo_in_the_place_of_a_renamed_log_holds_nobody_up() {
    let directory = directory();
    let (log, renamed) = (directory.path().join("log"), directory.path().join("log.1"));
    std::fs::write(&log, "old\n").unwrap();
    let service = Service::start(&["--log-file", log.to_str().unwrap()]);
    std::fs::rename(&log, &renamed).unwrap();
    make_fifo(&log);
    service.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let stopped = service.stop();
    assert_eq!(stopped.status.code(), Some(0), "{:#?}", stopped.stderr);
    let records = std::fs::read_to_string(&renamed).unwrap();
    assert_eq!(records.lines().count(), 2, "{records}");
}

#[test]
fn a_reader_that_is_there_is_not_waited_for() {
    let directory = directory();
    let path = directory.path().join("fifo");
    make_fifo(&path);
    let _reader = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let path = path.to_str().unwrap();
    let service = Service::start(&["--log-file", path]);
    assert!(
        service.greeting.starts_with("listening"),
        "{}",
        service.greeting
    );
    service.stop();
}
