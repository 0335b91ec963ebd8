//! From the bytes of a connection to messages. Pure.
//!
//! # Invariants
//!
//! - The buffer holds at most one message of the longest length.
//! - A longer message arrives in parts, cut between two characters. Each part but the last is marked.

use std::mem;
use std::time::Duration;

use super::framing::{ACK, BYE, Framing, MARK, PAUSE_AT_FIRST, PAUSE_IN_TURNS, cut};

/// A message, or a part of a message that is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text without a line end. It need not be UTF-8.
    pub text: Vec<u8>,
    /// Whether another part follows.
    pub continues: bool,
    /// Whether a part came before.
    pub is_continuation: bool,
}

impl Message {
    /// Whether this message ends the chat. A part never does.
    #[must_use]
    pub fn is_bye(&self) -> bool {
        self.text == BYE && !self.continues && !self.is_continuation
    }
}

/// Finds the messages in the bytes that a peer sends.
#[derive(Debug)]
pub struct Incoming {
    framing: Framing,
    /// The bytes of the message that has not ended.
    partial: Vec<u8>,
    /// Whether earlier parts of that message are messages already.
    is_continuation: bool,
    max: usize,
    is_first_byte: bool,
    mark: MarkPosition,
}

/// Where a peer's [`MARK`] may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MarkPosition {
    /// After the first line end, which has not arrived.
    AfterLineEnd,
    /// The next byte, or nowhere.
    NextByte,
    /// Nowhere any more.
    Passed,
}

impl Incoming {
    /// For messages of at most `max` bytes.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self {
            framing: Framing::Unknown,
            partial: Vec::new(),
            is_continuation: false,
            max,
            is_first_byte: true,
            mark: MarkPosition::AfterLineEnd,
        }
    }

    /// The peer's framing, as far as its bytes have shown it.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Takes bytes from the peer, and appends the messages that they end to `messages`.
    pub fn push(&mut self, bytes: &[u8], messages: &mut Vec<Message>) {
        let bytes = self.skip_ack(bytes);
        let mut bytes = self.skip_mark(bytes);
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.append(&bytes[..end], messages);
            self.end_line(messages);
            bytes = self.skip_mark(&bytes[end + 1..]);
        }
        self.append(bytes, messages);
    }

    /// Takes the acknowledgement off the front of the connection's first bytes.
    fn skip_ack<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes {
            [first, rest @ ..] if mem::take(&mut self.is_first_byte) && *first == ACK => {
                self.framing = Framing::Hellowire;
                self.mark = MarkPosition::Passed;
                rest
            }
            _ => bytes,
        }
    }

    /// Takes the mark off the front of `bytes`, if it may be there.
    fn skip_mark<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let is_next = |_: &(&u8, &[u8])| self.mark == MarkPosition::NextByte;
        let Some((first, rest)) = bytes.split_first().filter(is_next) else {
            return bytes;
        };
        self.mark = MarkPosition::Passed;
        if *first != MARK {
            return bytes;
        }
        self.framing = Framing::Hellowire;
        rest
    }

    fn end_line(&mut self, messages: &mut Vec<Message>) {
        if !self.framing.is_lines() {
            self.framing = Framing::Lines;
        }
        // telnet ends lines like this, hellowire never does.
        let has_return = self.partial.ends_with(b"\r");
        if has_return {
            self.partial.pop();
        }
        self.mark = match self.mark {
            MarkPosition::AfterLineEnd if !has_return => MarkPosition::NextByte,
            _ => MarkPosition::Passed,
        };
        self.end_message(messages);
    }

    /// The text of the message that has not ended. Leaves out an end that may turn out to be no text: half
    /// a character, half a line end, [`BYE`].
    #[must_use]
    pub fn partial(&self) -> &[u8] {
        let text = &self.partial[..torn_at(&self.partial).unwrap_or(self.partial.len())];
        match text.strip_suffix(b"\r").unwrap_or(text) {
            BYE if !self.is_continuation => &[],
            text => text,
        }
    }

    /// How long the peer has to be silent before the caller calls [`paused`](Self::paused). `None` if
    /// silence has no meaning.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        match self.framing {
            _ if self.partial.is_empty() => None,
            Framing::Unknown => Some(PAUSE_AT_FIRST),
            Framing::Turns => Some(PAUSE_IN_TURNS),
            Framing::Lines | Framing::Hellowire => None,
        }
    }

    /// The peer has been silent for [`pause`](Self::pause): its message has ended, unless it ends within a
    /// character.
    pub fn paused(&mut self, messages: &mut Vec<Message>) {
        if self.pause().is_some() && torn_at(&self.partial).is_none() {
            self.framing = Framing::Turns;
            self.end_message(messages);
        }
    }

    /// The connection has ended, and with it the message that had begun.
    pub fn finish(&mut self, messages: &mut Vec<Message>) {
        if !self.partial.is_empty() {
            self.end_message(messages);
        }
    }

    /// Appends bytes to the message, and emits parts of it while it is too long.
    fn append(&mut self, mut bytes: &[u8], messages: &mut Vec<Message>) {
        while self.partial.len() + bytes.len() > self.max {
            let room = (self.max + 1).saturating_sub(self.partial.len());
            let (left, right) = bytes.split_at(room);
            self.partial.extend_from_slice(left);
            bytes = right;
            let rest = self.partial.split_off(cut(&self.partial, self.max));
            messages.push(Message {
                text: mem::replace(&mut self.partial, rest),
                continues: true,
                is_continuation: mem::replace(&mut self.is_continuation, true),
            });
        }
        self.partial.extend_from_slice(bytes);
    }

    fn end_message(&mut self, messages: &mut Vec<Message>) {
        messages.push(Message {
            text: mem::take(&mut self.partial),
            continues: false,
            is_continuation: mem::take(&mut self.is_continuation),
        });
    }
}

