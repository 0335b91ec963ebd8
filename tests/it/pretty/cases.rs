//! Requests that try to act on a terminal, and what the formatter writes of them.

use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use hellowire::capture::{Captured, Kind, Missing, Refusal, Rule, State, Unfinished};
use hellowire::request_log::{Answered, Connection, Format, Formatter, Record, View, Waiting};
use proptest::collection::vec;
use proptest::prelude::*;

use super::MARKS;

const REFUSED: Refusal = Refusal::of(&Rule {
    status: 400,
    kind: Kind::Framing,
    text: "the name of a field is no token",
    section: "RFC 9110 5.1",
});

/// What a terminal could obey, or a person could take for something else.
const HOSTILE: [&str; 39] = [
    "\x1b[2J",
    "\x1b[31m",
    "\x1b[1;1H",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x07",
    "\x1b[?1049h",
    "\x1b[?25l",
    "\x1bc",
    "\x1b",
    "\u{9b}31m",
    "\u{9d}0;title\u{9c}",
    "\u{85}",
    "\u{202e}",
    "\u{2066}",
    "e\u{301}\u{301}\u{20dd}",
    "菜鸡",
    "👨\u{200d}👩\u{200d}👧",
    "🇨🇳",
    "❤\u{fe0f}",
    "👍🏽",
    "\u{1112}\u{1161}\u{11ab}",
    "مرحبا",
    "▶",
    "▶ 21:47:20.123 #1.1 127.0.0.1  GET /forged  1 B  200",
    "◌",
    "… 9 more bytes",
    "↳ refused: Host is missing (RFC 9112 3.2)",
    "  ↳ late",
    "㉈",
    "\0",
    "\x07",
    "\x08\x08\x08",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\\",
    r"\u{1b}[2J\x1b[2J",
    "\r\n\r\n",
];

const PEERS: [&str; 4] = [
    "127.0.0.1:1",
    "192.168.100.200:65535",
    "[::1]:80",
    "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
];

/// One of the formats' texts about one request.
#[derive(Debug, Clone)]
pub(super) struct Case {
    raw: Vec<u8>,
    head: usize,
    omitted: u64,
    state: State,
    is_odd: bool,
    status: Option<u16>,
    peer: SocketAddr,
    numbers: [u64; 2],
    kind: Kinds,
}

#[derive(Debug, Clone, Copy)]
enum Kinds {
    Pretty,
    Short,
    Pause,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(&HOSTILE[..]).prop_map(|text| text.as_bytes().to_vec()),
        2 => "[a-z /:%]{0,12}".prop_map(String::into_bytes),
        1 => "\\PC{0,6}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..6),
    ];
    let start = prop::sample::select(&[
        "",
        "GET /",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /hook HTTP/1.1\r\n",
    ]);
    let long = prop_oneof![30 => Just(1), 1 => Just(500_usize)];
    (start, vec(piece, 0..12), long).prop_map(|(start, pieces, times)| {
        let pieces = pieces.concat().repeat(times);
        let mut bytes = [start.as_bytes(), &pieces].concat();
        // What an emulator of few columns has the rows for.
        bytes.truncate(6000);
        bytes
    })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let states = vec![
        State::Complete,
        State::Incomplete,
        State::Late,
        State::Unparsed,
        State::Refused(REFUSED),
    ];
    let peer = prop::sample::select(&PEERS[..]).prop_map(|peer| peer.parse().unwrap());
    let count = || prop_oneof![Just(0), Just(1), 0..1_000_000_u64, Just(u64::MAX / 2)];
    (
        bytes(),
        any::<prop::sample::Index>(),
        count(),
        prop::sample::select(states),
        any::<bool>(),
        prop_oneof![Just(None), Just(Some(200)), Just(Some(501))],
        peer,
        [count(), count()],
        prop::sample::select(&[Kinds::Pretty, Kinds::Short, Kinds::Pause][..]),
    )
        .prop_map(
            |(raw, head, omitted, state, is_odd, status, peer, numbers, kind)| Case {
                head: head.index(raw.len() + 1),
                raw,
                omitted,
                state,
                is_odd,
                status,
                peer,
                numbers,
                kind,
            },
        )
}

impl Case {
    /// The same with another character, of as many bytes, for one in its bytes.
    pub(super) fn with(&self, character: char, other: char) -> Self {
        let (from, to) = (character.to_string(), other.to_string());
        assert_eq!(from.len(), to.len());
        let mut raw = self.raw.clone();
        while let Some(at) = memchr::memmem::find(&raw, from.as_bytes()) {
            raw[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        Self {
            raw,
            ..self.clone()
        }
    }

    /// What the formatter writes, and the mark with which it begins.
    pub(super) fn text(&self, view: View) -> (String, &'static str) {
        let connection = Connection::new(self.peer, self.numbers[0]);
        let time = UNIX_EPOCH + Duration::from_micros(1_795_384_040_123_456);
        let odd = [REFUSED; 1];
        let request = Captured {
            number: self.numbers[1],
            raw: &self.raw,
            omitted: self.omitted,
            state: self.state,
            head: self.head,
            target: b"",
            odd: &odd[..usize::from(self.is_odd)],
        };
        let mut out = Vec::new();
        let mark = match self.kind {
            Kinds::Pretty => {
                let record = Record {
                    time,
                    connection: &connection,
                    request,
                    status: self.status,
                };
                Formatter::new(Format::Pretty, view).write(&record, &mut out);
                MARKS[0]
            }
            Kinds::Short => {
                let line = request.request_line();
                let answered = Answered {
                    time,
                    connection: &connection,
                    request: request.number,
                    request_line: &line[..line.len().min(1024)],
                    bytes: self.omitted,
                    state: self.state,
                    is_odd: self.is_odd,
                    status: self.status,
                    duration: Duration::from_micros(self.numbers[0]),
                };
                Formatter::new(Format::Short, view).write_answered(&answered, &mut out);
                MARKS[0]
            }
            Kinds::Pause => {
                let waiting = Waiting {
                    time,
                    connection: &connection,
                    request: Unfinished {
                        number: self.numbers[1],
                        raw: &self.raw,
                        bytes: self.omitted,
                        missing: Missing::Body {
                            left: self.numbers[1],
                            total: u64::MAX,
                        },
                    },
                };
                Formatter::new(Format::Pretty, view).write_waiting(&waiting, &mut out);
                MARKS[1]
            }
        };
        (String::from_utf8(out).unwrap(), mark)
    }
}
