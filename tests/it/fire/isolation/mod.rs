//! 64 clients at once on one worker. Each knows its answers and its records, byte for byte. No client
//! notices what another does.
//!
//! A connection follows a script of known parts: fine, odd and bad requests. The test computes their
//! results itself, without the service. `HELLOWIRE_FIRE_SEED` repeats the scripts of a run that failed.

use std::io;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;

use super::length;
use crate::support::{HELLO, Lines, Service};
use client::{Odd, Shared};

/// Requests that are refused.
mod bad;
/// What a client does.
mod client;
/// Requests that are served.
mod good;
/// The records.
mod ledger;
/// What has to come of each.
mod model;
/// Random numbers.
mod random;
/// What they are refused for.
mod rules;
/// A connection's parts.
mod script;

const CLIENTS: u8 = 64;

/// The options that the model goes by.
const OPTIONS: [&str; 14] = [
    "--workers",
    "1",
    "--max-head",
    "8000B",
    "--max-target",
    "2000B",
    "--max-body",
    "100000B",
    "--log-body",
    "2000B",
    // What a client that is gone has left is lost where it is full.
    "--log-queue",
    "256MiB",
    // So that answers are held up soon. With much less the kernel drops what comes, acknowledgements too,
    // while a client sends on and takes nothing: both sides then wait for each other.
    "--socket-buffer",
    "64KiB",
];

#[test]
#[ignore = "takes a while: ten minutes at full length"]
fn no_client_notices_what_another_does() {
    let lasts = length(Duration::from_secs(20), Duration::from_mins(10));
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    let seed = std::env::var("HELLOWIRE_FIRE_SEED");
    let seed = seed.map_or_else(|_| now(), |seed| seed.parse().unwrap());
    // A short answer goes out with its head, a long one apart from it.
    for (half, text) in [HELLO.to_owned(), "Hello ".repeat(1_000)]
        .iter()
        .enumerate()
    {
        be_many(text, seed + half as u64, lasts / 2);
    }
}

fn be_many(text: &str, seed: u64, lasts: Duration) {
    let mut service = Service::start(&[&OPTIONS[..], &["--text", text]].concat());
    let records = mem::replace(&mut service.stdout, Lines::of(io::empty()));
    let (shared, faults) = (Shared::default(), Mutex::new(Vec::new()));
    let fail = |error: String| {
        shared.is_over.store(true, Ordering::Relaxed);
        faults.lock().unwrap().push(error);
    };
    let address = service.address();
    let stopped = thread::scope(|scope| {
        let (shared, fail) = (&shared, &fail);
        scope.spawn(move || {
            let mut all = records.all();
            all.find_map(|line| shared.ledger.take(&line).map_err(fail).err());
            // What comes behind a fault says nothing more, but the service must not wait for it.
            all.for_each(drop);
        });
        let clients: Vec<_> = (1..=CLIENTS)
            .map(|number| Odd {
                shared,
                service: address,
                text,
                seed,
                number,
            })
            .map(|client| scope.spawn(move || client.run().unwrap_or_else(fail)))
            .collect();
        let deadline = Instant::now() + lasts;
        while Instant::now() < deadline && !shared.is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(10));
        }
        shared.is_over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().unwrap();
        }
        service.signal(Signal::TERM);
        service.wait()
    });
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "HELLOWIRE_FIRE_SEED={seed}, {} faults, the first:\n{}\n{stopped:#?}",
        faults.len(),
        faults[..faults.len().min(3)].join("\n"),
    );
    assert!(
        stopped.status.success() && stopped.stderr.is_empty(),
        "HELLOWIRE_FIRE_SEED={seed}: {stopped:#?}"
    );
    let connections = shared.connections.into_inner();
    let (records, highest) = shared.ledger.close().unwrap();
    println!(
        "seed {seed}, {lasts:?}: {connections} connections, {} of them late; {} times what was due came; {records} records",
        shared.late_ones.into_inner(),
        shared.answers.into_inner(),
    );
    assert!(
        highest <= connections,
        "{highest} of {connections} connections"
    );
}
