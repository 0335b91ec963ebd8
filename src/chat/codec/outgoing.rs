//! From messages to the bytes that the other side takes for the same messages.
//!
//! What always holds: messages leave in the order in which they were said; what can't be sent yet
//! waits here, and [`has_room`](Outgoing::has_room) keeps that bounded.

use std::collections::VecDeque;

use super::{ACK, BYE, Manner, TURN, cut};

/// How many messages may wait. Enough for what a person types while the other one thinks.
const HELD: usize = 64;

/// How many bytes may be under way to the socket before more messages are turned into bytes.
const UNDER_WAY: usize = 64 * 1024;

/// What waits to be sent.
#[derive(Debug)]
enum Held {
    Message(Vec<u8>),
    Bye,
}

/// How much of our side of the conversation the other side has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Not a byte: the first is special.
    Nothing,
    Something,
    Bye,
}

/// Turns messages into bytes, when the other side's manner allows it.
#[derive(Debug)]
pub struct Outgoing {
    manner: Manner,
    held: VecDeque<Held>,
    /// Bytes for the socket.
    under_way: Vec<u8>,
    said: Said,
    is_our_turn: bool,
    /// Whether the other side has read what it was sent: what follows arrives alone.
    is_settled: bool,
}

impl Outgoing {
    /// Nothing to send, to a peer that nothing is known of.
    #[must_use]
    pub fn new() -> Self {
        Self {
            manner: Manner::Unknown,
            held: VecDeque::new(),
            under_way: Vec::new(),
            said: Said::Nothing,
            is_our_turn: true,
            is_settled: true,
        }
    }

    /// Takes a message without a line end.
    pub fn push(&mut self, message: Vec<u8>) {
        self.held.push_back(Held::Message(message));
        self.fill();
    }

    /// Takes [`BYE`], the last message.
    pub fn push_bye(&mut self) {
        self.held.push_back(Held::Bye);
        self.fill();
    }

    /// The other side has said something, in this manner.
    pub fn heard(&mut self, manner: Manner) {
        self.manner = manner;
        self.is_our_turn = true;
        self.is_settled = true;
        self.fill();
        if manner == Manner::Lines && self.said == Said::Nothing {
            self.under_way.push(ACK);
            self.said = Said::Something;
        }
    }

    /// The bytes for the socket.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.under_way
    }

    /// The socket has taken that many of them.
    pub fn written(&mut self, length: usize) {
        self.under_way.drain(..length);
        self.fill();
    }

    /// Whether [`BYE`] waits for the other side to have read what is before it:
    /// [`settled`](Self::settled) is to be called after [`PAUSE_IN_TURNS`](super::PAUSE_IN_TURNS).
    #[must_use]
    pub fn waits_to_settle(&self) -> bool {
        self.under_way.is_empty() && matches!(self.held.front(), Some(Held::Bye))
    }

    /// What was sent has had the time to be read.
    pub fn settled(&mut self) {
        self.is_settled = true;
        self.fill();
    }

    /// Whether another message may be taken.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.held.len() < HELD
    }

    /// How many messages are not with the socket.
    #[must_use]
    pub fn unsent(&self) -> usize {
        let is_message = |held: &&Held| matches!(held, Held::Message(_));
        self.held.iter().filter(is_message).count() + usize::from(!self.under_way.is_empty())
    }

    /// Whether all is with the socket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.under_way.is_empty()
    }

    /// Gives up the messages that wait, and says [`BYE`] where the other side would not notice the
    /// connection's end: the document's server takes that for an empty message, for ever.
    pub fn leave(&mut self) {
        self.held.clear();
        if self.manner != Manner::Lines && self.said != Said::Bye {
            self.push_bye();
        }
    }

    fn fill(&mut self) {
        while self.under_way.len() < UNDER_WAY
            && let Some(held) = self.held.pop_front()
        {
            let rest = match held {
                Held::Message(message) => self.send(message).map(Held::Message),
                Held::Bye => self.send_bye(),
            };
            if let Some(rest) = rest {
                self.held.push_front(rest);
                break;
            }
        }
    }

    /// Sends a message, or returns what of it has to wait.
    fn send(&mut self, mut message: Vec<u8>) -> Option<Vec<u8>> {
        match self.manner {
            Manner::Lines => self.begin_line(&message),
            Manner::Unknown if self.said == Said::Nothing => self.begin_line(&message),
            Manner::Turns if self.is_our_turn => {
                let room = TURN - usize::from(self.is_mistakable(&message));
                let rest = message.split_off(cut(&message, room));
                // Nothing can't be sent, and takes no turn.
                self.is_our_turn = message.is_empty();
                self.begin(&message);
                if !rest.is_empty() {
                    return Some(rest);
                }
            }
            Manner::Unknown | Manner::Turns => return Some(message),
        }
        None
    }

    /// The connection's end ends it; what is before it has to be told from it.
    fn send_bye(&mut self) -> Option<Held> {
        if self.manner != Manner::Lines && !self.is_settled {
            return Some(Held::Bye);
        }
        self.begin(BYE);
        self.said = Said::Bye;
        None
    }

    fn begin_line(&mut self, message: &[u8]) {
        self.begin(message);
        self.put(b"\n");
    }

    /// Whether its first byte would be taken for an acknowledgement, unless there were two.
    fn is_mistakable(&self, message: &[u8]) -> bool {
        self.said == Said::Nothing && message.first() == Some(&ACK)
    }

    fn begin(&mut self, message: &[u8]) {
        if self.is_mistakable(message) {
            self.put(&[ACK]);
        }
        self.put(message);
    }

    fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.said = Said::Something;
            self.is_settled = false;
            self.under_way.extend_from_slice(bytes);
        }
    }
}

impl Default for Outgoing {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
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
            ("a\n", 2)
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
        assert_eq!(wire(&mut outgoing), "a\n");
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
        assert_eq!(wire(&mut outgoing), "a\n");
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
        assert_eq!(wire(&mut outgoing), "\n");
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
    fn who_has_said_nothing_acknowledges_a_line_once() {
        let mut outgoing = Outgoing::new();
        outgoing.heard(Manner::Lines);
        outgoing.heard(Manner::Lines);
        assert_eq!(wire(&mut outgoing), "\x06");
        let mut outgoing = said(&["a"]);
        outgoing.heard(Manner::Lines);
        assert_eq!(wire(&mut outgoing), "a\n");
    }

    #[test]
    fn leaving_says_byebye_to_whoever_does_not_see_the_end() {
        let mut outgoing = said(&["a", "b"]);
        outgoing.leave();
        assert_eq!(wire(&mut outgoing), "a\n");
        outgoing.settled();
        assert_eq!(wire(&mut outgoing), "byebye");
        // Once is enough, and who speaks in lines sees the end.
        outgoing.leave();
        assert_eq!(wire(&mut outgoing), "");
        let mut outgoing = said(&["a", "b"]);
        outgoing.heard(Manner::Lines);
        assert_eq!(wire(&mut outgoing), "a\nb\n");
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
}
