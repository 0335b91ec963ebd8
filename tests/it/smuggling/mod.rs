//! A request smuggling corpus: other readers get the bytes that the service gets, and must find the
//! same requests in them, by default and with `--strict`.
//!
//! The client sends each case of [`corpus`] on a connection of its own. Two fine requests follow:
//! [`BEHIND`], and [`END`], which asks for the connection's end. The test compares the requests that the
//! service answers with 200 with those of another reader in its default configuration: method, target
//! and body, byte for byte.
//!
//! - Both readers find the same requests, up to the first refusal or end of the connection by either.
//! - While the service goes on, the other reader reports each request, or refuses it, or ends the
//!   connection. The client keeps its side open. So a reader that expects a longer body, and waits for
//!   it, fails the test.
//!
//! One reader may refuse a request that the other accepts: then neither reads a different request.

/// The bytes, and what the service should make of them.
mod corpus;
/// Plain hyper.
mod hyper;
/// The service.
mod ours;
/// Go's net/http, Node's http and nginx, each a process.
mod processes;
/// What a reader reports, and how a client speaks to it.
mod reader;

use std::fmt;

use corpus::{Case, Kind};
use ours::Taken;
use reader::{Reader, Reading, Sent};

/// A fine request behind each case.
const BEHIND: &[u8] = b"GET /behind HTTP/1.1\r\nHost: a\r\n\r\n";

/// A fine request that asks for the connection's end.
const END: &[u8] = b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A request, as someone reads it.
#[derive(Clone, PartialEq, Eq)]
struct Request {
    method: Vec<u8>,
    target: Vec<u8>,
    body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [method, target, body] =
            [&self.method, &self.target, &self.body].map(|part| part.escape_ascii());
        write!(f, "{method} {target} \"{body}\"")
    }
}

/// How many requests each reader and the service have in common at least, by default and with
/// `--strict`: a comparison of nothing would find nothing.
const IN_COMMON: [usize; 2] = [2500, 1500];

/// By default, and with `--strict`.
const MODES: [&[&str]; 2] = [&[], &["--strict"]];

/// All that is sent for a case.
fn whole(case: &Case) -> Vec<u8> {
    [&case.bytes, BEHIND, END].concat()
}

/// Compares a reader with the service over the whole corpus in both modes, and says what it counted.
#[track_caller]
fn compare(mut reader: impl Reader) -> String {
    let all: Vec<_> = corpus::all().iter().map(whole).collect();
    let both = MODES.map(|options| ours::take_all(options, &all, usize::MAX));
    // A reader runs once: what it makes of bytes does not depend on our mode. Where the service
    // refuses, so that the rest does not matter, the client ends its side.
    let sent = |(bytes, taken): (&Vec<u8>, &Taken)| Sent {
        bytes: bytes.clone(),
        ends: taken.refused.is_some(),
    };
    let sent: Vec<_> = all.iter().zip(&both[0]).map(sent).collect();
    let readings = reader::read_all(&mut reader, &sent);
    let mut said = Vec::new();
    for ((options, at_least), taken) in MODES.iter().zip(IN_COMMON).zip(&both) {
        let mut count = Count::default();
        let mut faults = Vec::new();
        for ((bytes, taken), reading) in all.iter().zip(taken).zip(&readings) {
            if let Err(fault) = count.add(&reader, taken, reading) {
                let bytes = bytes.escape_ascii();
                faults.push(format!("{fault}: {bytes}: {taken:?}, they: {reading:?}"));
            }
        }
        let mode = format!("{} and {options:?}, {} cases", reader.name(), all.len());
        assert!(faults.is_empty(), "{mode}: {faults:#?}");
        assert!(count.same >= at_least, "{mode}: {count:?}");
        said.push(format!("{mode}: {count:?}"));
    }
    said.join("\n")
}

/// How many requests were compared, and where one of both ended early.
#[derive(Debug, Default)]
struct Count {
    /// Requests that both have, and that are the same.
    same: usize,
    /// Requests that we answered, and the other did not: it has ended the connection by itself.
    they_refused: usize,
    /// Connections on which the other read on behind what we refused, or took for the last.
    we_ended: usize,
}

