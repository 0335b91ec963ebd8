//! The service under fire: with bad clients, with few resources, and with failing sinks. Each test checks
//! the log as well as the answers.
//!
//! A test that takes seconds is a plain test. A test that takes longer, or needs root or thousands of
//! descriptors, is ignored. It prints its figures. `.ci/run` runs it at a short length;
//! `HELLOWIRE_FIRE=full` sets the full length. `docs/under-fire.md` has the figures of that.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::fs::{self, DirEntry};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::BOUND;

/// Clients that ask and ask.
mod callers;
/// More clients than descriptors.
mod descriptors;
/// Fewer descriptors than it takes to start.
mod few;
/// The page that shows the requests.
mod inspected;
/// Clients that must not notice each other.
mod isolation;
/// Clients that have much kept of them.
pub(crate) mod memory;
/// A bug of our own.
mod panics;
/// What the log's queue takes.
mod queue;
/// A new process takes over from an old one.
mod restart;
/// Two processes that append to one file.
mod shared_file;
/// A signal in the middle of load.
mod sigterm;
/// A sink that takes nothing for a while.
mod sink;
/// Clients that hardly send.
mod slow;
/// All of it together, for long.
mod soak;
/// The end of a service without clients.
mod stop;
/// Clients that take no answers.
mod untaken;
/// Clients that vanish.
mod vanish;

/// The CPU time that a process has used.
pub(crate) fn cpu_time(id: u32) -> Duration {
    // The first number of each thread's, in nanoseconds.
    let of_thread = |thread: io::Result<DirEntry>| {
        let path = thread.unwrap().path().join("schedstat");
        let numbers = fs::read_to_string(path).unwrap();
        let first = numbers.split(' ').next().unwrap();
        first.parse().map(Duration::from_nanos).unwrap()
    };
    let threads = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    threads.map(of_thread).sum()
}

/// What a service of two workers has at most while nobody is connected: descriptors (22, and what
/// else it may have inherited) and threads.
const AT_REST: (usize, usize) = (40, 4);

/// Waits until such a service has nothing of its clients any more.
#[track_caller]
fn wait_for_rest(id: u32) {
    let count = |what| fs::read_dir(format!("/proc/{id}/{what}")).unwrap().count();
    let deadline = Instant::now() + BOUND;
    loop {
        let (descriptors, threads) = (count("fd"), count("task"));
        if descriptors <= AT_REST.0 && threads <= AT_REST.1 {
            return;
        }
        let is_late = Instant::now() > deadline;
        assert!(!is_late, "{descriptors} descriptors, {threads} threads");
        thread::yield_now();
    }
}

/// As many as the system allows: this process has one for each client as well.
pub(crate) fn raise_descriptors() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}

/// How much of it: the length for every day, or the full one.
fn length<T>(short: T, full: T) -> T {
    if std::env::var("HELLOWIRE_FIRE").is_ok_and(|length| length == "full") {
        full
    } else {
        short
    }
}
