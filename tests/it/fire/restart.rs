//! A restart without a gap: the new process listens beside the old one (`--reuse-port`), and the old one
//! gets SIGTERM. No client loses an answer; at most a kept connection ends.

use std::time::{Duration, Instant};

use super::callers::{Callers, Manner, Tally};
use super::length;
use crate::support::{Service, program};

#[test]
#[ignore = "a client that a busy machine holds up for a round trip would count as failed"]
fn not_one_request_fails_while_one_process_follows_another() {
    follow_each_other(&[], &[[Manner::Kept; 4], [Manner::EachAnew; 4]].concat());
}

/// Each answer in that time says that it is the last: nothing is asked twice.
#[test]
#[ignore = "a client that a busy machine holds up for the delay would ask again"]
fn with_a_delay_no_kept_connection_ends_without_a_word() {
    let tally = follow_each_other(&["--shutdown-delay", "500ms"], &[Manner::Kept; 8]);
    assert!(tally.retried.is_empty(), "{tally}");
}

#[test]
#[ignore = "a client that a busy machine holds up for a round trip would count as failed"]
fn nor_does_one_to_raw() {
    follow_each_other(&["raw"], &[Manner::EachAnew; 8]);
}

fn follow_each_other(command: &[&str], manners: &[Manner]) -> Tally {
    let start = |listen: &str| {
        let options = ["--reuse-port", "--listen", listen];
        Service::launch(program().args(command).args(options))
    };
    let restarts = length(3, 20);
    let mut old = start("127.0.0.1:0");
    let address = old.address();
    let callers = Callers::start(address, manners);
    let mut records = Vec::new();
    let mut longest = Duration::ZERO;
    for _ in 0..restarts {
        callers.wait_for(1000);
        let new = start(&address.to_string());
        let began = Instant::now();
        records.extend(old.stop().stdout);
        longest = longest.max(began.elapsed());
        old = new;
    }
    callers.wait_for(1000);
    let tally = callers.stop();
    records.extend(old.stop().stdout);
    println!("{command:?}, {restarts} restarts: {tally}; the longest drain {longest:?}");
    assert!(
        tally.failed.is_empty() && tally.halves.is_empty(),
        "{tally}"
    );
    tally.expect_records(&records);
    tally
}
