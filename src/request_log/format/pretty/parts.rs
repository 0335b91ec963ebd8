//! Which bytes of a request are shown as text, which as a hexdump, and which are not shown. Pure.

use crate::capture::Captured;
use crate::capture::cut::behind_a_character;

/// The longest body that is shown whole, in bytes. Bytes without a head count as one.
const MOST: usize = 4096;

/// The most lines of a body that are shown, also of a shorter one.
const MOST_LINES: usize = 200;

/// How much is shown of a longer one that is not text, and of bytes without a head that are not: enough to
/// tell what it is. It has eight rows, where a text of 4096 bytes has some fifty.
const MOST_BINARY: usize = 128;

/// The bytes of a request as `pretty` shows them, in their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) text: &'a [u8],
    pub(super) binary: &'a [u8],
    /// How many bytes are in the log, and not shown.
    pub(super) cut: u64,
}

impl<'a> Parts<'a> {
    pub(super) fn of(request: &Captured<'a>) -> Self {
        let raw = request.raw;
        // Zero without a head that passes: then all bytes count as a body.
        let passed = request.head;
        let most = raw.len().min(passed.saturating_add(MOST));
        let (shown, cut) = behind_a_character(&raw[..most], (raw.len() - most) as u64);
        let head = match passed {
            0 => refused_head(shown),
            passed => passed,
        };
        let (before, body) = shown.split_at_checked(head).unwrap_or((shown, b""));
        if is_text(body) {
            let end = passed.min(shown.len());
            let (text, binary) = (&shown[..end + lines(&shown[end..])], &b""[..]);
            let cut = cut + (shown.len() - text.len()) as u64;
            return Self { text, binary, cut };
        }
        let most = if cut > 0 || head == 0 {
            MOST_BINARY
        } else {
            MOST
        };
        let binary = &body[..body.len().min(most)];
        Self {
            text: before,
            binary,
            cut: cut + (body.len() - binary.len()) as u64,
        }
    }
}

/// The length of the lines that are shown of a body.
fn lines(body: &[u8]) -> usize {
    let mut ends = memchr::memchr_iter(b'\n', body);
    ends.nth(MOST_LINES - 1).map_or(body.len(), |end| end + 1)
}

/// The length of what is a head but for the rule that it breaks: readable lines, up to an empty one. It may
/// have a byte here and there that is no text. 0 if there is none.
fn refused_head(bytes: &[u8]) -> usize {
    let ends =
        [&b"\n\r\n"[..], b"\n\n"].map(|end| Some(memchr::memmem::find(bytes, end)? + end.len()));
    let end = ends.into_iter().flatten().min().unwrap_or(bytes.len());
    let is_odd = |byte: &&u8| !matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~');
    let odd = bytes[..end].iter().filter(is_odd).count();
    if odd * 8 <= end { end } else { 0 }
}

/// Whether these bytes are UTF-8, up to a character that has not come whole, without control bytes.
fn is_text(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n');
    let is_utf8 = match str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !bytes.iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::record;
    use super::*;

    const HEAD: &[u8] = b"POST / HTTP/1.1\r\n\r\n";

    /// The lengths of the text, the hexdump, and what is not shown.
    fn lengths(head: &[u8], body: &[u8]) -> (usize, usize, u64) {
        let raw = [head, body].concat();
        let mut record = record(&raw);
        record.request.head = head.len();
        let Parts { text, binary, cut } = Parts::of(&record.request);
        let shown = text.len() + binary.len();
        assert_eq!(shown as u64 + cut, raw.len() as u64);
        (text.len(), binary.len(), cut)
    }

    #[test]
    fn a_body_is_text_or_it_is_not() {
        let head = HEAD.len();
        for text in [&b""[..], b"a\r\n\tb", "菜".as_bytes(), b"a\xe8\x8f"] {
            assert_eq!(lengths(HEAD, text), (head + text.len(), 0, 0));
        }
        for binary in [&b"\0"[..], b"a\x1b[2J", b"\x7f", b"a\xffb", b"\x89PNG\r\n"] {
            assert_eq!(lengths(HEAD, binary), (head, binary.len(), 0));
        }
    }

    #[test]
    fn a_long_body_is_cut_behind_a_character() {
        let head = HEAD.len();
        assert_eq!(lengths(HEAD, &[b'a'; MOST]), (head + MOST, 0, 0));
        assert_eq!(lengths(HEAD, &[b'a'; MOST + 1]), (head + MOST, 0, 1));
        assert_eq!(lengths(HEAD, &[0; MOST + 9]), (head, MOST_BINARY, 3977));
        assert_eq!(lengths(HEAD, &[0; MOST]), (head, MOST, 0));
        let characters = "菜".repeat(2000);
        assert_eq!(lengths(HEAD, characters.as_bytes()), (head + 4095, 0, 1905));
    }

    #[test]
    fn a_body_of_many_lines_is_cut_behind_a_line() {
        let head = HEAD.len();
        let lines = |count: usize| b"a\n".repeat(count);
        assert_eq!(lengths(HEAD, &lines(MOST_LINES)), (head + 400, 0, 0));
        assert_eq!(lengths(HEAD, &lines(MOST_LINES + 1)), (head + 400, 0, 2));
        assert_eq!(lengths(HEAD, &[b'\n'; MOST + 9]), (head + 200, 0, 3905));
        assert_eq!(lengths(b"", &lines(MOST_LINES + 1)), (400, 0, 2));
    }

    #[test]
    fn bytes_without_a_head_are_cut_too() {
        assert_eq!(lengths(b"", &[b'a'; MOST + 1]), (MOST, 0, 1));
        assert_eq!(lengths(b"", &[0xff; MOST + 1]), (0, MOST_BINARY, 3969));
        assert_eq!(lengths(b"", &[0xff; MOST_BINARY + 1]), (0, MOST_BINARY, 1));
        assert_eq!(lengths(b"", &[0xff; MOST_BINARY]), (0, MOST_BINARY, 0));
    }

    #[test]
    fn a_refused_head_is_text_before_a_body_that_is_not() {
        assert_eq!(
            lengths(b"", b"GET / HTTP/1.1\r\nA: b\0\r\n\r\n"),
            (25, 0, 0)
        );
        assert_eq!(
            lengths(b"", b"GET / HTTP/1.1\r\nA: b\r\n\r\n\0\xff"),
            (24, 2, 0)
        );
        assert_eq!(
            lengths(b"", b"GET / HTTP/1.1\nA: b\n\n\0\n\r\n"),
            (21, 4, 0)
        );
        assert_eq!(lengths(b"", b"\x16\x03\x01\x02\0"), (0, 5, 0));
        assert_eq!(lengths(b"", b"a\xff\xe4\xbd"), (0, 4, 0));
    }
}
