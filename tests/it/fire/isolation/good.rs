//! Requests that the service serves, and the expected results.

use super::model::{CONTINUE, KEPT_BODY, Record, served, spot};
use super::random::Random;
use super::script::Part;

/// A request, in the parts that a client may wait between, and its record.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) parts: Vec<Part>,
    pub(super) record: Record,
}

/// How a request asks for the connection to go on, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Open,
    Closed,
}

const METHODS: &[&str] = &[
    "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PROPFIND", "QUERY",
];

/// A random one; `text` is what the service answers.
pub(super) fn good(random: &mut Random, tag: &str, keeps: Keeps, text: &str) -> Good {
    let is_old = random.once_in(6);
    let version = if is_old { "1.0" } else { "1.1" };
    let ask = asks(random, is_old, keeps);
    let mut line = Line::new(random, tag);
    let mut fields = line.host();
    fields.extend(
        ask.iter()
            .map(|value| format!("Connection: {value}").into_bytes()),
    );
    fields.extend(more_fields(random));
    let (framing, body) = body(random, is_old);
    fields.extend(framing.map(String::into_bytes));
    // Without a body the client would get no 100.
    let expects = !is_old && !body.is_empty() && random.once_in(3);
    fields.extend(expects.then(|| b"Expect: 100-Continue".to_vec()));
    let end = if line.has_bare_lf {
        &b"\n"[..]
    } else {
        b"\r\n"
    };
    let start = format!("{} ", line.method).into_bytes();
    let start = [&start[..], &line.target, b" HTTP/", version.as_bytes()].concat();
    line.note_bare_lf(start.len());
    let mut head = end.repeat(if random.once_in(8) && !line.has_bare_lf {
        2
    } else {
        0
    });
    head.extend(start);
    head.extend_from_slice(end);
    for field in fields {
        head.extend(field);
        head.extend_from_slice(end);
    }
    head.extend_from_slice(end);
    let connection = match (keeps, is_old) {
        (Keeps::Closed, _) => Some("close"),
        (Keeps::Open, true) => Some("keep-alive"),
        (Keeps::Open, false) => None,
    };
    let record = Record {
        raw: [&head[..], &body].concat(),
        room: head.len() + KEPT_BODY,
        remark: line.remark(),
    };
    let answer = served(version, line.method, connection, text);
    let parts = if expects {
        vec![Part::new(head, CONTINUE), Part::new(body, answer)]
    } else {
        vec![Part::new(record.raw.clone(), answer)]
    };
    Good { parts, record }
}

/// Values of Connection.
fn asks(random: &mut Random, is_old: bool, keeps: Keeps) -> Option<&'static str> {
    match (keeps, is_old) {
        (Keeps::Open, true) => Some(random.pick(&["keep-alive", "Keep-Alive", "x, keep-alive"])),
        (Keeps::Open, false) => random.pick(&[None, None, Some("keep-alive"), Some("upgrade")]),
        (Keeps::Closed, true) => random.pick(&[None, Some("close"), Some("upgrade")]),
        (Keeps::Closed, false) => Some(random.pick(&["close", "Close", "x, close"])),
    }
}

/// Fields that say nothing.
fn more_fields(random: &mut Random) -> Vec<Vec<u8>> {
    let count = random.pick(&[0, 1, 2, 3, 8, 40]);
    let longest = if count > 8 { 60 } else { 300 };
    let mut field = || {
        let mut value = random.bytes(longest / 4);
        value.retain(|byte| !byte.is_ascii_control());
        let name = random.letters(8);
        let letters = random.below(longest / 2);
        [
            format!("x-{name}: {} ", random.letters(letters)).as_bytes(),
            &value,
        ]
        .concat()
    };
    (0..count).map(|_| field()).collect()
}

/// A field that frames a body, and the body.
fn body(random: &mut Random, is_old: bool) -> (Option<String>, Vec<u8>) {
    match random.below(if is_old { 3 } else { 4 }) {
        0 | 1 => (None, Vec::new()),
        2 => {
            let body = content(random);
            (Some(format!("Content-Length: {}", body.len())), body)
        }
        _ => (
            Some("Transfer-Encoding: chunked".to_owned()),
            chunks(random),
        ),
    }
}