/// Where the unfinished character begins that UTF-8 text ends in. `None` for whole text, and for bytes that
/// are not UTF-8.
fn torn_at(bytes: &[u8]) -> Option<usize> {
    let error = str::from_utf8(bytes).err()?;
    error.error_len().is_none().then(|| error.valid_up_to())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(messages: &[Message]) -> Vec<&str> {
        messages
            .iter()
            .map(|message| str::from_utf8(&message.text).unwrap())
            .collect()
    }

    #[test]
    fn a_line_end_ends_a_message() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        for byte in "a\n菜鸡\r\n\nb".bytes() {
            incoming.push(&[byte], &mut messages);
        }
        assert_eq!(texts(&messages), ["a", "菜鸡", ""]);
        assert_eq!(incoming.framing(), Framing::Lines);
        // Silence has no meaning, but the end of the connection has.
        assert_eq!(incoming.pause(), None);
        incoming.paused(&mut messages);
        assert_eq!(messages.len(), 3);
        incoming.finish(&mut messages);
        assert_eq!(texts(&messages), ["a", "菜鸡", "", "b"]);
    }

    #[test]
    fn silence_ends_a_message_of_a_peer_without_line_ends() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        assert_eq!(incoming.pause(), None);
        incoming.push("你".as_bytes(), &mut messages);
        assert_eq!(incoming.pause(), Some(PAUSE_AT_FIRST));
        incoming.paused(&mut messages);
        assert_eq!(incoming.framing(), Framing::Turns);
        // A pause within a character ends nothing.
        let (left, right) = "好".as_bytes().split_at(1);
        incoming.push(left, &mut messages);
        assert_eq!(incoming.pause(), Some(PAUSE_IN_TURNS));
        incoming.paused(&mut messages);
        incoming.push(right, &mut messages);
        incoming.paused(&mut messages);
        assert_eq!(texts(&messages), ["你", "好"]);
    }

    #[test]
    fn an_acknowledgement_is_no_message_and_shows_hellowire() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        incoming.push(&[ACK], &mut messages);
        assert_eq!(
            (incoming.framing(), messages.len()),
            (Framing::Hellowire, 0)
        );
        incoming.push(&[ACK, b'\n', MARK], &mut messages);
        assert_eq!(texts(&messages), ["\x06"]);
        // After an acknowledgement there is no mark.
        incoming.push(b"\n", &mut messages);
        assert_eq!(texts(&messages), ["\x06", ""]);
        assert_eq!(incoming.partial(), b"");
    }

    #[test]
    fn a_mark_after_the_first_line_shows_hellowire() {
        for (wire, framing, said) in [
            (&b"a\n\rb\n\rc\n"[..], Framing::Hellowire, ["a", "b", "\rc"]),
            (b"\n\r\nb\n", Framing::Hellowire, ["", "", "b"]),
            // netcat, telnet, and a program that mixes both line ends.
            (b"a\nb\nc\n", Framing::Lines, ["a", "b", "c"]),
            (b"a\r\n\r\nc\r\n", Framing::Lines, ["a", "", "c"]),
            (b"a\r\n\rb\nc\n", Framing::Lines, ["a", "\rb", "c"]),
        ] {
            for size in [1, wire.len()] {
                let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
                for piece in wire.chunks(size) {
                    incoming.push(piece, &mut messages);
                }
                assert_eq!(
                    (incoming.framing(), &*texts(&messages)),
                    (framing, &said[..])
                );
            }
        }
    }

    #[test]
    fn partial_text_leaves_out_an_end_that_may_be_no_text() {
        for (wire, partial) in [
            (&b"hello"[..], &b"hello"[..]),
            (b"a\nhello\r", b"hello"),
            ("菜鸡".as_bytes().split_at(4).0, "菜".as_bytes()),
            (b"a\xff", b"a\xff"),
            (b"byebye", b""),
            (b"byebye,", b"byebye,"),
            (b"a\n", b""),
        ] {
            let mut incoming = Incoming::new(1024);
            incoming.push(wire, &mut Vec::new());
            assert_eq!(incoming.partial(), partial, "{wire:?}");
        }
    }

    #[test]
    fn a_message_over_the_limit_arrives_in_parts() {
        let (mut incoming, mut messages) = (Incoming::new(4), Vec::new());
        incoming.push("abcd\n菜鸡x\n".as_bytes(), &mut messages);
        assert_eq!(texts(&messages), ["abcd", "菜", "鸡x"]);
        let continues: Vec<_> = messages.iter().map(|message| message.continues).collect();
        assert_eq!(continues, [false, true, false]);
    }

    #[test]
    fn a_part_of_a_message_does_not_end_a_chat() {
        let (mut incoming, mut messages) = (Incoming::new(8), Vec::new());
        incoming.push(b"aaaaaaaabyebye\nbyebye\n", &mut messages);
        assert_eq!(texts(&messages), ["aaaaaaaa", "byebye", "byebye"]);
        let byes: Vec<_> = messages.iter().map(Message::is_bye).collect();
        assert_eq!(byes, [false, false, true]);
    }

    proptest! {
        /// For any bytes, only line ends are lost, and no message is over the limit.
        #[test]
        fn every_byte_arrives_within_the_limit(bytes in prop_oneof![any::<Vec<u8>>(), "[菜😀a]{0,40}".prop_map(String::into_bytes)], max in 4_usize..9) {
            let (mut incoming, mut messages) = (Incoming::new(max), Vec::new());
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| !b"\r\n\x06".contains(byte)).collect();
            incoming.push(&bytes, &mut messages);
            prop_assert!(incoming.partial.len() <= max);
            incoming.finish(&mut messages);
            prop_assert!(messages.iter().all(|message| message.text.len() <= max));
            if str::from_utf8(&bytes).is_ok() {
                prop_assert!(messages.iter().all(|message| str::from_utf8(&message.text).is_ok()));
            }
            let joined: Vec<u8> = messages.into_iter().flat_map(|message| message.text).collect();
            prop_assert_eq!(joined, bytes);
        }
    }
}
