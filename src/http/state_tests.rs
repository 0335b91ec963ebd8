//! The table of the connection state: from a state, by an event, to a state, with an outcome.

use super::*;

const IDLE: State = State {
    input: Input::Idle,
    ..State::NEW
};
const HEAD: State = State {
    input: Input::Head,
    ..State::NEW
};
const BODY: State = State {
    input: Input::Body,
    ..State::NEW
};
const BLOCKED: State = State {
    output: Output::Blocked,
    ..IDLE
};
const OWING: State = State { owed: 1, ..IDLE };

fn read(phase: Phase, completed: u64) -> Event {
    Event::Read {
        phase,
        completed,
        has_passed: completed > 0,
        refusal: None,
    }
}

const ANSWERED: Event = Event::Answered {
    asks_to_close: false,
};
const ANSWERED_LAST: Event = Event::Answered {
    asks_to_close: true,
};

/// Compares all but the progress.
fn check(table: &[(State, Event, State, Outcome)]) {
    for (number, &(mut state, event, mut expected, outcome)) in table.iter().enumerate() {
        let before = state;
        let got = state.on(event);
        expected.progress = state.progress;
        assert_eq!(
            (state, got),
            (expected, outcome),
            "row {number}: {event:?} in {before:?}"
        );
    }
}

#[test]
fn bytes_lead_from_request_to_request() {
    check(&[
        (State::NEW, read(Phase::Head, 0), HEAD, Outcome::Continue),
        (HEAD, read(Phase::Body, 0), BODY, Outcome::Continue),
        (BODY, read(Phase::Idle, 1), OWING, Outcome::Continue),
        (
            HEAD,
            Event::Read {
                phase: Phase::Refused,
                completed: 0,
                has_passed: false,
                refusal: Some(HEAD_TOO_SLOW),
            },
            State {
                input: Input::Refused,
                refusal: Some(HEAD_TOO_SLOW),
                ..HEAD
            },
            Outcome::Continue,
        ),
    ]);
}

#[test]
fn no_bytes_lead_out_of_an_end() {
    for input in [
        Input::Refused,
        Input::Cut,
        Input::CutIdle,
        Input::Ended,
        Input::Failed,
    ] {
        let state = State {
            input,
            ..State::NEW
        };
        check(&[
            (state, read(Phase::Head, 0), state, Outcome::Continue),
            (state, Event::Failed, state, Outcome::Continue),
        ]);
    }
}

#[test]
fn an_answer_is_the_last_where_the_peer_asks_or_the_service_closes_with_nothing_behind_it() {
    let unflushed = State {
        output: Output::Unflushed,
        ..IDLE
    };
    let with = |answers, owed| State {
        answers,
        owed,
        ..unflushed
    };
    check(&[
        (OWING, ANSWERED, unflushed, Outcome::Continue),
        (
            OWING,
            ANSWERED_LAST,
            with(Answers::ClosedByPeer, 0),
            Outcome::Close,
        ),
        (
            with(Answers::Closing, 2),
            ANSWERED,
            with(Answers::Closing, 1),
            Outcome::Continue,
        ),
        (
            with(Answers::Closing, 1),
            ANSWERED,
            with(Answers::ClosedByUs, 0),
            Outcome::Close,
        ),
        (
            with(Answers::Draining, 1),
            ANSWERED,
            with(Answers::ClosedByUs, 0),
            Outcome::Close,
        ),
        (
            with(Answers::ClosedByPeer, 0),
            Event::Draining,
            with(Answers::ClosedByPeer, 0),
            Outcome::Continue,
        ),
    ]);
}

#[test]
fn a_failed_body_gets_its_refusal_and_ends_the_connection() {
    let failed = State {
        answers: Answers::ClosedByUs,
        output: Output::Unflushed,
        ..BODY
    };
    let slow = State {
        refusal: Some(BODY_TOO_SLOW),
        ..BODY
    };
    check(&[
        (
            BODY,
            Event::BodyFailed,
            failed,
            Outcome::Refuse(BODY_CUT_SHORT),
        ),
        (
            slow,
            Event::BodyFailed,
            failed,
            Outcome::Refuse(BODY_TOO_SLOW),
        ),
    ]);
}

