//! From the bytes of a connection to messages.
//!
//! What always holds: at most one message's length is kept; a longer message is cut between two
//! characters and comes in parts, each but the last marked as such.

use std::mem;
use std::str::Utf8Error;
use std::time::Duration;

use super::manner::{ACK, BYE, MARK, Manner, PAUSE_AT_FIRST, PAUSE_IN_TURNS, cut};

/// A message, or a part of one that is longer than a message may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What was said: text, if the other side keeps to it. Without a line end.
    pub text: Vec<u8>,
    /// Whether more of it follows, because it is too long.
    pub goes_on: bool,
    /// Whether more of it went before.
    pub is_rest: bool,
}

impl Message {
    /// Whether this ends the chat: all of it, not a part.
    #[must_use]
    pub fn is_bye(&self) -> bool {
        self.text == BYE && !self.goes_on && !self.is_rest
    }
}

/// Finds the messages in what a peer sends.
#[derive(Debug)]
pub struct Incoming {
    manner: Manner,
    /// What has come of the next message.
    begun: Vec<u8>,
    /// Whether parts of it are messages already.
    is_rest: bool,
    most: usize,
    is_first_byte: bool,
    mark: Mark,
}

/// Where one of ours shows that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Behind a line end that has not come.
    Ahead,
    /// Here, if anywhere.
    Here,
    /// Nowhere any more.
    Past,
}

