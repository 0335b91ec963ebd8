//! The chat's codec: however the stream is cut, the messages are the same; none is lost, none is
//! held for ever, no character is torn, and what is held has a bound.

#![no_main]

use hellowire::chat::codec::{BYE, Framing, Incoming, Message, Outgoing};
use hellowire_fuzz::memory;
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;

const ACK: u8 = 6;

/// Behind a first line end that is a line feed alone: no part of a message.
const MARK: u8 = b'\r';

/// The most that the document's programs take at once.
const TURN: usize = 1024;

/// The most that is said.
const LONGEST: usize = 4096;

/// In an input: the longest message, less 6; how long the pieces are, four times; after which of
/// eight pieces there is silence; then the bytes. 0xFF and a number repeat the byte before them.
#[derive(Debug)]
struct Talk {
    most: usize,
    sizes: [usize; 4],
    silences: u8,
    bytes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Talk {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self {
            most: 6 + usize::from(u8::arbitrary(input)?),
            sizes: <[u8; 4]>::arbitrary(input)?.map(|size| usize::from(size).max(1)),
            silences: u8::arbitrary(input)?,
            bytes: repeated(input.bytes(input.len())?),
        })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (6, None)
    }
}

/// Writes out what is repeated: turns and limits are longer than inputs should be.
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
    silence_tears_nothing(&talk);
    memory_is_bounded(&talk);
    let messages = messages(&talk.bytes);
    between_two_of_ours(&talk, &messages);
    in_turns(&messages);
});

/// What a peer sends without a pause is lines, whole or in parts, and the last need not end.
fn lines_arrive(talk: &Talk) {
    let all = heard(talk.most, [&talk.bytes[..]].into_iter());
    assert_eq!(all, heard(talk.most, pieces(talk)));
    assert_eq!(all, heard(talk.most, talk.bytes.chunks(1)));
    let text = unmarked(&talk.bytes);
    let mut lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
    let last = lines.pop().filter(|last| !last.is_empty());
    let lines = lines
        .iter()
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines: Vec<_> = lines.chain(last).map(<[u8]>::to_vec).collect();
    assert_eq!(joined(&all, talk.most), lines);
}

/// What is text of what a peer sends: without the one sign that it is one of ours.
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

/// Wherever it falls, no character is torn and no byte is lost but line ends.
fn silence_tears_nothing(talk: &Talk) {
    let (mut incoming, mut messages) = (Incoming::new(talk.most), Vec::new());
    for (number, piece) in pieces(talk).enumerate() {
        incoming.push(piece, &mut messages);
        if talk.silences >> (number % 8) & 1 == 1 {
            incoming.paused(&mut messages);
        }
    }
    incoming.finish(&mut messages);
    let said: Vec<u8> = messages
        .iter()
        .flat_map(|message| message.text.clone())
        .collect();
    let text = talk.bytes.strip_prefix(&[ACK]).unwrap_or(&talk.bytes);
    let but_line_ends = |bytes: &[u8]| {
        let is_kept = |byte: &&u8| !b"\r\n".contains(byte);
        bytes.iter().filter(is_kept).copied().collect::<Vec<_>>()
    };
    assert_eq!(but_line_ends(&said), but_line_ends(text));
    if str::from_utf8(&talk.bytes).is_ok() {
        assert!(
            messages
                .iter()
                .all(|message| str::from_utf8(&message.text).is_ok())
        );
    }
    joined(&messages, talk.most);
}

/// Whatever comes, one message's length is kept: three times while its buffer grows. And a piece may
/// be half as many messages as it has bytes, each in a buffer of at least eight.
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

/// All that both say arrives, in order, however it is delivered; and the end does.
fn between_two_of_ours(talk: &Talk, messages: &[Vec<u8>]) {
    let mut sides = [Side::new(talk.most), Side::new(talk.most)];
    let mut steps = talk.sizes.iter().cycle();
    for (number, message) in messages.iter().enumerate() {
        let speaker = usize::from(talk.silences >> (number % 8) & 1);
        if sides[speaker].outgoing.has_room() {
            sides[speaker].say(message);
        }
        let from = number / 2 % 2;
        deliver(&mut sides, from, *steps.next().unwrap());
    }
    // Who says it hears no more: what is said before has to be there.
    deliver_all(&mut sides, &mut steps);
    sides[0].outgoing.push_bye();
    deliver_all(&mut sides, &mut steps);
    let [mut first, mut second] = sides;
    for side in [&mut first, &mut second] {
        side.incoming.finish(&mut side.heard);
        side.is_within_bounds();
    }
    assert!(
        second.heard.last().is_some_and(Message::is_bye),
        "{second:?}"
    );
    first.said.push(BYE.to_vec());
    assert_eq!(joined(&second.heard, talk.most), first.said);
    assert_eq!(joined(&first.heard, talk.most), second.said);
}

#[derive(Debug)]
struct Side {
    incoming: Incoming,
    outgoing: Outgoing,
    said: Vec<Vec<u8>>,
    heard: Vec<Message>,
}

impl Side {
    fn new(most: usize) -> Self {
        Self {
            incoming: Incoming::new(most),
            outgoing: Outgoing::new(),
            said: Vec::new(),
            heard: Vec::new(),
        }
    }

    fn say(&mut self, message: &[u8]) {
        self.said.push(message.to_vec());
        self.outgoing.push(message.to_vec());
        self.is_within_bounds();
    }

    /// As the session does it.
    fn hear(&mut self, bytes: &[u8]) {
        let before = self.heard.len();
        self.incoming.push(bytes, &mut self.heard);
        if self.heard.len() > before || self.incoming.framing().is_lines() {
            self.outgoing.received(self.incoming.framing());
        }
    }

    /// 64 messages, and 64 KiB and a message under way.
    fn is_within_bounds(&self) {
        assert!(self.outgoing.unsent() <= 65, "{}", self.outgoing.unsent());
        assert!(self.outgoing.pending().len() <= 64 * 1024 + LONGEST + 2);
    }
}

/// Each side gets what the other says, until nothing is left.
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

/// Moves at most that many bytes; returns whether there were any.
fn deliver(sides: &mut [Side; 2], from: usize, most: usize) -> bool {
    let pending = sides[from].outgoing.pending();
    let bytes = pending[..most.min(pending.len())].to_vec();
    sides[from].outgoing.written(bytes.len());
    if !bytes.is_empty() {
        sides[1 - from].hear(&bytes);
    }
    !bytes.is_empty()
}

/// One of the document's programs gets all that is said, in turns that it takes at once.
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
    let said = messages.concat();
    // Doubled, because as a connection's first byte it would say something else.
    let acknowledgement = if said.starts_with(&[ACK]) {
        &[ACK][..]
    } else {
        &[]
    };
    assert_eq!(got, [acknowledgement, &said].concat());
}

/// The lines of `bytes` that a person could type, as messages.
fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|&byte| byte == b'\n');
    let typed = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_message =
        |line: &&[u8]| *line != BYE && !line.ends_with(b"\r") && !line.starts_with(&[MARK]);
    typed.filter(is_message).map(<[u8]>::to_vec).collect()
}

fn heard<'a>(most: usize, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Message> {
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

/// The messages, their parts joined: none is over the limit, none begins or ends in the middle, and
/// where the whole is text, each part is.
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
