//! From messages to the bytes that the other side takes for the same messages.
//!
//! What always holds: messages leave in the order in which they were said; what can't be sent yet
//! waits here, and [`has_room`](Outgoing::has_room) keeps that bounded.

use std::collections::VecDeque;

use super::manner::{ACK, BYE, MARK, Manner, TURN, cut};

/// How many messages may wait. Enough for what a person types while the other one thinks.
const HELD: usize = 64;

/// How many bytes may be under way to the socket before more messages are turned into bytes.
const UNDER_WAY: usize = 64 * 1024;

/// What waits to be sent.
#[derive(Debug)]
enum Held {
    Message(Vec<u8>),
    /// What is left of one that has begun.
    Rest(Vec<u8>),
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
        if manner == Manner::Ours && self.said == Said::Nothing {
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
    /// [`settled`](Self::settled) is to be called after [`PAUSE_IN_TURNS`](super::manner::PAUSE_IN_TURNS).
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
        let is_message = |held: &&Held| matches!(held, Held::Message(_) | Held::Rest(_));
        self.held.iter().filter(is_message).count() + usize::from(!self.under_way.is_empty())
    }

    /// How many messages, [`BYE`] among them, have not begun to leave.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let has_begun = matches!(self.held.front(), Some(Held::Rest(_)));
        self.held.len() - usize::from(has_begun)
    }

    /// Whether all is with the socket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.under_way.is_empty()
    }

    /// Gives up the messages that wait, and says [`BYE`] where the other side would not notice the
    /// connection's end: the document's server takes that for an empty message, for ever. Returns
    /// how many messages were given up.
    pub fn leave(&mut self) -> usize {
        let is_message = |held: &Held| !matches!(held, Held::Bye);
        let given_up = self.held.drain(..).filter(is_message).count();
        if !self.manner.is_lines() && self.said != Said::Bye {
            self.push_bye();
        }
        given_up
    }

    fn fill(&mut self) {
        while self.under_way.len() < UNDER_WAY
            && let Some(held) = self.held.pop_front()
        {
            let rest = match held {
                Held::Message(message) => self.send(message),
                Held::Rest(rest) => self.send(rest).map(|held| match held {
                    Held::Message(rest) => Held::Rest(rest),
                    held => held,
                }),
                Held::Bye => self.send_bye(),
            };
            if let Some(rest) = rest {
                self.held.push_front(rest);
                break;
            }
        }
    }

    /// Sends a message, or returns what of it has to wait.
    fn send(&mut self, mut message: Vec<u8>) -> Option<Held> {
        match self.manner {
            Manner::Lines | Manner::Ours => self.begin_line(&message),
            Manner::Unknown if self.said == Said::Nothing => {
                let is_shown = self.is_mistakable(&message);
                self.begin_line(&message);
                if !is_shown {
                    self.put(&[MARK]);
                }
            }
            Manner::Turns if self.is_our_turn => {
                let room = TURN - usize::from(self.is_mistakable(&message));
                let rest = message.split_off(cut(&message, room));
                // Nothing can't be sent, and takes no turn.
                self.is_our_turn = message.is_empty();
                self.begin(&message);
                if !rest.is_empty() {
                    return Some(Held::Rest(rest));
                }
            }
            Manner::Unknown | Manner::Turns => return Some(Held::Message(message)),
        }
        None
    }

    /// The connection's end ends it; what is before it has to be told from it.
    fn send_bye(&mut self) -> Option<Held> {
        if !self.manner.is_lines() && !self.is_settled {
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
#[path = "outgoing_tests.rs"]
mod tests;
