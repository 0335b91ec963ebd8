//! Checks the chat's codec. The cuts between reads do not change the messages. The codec loses no
//! message, delays none for ever, splits no character, and its memory has a bound.

#![no_main]

use hellowire::chat::codec::{BYE, Framing, Incoming, Message, Outgoing};
use hellowire_fuzz::memory;
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;

const ACK: u8 = 6;

/// Marks a peer as one of our own programs: it follows a first line end that is a bare line feed. It is
/// not part of a message.
const MARK: u8 = b'\r';

/// The most bytes that the document's programs read at once.
const TURN: usize = 1024;

/// The most bytes of a talk.
const LONGEST: usize = 4096;

/// The bytes that a peer sends, and how they arrive.
///
/// An input has six bytes of settings and then the sent bytes. The settings are the longest message less
/// 6, the sizes of four pieces, and a bit mask of the pieces that a pause follows. 0xFF and a number
/// repeat the byte before them, eight times the number.
#[derive(Debug)]
struct Talk {
    most: usize,
    sizes: [usize; 4],
    pauses: u8,
    bytes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Talk {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self {
            most: 6 + usize::from(u8::arbitrary(input)?),
            sizes: <[u8; 4]>::arbitrary(input)?.map(|size| usize::from(size).max(1)),
            pauses: u8::arbitrary(input)?,
            bytes: repeated(input.bytes(input.len())?),
        })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (6, None)
    }
}