impl Incoming {
    /// For messages of at most `most` bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            manner: Manner::Unknown,
            begun: Vec::new(),
            is_rest: false,
            most,
            is_first_byte: true,
            mark: Mark::Ahead,
        }
    }

    /// How the peer's messages end, as far as that is known.
    #[must_use]
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Takes what was read; adds the messages that it ends to `messages`.
    pub fn push(&mut self, mut bytes: &[u8], messages: &mut Vec<Message>) {
        if let [first, rest @ ..] = bytes
            && mem::take(&mut self.is_first_byte)
            && *first == ACK
        {
            self.manner = Manner::Ours;
            self.mark = Mark::Past;
            bytes = rest;
        }
        bytes = self.without_mark(bytes);
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.take(&bytes[..end], messages);
            self.end_line(messages);
            bytes = self.without_mark(&bytes[end + 1..]);
        }
        self.take(bytes, messages);
    }

    /// Takes the mark off the front of `bytes`, where it may be.
    fn without_mark<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some((first, rest)) = bytes.split_first().filter(|_| self.mark == Mark::Here) else {
            return bytes;
        };
        self.mark = Mark::Past;
        if *first != MARK {
            return bytes;
        }
        self.manner = Manner::Ours;
        rest
    }

    fn end_line(&mut self, messages: &mut Vec<Message>) {
        if !self.manner.is_lines() {
            self.manner = Manner::Lines;
        }
        // As telnet ends its lines, which is none of ours.
        let is_ours = !self.begun.ends_with(b"\r");
        if !is_ours {
            self.begun.pop();
        }
        self.mark = match self.mark {
            Mark::Ahead if is_ours => Mark::Here,
            _ => Mark::Past,
        };
        self.end(messages);
    }

    /// What has come of the message that is not ended, but for what may turn out to be no part of its
    /// text: half a character, half a line end, [`BYE`].
    #[must_use]
    pub fn begun(&self) -> &[u8] {
        let text = match str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => &self.begun[..error.valid_up_to()],
            _ => &self.begun,
        };
        match text.strip_suffix(b"\r").unwrap_or(text) {
            BYE if !self.is_rest => &[],
            text => text,
        }
    }

    /// After which silence [`paused`](Self::paused) is to be called; none where silence has no
    /// meaning.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        match self.manner {
            _ if self.begun.is_empty() => None,
            Manner::Unknown => Some(PAUSE_AT_FIRST),
            Manner::Turns => Some(PAUSE_IN_TURNS),
            Manner::Lines | Manner::Ours => None,
        }
    }

    /// The peer has been silent: its message has ended, unless it ends within a character.
    pub fn paused(&mut self, messages: &mut Vec<Message>) {
        let is_torn = |error: Utf8Error| error.error_len().is_none();
        if self.pause().is_some() && !str::from_utf8(&self.begun).is_err_and(is_torn) {
            self.manner = Manner::Turns;
            self.end(messages);
        }
    }

    /// The connection has ended, and with it a message that had begun.
    pub fn finish(&mut self, messages: &mut Vec<Message>) {
        if !self.begun.is_empty() {
            self.end(messages);
        }
    }

    fn take(&mut self, mut bytes: &[u8], messages: &mut Vec<Message>) {
        while self.begun.len() + bytes.len() > self.most {
            let (left, right) = bytes.split_at((self.most + 1).saturating_sub(self.begun.len()));
            self.begun.extend_from_slice(left);
            bytes = right;
            let rest = self.begun.split_off(cut(&self.begun, self.most));
            messages.push(Message {
                text: mem::replace(&mut self.begun, rest),
                goes_on: true,
                is_rest: mem::replace(&mut self.is_rest, true),
            });
        }
        self.begun.extend_from_slice(bytes);
    }

    fn end(&mut self, messages: &mut Vec<Message>) {
        messages.push(Message {
            text: mem::take(&mut self.begun),
            goes_on: false,
            is_rest: mem::take(&mut self.is_rest),
        });
    }
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
    fn lines() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        for byte in "a\n菜鸡\r\n\nb".bytes() {
            incoming.push(&[byte], &mut messages);
        }
        assert_eq!(texts(&messages), ["a", "菜鸡", ""]);
        assert_eq!(incoming.manner(), Manner::Lines);
        // Silence has no meaning, the end has.
        assert_eq!(incoming.pause(), None);
        incoming.paused(&mut messages);
        assert_eq!(messages.len(), 3);
        incoming.finish(&mut messages);
        assert_eq!(texts(&messages), ["a", "菜鸡", "", "b"]);
    }

    #[test]
    fn turns() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        assert_eq!(incoming.pause(), None);
        incoming.push("你".as_bytes(), &mut messages);
        assert_eq!(incoming.pause(), Some(PAUSE_AT_FIRST));
        incoming.paused(&mut messages);
        assert_eq!(incoming.manner(), Manner::Turns);
        // A pause within a character is no end.
        let (left, right) = "好".as_bytes().split_at(1);
        incoming.push(left, &mut messages);
        assert_eq!(incoming.pause(), Some(PAUSE_IN_TURNS));
        incoming.paused(&mut messages);
        incoming.push(right, &mut messages);
        incoming.paused(&mut messages);
        assert_eq!(texts(&messages), ["你", "好"]);
    }

    #[test]
    fn an_acknowledgement_is_no_message_and_means_lines() {
        let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
        incoming.push(&[ACK], &mut messages);
        assert_eq!((incoming.manner(), messages.len()), (Manner::Ours, 0));
        incoming.push(&[ACK, b'\n', MARK], &mut messages);
        assert_eq!(texts(&messages), ["\x06"]);
        // Who has said that needs no mark.
        incoming.push(b"\n", &mut messages);
        assert_eq!(texts(&messages), ["\x06", ""]);
        assert_eq!(incoming.begun(), b"");
    }

    #[test]
    fn one_of_ours_shows_it_behind_its_first_line() {
        for (wire, manner, said) in [
            (&b"a\n\rb\n\rc\n"[..], Manner::Ours, ["a", "b", "\rc"]),
            (b"\n\r\nb\n", Manner::Ours, ["", "", "b"]),
            // netcat, telnet, and one that ends its lines now so, now so.
            (b"a\nb\nc\n", Manner::Lines, ["a", "b", "c"]),
            (b"a\r\n\r\nc\r\n", Manner::Lines, ["a", "", "c"]),
            (b"a\r\n\rb\nc\n", Manner::Lines, ["a", "\rb", "c"]),
        ] {
            for size in [1, wire.len()] {
                let (mut incoming, mut messages) = (Incoming::new(1024), Vec::new());
                for piece in wire.chunks(size) {
                    incoming.push(piece, &mut messages);
                }
                assert_eq!((incoming.manner(), &*texts(&messages)), (manner, &said[..]));
            }
        }
    }

    #[test]
    fn what_has_come_is_known_but_for_what_may_be_no_part_of_it() {
        for (wire, begun) in [
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
            assert_eq!(incoming.begun(), begun, "{wire:?}");
        }
    }

    #[test]
    fn a_message_may_be_as_long_as_the_limit_and_no_longer() {
        let (mut incoming, mut messages) = (Incoming::new(4), Vec::new());
        incoming.push("abcd\n菜鸡x\n".as_bytes(), &mut messages);
        assert_eq!(texts(&messages), ["abcd", "菜", "鸡x"]);
        let goes_on: Vec<_> = messages.iter().map(|message| message.goes_on).collect();
        assert_eq!(goes_on, [false, true, false]);
    }

    #[test]
    fn only_a_whole_message_ends_a_chat() {
        let (mut incoming, mut messages) = (Incoming::new(8), Vec::new());
        incoming.push(b"aaaaaaaabyebye\nbyebye\n", &mut messages);
        assert_eq!(texts(&messages), ["aaaaaaaa", "byebye", "byebye"]);
        let byes: Vec<_> = messages.iter().map(Message::is_bye).collect();
        assert_eq!(byes, [false, false, true]);
    }

    proptest! {
        /// Whatever comes, no byte but line ends is lost, and no message is over the limit.
        #[test]
        fn bounded(bytes in prop_oneof![any::<Vec<u8>>(), "[菜😀a]{0,40}".prop_map(String::into_bytes)], most in 4_usize..9) {
            let (mut incoming, mut messages) = (Incoming::new(most), Vec::new());
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| !b"\r\n\x06".contains(byte)).collect();
            incoming.push(&bytes, &mut messages);
            prop_assert!(incoming.begun.len() <= most);
            incoming.finish(&mut messages);
            prop_assert!(messages.iter().all(|message| message.text.len() <= most));
            if str::from_utf8(&bytes).is_ok() {
                prop_assert!(messages.iter().all(|message| str::from_utf8(&message.text).is_ok()));
            }
            let joined: Vec<u8> = messages.into_iter().flat_map(|message| message.text).collect();
            prop_assert_eq!(joined, bytes);
        }
    }
}
