//! Requests that the service refuses, and the expected results.

use super::model::{KEPT_BODY, MAX_HEAD, Record, Refusal, spot};
use super::random::Random;
use super::rules;
use super::script::{End, Part};

/// A request that is refused, all that follows it, and its record.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) part: Part,
    pub(super) record: Record,
    pub(super) end: End,
}

/// What a bad request is made of.
pub(super) struct Made {
    /// Up to what breaks the rule, and from there on.
    pub(super) halves: (Vec<u8>, Vec<u8>),
    /// How long its head is, where that is fine.
    pub(super) head: Option<usize>,
    pub(super) status: u16,
    pub(super) text: &'static str,
    /// What the byte's offset counts in, and where that begins; none where no byte is named.
    pub(super) whole: Option<(&'static str, usize)>,
    pub(super) section: &'static str,
    pub(super) is_head: bool,
}

/// How many fields of random lengths a bad request has.
const FIELDS: usize = 3;

/// A request's parts, up to its last field.
pub(super) struct Begun {
    pub(super) method: &'static str,
    pub(super) start: String,
    pub(super) is_head: bool,
}

impl Begun {
    fn new(random: &mut Random, tag: &str) -> Self {
        let method = random.pick(&["GET", "POST", "HEAD"]);
        let mut field = || {
            let length = random.below(60);
            format!("x-{}: {}\r\n", random.letters(4), random.letters(length))
        };
        let fields: String = (0..FIELDS).map(|_| field()).collect();
        let start = format!("{method} /{tag} HTTP/1.1\r\nHost: a\r\n{fields}");
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
        0 => rules::named_in_a_field(random, begun),
        1 => rules::named_in_the_line(random, &begun, tag),
        2 => rules::of_the_line(random, &begun, tag),
        3 => rules::of_the_fields(random, begun),
        4 => rules::of_chunks(random, begun),
        _ if is_first => rules::of_another_protocol(random),
        _ => rules::of_lengths(random, &begun),
    };
    let behind = random.pick(&[0, 0, 1, 30, 300]);
    made.followed_by(&random.bytes(behind))
}

impl Made {
    /// A fault that has no byte.
    pub(super) fn plain(
        begun: &Begun,
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
