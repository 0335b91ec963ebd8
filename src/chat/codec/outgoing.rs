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

/// Turns messages into bytes, when the other side's manner allows it.
#[derive(Debug)]
pub struct Outgoing {
    manner: Manner,
    held: VecDeque<Vec<u8>>,
    /// Bytes for the socket, from `written` on.
    under_way: Vec<u8>,
    written: usize,
    /// Whether the other side has anything from us: its first byte is special.
    has_begun: bool,
    is_our_turn: bool,
    has_said_bye: bool,
}

impl Outgoing {
    /// Nothing to send, to a peer that nothing is known of.
    #[must_use]
    pub fn new() -> Self {
        Self {
            manner: Manner::Unknown,
            held: VecDeque::new(),
            under_way: Vec::new(),
            written: 0,
            has_begun: false,
            is_our_turn: true,
            has_said_bye: false,
        }
    }

    /// Takes a message without a line end. [`BYE`] is to be the last.
    pub fn push(&mut self, message: Vec<u8>) {
        self.held.push_back(message);
        self.fill();
    }

    /// The other side has said something, in this manner.
    pub fn heard(&mut self, manner: Manner) {
        self.manner = manner;
        self.is_our_turn = true;
        self.fill();
        if manner == Manner::Lines && !self.has_begun {
            self.under_way.push(ACK);
            self.has_begun = true;
        }
    }

    /// The bytes for the socket.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.under_way[self.written..]
    }

    /// The socket has taken that many of them.
    pub fn written(&mut self, length: usize) {
        self.written += length;
        if self.written == self.under_way.len() {
            self.under_way.clear();
            self.written = 0;
        }
        self.fill();
    }

    /// Whether another message may be taken.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.held.len() < HELD
    }

    /// How many messages wait for the other side.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.held.iter().filter(|message| *message != BYE).count()
    }

    /// Whether all is with the socket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.pending().is_empty()
    }

    /// Gives up the messages that wait, and says [`BYE`] where the other side would not notice the
    /// connection's end: the document's server takes that for an empty message, for ever.
    pub fn leave(&mut self) {
        self.held.clear();
        if self.manner != Manner::Lines && !self.has_said_bye {
            self.push(BYE.to_vec());
        }
    }

    fn fill(&mut self) {
        while self.pending().len() < UNDER_WAY
            && let Some(message) = self.held.pop_front()
        {
            if let Some(rest) = self.send(message) {
                self.held.push_front(rest);
                break;
            }
        }
    }

    /// Sends a message, or returns what of it has to wait.
    fn send(&mut self, mut message: Vec<u8>) -> Option<Vec<u8>> {
        // The end of the connection ends it.
        if message == BYE {
            self.has_said_bye = true;
            self.begin(&message);
            return None;
        }
        match self.manner {
            Manner::Lines => self.begin_line(&message),
            Manner::Unknown if !self.has_begun => self.begin_line(&message),
            Manner::Turns if self.is_our_turn => {
                let rest = message.split_off(cut(&message, TURN));
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

    fn begin_line(&mut self, message: &[u8]) {
        self.begin(message);
        self.under_way.push(b'\n');
    }

    fn begin(&mut self, message: &[u8]) {
        // Else the first of two would be taken for an acknowledgement.
        if !self.has_begun && message.first() == Some(&ACK) {
            self.under_way.push(ACK);
        }
        self.has_begun = true;
        self.under_way.extend_from_slice(message);
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
    fn byebye_is_bare_in_every_manner() {
        assert_eq!(wire(&mut said(&["byebye"])), "byebye");
        assert_eq!(wire(&mut said(&["a", "byebye"])), "a\nbyebye");
        let mut outgoing = said(&["a", "b", "byebye"]);
        assert_eq!(wire(&mut outgoing), "a\n");
        outgoing.heard(Manner::Lines);
        assert_eq!(wire(&mut outgoing), "b\nbyebye");
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
        assert_eq!(wire(&mut outgoing), "a\nbyebye");
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
