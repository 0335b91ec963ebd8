//! What one connection counts, event by event.

use super::super::Metrics;
use super::super::counts::Totals;
use super::*;
use crate::capture::rules::{BODY_CUT_SHORT, REQUEST_LINE};

/// The counts after these events of one connection.
fn counted(events: impl FnOnce(&mut Tally)) -> Totals {
    let metrics = Metrics::new(1);
    let mut tally = metrics.worker().unwrap().connection();
    events(&mut tally);
    assert_eq!(metrics.totals().open(), 1);
    drop(tally);
    assert_eq!(metrics.totals().open(), 0);
    metrics.totals()
}

/// Answered, refused, unanswered and incomplete requests.
fn outcomes(totals: &Totals) -> [u64; 4] {
    let refused = totals.refused.iter().sum();
    [
        totals.answered(),
        refused,
        totals.unanswered,
        totals.incomplete,
    ]
}

#[test]
fn a_request_is_answered_once_its_answer_has_left() {
    let totals = counted(|tally| {
        tally.read(30, true);
        for _ in 0..3 {
            tally.add(State::Complete, false);
        }
        tally.sent();
        tally.answered();
        tally.answered();
        tally.sent();
        tally.sent();
        tally.answered();
        tally.finish();
    });
    assert_eq!(outcomes(&totals), [2, 0, 1, 0], "{totals:?}");
    assert_eq!(totals.read_bytes, 30);
}

#[test]
fn a_refusal_counts_by_its_status_if_it_has_left() {
    for has_left in [false, true] {
        let totals = counted(|tally| {
            tally.read(9, true);
            tally.refused(400);
            if has_left {
                tally.sent();
            }
            tally.finish();
            tally.add(State::Refused(REQUEST_LINE), true);
        });
        let expected = [0, u64::from(has_left), u64::from(!has_left), 0];
        assert_eq!(outcomes(&totals), expected, "{totals:?}");
        assert_eq!(totals.refused[0], u64::from(has_left), "{totals:?}");
    }
}

#[test]
fn a_refused_request_that_is_added_first_waits_for_its_refusal() {
    for has_left in [false, true] {
        let totals = counted(|tally| {
            tally.read(9, true);
            tally.add(State::Complete, false);
            tally.add(State::Refused(BODY_CUT_SHORT), false);
            tally.answered();
            tally.refused(400);
            if has_left {
                tally.sent();
            }
            tally.finish();
        });
        let expected = if has_left { [1, 1, 0, 0] } else { [0, 0, 2, 0] };
        assert_eq!(outcomes(&totals), expected, "{totals:?}");
    }
}

#[test]
fn a_request_that_never_became_whole_is_incomplete_unless_its_refusal_has_left() {
    let totals = counted(|tally| {
        tally.read(9, true);
        tally.finish();
        tally.add(State::Incomplete, true);
    });
    assert_eq!(outcomes(&totals), [0, 0, 0, 1], "{totals:?}");
    let totals = counted(|tally| {
        tally.read(9, true);
        tally.refused(408);
        tally.sent();
        tally.finish();
        tally.add(State::Incomplete, true);
    });
    assert_eq!(outcomes(&totals), [0, 1, 0, 0], "{totals:?}");
}

#[test]
fn a_whole_request_behind_the_last_answer_is_unanswered() {
    let totals = counted(|tally| {
        tally.finish();
        tally.add(State::Complete, true);
    });
    assert_eq!(outcomes(&totals), [0, 0, 1, 0], "{totals:?}");
}

#[test]
fn bytes_behind_the_answer_are_no_request() {
    let totals = counted(|tally| {
        tally.read(2, true);
        tally.add(State::Unparsed, false);
        tally.answered();
        tally.sent();
        tally.read(3, false);
        tally.add(State::Late, false);
    });
    assert_eq!(outcomes(&totals), [1, 0, 0, 0], "{totals:?}");
    assert_eq!(totals.read_bytes, 5);
}
