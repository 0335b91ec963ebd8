//! The requests of one connection that have their records, and whose answers have not left.
//!
//! A record is written before its answer. The formats that also show the answer get it from here. The
//! recorder adds each request, the request filter reports each answer, and the recorder writes what has
//! become of the requests.
//!
//! # Invariants
//!
//! - Requests are answered in their order (RFC 9112 section 9.3.2).
//! - What has become of a request is written once: with the status of its answer when that has left, or
//!   without a status.
//! - The requests of one read wait here at most. No more are read before all answers have left, and
//!   behind the last answer none waits.

use std::collections::VecDeque;
use std::mem;
use std::time::{Instant, SystemTime};

use super::connection::Connection;
use super::record::Answered;
use crate::capture::cut::behind_a_character;
use crate::capture::{Captured, State};

/// How much of a request line is kept, in bytes.
const KEPT_LINE: usize = 1024;

/// The requests of one connection whose answers have not left.
#[derive(Debug)]
pub(super) struct Answers {
    /// When the last bytes came.
    read: Instant,
    /// When the first byte of the unfinished request came.
    began: Instant,
    requests: VecDeque<Request>,
    /// The request lines of `requests`, one after the other.
    lines: VecDeque<u8>,
    /// How many of `requests` have an answer.
    answered: usize,
    /// The refusal that was given before its request was recorded: its status, and when it left.
    refusal: Option<(u16, Option<Instant>)>,
    /// The state of the last of `requests`, if that is refused, and the status of its refusal.
    refused: Option<(State, Option<u16>)>,
}

#[derive(Debug)]
struct Request {
    number: u64,
    /// The time of its record. None without a record.
    time: Option<SystemTime>,
    began: Instant,
    bytes: u64,
    /// The length of its request line.
    line: usize,
    is_odd: bool,
    is_refused: bool,
    /// The status of its answer, if that is no refusal.
    status: u16,
}

