//! Requests that are refused, each for the rule that its row names.

use super::model::{KEPT_BODY, MAX_BODY, MAX_HEAD, MAX_TARGET, Record, Refusal, spot};
use super::random::Random;
use super::script::{End, Part};

/// A request that is refused, all that follows it, and its record.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) part: Part,
    pub(super) record: Record,
    pub(super) end: End,
}

/// What a bad request is made of.
struct Made {
    /// Up to what breaks the rule, and from there on.
    halves: (Vec<u8>, Vec<u8>),
    /// How long its head is, where that is fine.
    head: Option<usize>,
    status: u16,
    text: &'static str,
    /// What the byte's offset counts in, and where that begins; none where no byte is named.
    whole: Option<(&'static str, usize)>,
    section: &'static str,
    is_head: bool,
}

/// A request's parts, up to its last field.
struct Begun {
    method: &'static str,
    start: String,
    is_head: bool,
}

impl Begun {
    fn new(random: &mut Random, tag: &str) -> Self {
        let method = random.pick(&["GET", "POST", "HEAD"]);
        let mut start = format!("{method} /{tag} HTTP/1.1\r\nHost: a\r\n");
        for _ in 0..random.below(4) {
            let length = random.below(60);
            start += &format!("x-{}: {}\r\n", random.letters(4), random.letters(length));
        }
        Self {
            method,
            start,
            is_head: method == "HEAD",
        }
    }
}

/// A random one.
pub(super) fn bad(random: &mut Random, tag: &str, is_first: bool) -> Bad {
    let begun = Begun::new(random, tag);
    let made = match random.below(6) {
        0 => named_in_a_field(random, begun),
        1 => named_in_the_line(random, &begun, tag),
        2 => of_the_line(random, &begun, tag),
        3 => of_the_fields(random, begun),
        4 => of_chunks(random, begun),
        _ if is_first => of_another_protocol(random),
        _ => of_lengths(random, begun),
    };
    let behind = random.pick(&[0, 0, 1, 30, 300]);
    made.followed_by(&random.bytes(behind))
}

impl Made {
    /// A fault that has no byte.
    fn plain(
        begun: Begun,
        fields: &str,
        status: u16,
        text: &'static str,
        section: &'static str,
    ) -> Self {
        Self {
            halves: (
                format!("{}{fields}\r\n", begun.start).into_bytes(),
                Vec::new(),
            ),
            head: None,
            status,
            text,
            whole: None,
            section,
            is_head: begun.is_head,
        }
    }