#[test]
fn a_timeout_refuses_what_has_begun_and_ends_what_rests() {
    let cut = |from: State, input, refusal| State {
        input,
        refusal,
        ..from
    };
    let (slow_head, slow_body) = (Some(HEAD_TOO_SLOW), Some(BODY_TOO_SLOW));
    let draining = |from| State {
        answers: Answers::Draining,
        ..from
    };
    let rows = [
        (State::NEW, State::NEW, Outcome::Silent),
        (IDLE, IDLE, Outcome::Silent),
        (draining(IDLE), draining(IDLE), Outcome::Silent),
        (
            HEAD,
            cut(HEAD, Input::Cut, slow_head),
            Outcome::EndInput(slow_head),
        ),
        (
            BODY,
            cut(BODY, Input::Cut, slow_body),
            Outcome::EndInput(slow_body),
        ),
        (
            OWING,
            cut(OWING, Input::CutIdle, None),
            Outcome::EndInput(None),
        ),
        (BLOCKED, BLOCKED, Outcome::Stuck),
        // A drain lets a peer take its answers, but no request follows them.
        (
            draining(BLOCKED),
            cut(draining(BLOCKED), Input::CutIdle, None),
            Outcome::EndInput(None),
        ),
        (
            cut(BODY, Input::Cut, None),
            cut(BODY, Input::Cut, None),
            Outcome::Stuck,
        ),
        (
            cut(IDLE, Input::CutIdle, None),
            cut(IDLE, Input::CutIdle, None),
            Outcome::Stuck,
        ),
    ];
    check(&rows.map(|(from, to, outcome)| (from, Event::TimedOut, to, outcome)));
}

#[test]
fn an_answer_that_waits_goes_on_once_the_peer_takes_bytes() {
    let unflushed = State {
        output: Output::Unflushed,
        ..IDLE
    };
    check(&[
        (IDLE, Event::WriteBlocked, BLOCKED, Outcome::Continue),
        (BLOCKED, Event::WriteUnblocked, unflushed, Outcome::Resume),
        (
            unflushed,
            Event::WriteUnblocked,
            unflushed,
            Outcome::Continue,
        ),
        (unflushed, Event::Flushed, IDLE, Outcome::Continue),
    ]);
}

#[test]
fn the_first_refusal_stands() {
    let refused = State {
        input: Input::Refused,
        refusal: Some(HEAD_TOO_SLOW),
        ..HEAD
    };
    let ended = State {
        input: Input::Ended,
        ..refused
    };
    check(&[(
        refused,
        Event::PeerEnded(Some(BODY_CUT_SHORT)),
        ended,
        Outcome::Continue,
    )]);
}

#[test]
fn each_state_awaits_one_thing() {
    let log_blocked = State {
        is_log_blocked: true,
        ..HEAD
    };
    let draining = |from| State {
        answers: Answers::Draining,
        ..from
    };
    let cut = State {
        input: Input::Cut,
        ..HEAD
    };
    let cut_blocked = State {
        output: Output::Blocked,
        ..cut
    };
    for (state, awaited) in [
        (State::NEW, Awaited::Head),
        (HEAD, Awaited::Head),
        (BODY, Awaited::Next),
        (IDLE, Awaited::Next),
        (BLOCKED, Awaited::Taking),
        (log_blocked, Awaited::Log),
        (draining(log_blocked), Awaited::Log),
        (draining(State::NEW), Awaited::FirstByteInDrain),
        (draining(IDLE), Awaited::Nothing),
        (draining(BLOCKED), Awaited::Nothing),
        (cut, Awaited::Finish),
        (cut_blocked, Awaited::Taking),
    ] {
        assert_eq!(state.awaits(), awaited, "{state:?}");
    }
}

#[test]
fn the_time_of_a_head_runs_from_its_first_byte_and_the_logs_time_does_not_count() {
    let restarts = |mut state: State, event| {
        let before = state.progress();
        state.on(event);
        state.progress() != before
    };
    let log_blocked = State {
        is_log_blocked: true,
        ..HEAD
    };
    for (state, event, expected) in [
        (IDLE, read(Phase::Head, 0), true),
        (HEAD, read(Phase::Head, 0), false),
        // Empty lines between two requests.
        (IDLE, read(Phase::Idle, 0), false),
        (HEAD, read(Phase::Head, 1), true),
        (HEAD, Event::LogUnblocked, false),
        (log_blocked, Event::LogUnblocked, true),
        (IDLE, Event::WriteBlocked, true),
        (BLOCKED, Event::WriteBlocked, false),
        (BLOCKED, Event::WriteUnblocked, true),
        (HEAD, Event::TimedOut, true),
    ] {
        assert_eq!(restarts(state, event), expected, "{event:?} in {state:?}");
    }
}

#[test]
fn between_requests_all_is_answered_and_has_left() {
    let unflushed = State {
        output: Output::Unflushed,
        ..IDLE
    };
    let ended = State {
        input: Input::Ended,
        ..IDLE
    };
    for (state, expected) in [
        (State::NEW, true),
        (IDLE, true),
        (HEAD, true),
        (BODY, false),
        (OWING, false),
        (unflushed, false),
        (BLOCKED, false),
        (ended, false),
    ] {
        assert_eq!(state.is_between_requests(), expected, "{state:?}");
    }
}
