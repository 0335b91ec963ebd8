//! The decision at the end of a connection, as a table.

use tokio::io::{AsyncWriteExt as _, duplex};

use super::super::event::Event;
use super::super::testing::{connection, silent_worker};
use super::*;
use crate::capture::{HEAD_TOO_SLOW, Phase};

/// The state after these events.
fn state(events: &[Event]) -> State {
    let mut state = State::NEW;
    for &event in events {
        state.on(event);
    }
    state
}

fn read(phase: Phase, completed: u64, refusal: Option<Refusal>) -> Event {
    Event::Read {
        phase,
        completed,
        has_passed: completed > 0,
        refusal,
    }
}

#[test]
fn the_ending_decides_what_the_peer_gets() {
    let refusal = Some(HEAD_TOO_SLOW);
    let answered = |asks_to_close| Event::Answered { asks_to_close };
    let fresh = state(&[]);
    let idle = state(&[read(Phase::Idle, 1, None), answered(false), Event::Flushed]);
    let closed = state(&[read(Phase::Idle, 1, None), answered(true)]);
    let closed_by_us = state(&[Event::Closing, read(Phase::Idle, 1, None), answered(false)]);
    let refused = state(&[read(Phase::Refused, 0, refusal)]);
    let refused_behind_the_last = state(&[
        read(Phase::Refused, 1, refusal),
        answered(true),
        Event::Flushed,
    ]);
    let cut_idle = state(&[read(Phase::Idle, 1, None), Event::TimedOut]);
    let ended = state(&[Event::PeerEnded(None)]);
    let ended_in_a_head = state(&[Event::PeerEnded(refusal)]);
    for (number, (ending, state, has_unsent, has_more, expected)) in [
        (Ending::Silent, fresh, false, false, Farewell::None),
        (Ending::Silent, idle, false, false, Farewell::LingerBriefly),
        (Ending::Stuck, idle, true, true, Farewell::None),
        (Ending::Finished, closed, false, false, Farewell::None),
        (
            Ending::Finished,
            closed,
            true,
            false,
            Farewell::Linger(None),
        ),
        (
            Ending::Finished,
            closed,
            false,
            true,
            Farewell::Linger(None),
        ),
        (
            Ending::Finished,
            closed_by_us,
            false,
            false,
            Farewell::Linger(None),
        ),
        (
            Ending::Finished,
            refused,
            false,
            false,
            Farewell::Linger(refusal),
        ),
        (
            Ending::Failed,
            refused,
            false,
            false,
            Farewell::Linger(None),
        ),
        (
            Ending::Finished,
            refused_behind_the_last,
            false,
            false,
            Farewell::Linger(None),
        ),
        (
            Ending::Finished,
            cut_idle,
            true,
            false,
            Farewell::LingerBriefly,
        ),
        (Ending::Finished, ended, false, false, Farewell::None),
        (Ending::Finished, ended, true, false, Farewell::Send(None)),
        (
            Ending::Finished,
            ended_in_a_head,
            false,
            false,
            Farewell::Send(refusal),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(
            farewell(ending, state, has_unsent, has_more),
            expected,
            "row {number}: {ending:?} in {state:?}"
        );
    }
}

/// A request may be served at once, and its peer goes on sending in the meantime.
#[tokio::test]
async fn bytes_that_came_since_the_last_read_are_seen() {
    let worker = silent_worker();
    let (mut client, ours) = duplex(64);
    let handle = connection(&worker, ours);
    let mut tap = handle.into_inner().unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    assert!(tap.read_past().await.unwrap() > 0);
    assert!(!has_unread(&mut tap));
    client.write_all(b"\r\n").await.unwrap();
    assert!(has_unread(&mut tap));
    assert!(!has_unread(&mut tap));
}