impl Count {
    /// Compares what both make of one case.
    fn add(&mut self, reader: &impl Reader, ours: &Taken, theirs: &Reading) -> Result<(), String> {
        let (hidden, ours_told): (Vec<_>, Vec<_>) = ours
            .requests
            .iter()
            .partition(|request| reader.hides(request));
        for (number, (our, their)) in ours_told.iter().zip(&theirs.requests).enumerate() {
            let target = reader.writes(&our.target);
            if (&our.method, &target, &our.body) != (&their.method, &their.target, &their.body) {
                return Err(format!("request {} is not the same", number + 1));
            }
            self.same += 1;
        }
        // What it answered and has not said it hides, or else something is wrong.
        let said = theirs.requests.len();
        let unsaid = theirs.answered().saturating_sub(said);
        if ours.goes_on && unsaid > hidden.len() {
            return Err("the other has answered what it has not said".to_owned());
        }
        let theirs = said + unsaid;
        let missing = ours.requests.len().saturating_sub(theirs);
        let is_more = theirs > ours.requests.len();
        if ours.goes_on && is_more {
            return Err("the other has a request more".to_owned());
        }
        self.they_refused += missing;
        self.we_ended += usize::from(is_more);
        Ok(())
    }
}

#[test]
fn the_corpus_gets_what_its_kinds_say_in_both_modes() {
    let cases = corpus::all();
    let all: Vec<_> = cases.iter().map(whole).collect();
    // Long ones take too long byte by byte; and who asks for the end and goes on sending may lose
    // the answer.
    let is_cut = |case: &Case| !case.is_last && case.bytes.len() < 500;
    let cut: Vec<_> = cases
        .iter()
        .filter(|case| is_cut(case))
        .map(whole)
        .collect();
    let mut faults = Vec::new();
    for (is_strict, options) in [false, true].into_iter().zip(MODES) {
        let at_once = ours::take_all(options, &all, usize::MAX);
        for ((case, taken), bytes) in cases.iter().zip(&at_once).zip(&all) {
            if let Err(fault) = expect(case, taken, is_strict) {
                let bytes = bytes.escape_ascii();
                faults.push(format!("{options:?}: {fault}: {bytes}: {taken:?}"));
            }
        }
        let by_bytes = ours::take_all(options, &cut, 1);
        let at_once = at_once.iter().zip(&cases).filter(|(_, case)| is_cut(case));
        for ((taken, case), by_bytes) in at_once.zip(&by_bytes) {
            if taken != by_bytes {
                let bytes = case.bytes.escape_ascii();
                faults.push(format!(
                    "{options:?}: {bytes} byte by byte: {by_bytes:?}, not {taken:?}"
                ));
            }
        }
    }
    let count = |kind| cases.iter().filter(|case| case.kind == kind).count();
    let kinds = [Kind::Fine, Kind::Odd, Kind::Refused].map(count);
    println!("{} cases: fine, odd, refused: {kinds:?}", cases.len());
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(kinds.iter().all(|&count| count >= 100), "{kinds:?}");
}

/// What a case's kind says of it.
fn expect(case: &Case, taken: &Taken, is_strict: bool) -> Result<(), String> {
    let is_refused = match case.kind {
        Kind::Fine => false,
        Kind::Odd => is_strict,
        Kind::Refused => true,
    };
    if is_refused != taken.refused.is_some() {
        let word = if is_refused { "not refused" } else { "refused" };
        return Err(format!("{:?} is {word}", case.kind));
    }
    if !is_refused && taken.goes_on == case.is_last {
        return Err(format!("the connection goes on: {}", taken.goes_on));
    }
    if !is_refused && (case.kind == Kind::Odd) != taken.is_odd {
        return Err(format!(
            "{:?}, and what is odd is noted: {}",
            case.kind, taken.is_odd
        ));
    }
    match taken.refused {
        Some(status) if case.kind == Kind::Odd && !matches!(status, 400 | 501) => {
            Err(format!("odd, and refused with {status}"))
        }
        _ => Ok(()),
    }
}

#[test]
fn plain_hyper_reads_the_same_requests() {
    println!("{}", compare(hyper::Hyper::start()));
}

#[test]
#[ignore = "needs Go"]
fn gos_server_reads_the_same_requests() {
    println!("{}", compare(processes::go()));
}

#[test]
#[ignore = "needs Node"]
fn nodes_server_reads_the_same_requests() {
    println!("{}", compare(processes::node(&[])));
}

#[test]
#[ignore = "needs Node"]
fn nodes_lenient_server_reads_the_same_requests() {
    println!("{}", compare(processes::lenient_node()));
}

#[test]
#[ignore = "needs nginx"]
fn nginx_reads_the_same_requests() {
    println!("{}", compare(processes::nginx()));
}
