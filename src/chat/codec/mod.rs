//! Messages to bytes and back, so that they stay whole between two of ours, and so that the
//! document's programs are peers as they are. Pure: no socket, no clock.
//!
//! A TCP connection has no messages. The document's programs act as if it had: one `send` is one
//! message, one `recv(1024)` is taken as one, nothing marks an end, and the two take turns, the
//! client first. So a line end would be one character too many for them, and two messages in a row
//! would be one. Ours, and netcat, end a message in a line end. Which of the two the other side
//! does shows in what it sends ([`Manner`]):
//!
//! - Until it has sent anything, our first message goes out with a line end, and the next ones
//!   wait.
//! - A line end from it: it speaks in **lines**, and so do we from then on, whenever we like.
//! - Behind its first line end a `MARK`, which is no part of any message: it is one of **ours**. Who
//!   learns this and has said nothing yet sends an `ACK`, which is no part of any message either, so
//!   that the other side need not wait. Nobody else is sent one.
//! - A pause without a line end: it takes **turns**. From then on a message goes to it bare, at most
//!   `TURN` bytes of it, and the next waits until it has answered.
//! - [`BYE`] is the last message of a connection, bare: the document's programs compare with it. To
//!   one that may be theirs it goes a pause after the message before, so that it arrives alone. The
//!   end of the connection ends any last message.
//!
//! What this cannot do: spare who has said nothing yet the line end and the mark behind our very
//! first message, or bytes over 1024 in that one; keep a carriage return that the second line of
//! one that is not ours begins with; tell a message of a peer's that takes turns from two,
//! when it pauses in the middle for `PAUSE_IN_TURNS`; the same for the first message of a
//! connection and `PAUSE_AT_FIRST`, also between two of ours. Without such a pause, between two
//! of ours, no cutting of the stream has an effect.

mod incoming;
mod manner;
mod outgoing;

pub use incoming::{Incoming, Message};
pub(super) use manner::cut;
pub use manner::{BYE, Manner, PAUSE_AT_FIRST, PAUSE_IN_TURNS};
pub use outgoing::Outgoing;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::manner::TURN;
    use super::*;

    #[test]
    fn a_cut_falls_between_characters() {
        let text = "菜鸡".as_bytes();
        assert_eq!(
            (3..=6).map(|most| cut(text, most)).collect::<Vec<_>>(),
            [3, 3, 3, 6]
        );
        assert_eq!(cut("a😀".as_bytes(), 4), 1);
        // No text: anywhere will do.
        assert_eq!(cut(&[0x80; 9], 4), 4);
    }

    /// What one of ours sends for these messages when it knows the other side from `manner` on.
    fn sent(messages: &[Vec<u8>], manner: Manner) -> Vec<u8> {
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
                outgoing.heard(manner);
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
        /// Between two of ours, however the network cuts the stream, the messages are the same.
        #[test]
        fn any_cutting(messages in prop::collection::vec(message(), 0..20), sizes in prop::collection::vec(1_usize..9, 1..9)) {
            let wire = sent(&messages, Manner::Ours);
            let mut incoming = Incoming::new(1 << 16);
            let (mut received, mut rest, mut sizes) = (Vec::new(), &wire[..], sizes.iter().cycle());
            while !rest.is_empty() {
                let (read, behind) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                incoming.push(read, &mut received);
                rest = behind;
            }
            incoming.finish(&mut received);
            let received: Vec<_> = received.into_iter().map(|message| message.text).collect();
            prop_assert_eq!(received, messages);
        }

        /// A peer that takes turns gets every byte of text, at most 1024 at once, and nothing else.
        #[test]
        fn turns(messages in prop::collection::vec("[a菜😀]{1,600}", 1..5)) {
            let texts: Vec<Vec<u8>> = messages.iter().map(|text| text.clone().into_bytes()).collect();
            let mut outgoing = Outgoing::new();
            outgoing.heard(Manner::Turns);
            for text in &texts {
                outgoing.push(text.clone());
            }
            let mut got = String::new();
            while !outgoing.is_empty() {
                let turn = outgoing.pending().to_vec();
                prop_assert!((1..=TURN).contains(&turn.len()), "{} bytes", turn.len());
                got.push_str(str::from_utf8(&turn).unwrap());
                outgoing.written(turn.len());
                outgoing.heard(Manner::Turns);
            }
            prop_assert_eq!(got, messages.concat());
        }
    }
}
