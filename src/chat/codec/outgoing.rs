//! From messages to the bytes that the peer reads as the same messages. Pure.
//!
//! # Invariants
//!
//! - Messages leave in the order of [`push`](Outgoing::push).
//! - A message that can't be sent yet waits in the queue. [`has_room`](Outgoing::has_room) bounds the queue.

use std::collections::VecDeque;

use super::framing::{ACK, BYE, Framing, MARK, TURN, cut};

/// How many messages may wait. A person types fewer while the other one thinks.
const MAX_QUEUED: usize = 64;

/// How many bytes may wait for the socket before more messages become bytes.
const MAX_PENDING: usize = 64 * 1024;

/// What waits to be sent.
#[derive(Debug)]
enum Queued {
    Message(Vec<u8>),
    /// The rest of a message whose beginning is sent.
    Rest(Vec<u8>),
    Bye,
}

/// What has been sent on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// Not a byte: the first byte is special.
    Nothing,
    Something,
    Bye,
}

/// Turns messages into bytes as soon as the peer's framing allows it.
#[derive(Debug)]
pub struct Outgoing {
    framing: Framing,
    queue: VecDeque<Queued>,
    /// Bytes for the socket.
    pending: Vec<u8>,
    sent: Sent,
    is_our_turn: bool,
    /// Whether the peer has had the time to read all that was sent, so that the next bytes arrive alone.
    is_settled: bool,
}

impl Outgoing {
    /// Nothing to send, to a peer whose framing is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self {
            framing: Framing::Unknown,
            queue: VecDeque::new(),
            pending: Vec::new(),
            sent: Sent::Nothing,
            is_our_turn: true,
            is_settled: true,
        }
    }

    /// Takes a message without a line end.
    pub fn push(&mut self, message: Vec<u8>) {
        self.queue.push_back(Queued::Message(message));
        self.fill();
    }

    /// Takes [`BYE`], the last message.
    pub fn push_bye(&mut self) {
        self.queue.push_back(Queued::Bye);
        self.fill();
    }

    /// The peer has sent a message, or an acknowledgement, with this framing.
    pub fn received(&mut self, framing: Framing) {
        self.framing = framing;
        self.is_our_turn = true;
        self.is_settled = true;
        self.fill();
        if framing == Framing::Hellowire && self.sent == Sent::Nothing {
            self.pending.push(ACK);
            self.sent = Sent::Something;
        }
    }

    /// The bytes for the socket.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// The socket has taken `length` of the pending bytes.
    pub fn written(&mut self, length: usize) {
        self.pending.drain(..length);
        self.fill();
    }

    /// Whether [`BYE`] waits until the peer has read what was sent before. The caller calls
    /// [`settled`](Self::settled) after [`PAUSE_IN_TURNS`](super::framing::PAUSE_IN_TURNS).
    #[must_use]
    pub fn waits_to_settle(&self) -> bool {
        self.pending.is_empty() && matches!(self.queue.front(), Some(Queued::Bye))
    }

    /// The peer has had the time to read all that was sent.
    pub fn settled(&mut self) {
        self.is_settled = true;
        self.fill();
    }

    /// Whether another message may be pushed.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.queue.len() < MAX_QUEUED
    }

    /// How many messages, without [`BYE`], the socket has not taken whole. The pending bytes count as one.
    #[must_use]
    pub fn unsent(&self) -> usize {
        let messages = self.queue.iter().filter(|queued| queued.is_message());
        messages.count() + usize::from(!self.pending.is_empty())
    }

    /// How many messages, with [`BYE`], have not begun to leave.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let has_begun = matches!(self.queue.front(), Some(Queued::Rest(_)));
        self.queue.len() - usize::from(has_begun)
    }

    /// Whether the socket has taken everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.pending.is_empty()
    }

    /// Gives up the messages that wait, and returns how many. Sends [`BYE`] if the peer would not notice
    /// the end of the connection: the tutorial's server takes that for empty messages without end.
    pub fn give_up(&mut self) -> usize {
        let given_up = self.queue.drain(..).filter(Queued::is_message).count();
        if !self.framing.is_lines() && self.sent != Sent::Bye {
            self.push_bye();
        }
        given_up
    }

    /// Turns queued messages into pending bytes, as far as framing and room allow.
    fn fill(&mut self) {
        while self.pending.len() < MAX_PENDING
            && let Some(queued) = self.queue.pop_front()
        {
            let unsent = match queued {
                Queued::Message(message) => self.send(message),
                Queued::Rest(rest) => self.send(rest).map(Queued::into_rest),
                Queued::Bye => self.send_bye(),
            };
            if let Some(unsent) = unsent {
                self.queue.push_front(unsent);
                break;
            }
        }
    }

    /// Sends a message, or returns the part of it that has to wait.
    fn send(&mut self, message: Vec<u8>) -> Option<Queued> {
        match self.framing {
            Framing::Lines | Framing::Hellowire => self.put_line(&message),
            Framing::Unknown if self.sent == Sent::Nothing => self.put_first_line(&message),
            Framing::Turns if self.is_our_turn => return self.put_turn(message),
            Framing::Unknown | Framing::Turns => return Some(Queued::Message(message)),
        }
        None
    }

    /// The connection's first message, to a peer that has been silent.
    fn put_first_line(&mut self, message: &[u8]) {
        // A doubled acknowledgement shows hellowire as well as a mark does.
        let needs_mark = !self.needs_doubling(message);
        self.put_line(message);
        if needs_mark {
            self.put(&[MARK]);
        }
    }

    /// As much of a message as fits in a turn. Returns the rest.
    fn put_turn(&mut self, mut message: Vec<u8>) -> Option<Queued> {
        let room = TURN - usize::from(self.needs_doubling(&message));
        let rest = message.split_off(cut(&message, room));
        // An empty message sends nothing, so it takes no turn.
        self.is_our_turn = message.is_empty();
        self.put_text(&message);
        (!rest.is_empty()).then_some(Queued::Rest(rest))
    }

    /// Sends [`BYE`], which the end of the connection ends. To a peer without line ends it has to arrive
    /// apart from the bytes before it.
    fn send_bye(&mut self) -> Option<Queued> {
        if !self.framing.is_lines() && !self.is_settled {
            return Some(Queued::Bye);
        }
        self.put_text(BYE);
        self.sent = Sent::Bye;
        None
    }

    fn put_line(&mut self, message: &[u8]) {
        self.put_text(message);
        self.put(b"\n");
    }

    fn put_text(&mut self, message: &[u8]) {
        if self.needs_doubling(message) {
            self.put(&[ACK]);
        }
        self.put(message);
    }

    /// Whether the peer would take the first byte for an acknowledgement. Doubled, it is text.
    fn needs_doubling(&self, message: &[u8]) -> bool {
        self.sent == Sent::Nothing && message.first() == Some(&ACK)
    }

    fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.sent = Sent::Something;
            self.is_settled = false;
            self.pending.extend_from_slice(bytes);
        }
    }
}

impl Queued {
    fn is_message(&self) -> bool {
        !matches!(self, Self::Bye)
    }

    /// The same as the rest of a message that has begun.
    fn into_rest(self) -> Self {
        match self {
            Self::Message(rest) => Self::Rest(rest),
            other => other,
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
