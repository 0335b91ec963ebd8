//! SIGTERM under load: each answered request has its record, no client gets half an answer, and the
//! service exits with success.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::callers::{Callers, Manner, Tally};
use super::length;
use crate::support::Service;

#[test]
fn sigterm_under_load_loses_no_record_and_cuts_no_answer() {
    let rounds = length(6, 100);
    let mut longest = Duration::ZERO;
    let mut total = Tally::default();
    for round in 0..rounds {
        let manner = [Manner::Kept, Manner::Pipelined, Manner::EachAnew][round % 3];
        let service = Service::start(&[]);
        let callers = Callers::start(service.address(), &[manner; 8]);
        callers.wait_for(500);
        service.signal(Signal::TERM);
        let began = Instant::now();
        let stopped = service.wait();
        longest = longest.max(began.elapsed());
        let tally = callers.stop();
        assert_eq!(
            stopped.status.code(),
            Some(0),
            "{manner:?}: {:#?}",
            stopped.stderr
        );
        assert_eq!(tally.halves, Vec::<String>::new(), "{manner:?}");
        tally.expect_records(&stopped.stdout);
        total.add(tally);
    }
    println!("{rounds} signals: {total}; the longest drain {longest:?}");
}