    fn followed_by(self, behind: &[u8]) -> Bad {
        let (before, from) = self.halves;
        let said = self.whole.map_or_else(String::new, |(whole, start)| {
            format!(": {}", spot(from[0], before.len() - start, whole))
        });
        // What follows a section's number is a hint.
        let reason = match self.section.split_once(';') {
            Some((section, hint)) => format!("{}{said} ({section});{hint}", self.text),
            None => format!("{}{said} ({})", self.text, self.section),
        };
        let refusal = Refusal {
            status: self.status,
            reason,
            in_body: self.head.is_some(),
        };
        let raw = [&before[..], &from, behind].concat();
        Bad {
            record: Record {
                raw: raw.clone(),
                room: self.head.unwrap_or(MAX_HEAD) + KEPT_BODY,
                remark: refusal.remark(),
            },
            part: Part::new(raw, refusal.answer(self.is_head)),
            end: End::Served,
        }
    }
}

/// A fault at a byte of a field.
fn named_in_a_field(random: &mut Random, begun: Begun) -> Made {
    let (before, from, text, section) = random.pick(&[
        ("bad", "\r\n\r\n", "a field has no colon", "RFC 9112 5"),
        ("", ": b\r\n\r\n", "a field has no name", "RFC 9110 5.1"),
        (
            "",
            "(A): b\r\n\r\n",
            "the name of a field is no token",
            "RFC 9110 5.1",
        ),
        (
            "A",
            " : b\r\n\r\n",
            "a blank stands in or behind the name of a field",
            "RFC 9112 5.1",
        ),
        (
            "A: b\r\n",
            " c\r\n\r\n",
            "a field is folded over several lines",
            "RFC 9112 5.2",
        ),
        (
            "A: b",
            "\x01c\r\n\r\n",
            "the value of a field has a control byte",
            "RFC 9110 5.5",
        ),
        (
            "A: b",
            "\rc\r\n\r\n",
            "a CR stands without its LF",
            "RFC 9112 2.2",
        ),
        (
            "Content-Length: ",
            "+5\r\n\r\n",
            "Content-Length is no plain decimal number",
            "RFC 9110 8.6",
        ),
        (
            "A: b",
            "\nc: d\r\n\r\n",
            "some lines end in CRLF and some in a bare LF",
            "RFC 9112 2.2",
        ),
    ]);
    Made {
        halves: ((begun.start + before).into_bytes(), from.into()),
        head: None,
        status: 400,
        text,
        whole: Some(("", 0)),
        section,
        is_head: begun.is_head,
    }
}

/// A fault at a byte of the request line, or of Host.
fn named_in_the_line(random: &mut Random, begun: &Begun, tag: &str) -> Made {
    let target = begun.method.len() + 1;
    let line = format!("{} /{tag}", begun.method);
    let host = format!("{line} HTTP/1.1\r\nHost: ");
    let host_starts = host.len();
    let (before, from, text, whole, section) = random.pick(&[
        (
            line.clone(),
            " b HTTP/1.1\r\n",
            "the request target has a blank",
            ("target", target),
            "RFC 9112 3",
        ),
        (
            line.clone(),
            "#b HTTP/1.1\r\nHost: a\r\n\r\n",
            "the request target has a fragment",
            ("target", target),
            "RFC 9112 3.2",
        ),
        (
            line.clone(),
            "\x1b HTTP/1.1\r\nHost: a\r\n\r\n",
            "the request target has a control byte",
            ("target", target),
            "RFC 3986 2",
        ),
        (
            line + " HTTP/1.",
            "x\r\n",
            "the version is malformed",
            ("", 0),
            "RFC 9112 2.3",
        ),
        (
            host.clone() + "a",
            " b\r\n\r\n",
            "Host is no host with an optional port",
            ("host", host_starts),
            "RFC 9112 3.2",
        ),
        (
            host + "a",
            "/b\r\n\r\n",
            "Host is no host with an optional port",
            ("host", host_starts),
            "RFC 9112 3.2",
        ),
    ]);
    Made {
        halves: (before.into_bytes(), from.into()),
        head: None,
        status: 400,
        text,
        whole: Some(whole),
        section,
        is_head: begun.is_head,
    }
}

/// A fault of a whole request line.
fn of_the_line(random: &mut Random, begun: &Begun, tag: &str) -> Made {
    let long = format!("/{tag}/{}", "x".repeat(MAX_TARGET));
    let is_head = begun.is_head;
    let (method, target, version, status, text, section) = random.pick(&[
        (
            "TRACE",
            "/",
            "1.1",
            405,
            "the method is not served",
            "RFC 9110 15.5.6",
        ),
        (
            "CONNECT",
            "a:80",
            "1.1",
            405,
            "the method is not served",
            "RFC 9110 15.5.6",
        ),
        (
            "Head",
            "/",
            "1.1",
            501,
            "the method is HEAD, CONNECT or TRACE in another case",
            "RFC 9110 9.1",
        ),
        (
            begun.method,
            "/",
            "2.0",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served",
            "RFC 9110 15.6.6",
        ),
        (
            begun.method,
            "a/b",
            "1.1",
            400,
            "the request target has no form that this method takes",
            "RFC 9112 3.2",
        ),
        (
            begun.method,
            "https://a/",
            "1.1",
            421,
            "the scheme of the request target is not http",
            "RFC 9110 7.4",
        ),
        (
            begun.method,
            &*long,
            "1.1",
            414,
            "the request target is too long",
            "RFC 9112 3",
        ),
    ]);
    let begun = Begun {
        method,
        start: format!("{method} {target} HTTP/{version}\r\nHost: a\r\nX: {tag}\r\n"),
        is_head: is_head && method == "HEAD",
    };
    Made::plain(begun, "", status, text, section)
}

/// A fault of the fields.
fn of_the_fields(random: &mut Random, mut begun: Begun) -> Made {
    let many = "A: b\r\n".repeat(101);
    let long = format!("A: {}\r\n", "b".repeat(MAX_HEAD));
    let (fields, status, text, section) = random.pick(&[
        ("", 400, "Host is missing", "RFC 9112 3.2"),
        ("Host: a\r\n", 400, "Host is repeated", "RFC 9112 3.2"),
        (
            "Expect: x\r\n",
            417,
            "an expectation other than 100-continue can't be met",
            "RFC 9110 10.1.1",
        ),
        (&*many, 431, "there are more than 100 fields", "RFC 6585 5"),
        (&*long, 431, "the head is too long", "RFC 6585 5"),
    ]);
    if fields.is_empty() {
        begun.start = begun.start.replacen("Host", "Hosts", 1);
    }
    Made::plain(begun, fields, status, text, section)
}

/// A fault of a body's length.
fn of_lengths(random: &mut Random, begun: Begun) -> Made {
    let (fields, status, text, section) = random.pick(&[
        (
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            400,
            "Content-Length is repeated",
            "RFC 9110 8.6",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            400,
            "Content-Length stands beside Transfer-Encoding",
            "RFC 9112 6.1",
        ),
        (
            "Transfer-Encoding: gzip\r\n",
            400,
            "Transfer-Encoding does not end in chunked",
            "RFC 9112 6.3",
        ),
        (
            "Transfer-Encoding: gzip, chunked\r\n",
            501,
            "only the transfer coding chunked is served",
            "RFC 9112 6.1",
        ),
        (
            "Content-Length: 100001\r\n",
            413,
            "the body is too long",
            "RFC 9110 15.5.14",
        ),
    ]);
    assert_eq!(MAX_BODY, 100_000);
    Made::plain(begun, fields, status, text, section)
}

/// A fault of a chunked body.
fn of_chunks(random: &mut Random, begun: Begun) -> Made {
    let many = "A: b\r\n".repeat(101);
    let head = begun.start + "Transfer-Encoding: chunked\r\n\r\n";
    let whole = Some(("", 0));
    let (before, from, status, text, whole, section) = random.pick(&[
        (
            "5\r\nhello\r\n",
            "g\r\n",
            400,
            "the size line of a chunk is malformed",
            whole,
            "RFC 9112 7.1",
        ),
        (
            "5\r\nhello",
            "!\r\n0\r\n\r\n",
            400,
            "the data of a chunk is not followed by CRLF",
            whole,
            "RFC 9112 7.1",
        ),
        (
            "5\r\nhello\r\n0;a=",
            "=\r\n\r\n",
            400,
            "a chunk extension is malformed",
            whole,
            "RFC 9112 7.1.1",
        ),
        (
            "5\r\nhello\r\nfffff\r\n",
            "",
            413,
            "the body is too long",
            None,
            "RFC 9110 15.5.14",
        ),
        (
            "0\r\n",
            &*many,
            431,
            "there are more than 100 trailer fields",
            None,
            "RFC 6585 5",
        ),
    ]);
    Made {
        head: Some(head.len()),
        halves: ((head + before).into_bytes(), from.into()),
        status,
        text,
        whole,
        section,
        is_head: begun.is_head,
    }
}

/// Another protocol, which a connection has to begin with.
fn of_another_protocol(random: &mut Random) -> Made {
    let (from, status, text, whole, section) = random.pick(&[
        (
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
            400,
            "the request line is malformed",
            Some(("", 0)),
            "RFC 9112 3; it looks like TLS: this service speaks plain http, not https",
        ),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served",
            None,
            "RFC 9110 15.6.6; it looks like HTTP/2: this service speaks HTTP/1.1",
        ),
        (
            b"\x05\x02\x00\x02",
            400,
            "the request line is malformed",
            Some(("", 0)),
            "RFC 9112 3; it looks like SOCKS 5: this service is no proxy",
        ),
    ]);
    Made {
        halves: (Vec::new(), from.to_vec()),
        head: None,
        status,
        text,
        whole,
        section,
        is_head: false,
    }
}

