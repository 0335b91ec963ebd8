//! What leaves and what waits, for each framing of the peer.

use super::*;

fn wire(outgoing: &mut Outgoing) -> String {
    let bytes = outgoing.pending().to_vec();
    outgoing.written(bytes.len());
    String::from_utf8(bytes).unwrap()
}

fn pushed(messages: &[&str]) -> Outgoing {
    let mut outgoing = Outgoing::new();
    for message in messages {
        outgoing.push(message.as_bytes().to_vec());
    }
    outgoing
}

#[test]
fn the_first_message_is_a_line_and_the_others_wait() {
    let mut outgoing = pushed(&["a", "b", "c"]);
    assert_eq!(
        (wire(&mut outgoing).as_str(), outgoing.unsent()),
        ("a\n\r", 2)
    );
    outgoing.received(Framing::Lines);
    assert_eq!(
        (wire(&mut outgoing).as_str(), outgoing.unsent()),
        ("b\nc\n", 0)
    );
}

#[test]
fn a_peer_that_takes_turns_gets_one_message_without_a_line_end_a_turn() {
    let mut outgoing = pushed(&["a", "b", "", "c"]);
    assert_eq!(wire(&mut outgoing), "a\n\r");
    for expected in ["b", "c"] {
        outgoing.received(Framing::Turns);
        assert_eq!(wire(&mut outgoing), expected);
    }
    assert!(outgoing.is_empty());
}

#[test]
fn byebye_arrives_alone_unless_the_peer_reads_lines() {
    let mut outgoing = Outgoing::new();
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = pushed(&["a"]);
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "a\n\r");
    assert!(outgoing.waits_to_settle());
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = pushed(&["a", "b"]);
    outgoing.push_bye();
    wire(&mut outgoing);
    outgoing.received(Framing::Turns);
    assert_eq!(wire(&mut outgoing), "b");
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");

    let mut outgoing = pushed(&["a", "b"]);
    outgoing.push_bye();
    wire(&mut outgoing);
    outgoing.received(Framing::Lines);
    assert_eq!(wire(&mut outgoing), "b\nbyebye");
}

#[test]
fn a_doubled_acknowledgement_counts_in_its_turn() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Turns);
    outgoing.push([&[ACK][..], &[b'a'; TURN]].concat());
    assert_eq!(
        wire(&mut outgoing),
        format!("\x06\x06{}", "a".repeat(TURN - 2))
    );
    outgoing.received(Framing::Turns);
    assert_eq!(wire(&mut outgoing), "aa");
}

#[test]
fn an_empty_message_is_nothing_in_turns_and_a_line_otherwise() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Turns);
    outgoing.push(Vec::new());
    outgoing.push(b"\x06a".to_vec());
    assert_eq!(wire(&mut outgoing), "\x06\x06a");

    let mut outgoing = pushed(&[""]);
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "\n\r");
    assert!(outgoing.waits_to_settle());
}

#[test]
fn a_part_that_looks_like_byebye_does_not_end_the_chat() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Turns);
    outgoing.push(["a".repeat(TURN).as_bytes(), BYE].concat());
    assert_eq!(wire(&mut outgoing).len(), TURN);
    assert_eq!(wire(&mut outgoing), "");
    outgoing.received(Framing::Turns);
    assert_eq!(wire(&mut outgoing), "byebye");
    outgoing.received(Framing::Turns);
    outgoing.push(b"b".to_vec());
    assert_eq!(wire(&mut outgoing), "b");
}

#[test]
fn pending_bytes_are_bounded_with_a_slow_socket() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Lines);
    for _ in 0..10_000 {
        if outgoing.has_room() {
            outgoing.push(vec![b'a'; 999]);
        }
        outgoing.written(500);
        assert!(outgoing.pending.capacity() < 4 * MAX_PENDING);
    }
}

#[test]
fn a_line_of_hellowire_is_acknowledged_once_if_nothing_was_sent() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Lines);
    assert_eq!(wire(&mut outgoing), "");
    outgoing.received(Framing::Hellowire);
    outgoing.received(Framing::Hellowire);
    assert_eq!(wire(&mut outgoing), "\x06");
    let mut outgoing = pushed(&["a"]);
    outgoing.received(Framing::Hellowire);
    assert_eq!(wire(&mut outgoing), "a\n\r");
}

#[test]
fn a_peer_that_has_sent_a_line_gets_no_mark() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Lines);
    outgoing.push(b"yo".to_vec());
    outgoing.push_bye();
    assert_eq!(wire(&mut outgoing), "yo\nbyebye");
}

#[test]
fn a_first_message_that_looks_like_an_acknowledgement_needs_no_mark() {
    assert_eq!(wire(&mut pushed(&["\x06a"])), "\x06\x06a\n");
}

#[test]
fn a_message_that_has_begun_to_leave_does_not_wait() {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Turns);
    outgoing.push(vec![b'a'; TURN + 1]);
    outgoing.push(b"b".to_vec());
    outgoing.push_bye();
    assert_eq!((outgoing.waiting(), outgoing.unsent()), (2, 3));
    assert_eq!(outgoing.give_up(), 2);
}

#[test]
fn giving_up_sends_byebye_to_a_peer_without_line_ends() {
    let mut outgoing = pushed(&["a", "b"]);
    assert_eq!(outgoing.give_up(), 1);
    assert_eq!(wire(&mut outgoing), "a\n\r");
    outgoing.settled();
    assert_eq!(wire(&mut outgoing), "byebye");
    // Once is enough, and a peer that reads lines sees the end.
    outgoing.give_up();
    assert_eq!(wire(&mut outgoing), "");
    let mut outgoing = pushed(&["a", "b"]);
    outgoing.received(Framing::Lines);
    assert_eq!(wire(&mut outgoing), "a\n\rb\n");
    outgoing.give_up();
    assert_eq!(wire(&mut outgoing), "");
}

#[test]
fn the_queue_is_bounded() {
    let mut outgoing = pushed(&["a"]);
    for _ in 0..MAX_QUEUED {
        assert!(outgoing.has_room());
        outgoing.push(b"b".to_vec());
    }
    assert!(!outgoing.has_room());
}
