//! A low limit of descriptors. A program that needs more fails at its start and names the number that it
//! needs. A program that starts does all its work.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use crate::support::{BOUND, Service, directory, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// From the least with which a program that is linked at its start reaches its own code.
const LIMITS: RangeInclusive<u64> = 4..=64;

/// How many descriptors the tests' parent may have left open.
const LEFT_OPEN: u64 = 4;

/// The program with at most so many descriptors.
fn limited(limit: u64, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script]).arg(program().get_program());
    shell.args(arguments).env("LC_ALL", "C.UTF-8");
    shell
}

/// Expects that the program has not started, and says which limit would do.
#[track_caller]
fn needed(output: &Output, limit: u64, purpose: &str) -> u64 {
    let said = str::from_utf8(&output.stderr).unwrap();
    let start = format!(
        "hellowire: the limit on open descriptors (ulimit -n) is {limit}: {purpose} needs at least "
    );
    let needed = said.strip_prefix(&start).map(str::trim_end);
    let needed = needed.and_then(|number| number.parse().ok());
    assert_eq!(output.status.code(), Some(1), "{limit}: {said}");
    needed.unwrap_or_else(|| panic!("{limit}: {said:?} is not {start:?} and a number"))
}

/// Which limit the service says that it needs; with none, it has to serve.
fn serve(limit: u64, command: &[&str], purpose: &str) -> Option<u64> {
    let directory = directory();
    let log = directory.path().join("log");
    let options = [
        "--listen",
        "127.0.0.1:0",
        "--log-file",
        log.to_str().unwrap(),
    ];
    let mut command = limited(limit, &[command, &options].concat());
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    match Service::of(child) {
        Ok(service) => serves(service, &log),
        Err(output) => return Some(needed(&output, limit, purpose)),
    }
    None
}

/// Expects all that a service does: to answer, to open its log again, to drain.
fn serves(service: Service, log: &Path) {
    let asked = |log: &Path| {
        assert!(service.exchange(GET).ends_with("Hello World"));
        wait_for(log, "GET / HTTP");
    };
    asked(log);
    fs::rename(log, log.with_extension("1")).unwrap();
    service.signal(Signal::HUP);
    wait_for(log, "");
    asked(log);
    let stopped = service.stop();
    // That there are fewer than connections need is said, and nothing else.
    let is_other = |line: &&String| !line.contains("10000 connections need");
    let other: Vec<_> = stopped.stderr.iter().filter(is_other).collect();
    assert!(other.is_empty(), "{other:#?}");
}

/// Waits until a file is there and has this in it.
#[track_caller]
fn wait_for(file: &Path, part: &str) {
    let deadline = Instant::now() + BOUND;
    while !fs::read_to_string(file).is_ok_and(|text| text.contains(part)) {
        assert!(
            Instant::now() < deadline,
            "no {part:?} in {}",
            file.display()
        );
        thread::yield_now();
    }
}

/// Expects that each limit below one fails with a number that is higher, and all others serve.
fn sweep(command: &[&str], workers: &str, purpose: &str) {
    let command = [command, &["--workers", workers]].concat();
    let named = LIMITS.map(|limit| (limit, serve(limit, &command, purpose)));
    expect_one_number(&named.collect::<Vec<_>>(), purpose);
}

/// The number does not depend on the limit, but for what the tests' parent left open: descriptors above
/// the limit are not seen.
#[track_caller]
fn expect_one_number(named: &[(u64, Option<u64>)], purpose: &str) {
    let least = named.iter().filter_map(|(_, needed)| *needed).max();
    let least = least.expect("the lowest limit should not do");
    println!("{purpose} needs {least} descriptors");
    for &(limit, needed) in named {
        let is_right = match needed {
            Some(needed) => limit < needed && needed + LEFT_OPEN >= least,
            None => limit >= least,
        };
        assert!(is_right, "{needed:?} with a limit of {limit} of {least}");
    }
}

#[test]
fn a_worker_serves_or_says_what_it_needs() {
    sweep(&[], "1", "serving with 1 worker");
}

#[test]
fn two_workers_serve_or_say_what_they_need() {
    sweep(&[], "2", "serving with 2 workers");
}

#[test]
fn eight_workers_serve_or_say_what_they_need() {
    sweep(&[], "8", "serving with 8 workers");
}

#[test]
fn the_fallback_serves_or_says_what_it_needs() {
    sweep(&["raw"], "2", "serving with 2 workers");
}

/// Of a name each worker has more than one listener.
#[test]
fn the_listeners_of_a_name_count() {
    let mut least = None;
    for limit in LIMITS {
        let options = ["--workers", "2", "--listen", "localhost:0", "--log", "off"];
        let mut command = limited(limit, &options);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        match Service::of(command.stdout(Stdio::null()).spawn().unwrap()) {
            Ok(service) => {
                assert!(service.exchange(GET).ends_with("Hello World"));
                service.stop();
            }
            Err(output) => {
                least = Some(limit);
                // Or that a listener could not be had.
                let said = str::from_utf8(&output.stderr).unwrap();
                let is_clear =
                    said.contains("(ulimit -n) is") || said.contains("Too many open files");
                assert!(is_clear, "{limit}: {said}");
                assert_eq!(output.status.code(), Some(1), "{limit}: {said}");
            }
        }
    }
    println!("listening on a name fails with at most {least:?} descriptors");
}

/// The client, the chat and the probe do their work, or say what they need.
#[test]
fn who_calls_says_what_it_needs() {
    let service = Service::raw(&["--log", "off"]);
    let to = service.address().to_string();
    for command in [
        &["send", "a", "--to", &to][..],
        &["health", &to],
        &["chat", "connect", &to],
    ] {
        let named = LIMITS.map(|limit| {
            let mut command = limited(limit, command);
            let output = command.stdin(Stdio::null()).output().unwrap();
            let is_done = output.status.success();
            let needed = (!is_done).then(|| needed(&output, limit, "this command"));
            (limit, needed)
        });
        expect_one_number(&named.collect::<Vec<_>>(), command[0]);
    }
}