/// The beginning of a request whose rest never comes: the client ends its side, or falls silent.
pub(super) fn unfinished(random: &mut Random, tag: &str, is_slow: bool) -> Bad {
    let begun = Begun::new(random, tag);
    let has_body = !is_slow && random.once_in(2);
    let (mut raw, mut head) = (begun.start.into_bytes(), 0);
    if has_body {
        raw.extend_from_slice(b"Content-Length: 500\r\n\r\n");
        head = raw.len();
        let length = random.below(400);
        raw.extend(random.bytes(length));
    } else {
        // At least the method, which says whether the answer has a body.
        raw.truncate(6 + random.below(raw.len() - 6));
    }
    let (status, reason) = match (is_slow, has_body) {
        (true, _) => (408, "the head took too long (RFC 9110 15.5.9)"),
        (_, true) => (400, "the body ended early (RFC 9112 8)"),
        _ => (400, "the head ended early (RFC 9112 8)"),
    };
    let refusal = Refusal {
        status,
        reason: reason.to_owned(),
        in_body: has_body,
    };
    Bad {
        record: Record {
            raw: raw.clone(),
            room: head + MAX_HEAD,
            remark: refusal.remark(),
        },
        part: Part::new(raw, refusal.answer(begun.is_head)),
        end: if is_slow { End::Served } else { End::Finished },
    }
}