/// Any bytes where all are kept; where not, letters, of which any number may be kept.
fn content(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[0, 1, 100, KEPT_BODY, KEPT_BODY + 1, 5_000, 70_000]);
    let length = random.below(length + 1);
    if length < KEPT_BODY / 2 {
        random.bytes(length)
    } else {
        // Not one random letter after the other: they cost more than all else.
        let some = random.letters(97);
        some.bytes().cycle().take(length).collect()
    }
}

/// A body in chunks, with extensions and trailers here and there.
fn chunks(random: &mut Random) -> Vec<u8> {
    let mut chunks = Vec::new();
    let content = content(random);
    let mut rest = &content[..];
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(random.below(rest.len()) + 1);
        let extension = random.pick(&["", "", ";a", ";a=b;c=\"d e\""]);
        chunks.extend(format!("{:x}{extension}\r\n", chunk.len()).into_bytes());
        chunks.extend_from_slice(chunk);
        chunks.extend_from_slice(b"\r\n");
        rest = behind;
    }
    chunks.extend_from_slice(b"0\r\n");
    for _ in 0..random.pick(&[0, 0, 1, 5]) {
        chunks.extend(format!("x-{}: {}\r\n", random.letters(5), random.letters(9)).into_bytes());
    }
    chunks.extend_from_slice(b"\r\n");
    chunks
}

/// A request line, its Host, and what is odd about them.
#[derive(Debug)]
struct Line {
    method: &'static str,
    target: Vec<u8>,
    host: &'static [u8],
    has_bare_lf: bool,
    notes: Vec<String>,
    host_note: Option<String>,
}

impl Line {
    fn new(random: &mut Random, tag: &str) -> Self {
        let mut line = Self {
            method: random.pick(METHODS),
            target: format!("/{tag}").into_bytes(),
            host: b"a",
            has_bare_lf: false,
            notes: Vec::new(),
            host_note: None,
        };
        if random.once_in(4) {
            line.target = [b"http://host.example:80", &line.target[..]].concat();
        }
        if random.once_in(3) {
            line.be_odd(random);
        }
        line
    }

    /// Makes it odd in some ways. The notes are in the order in which the service finds them.
    fn be_odd(&mut self, random: &mut Random) {
        if random.once_in(3) {
            let byte = random.pick(b"\\<{\xe4\xff");
            let said = spot(byte, self.target.len(), "target");
            let what = "the request target has a byte that no URI has";
            self.note(what, &said, "RFC 3986 2");
            self.target.push(byte);
        }
        if random.once_in(3) {
            let said = spot(b'%', self.target.len(), "target");
            let what = "the request target has a percent sign without two hex digits";
            self.note(what, &said, "RFC 3986 2.1");
            self.target.extend_from_slice(b"%4");
        }
        self.has_bare_lf = random.once_in(3);
        if random.once_in(3) {
            self.method = random.pick(&["PURGE", "get", "M-SEARCH"]);
        }
        let (host, note) = random.pick(&[
            (&b"a"[..], ""),
            (
                b"[fe80::1%25eth0]:80",
                "the host has an IPv6 zone, which only its sender knows (RFC 6874 1)",
            ),
            (
                b"[v1.a]",
                "the host is an address of a later IP version (RFC 3986 3.2.2)",
            ),
            (
                b"b\xe4",
                "the host has a byte beyond ASCII: 0xE4 at offset 1 of the host (RFC 3986 3.2.2)",
            ),
        ]);
        // Where the target has a host, that is the one.
        if self.target.starts_with(b"/") {
            self.host = host;
            self.host_note = (!note.is_empty()).then(|| note.to_owned());
        }
    }

    fn note(&mut self, what: &str, said: &str, section: &str) {
        self.notes.push(format!("{what}: {said} ({section})"));
    }

    /// `length` is that of the request line.
    fn note_bare_lf(&mut self, length: usize) {
        if self.has_bare_lf {
            self.note(
                "the lines end in a bare LF",
                &spot(b'\n', length, ""),
                "RFC 9112 2.2",
            );
        }
    }

    fn host(&self) -> Vec<Vec<u8>> {
        vec![[b"Host: ", self.host].concat()]
    }

    fn remark(&self) -> String {
        let mut notes = self.notes.clone();
        if matches!(self.method, "PURGE" | "get" | "M-SEARCH") {
            notes.push("the method is not registered (RFC 9110 16.1)".to_owned());
        }
        notes.extend(self.host_note.clone());
        if notes.is_empty() {
            String::new()
        } else {
            format!(" odd: {}", notes.join("; "))
        }
    }
}