impl Answers {
    /// A new connection.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            read: now,
            began: now,
            requests: VecDeque::new(),
            lines: VecDeque::new(),
            answered: 0,
            refusal: None,
            refused: None,
        }
    }

    /// Bytes have come. `begins`: no request was unfinished before them.
    pub(super) fn read(&mut self, begins: bool) {
        self.read = Instant::now();
        if begins {
            self.began = self.read;
        }
    }

    /// Whether a request of this state, which is recorded now, gets an answer later, as long as answers are
    /// given.
    pub(super) fn expects(&self, state: State) -> bool {
        match state {
            State::Complete | State::Unparsed => true,
            State::Refused(_) => self.refusal.is_none(),
            State::Incomplete | State::Late => false,
        }
    }

    /// A request is recorded, and gets an answer of this status, or a refusal. `time` is that of its record. None
    /// without a record.
    pub(super) fn add(&mut self, request: &Captured<'_>, time: Option<SystemTime>, status: u16) {
        let line = time.map_or(&[][..], |_| shortened(request.request_line()));
        self.lines.extend(line);
        let is_refused = request.state.refusal().is_some();
        if is_refused {
            self.refused = Some((request.state, None));
        }
        let request = Request {
            number: request.number,
            time,
            began: self.begin_next(),
            bytes: request.bytes(),
            line: line.len(),
            is_odd: !request.odd.is_empty(),
            is_refused,
            status,
        };
        self.requests.push_back(request);
    }

    /// What has become of a request that gets no answer, or has got its refusal.
    pub(super) fn unexpected<'a>(
        &mut self,
        request: &Captured<'a>,
        time: SystemTime,
        connection: &'a Connection,
    ) -> Answered<'a> {
        let refusal = self.refusal.take();
        let sent = refusal.and_then(|(status, sent)| Some((status, sent?)));
        let end = sent.map_or_else(Instant::now, |(_, sent)| sent);
        Answered {
            time,
            connection,
            request: request.number,
            request_line: shortened(request.request_line()),
            bytes: request.bytes(),
            state: request.state,
            is_odd: !request.odd.is_empty(),
            status: sent.map(|(status, _)| status),
            duration: end - self.begin_next(),
        }
    }

    /// The service has given the answer to the next request.
    pub(super) fn answered(&mut self) {
        self.answered = self.requests.len().min(self.answered + 1);
    }

    /// The service has given a refusal, to the last request.
    pub(super) fn refused(&mut self, status: u16) {
        match &mut self.refused {
            Some((_, refusal)) => {
                *refusal = Some(status);
                self.answered = self.requests.len();
            }
            None => self.refusal = Some((status, None)),
        }
    }

    /// All answers so far have left: passes on what has become of their requests.
    pub(super) fn sent(&mut self, connection: &Connection, write: &mut dyn FnMut(&Answered<'_>)) {
        if self.answered == 0 && self.refusal.is_none() {
            return;
        }
        let now = Instant::now();
        if let Some((_, sent)) = &mut self.refusal {
            sent.get_or_insert(now);
        }
        let count = mem::take(&mut self.answered);
        self.end(count, true, now, connection, write);
    }

    /// No answer is given or leaves any more: passes on the requests that have none.
    pub(super) fn finish(&mut self, connection: &Connection, write: &mut dyn FnMut(&Answered<'_>)) {
        self.answered = 0;
        let count = self.requests.len();
        if count > 0 {
            self.end(count, false, Instant::now(), connection, write);
        }
    }

    fn end(
        &mut self,
        count: usize,
        has_left: bool,
        now: Instant,
        connection: &Connection,
        write: &mut dyn FnMut(&Answered<'_>),
    ) {
        let mut lines = &*self.lines.make_contiguous();
        let mut length = 0;
        for request in self.requests.drain(..count) {
            let (line, rest) = lines.split_at(request.line);
            (lines, length) = (rest, length + line.len());
            let Some(time) = request.time else { continue };
            let (state, status) = match self.refused {
                Some(refused) if request.is_refused => refused,
                _ => (State::Complete, Some(request.status)),
            };
            write(&Answered {
                time,
                connection,
                request: request.number,
                request_line: line,
                bytes: request.bytes,
                state,
                is_odd: request.is_odd,
                status: status.filter(|_| has_left),
                duration: now - request.began,
            });
        }
        self.lines.drain(..length);
        if self.requests.is_empty() {
            // An idle connection keeps no buffer.
            (self.requests, self.lines) = (VecDeque::new(), VecDeque::new());
        }
    }

    /// When the request began that is complete now. The next one begins in the same bytes, or later.
    fn begin_next(&mut self) -> Instant {
        mem::replace(&mut self.began, self.read)
    }
}

/// As much of a request line as is kept, up to the end of a character.
fn shortened(line: &[u8]) -> &[u8] {
    let kept = line.len().min(KEPT_LINE);
    behind_a_character(&line[..kept], (line.len() - kept) as u64).0
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::capture::rules;

    fn captured(number: u64, raw: &[u8], state: State) -> Captured<'_> {
        Captured {
            number,
            raw,
            omitted: 0,
            state,
            head: raw.len(),
            target: b"",
            odd: &[],
        }
    }

    fn connection() -> Connection {
        Connection::new(SocketAddr::from(([127, 0, 0, 1], 1)), 7)
    }

    /// `NUMBER LINE STATUS` of each.
    fn shown(written: &mut Vec<String>) -> impl FnMut(&Answered<'_>) {
        |answered| {
            let line = String::from_utf8_lossy(answered.request_line).into_owned();
            written.push(format!("{} {line} {:?}", answered.request, answered.status));
        }
    }

    #[test]
    fn what_became_of_a_request_is_written_once_its_answer_has_left() {
        let (mut answers, mut written) = (Answers::new(), Vec::new());
        let connection = connection();
        answers.read(true);
        let raws: [&[u8]; 3] = [b"GET /1 HTTP/1.1\r\n", b"GET /2", b"GET /3"];
        for (number, raw) in (1..).zip(raws) {
            let time = (number != 2).then_some(UNIX_EPOCH);
            answers.add(&captured(number, raw, State::Complete), time, 200);
        }
        answers.sent(&connection, &mut shown(&mut written));
        assert!(written.is_empty(), "{written:?}");
        for _ in 0..2 {
            answers.answered();
        }
        answers.sent(&connection, &mut shown(&mut written));
        assert_eq!(written, ["1 GET /1 Some(200)"], "the second has no record");
        answers.answered();
        answers.finish(&connection, &mut shown(&mut written));
        assert_eq!(written[1..], ["3 GET /3 None"]);
        assert!(answers.lines.is_empty() && answers.requests.is_empty());
    }

    #[test]
    fn a_refusal_is_the_answer_to_the_last_request_once_it_has_left() {
        for has_left in [false, true] {
            let mut answers = Answers::new();
            answers.read(true);
            answers.refused(400);
            if has_left {
                answers.sent(&connection(), &mut |_| panic!("nothing is complete"));
            }
            let connection = connection();
            let request = captured(1, b"GET /", State::Incomplete);
            let last = answers.unexpected(&request, UNIX_EPOCH, &connection);
            assert_eq!(last.status, has_left.then_some(400));
        }
    }

    #[test]
    fn a_refused_request_that_is_recorded_first_waits_for_its_refusal() {
        for has_left in [false, true] {
            let (mut answers, mut written) = (Answers::new(), Vec::new());
            let connection = connection();
            let refused = State::Refused(rules::BODY_CUT_SHORT);
            assert!(answers.expects(refused));
            for (number, state) in [(1, State::Complete), (2, refused)] {
                answers.add(&captured(number, b"GET /", state), Some(UNIX_EPOCH), 200);
            }
            answers.answered();
            answers.refused(400);
            if has_left {
                answers.sent(&connection, &mut shown(&mut written));
            } else {
                answers.finish(&connection, &mut shown(&mut written));
            }
            let [first, second] = [200, 400].map(|status| has_left.then_some(status));
            let expected = [format!("1 GET / {first:?}"), format!("2 GET / {second:?}")];
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn a_long_request_line_is_cut_behind_a_character() {
        let (mut answers, mut written) = (Answers::new(), Vec::new());
        let long = vec![b'x'; KEPT_LINE + 1];
        answers.add(&captured(1, &long, State::Complete), Some(UNIX_EPOCH), 200);
        answers.finish(&connection(), &mut shown(&mut written));
        assert_eq!(written, [format!("1 {} None", "x".repeat(KEPT_LINE))]);
        let characters = "\u{83dc}".repeat(400);
        assert_eq!(shortened(characters.as_bytes()).len(), 1023);
    }
}
