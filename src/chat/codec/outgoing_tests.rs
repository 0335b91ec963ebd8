//! What leaves, and what waits, for a peer of each kind.

use super::*;

fn wire(outgoing: &mut Outgoing) -> String {
    let bytes = outgoing.pending().to_vec();
    outgoing.written(bytes.len());
    String::from_utf8(bytes).unwrap()
}

fn said(messages: &[&str]) -> Outgoing {
    let mut outgoing = Outgoing::new();
    for message in messages {
        outgoing.push(message.as_bytes().to_vec());
    }
    outgoing
}

#[test]
fn the_first_message_is_a_line_and_the_others_wait() {
    let mut outgoing = said(&["a", "b", "c"]);
    assert_eq!(
        (wire(&mut outgoing).as_str(), outgoing.unsent()),
        ("a\n\r", 2)
    );
    outgoing.heard(Manner::Lines);
    assert_eq!(
        (wire(&mut outgoing).as_str(), outgoing.unsent()),
        ("b\nc\n", 0)
    );
}

#[test]
fn a_peer_that_takes_turns_gets_one_bare_message_for_each_of_its_own() {
    let mut outgoing = said(&["a", "b", "", "c"]);
    assert_eq!(wire(&mut outgoing), "a\n\r");
    for expected in ["b", "c"] {
        outgoing.heard(Manner::Turns);
        assert_eq!(wire(&mut outgoing), expected);
    }
    assert!(outgoing.is_empty());
}

#[test]
fn byebye_is_bare_and_alone_but_for_who_speaks_in_lines() {
    let mut outgoing = Outgoing::new();
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = said(&["a"]);
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "a\n\r");
    assert!(outgoing.waits_to_settle());
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = said(&["a", "b"]);
    outgoing.push_bye();
    wire(&mut outgoing);
    outgoing.heard(Manner::Turns);
    assert_eq!(wire(&mut outgoing), "b");
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = said(&["a", "b"]);
    outgoing.push_bye();
    wire(&mut outgoing);
    outgoing.heard(Manner::Lines);
    assert_eq!(wire(&mut outgoing), "b\nbyebye");
}

#[test]
fn a_doubled_acknowledgement_is_part_of_the_turn() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Turns);
    outgoing.push([&[ACK][..], &[b'a'; TURN]].concat());
    assert_eq!(
        wire(&mut outgoing),
        format!("\x06\x06{}", "a".repeat(TURN - 2))
    );
    outgoing.heard(Manner::Turns);
    assert_eq!(wire(&mut outgoing), "aa");
}

#[test]
fn an_empty_message_says_nothing_in_turns_and_is_a_line_else() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Turns);
    outgoing.push(Vec::new());
    outgoing.push(b"\x06a".to_vec());
    assert_eq!(wire(&mut outgoing), "\x06\x06a");

    let mut outgoing = said(&[""]);
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "\n\r");
    assert!(outgoing.waits_to_settle());
}

#[test]
fn a_part_that_looks_like_byebye_is_none() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Turns);
    outgoing.push(["a".repeat(TURN).as_bytes(), BYE].concat());
    assert_eq!(wire(&mut outgoing).len(), TURN);
    assert_eq!(wire(&mut outgoing), "");
    outgoing.heard(Manner::Turns);
    assert_eq!(wire(&mut outgoing), "byebye");
    outgoing.heard(Manner::Turns);
    outgoing.push(b"b".to_vec());
    assert_eq!(wire(&mut outgoing), "b");
}

#[test]
fn what_is_under_way_is_bounded_also_where_little_is_taken_at_once() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Lines);
    for _ in 0..10_000 {
        if outgoing.has_room() {
            outgoing.push(vec![b'a'; 999]);
        }
        outgoing.written(500);
        assert!(outgoing.under_way.capacity() < 4 * UNDER_WAY);
    }
}

#[test]
fn who_has_said_nothing_acknowledges_a_line_of_ours_once() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Lines);
    assert_eq!(wire(&mut outgoing), "");
    outgoing.heard(Manner::Ours);
    outgoing.heard(Manner::Ours);
    assert_eq!(wire(&mut outgoing), "\x06");
    let mut outgoing = said(&["a"]);
    outgoing.heard(Manner::Ours);
    assert_eq!(wire(&mut outgoing), "a\n\r");
}

#[test]
fn who_is_known_to_speak_in_lines_gets_the_message_and_nothing_else() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Lines);
    outgoing.push(b"yo".to_vec());
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "yo\nbyebye");
}

#[test]
fn a_first_message_that_looks_like_an_acknowledgement_needs_no_mark() {
    assert_eq!(wire(&mut said(&["\x06a"])), "\x06\x06a\n");
}

#[test]
fn what_has_begun_to_leave_waits_no_more() {
    let mut outgoing = Outgoing::new();
    outgoing.heard(Manner::Turns);
    outgoing.push(vec![b'a'; TURN + 1]);
    outgoing.push(b"b".to_vec());
    outgoing.push_bye();
    assert_eq!((outgoing.waiting(), outgoing.unsent()), (2, 3));
    assert_eq!(outgoing.leave(), 2);
}

#[test]
fn leaving_says_byebye_to_whoever_does_not_see_the_end() {
    let mut outgoing = said(&["a", "b"]);
    assert_eq!(outgoing.leave(), 1);
    assert_eq!(wire(&mut outgoing), "a\n\r");
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");
    // Once is enough, and who speaks in lines sees the end.
    outgoing.leave();
    assert_eq!(wire(&mut outgoing), "");
    let mut outgoing = said(&["a", "b"]);
    outgoing.heard(Manner::Lines);
    assert_eq!(wire(&mut outgoing), "a\n\rb\n");
    outgoing.leave();
    assert_eq!(wire(&mut outgoing), "");
}

#[test]
fn what_may_wait_is_bounded() {
    let mut outgoing = said(&["a"]);
    for _ in 0..HELD {
        assert!(outgoing.has_room());
        outgoing.push(b"b".to_vec());
    }
    assert!(!outgoing.has_room());
}
