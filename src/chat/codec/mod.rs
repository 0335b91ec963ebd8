//! The wire format of a chat: messages to bytes and back.
//!
//! Two hellowires keep messages whole, and the tutorial's programs (docs/chat.md) work as peers,
//! unchanged. Pure: no socket, no clock.
//!
//! TCP has no messages. The tutorial's programs act as if it had: one `send` is one message, one
//! `recv(1024)` takes one, nothing marks an end, and the two sides take turns, the client first. They
//! see a line end as one character too many, and two messages in a row as one. hellowire and netcat end
//! a message with a line end. The codec learns the peer's [`Framing`] from the bytes that the peer
//! sends:
//!
//! - **Unknown**, until the peer has sent something: our first message has a line end, and the next ones
//!   wait.
//! - **Lines**, after a line end from the peer: we end each message with a line end, at any time.
//! - **Hellowire**, after a `MARK` right after the peer's first line end: as lines. The mark is no part of a
//!   message. If we have sent nothing yet, we send an `ACK`, so that the peer's next messages need not
//!   wait for our first. The `ACK` is no part of a message either, and no other program gets one.
//! - **Turns**, after a pause without a line end: we send one message without a line end, at most `TURN`
//!   bytes of it, and the next waits for an answer.
//!
//! [`BYE`] is the last message of a connection and has no line end: the tutorial's programs compare with
//! it. If the peer may be one of them, we pause before we send it, so that it arrives alone. The end of
//! the connection ends any last message.
//!
//! # Limitations
//!
//! - A silent peer gets our first message with a line end and a mark, and whole even if it is longer than
//!   1024 bytes.
//! - If the second line of a peer other than hellowire begins with a carriage return, that byte is lost.
//! - A message of a peer that takes turns is split if the peer pauses within it for `PAUSE_IN_TURNS`. So is
//!   the first message of a connection after `PAUSE_AT_FIRST`, also between two hellowires. Without such a
//!   pause, how the network cuts the stream has no effect between two hellowires.

mod framing;
mod incoming;
mod outgoing;

pub(super) use framing::cut;
pub use framing::{BYE, Framing, PAUSE_AT_FIRST, PAUSE_IN_TURNS};
pub use incoming::{Incoming, Message};
pub use outgoing::Outgoing;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::framing::TURN;
    use super::*;

    #[test]
    fn a_cut_falls_between_characters() {
        let text = "菜鸡".as_bytes();
        assert_eq!(
            (3..=6).map(|max| cut(text, max)).collect::<Vec<_>>(),
            [3, 3, 3, 6]
        );
        assert_eq!(cut("a😀".as_bytes(), 4), 1);
        // Not UTF-8: anywhere will do.
        assert_eq!(cut(&[0x80; 9], 4), 4);
    }

    /// The bytes for these messages to a peer that answers the first with this framing.
    fn sent(messages: &[Vec<u8>], framing: Framing) -> Vec<u8> {
        let mut outgoing = Outgoing::new();
        let mut wire = Vec::new();
        for message in messages {
            outgoing.push(message.clone());
        }
        loop {
            let bytes = outgoing.pending().to_vec();
            if bytes.is_empty() {
                if outgoing.is_empty() {
                    return wire;
                }
                outgoing.received(framing);
            }
            wire.extend(&bytes);
            outgoing.written(bytes.len());
        }
    }

    fn message() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "[a菜😀 \x06]{0,12}".prop_map(String::into_bytes),
            any::<Vec<u8>>().prop_map(|bytes| bytes
                .into_iter()
                .filter(|byte| !b"\r\n".contains(byte))
                .collect()),
        ]
    }

    proptest! {
        /// Between two hellowires the messages are the same, however the network cuts the stream.
        #[test]
        fn cuts_of_the_stream_have_no_effect(messages in prop::collection::vec(message(), 0..20), sizes in prop::collection::vec(1_usize..9, 1..9)) {
            let wire = sent(&messages, Framing::Hellowire);
            let mut incoming = Incoming::new(1 << 16);
            let (mut received, mut rest, mut sizes) = (Vec::new(), &wire[..], sizes.iter().cycle());
            while !rest.is_empty() {
                let (read, unread) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                incoming.push(read, &mut received);
                rest = unread;
            }
            incoming.finish(&mut received);
            let received: Vec<_> = received.into_iter().map(|message| message.text).collect();
            prop_assert_eq!(received, messages);
        }

        /// A peer that takes turns gets all of the text and nothing else, at most 1024 bytes at once.
        #[test]
        fn a_peer_that_takes_turns_gets_the_text_alone(messages in prop::collection::vec("[a菜😀]{1,600}", 1..5)) {
            let texts: Vec<Vec<u8>> = messages.iter().map(|text| text.clone().into_bytes()).collect();
            let mut outgoing = Outgoing::new();
            outgoing.received(Framing::Turns);
            for text in &texts {
                outgoing.push(text.clone());
            }
            let mut got = String::new();
            while !outgoing.is_empty() {
                let turn = outgoing.pending().to_vec();
                prop_assert!((1..=TURN).contains(&turn.len()), "{} bytes", turn.len());
                got.push_str(str::from_utf8(&turn).unwrap());
                outgoing.written(turn.len());
                outgoing.received(Framing::Turns);
            }
            prop_assert_eq!(got, messages.concat());
        }
    }
}