/// Replaces each repetition by its bytes. Turns and limits are longer than inputs should be.
fn repeated(mut rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < LONGEST
        && let Some(byte) = rest.split_off_first()
    {
        match (rest, bytes.last()) {
            ([times, behind @ ..], Some(&last)) if *byte == 0xff => {
                bytes.resize(bytes.len() + 8 * usize::from(*times), last);
                rest = behind;
            }
            _ => bytes.push(*byte),
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

fuzz_target!(|talk: Talk| {
    lines_arrive(&talk);
    pauses_lose_nothing(&talk);
    memory_is_bounded(&talk);
    let messages = messages(&talk.bytes);
    between_two_of_ours(&talk, &messages);
    in_turns(&messages);
});

/// Without a pause, the messages are the lines, whole or in parts. The last line may lack its end.
fn lines_arrive(talk: &Talk) {
    let all = decoded(talk.most, [&talk.bytes[..]].into_iter());
    assert_eq!(all, decoded(talk.most, pieces(talk)));
    assert_eq!(all, decoded(talk.most, talk.bytes.chunks(1)));
    let text = unmarked(&talk.bytes);
    let mut lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
    let last = lines.pop().filter(|last| !last.is_empty());
    let lines = lines
        .iter()
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines: Vec<_> = lines.chain(last).map(<[u8]>::to_vec).collect();
    assert_eq!(joined(&all, talk.most), lines);
}

/// The sent bytes without the sign of our own programs.
fn unmarked(bytes: &[u8]) -> Vec<u8> {
    if let Some(text) = bytes.strip_prefix(&[ACK]) {
        return text.to_vec();
    }
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let marked =
        end.filter(|&end| !bytes[..end].ends_with(b"\r") && bytes.get(end + 1) == Some(&MARK));
    let mut text = bytes.to_vec();
    if let Some(end) = marked {
        text.remove(end + 1);
    }
    text
}

/// Pauses at any point split no character and lose no byte except line ends.
fn pauses_lose_nothing(talk: &Talk) {
    let (mut incoming, mut messages) = (Incoming::new(talk.most), Vec::new());
    for (number, piece) in pieces(talk).enumerate() {
        incoming.push(piece, &mut messages);
        if talk.pauses >> (number % 8) & 1 == 1 {
            incoming.paused(&mut messages);
        }
    }
    incoming.finish(&mut messages);
    let received: Vec<u8> = messages
        .iter()
        .flat_map(|message| message.text.clone())
        .collect();
    let text = talk.bytes.strip_prefix(&[ACK]).unwrap_or(&talk.bytes);
    let but_line_ends = |bytes: &[u8]| {
        let is_kept = |byte: &&u8| !b"\r\n".contains(byte);
        bytes.iter().filter(is_kept).copied().collect::<Vec<_>>()
    };
    assert_eq!(but_line_ends(&received), but_line_ends(text));
    if str::from_utf8(&talk.bytes).is_ok() {
        assert!(
            messages
                .iter()
                .all(|message| str::from_utf8(&message.text).is_ok())
        );
    }
    joined(&messages, talk.most);
}

/// The codec holds the bytes of one message: up to three times its length while the buffer grows. A
/// piece may also contain half as many messages as bytes, each in a buffer of at least eight bytes.
fn memory_is_bounded(talk: &Talk) {
    let mut messages = Vec::with_capacity(talk.bytes.len() + 1);
    let held = memory::peak(|| {
        let mut incoming = Incoming::new(talk.most);
        for piece in talk.bytes.chunks(talk.most) {
            incoming.push(piece, &mut messages);
            messages.clear();
        }
    });
    assert!(held <= 8 * talk.most + 64, "{held} bytes for {}", talk.most);
}

/// All messages of both sides arrive in order, for any order of delivery, and so does the goodbye.
fn between_two_of_ours(talk: &Talk, messages: &[Vec<u8>]) {
    let mut sides = [Side::new(talk.most), Side::new(talk.most)];
    let mut steps = talk.sizes.iter().cycle();
    for (number, message) in messages.iter().enumerate() {
        let sender = usize::from(talk.pauses >> (number % 8) & 1);
        if sides[sender].outgoing.has_room() {
            sides[sender].send(message);
        }
        let from = number / 2 % 2;
        deliver(&mut sides, from, *steps.next().unwrap());
    }
    // A side that says goodbye receives nothing more: all messages have to arrive before.
    deliver_all(&mut sides, &mut steps);
    sides[0].outgoing.push_bye();
    deliver_all(&mut sides, &mut steps);
    let [mut first, mut second] = sides;
    for side in [&mut first, &mut second] {
        side.incoming.finish(&mut side.received);
        side.is_within_bounds();
    }
    assert!(
        second.received.last().is_some_and(Message::is_bye),
        "{second:?}"
    );
    first.sent.push(BYE.to_vec());
    assert_eq!(joined(&second.received, talk.most), first.sent);
    assert_eq!(joined(&first.received, talk.most), second.sent);
}

#[derive(Debug)]
struct Side {
    incoming: Incoming,
    outgoing: Outgoing,
    sent: Vec<Vec<u8>>,
    received: Vec<Message>,
}

impl Side {
    fn new(most: usize) -> Self {
        Self {
            incoming: Incoming::new(most),
            outgoing: Outgoing::new(),
            sent: Vec::new(),
            received: Vec::new(),
        }
    }

    fn send(&mut self, message: &[u8]) {
        self.sent.push(message.to_vec());
        self.outgoing.push(message.to_vec());
        self.is_within_bounds();
    }

    /// Receives bytes, as the session does.
    fn receive(&mut self, bytes: &[u8]) {
        let before = self.received.len();
        self.incoming.push(bytes, &mut self.received);
        if self.received.len() > before || self.incoming.framing().is_lines() {
            self.outgoing.received(self.incoming.framing());
        }
    }

    /// At most 64 unsent messages and one that is being sent; at most 64 KiB of bytes and one message.
    fn is_within_bounds(&self) {
        assert!(self.outgoing.unsent() <= 65, "{}", self.outgoing.unsent());
        assert!(self.outgoing.pending().len() <= 64 * 1024 + LONGEST + 2);
    }
}

/// Delivers all bytes of both sides.
fn deliver_all<'a>(sides: &mut [Side; 2], steps: &mut impl Iterator<Item = &'a usize>) {
    while sides.iter().any(|side| !side.outgoing.is_empty()) {
        let mut goes_on = false;
        for from in [0, 1] {
            if sides[from].outgoing.waits_to_settle() {
                sides[from].outgoing.settled();
            }
            goes_on |= deliver(sides, from, *steps.next().unwrap());
        }
        assert!(goes_on, "{sides:?}");
    }
}

/// Delivers at most that many bytes. Returns whether there were any.
fn deliver(sides: &mut [Side; 2], from: usize, most: usize) -> bool {
    let pending = sides[from].outgoing.pending();
    let bytes = pending[..most.min(pending.len())].to_vec();
    sides[from].outgoing.written(bytes.len());
    if !bytes.is_empty() {
        sides[1 - from].receive(&bytes);
    }
    !bytes.is_empty()
}

/// One of the document's programs gets all messages, in turns that it reads at once.
fn in_turns(messages: &[Vec<u8>]) {
    let mut outgoing = Outgoing::new();
    outgoing.received(Framing::Turns);
    let mut got = Vec::new();
    for message in messages {
        outgoing.push(message.clone());
        while !outgoing.is_empty() {
            let turn = outgoing.pending().to_vec();
            assert!((1..=TURN).contains(&turn.len()), "{} bytes", turn.len());
            if str::from_utf8(message).is_ok() {
                assert!(str::from_utf8(&turn).is_ok(), "{turn:?}");
            }
            got.extend_from_slice(&turn);
            outgoing.written(turn.len());
            outgoing.received(Framing::Turns);
        }
    }
    let sent = messages.concat();
    // A message that begins with ACK gets a second one: a connection's first ACK is an acknowledgement.
    let acknowledgement = if sent.starts_with(&[ACK]) {
        &[ACK][..]
    } else {
        &[]
    };
    assert_eq!(got, [acknowledgement, &sent].concat());
}

/// The lines of `bytes` that a person could type, as messages.
fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|&byte| byte == b'\n');
    let typed = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_message =
        |line: &&[u8]| *line != BYE && !line.ends_with(b"\r") && !line.starts_with(&[MARK]);
    typed.filter(is_message).map(<[u8]>::to_vec).collect()
}

fn decoded<'a>(most: usize, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Message> {
    let (mut incoming, mut messages) = (Incoming::new(most), Vec::new());
    for piece in pieces {
        incoming.push(piece, &mut messages);
    }
    incoming.finish(&mut messages);
    messages
}

fn pieces(talk: &Talk) -> impl Iterator<Item = &[u8]> {
    let mut rest = &talk.bytes[..];
    talk.sizes.iter().cycle().map_while(move |&size| {
        let piece = rest.split_off(..size.min(rest.len()))?;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Joins the parts of the messages. Checks that no part is over the limit, that no message lacks a part,
/// and that each part of a text is text.
fn joined(messages: &[Message], most: usize) -> Vec<Vec<u8>> {
    let mut joined: Vec<Vec<u8>> = Vec::new();
    let mut goes_on = false;
    let mut parts = Vec::new();
    for message in messages {
        assert!(message.text.len() <= most);
        assert_eq!(message.is_continuation, goes_on);
        goes_on = message.continues;
        parts.push(&message.text[..]);
        if !goes_on {
            let whole = parts.concat();
            let is_text = |part: &&[u8]| str::from_utf8(part).is_ok();
            assert!(
                !is_text(&&whole[..]) || parts.iter().all(is_text),
                "{parts:?}"
            );
            joined.push(whole);
            parts.clear();
        }
    }
    assert!(!goes_on);
    joined
}
