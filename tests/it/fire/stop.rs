//! The time to stop an idle service. More workers make it hardly longer.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::Service;

/// How long a service without clients takes from a signal to its end, in the middle of several times.
#[derive(Debug, Default)]
struct Times(Vec<Duration>);

impl Times {
    /// Measures once more.
    fn measure(&mut self, workers: &str, signal: Signal) {
        let service = Service::start(&["--workers", workers]);
        let sent = Instant::now();
        service.signal(signal);
        let stopped = service.wait();
        self.0.push(sent.elapsed());
        let code = (signal == Signal::TERM).then_some(0);
        assert_eq!(stopped.status.code(), code, "{stopped:#?}");
    }

    fn middle(&mut self) -> Duration {
        self.0.sort();
        self.0[self.0.len() / 2]
    }
}

/// SIGKILL tells what the system takes for the end of so many threads alone. One question to the kernel for
/// each worker made it 13 times the sum of both.
#[test]
#[ignore = "takes 6200 descriptors, and prints what it measures"]
fn a_stop_hardly_depends_on_the_number_of_workers() {
    let [mut two, mut some, mut many, mut killed] = [const { Times(Vec::new()) }; 4];
    for _ in 0..super::length(5, 15) {
        two.measure("2", Signal::TERM);
        some.measure("128", Signal::TERM);
        many.measure("1024", Signal::TERM);
        killed.measure("1024", Signal::KILL);
    }
    let [two, some, many, killed] = [two, some, many, killed].map(|mut times| times.middle());
    println!("a stop, with 2 workers {two:?}, 128 {some:?}, 1024 {many:?} (by SIGKILL {killed:?})");
    let bound = 6 * (two + killed);
    assert!(many < bound, "{many:?} of {bound:?}");
}
