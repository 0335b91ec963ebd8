//! The steps of one connection from its beginning to its end, and the expected results.

use super::bad::{bad, unfinished};
use super::good::{Keeps, good};
use super::model::{CONTINUE, KEPT_BODY, MAX_HEAD, Record, served};
use super::random::Random;

/// What is sent in one go, or in pieces, and what comes back for it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) answer: String,
}

impl Part {
    pub(super) fn new(bytes: Vec<u8>, answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self { bytes, answer }
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The service ends it behind its last answer.
    Served,
    /// The same; the last part has to be read in one go, for the service answers no more behind it.
    ServedAtOnce,
    /// The client shuts down its side behind the last part.
    Finished,
    /// The client closes it once it has all answers.
    Closed,
    /// The client resets it once it has all answers.
    Reset,
    /// The client resets it in the middle of what it sends, and takes no answer.
    Torn,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) parts: Vec<Part>,
    pub(super) records: Vec<Record>,
    pub(super) end: End,
    /// All is sent before any answer is taken, and those of other clients come first.
    pub(super) is_late: bool,
}

/// Once in how many connections a client falls silent.
const SLOW: usize = 2_000;

impl Script {
    /// A random one. `tag` is in each target, and `text` in each answer.
    pub(super) fn new(random: &mut Random, tag: &str, text: &str) -> Self {
        let mut script = Self {
            parts: Vec::new(),
            records: Vec::new(),
            end: End::Served,
            is_late: false,
        };
        let count = random.pick(&[0, 1, 1, 3, 8, 25]);
        for number in 0..count {
            script.add_good(random, &format!("{tag}-{number}"), Keeps::Open, text);
        }
        script.add_end(random, tag, text);
        script
    }

    /// One of requests whose answers are taken late: more than the sockets' buffers hold.
    pub(super) fn late(random: &mut Random, tag: &str, text: &str) -> Self {
        let answer = served("1.1", "OPTIONS", None, text);
        let count = random.pick(&[30, 100, 500]);
        let request = |number| format!("OPTIONS /{tag}-{number} HTTP/1.1\r\nHost: a\r\n\r\n");
        let requests: Vec<_> = (0..count)
            .map(|number| request(number).into_bytes())
            .collect();
        Self {
            records: requests.iter().cloned().map(plain).collect(),
            parts: vec![Part::new(requests.concat(), answer.repeat(count))],
            end: random.pick(&[End::Finished, End::Closed]),
            is_late: true,
        }
    }

    fn add_good(&mut self, random: &mut Random, tag: &str, keeps: Keeps, text: &str) {
        let good = good(random, tag, keeps, text);
        self.parts.extend(good.parts);
        self.records.push(good.record);
    }

    fn add_end(&mut self, random: &mut Random, tag: &str, text: &str) {
        let is_first = self.records.is_empty();
        self.end = match random.below(16) {
            0..=5 => self.add_bad(bad(random, tag, is_first)),
            6 => {
                let is_slow = random.once_in(SLOW);
                self.add_bad(unfinished(random, tag, is_slow))
            }
            7 | 8 => {
                self.add_good(random, tag, Keeps::Closed, text);
                End::Served
            }
            9 => self.add_last_and_more(random, tag, text),
            10 => self.add_half(tag),
            _ if is_first => {
                self.add_good(random, tag, Keeps::Open, text);
                End::Finished
            }
            11 => End::Reset,
            12 | 13 => End::Torn,
            14 => End::Closed,
            _ => End::Finished,
        };
    }

    fn add_bad(&mut self, bad: super::bad::Bad) -> End {
        self.parts.push(bad.part);
        self.records.push(bad.record);
        bad.end
    }

    /// A last request and others behind it, which are recorded and get no answer.
    fn add_last_and_more(&mut self, random: &mut Random, tag: &str, text: &str) -> End {
        let request = |fields| format!("GET /{tag} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let (last, more) = (request("Connection: close\r\n"), request(""));
        let more = vec![more; random.below(4)];
        let mut sent = last.clone() + &more.concat();
        self.records.push(plain(last.into_bytes()));
        let more = more.into_iter().map(|request| plain(request.into_bytes()));
        self.records.extend(more);
        if random.once_in(2) {
            let bad = "bad\r\n";
            sent += bad;
            self.records.push(Record {
                remark:
                    " refused 400: the request line is malformed: 0x0D CR at offset 3 (RFC 9112 3)"
                        .into(),
                ..plain(bad.into())
            });
        }
        let answer = served("1.1", "GET", Some("close"), text);
        self.parts.push(Part::new(sent.into_bytes(), answer));
        End::ServedAtOnce
    }

    /// Half a request, behind which the connection is reset: the answer shows that it was read.
    fn add_half(&mut self, tag: &str) -> End {
        let head = format!("PUT /{tag} HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n");
        let head = (head + "Expect: 100-continue\r\n\r\n").into_bytes();
        self.records.push(Record {
            remark: " incomplete".to_owned(),
            ..plain(head.clone())
        });
        self.parts.push(Part::new(head, CONTINUE));
        End::Reset
    }
}

/// The record of a short request of which there is nothing to say.
fn plain(raw: Vec<u8>) -> Record {
    Record {
        raw,
        room: MAX_HEAD + KEPT_BODY,
        remark: String::new(),
    }
}
