//! The sink under load: blocked, closed, full, and working again. With each `--log-overflow`, the records
//! and the reported losses add up to the answers. Where the service waits for a blocked sink, it loses
//! no record.

use std::fs::{self, File};
use std::io::Read;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::callers::{Callers, Manner, Tally};
use super::length;
use crate::sink::Tmpfs;
use crate::support::{Service, directory, run};
use crate::unread::{Unread, lost};

/// For how long the sink takes nothing.
fn a_while() -> Duration {
    length(Duration::from_secs(1), Duration::from_secs(10))
}

const MODES: [&str; 2] = ["wait", "drop"];

fn start(path: &str, mode: &str, queue: &str) -> Service {
    let options = ["--log-file", path, "--log-overflow", mode];
    Service::start(&[&options[..], &["--log-queue", queue]].concat())
}

fn call(service: &Service) -> Callers {
    Callers::start(service.address(), &[Manner::Kept; 4])
}

/// Expects each answered request to be among the records or the losses, which are returned, and no
/// record to be torn.
#[track_caller]
fn expect_all(what: &str, tally: &Tally, log: &str, said: &[String]) -> usize {
    let (records, lost) = (log.lines().count(), lost(said));
    println!(
        "{what}: {} answered, {records} recorded, {lost} lost, as said in {} lines",
        tally.answered.len(),
        said.len()
    );
    assert!(
        tally.failed.is_empty() && tally.halves.is_empty(),
        "{what}: {tally}"
    );
    assert_eq!(tally.answered.len(), records + lost, "{what}: {said:#?}");
    let is_torn = |record: &&str| !record.ends_with(r#" HTTP/1.1\r\nHost: a\r\n\r\n""#);
    assert_eq!(log.lines().find(is_torn), None, "{what}");
    lost
}

#[test]
fn a_sink_that_is_blocked_for_a_while() {
    for mode in MODES {
        let log = Unread::new();
        let service = start(&log.path, mode, "64KiB");
        let callers = call(&service);
        // The time itself is what is tested.
        thread::sleep(a_while());
        let reading = log.read();
        callers.wait_for(500);
        let tally = callers.stop();
        let (records, said) = reading.until_the_end_of(service);
        let what = format!("blocked, {mode}");
        let lost = expect_all(&what, &tally, &records.join("\n"), &said);
        if mode == "wait" {
            assert_eq!((lost, said), (0, vec![]));
            tally.expect_records(&records);
        } else {
            assert!(lost > 0, "{said:#?}");
        }
    }
}

/// A reader that goes away makes it a sink that fails: the service waits for none of these. Another
/// reader gets the rest, from the very byte on.
#[test]
fn a_sink_that_is_closed_for_a_while() {
    for mode in MODES {
        let directory = directory();
        let path = directory.path().join("fifo");
        run(Command::new("mkfifo").arg(&path));
        // Opening waits for the other side, here and there.
        let opening = thread::spawn({
            let path = path.clone();
            move || File::open(path).unwrap()
        });
        let service = start(path.to_str().unwrap(), mode, "64KiB");
        let callers = call(&service);
        let mut log = vec![0; 20_000];
        opening.join().unwrap().read_exact(&mut log).unwrap();
        let mut said = service.stderr.until("cannot write the log");
        thread::sleep(a_while());
        let mut reader = File::open(&path).unwrap();
        let reading = thread::spawn(move || {
            reader.read_to_end(&mut log).unwrap();
            log
        });
        said.extend(service.stderr.until(" again; "));
        callers.wait_for(500);
        let tally = callers.stop();
        said.extend(service.stop().stderr);
        let log = String::from_utf8(reading.join().unwrap()).unwrap();
        expect_all(&format!("closed, {mode}"), &tally, &log, &said);
    }
}

#[test]
#[ignore = "needs to mount a tmpfs"]
fn a_disk_with_room_again_after_a_while() {
    for mode in MODES {
        let disk = Tmpfs::mount("64m");
        let (filler, path) = (disk.0.path().join("filler"), disk.0.path().join("log"));
        fs::write(&filler, vec![0; (64 << 20) - (16 << 10)]).unwrap();
        let service = start(path.to_str().unwrap(), mode, "64KiB");
        let callers = call(&service);
        let mut said = service.stderr.until("No space left");
        thread::sleep(a_while());
        fs::remove_file(&filler).unwrap();
        said.extend(service.stderr.until(" again; "));
        callers.wait_for(500);
        let tally = callers.stop();
        said.extend(service.stop().stderr);
        let log = fs::read_to_string(&path).unwrap();
        expect_all(&format!("full, {mode}"), &tally, &log, &said);
    }
}
