//! The connection state while an answer is delayed.

use super::*;

const DELAYED: State = State {
    input: Input::Idle,
    owed: 1,
    is_delayed: true,
    ..State::NEW
};

#[test]
fn a_delayed_answer_limits_no_wait_but_that_for_a_peer_that_takes_nothing() {
    for input in [
        Input::Idle,
        Input::Head,
        Input::Body,
        Input::Refused,
        Input::Cut,
        Input::CutIdle,
        Input::Ended,
    ] {
        for answers in [Answers::KeepAlive, Answers::Closing, Answers::Draining] {
            let delayed = State {
                input,
                answers,
                ..DELAYED
            };
            assert_eq!(delayed.awaits(), Awaited::Due, "{delayed:?}");
        }
        let blocked = State {
            input,
            output: Output::Blocked,
            ..DELAYED
        };
        assert_eq!(blocked.awaits(), Awaited::Taking, "{blocked:?}");
    }
}

#[test]
fn the_time_begins_again_once_the_answer_is_due() {
    let mut state = State {
        is_delayed: false,
        ..DELAYED
    };
    state.on(Event::Delayed);
    assert_eq!(
        state, DELAYED,
        "the time does not run, so it need not begin"
    );
    assert_eq!(state.on(Event::DelayOver), Outcome::Continue);
    assert_eq!(state.awaits(), Awaited::Next);
    assert_ne!(state.progress(), DELAYED.progress());
}

#[test]
fn a_delayed_answer_is_owed() {
    assert!(DELAYED.owes_answers() && !DELAYED.is_between_requests());
}
