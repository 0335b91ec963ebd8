//! Compares the capture with hyper: both find the same requests in the same bytes, except where the
//! capture refuses a request.

#![no_main]

use hellowire::capture::{Limits, Refusal, State};
use hellowire_fuzz::capturing::{Owned, Seen, capture};
use hellowire_fuzz::conversation::{Conversation, Ending};
use hellowire_fuzz::mutate;
use hellowire_fuzz::request::{self, Request};
use hellowire_fuzz::server::{self, FOR_BROKEN_BODY, Outcome, Served};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|sent: Conversation| {
    let sent = all_kept(sent);
    let seen = capture(sent.limits, sent.pieces(), sent.ending);
    let captured = requests(&seen);
    behind_the_filter(&sent, &seen, &captured);
    alone(&sent, &seen, &captured);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::conversation(data, size, max_size, seed)
});

/// Changes a conversation so that the records have whole bodies, which are compared, and the peer closes
/// its side.
fn all_kept(sent: Conversation) -> Conversation {
    let kept_body = sent.bytes.len();
    Conversation {
        limits: Limits {
            kept_body,
            ..sent.limits
        },
        ending: Ending::Closed,
        ..sent
    }
}

/// The requests that hyper should find. They include a last one whose body was refused or ended early,
/// because its head has passed.
fn requests(seen: &Seen) -> Vec<Request> {
    let mut start = 0;
    let mut requests = Vec::new();
    for Owned {
        raw, state, odd, ..
    } in &seen.records
    {
        if seen.passed > start {
            let is_whole = *state == State::Complete;
            requests.push(request::read(raw, is_whole, !odd.is_empty()));
        }
        start += raw.len();
    }
    requests
}

/// hyper reads only the bytes that the capture lets pass. It reports no error and serves exactly the
/// captured requests.
fn behind_the_filter(sent: &Conversation, seen: &Seen, captured: &[Request]) {
    let (outcome, records) = server::filtered(sent);
    let served = &outcome.served;
    for (served, captured) in served.iter().zip(captured) {
        assert_eq!(served.body.is_some(), captured.body.is_some(), "{served:?}");
    }
    same(served, captured);
    for (served, captured) in served.iter().zip(captured) {
        assert!(served.trailers.is_empty(), "{served:?}");
        let stand_in = format!("/{}", "_".repeat(captured.target_length - 1));
        let target = captured.target.as_ref().unwrap_or(&stand_in);
        assert_eq!(served.target, *target);
    }
    are_all(served, captured, Takes::All);
    assert!(seen.records.starts_with(&records), "{records:?} {seen:?}");
    let is_broken = served.last().is_some_and(|last| last.body.is_none());
    assert!(outcome.is_fine || is_broken, "{outcome:?}");
    assert_eq!(statuses(&outcome), answers(served), "{outcome:?}");
}

/// hyper reads all sent bytes. It finds the captured requests, up to the one that the capture refused.
fn alone(sent: &Conversation, seen: &Seen, captured: &[Request]) {
    let served = server::alone(sent).served;
    same(&served, captured);
    same_trailers(&served, captured);
    // A request that ended early for the capture ends early for hyper too.
    let is_cut = |refusal: Refusal| refusal.rule().text.contains("ended early");
    if seen.refusal.is_none_or(is_cut) {
        are_all(&served, captured, Takes::PlainTargets);
    } else {
        let is_whole = |request: &&Request| request.body.is_some();
        let whole = captured.iter().filter(is_whole).count();
        let served = &served[..whole.min(served.len())];
        are_all(served, &captured[..whole], Takes::PlainTargets);
    }
}

/// Compares the requests. Compares a target only if it is not odd, and a body only if it is whole.
fn same(served: &[Served], captured: &[Request]) {
    for (served, captured) in served.iter().zip(captured) {
        assert_eq!(served.method, captured.method);
        if let Some(target) = &captured.target {
            assert_eq!(served.target, *target);
        }
        if captured.body.is_some() {
            assert_eq!(served.body, captured.body);
        }
    }
}

fn same_trailers(served: &[Served], captured: &[Request]) {
    let whole = served
        .iter()
        .zip(captured)
        .filter(|(_, captured)| captured.body.is_some());
    for (served, captured) in whole {
        assert_eq!(sorted(&served.trailers), sorted(&captured.trailers));
    }
}

fn sorted(fields: &[(String, Vec<u8>)]) -> Vec<&(String, Vec<u8>)> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort();
    fields
}

/// The requests that hyper accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// All that the capture lets pass.
    All,
    /// Those with plain targets; hyper may refuse the targets of odd requests.
    PlainTargets,
}

/// hyper serves all requests, or all up to one that asks for the connection's end or that hyper does not
/// accept.
fn are_all(served: &[Served], captured: &[Request], takes: Takes) {
    let number = served.len();
    let next = captured.get(number);
    let is_refused = takes == Takes::PlainTargets && next.is_some_and(|next| next.target.is_none());
    let asks_for_end = number > 0 && next.is_some() && captured[number - 1].may_be_last;
    let is_end = asks_for_end || is_refused;
    assert!(
        number == captured.len() || is_end,
        "{served:?}\n{captured:?}"
    );
}

/// The statuses of the service's answers.
fn answers(served: &[Served]) -> Vec<u16> {
    let status = |served: &Served| {
        if served.body.is_some() {
            200
        } else {
            FOR_BROKEN_BODY
        }
    };
    served.iter().map(status).collect()
}

/// The statuses of the answers that the peer gets, without 100 (Continue).
fn statuses(outcome: &Outcome) -> Vec<u16> {
    let mut statuses = Vec::new();
    let mut served = outcome.served.iter();
    let mut rest = &outcome.written[..];
    while !rest.is_empty() {
        let end = rest
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let (head, behind) = rest.split_at(end + 4);
        rest = behind;
        let head = str::from_utf8(head).unwrap();
        assert!(
            head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 "),
            "{head}"
        );
        let status = head[9..12].parse().unwrap();
        if status == 100 {
            continue;
        }
        statuses.push(status);
        if served.next().is_some_and(|served| served.method != "HEAD") {
            rest = rest.strip_prefix(b"hi").unwrap();
        }
    }
    statuses
}
