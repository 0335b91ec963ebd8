//! Finds the end of a chunked body (RFC 9112 section 7.1). Pure.
//!
//! [`super::stream`] passes the bytes of a body, cut anywhere. Only an unfinished trailer section is kept.
//!
//! # Invariants
//!
//! hyper, which decodes the same bytes without the trailer fields, ends the body at the same byte. The
//! checks here are stricter than those of hyper.

mod data;
mod size_line;

use std::ops::Range;

use super::head::check_trailers;
use super::limits::MAX_FIELDS;
use super::refusal::Refusal;
use super::rules;
use crate::growth::extend;
pub use data::chunk_data;
use size_line::ChunkLine;

/// The position of the next byte in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Line,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    EndLf,
}

/// The result of [`Chunked::advance`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// All the bytes belong to the body, which has not ended.
    More,
    /// The body ended after this many bytes.
    End(usize),
    /// The byte at this offset is refused. An offset in the refusal counts from the first byte of the body.
    Refused(usize, Refusal),
}

/// The decoder of one chunked body.
#[derive(Debug)]
pub(super) struct Chunked {
    position: Position,
    line: ChunkLine,
    /// How many bytes of the chunk are to come.
    remaining: u64,
    /// How many more bytes of data the body may have.
    room: u64,
    /// The trailer fields so far, without the empty line at their end.
    trailers: Vec<u8>,
    longest_trailers: usize,
    /// How many trailer fields are whole.
    fields: usize,
    /// The offsets of trailer fields in the last call of [`Chunked::advance`].
    fields_at: Range<usize>,
    /// How many bytes of the body came before the last call.
    read: u64,
}

impl Chunked {
    /// The decoder of a new body. `longest` limits the bytes of its data, `longest_trailers` those of its
    /// trailer section.
    pub(super) fn new(longest: u64, longest_trailers: usize) -> Self {
        Self {
            position: Position::Line,
            line: ChunkLine::new(),
            remaining: 0,
            room: longest,
            trailers: Vec::new(),
            longest_trailers,
            fields: 0,
            fields_at: 0..0,
            read: 0,
        }
    }

    /// Reads the next bytes.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Progress {
        self.fields_at = 0..0;
        let mut at = 0;
        while at < bytes.len() {
            if self.position == Position::Data {
                let left = bytes.len() - at;
                let taken = usize::try_from(self.remaining)
                    .unwrap_or(usize::MAX)
                    .min(left);
                self.remaining -= taken as u64;
                at += taken;
                if self.remaining == 0 {
                    self.position = Position::DataCr;
                }
                continue;
            }
            let before = self.trailers.len();
            match self.step(bytes[at], self.read + at as u64) {
                Ok(None) => return Progress::End(at + 1),
                Ok(Some(position)) => self.position = position,
                Err(refusal) => return Progress::Refused(at, refusal),
            }
            if self.trailers.len() > before {
                self.note_field_byte(at);
            }
            at += 1;
        }
        self.read += bytes.len() as u64;
        Progress::More
    }

    /// The offsets of trailer fields in the bytes of the last call.
    pub(super) fn fields_at(&self) -> Range<usize> {
        self.fields_at.clone()
    }

    fn note_field_byte(&mut self, at: usize) {
        if self.fields_at.is_empty() {
            self.fields_at.start = at;
        }
        self.fields_at.end = at + 1;
    }

    /// How many bytes of the body came before the last call.
    pub(super) fn read_before(&self) -> u64 {
        self.read
    }

    /// The position after `byte`, which has this offset in the body. None if the body ends with it.
    fn step(&mut self, byte: u8, offset: u64) -> Result<Option<Position>, Refusal> {
        let fault = |rule: Refusal| Err(rule.at(byte, 0).shifted(offset));
        let position = match (self.position, byte) {
            (Position::Line, _) => {
                let read = self.line.read(byte, self.room);
                match read.map_err(|refusal| refusal.shifted(offset))? {
                    None => Position::Line,
                    Some(0) => Position::TrailerStart,
                    Some(size) => {
                        (self.remaining, self.room) = (size, self.room - size);
                        Position::Data
                    }
                }
            }
            (Position::DataCr, b'\r') => Position::DataLf,
            (Position::DataLf, b'\n') => Position::Line,
            (Position::DataCr | Position::DataLf | Position::Data, _) => {
                return fault(rules::CHUNK_DATA);
            }
            (Position::TrailerStart, b'\r') => Position::EndLf,
            (Position::Trailer, b'\r') => self.trailer(byte, Position::TrailerLf)?,
            // hyper counts lines by their CR, and would find fewer lines than fields.
            (Position::TrailerStart | Position::Trailer, b'\n') => return fault(rules::TRAILERS),
            // hyper refuses the field at the end of its line.
            (Position::TrailerStart, _) if self.fields == MAX_FIELDS => {
                return Err(rules::TOO_MANY_TRAILERS);
            }
            (Position::TrailerStart | Position::Trailer, _) => {
                self.trailer(byte, Position::Trailer)?
            }
            (Position::TrailerLf, b'\n') => {
                self.fields += 1;
                self.trailer(byte, Position::TrailerStart)?
            }
            (Position::EndLf, b'\n') => {
                self.check_fields(offset + 1)?;
                return Ok(None);
            }
            (Position::TrailerLf | Position::EndLf, _) => return fault(rules::TRAILERS),
        };
        Ok(Some(position))
    }

    fn trailer(&mut self, byte: u8, next: Position) -> Result<Position, Refusal> {
        if self.trailers.len() >= self.longest_trailers {
            return Err(rules::TRAILERS_TOO_LONG);
        }
        extend(&mut self.trailers, &[byte], self.longest_trailers);
        Ok(next)
    }

    /// Checks the trailer fields. Their section ends at the offset `end` in the body.
    fn check_fields(&self, end: u64) -> Result<(), Refusal> {
        if self.trailers.is_empty() {
            return Ok(());
        }
        let section = [&self.trailers, &b"\r\n"[..]].concat();
        let start = end - section.len() as u64;
        check_trailers(&section).map_err(|refusal| refusal.shifted(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 64;

    /// Reads `bytes` whole and byte by byte, and expects the same result.
    #[track_caller]
    fn read(bytes: &[u8]) -> Progress {
        let whole = Chunked::new(u64::MAX, LONGEST).advance(bytes);
        let mut chunked = Chunked::new(u64::MAX, LONGEST);
        let mut single = Progress::More;
        for (at, byte) in bytes.chunks(1).enumerate() {
            single = match chunked.advance(byte) {
                Progress::More => continue,
                Progress::End(_) => Progress::End(at + 1),
                Progress::Refused(_, refusal) => Progress::Refused(at, refusal),
            };
            break;
        }
        assert_eq!(whole, single, "{}", bytes.escape_ascii());
        whole
    }

    #[track_caller]
    fn refused(bytes: &[u8], offset: usize, status: u16) {
        match read(bytes) {
            Progress::Refused(at, refusal) if (at, refusal.rule().status) == (offset, status) => {}
            other => panic!("{}: {other:?}", bytes.escape_ascii()),
        }
    }

    #[test]
    fn bodies_end_at_their_last_byte() {
        for body in [
            &b"0\r\n\r\n"[..],
            b"5\r\nhello\r\n0\r\n\r\n",
            b"A\r\n0123456789\r\na;x=\"y\"\r\n0123456789\r\n000\r\n\r\n",
            b"0\r\nX: y\r\nZ: \r\n\r\n",
        ] {
            let followed = [body, b"GET"].concat();
            assert_eq!(
                read(&followed),
                Progress::End(body.len()),
                "{}",
                body.escape_ascii()
            );
            assert_eq!(read(&body[..body.len() - 1]), Progress::More);
        }
    }

    #[test]
    fn a_bad_size_line_is_refused_at_its_bad_byte() {
        refused(b"1\r\na\r\n5_0\r\n", 7, 400);
        refused(b"5;\r\n", 2, 400);
    }

    #[test]
    fn the_data_of_all_chunks_has_a_limit() {
        let body = |last: &str| format!("3\r\nabc\r\n{last}\r\n");
        let read = |last: &str| Chunked::new(10, LONGEST).advance(body(last).as_bytes());
        assert_eq!(read("7"), Progress::More);
        assert_eq!(read("8"), Progress::Refused(8, rules::BODY_TOO_LONG));
        assert_eq!(read("70"), Progress::Refused(9, rules::BODY_TOO_LONG));
    }

    #[test]
    fn data_is_followed_by_crlf() {
        refused(b"1\r\nabc", 4, 400);
        refused(b"1\r\na\rc", 5, 400);
        refused(b"1\r\na\nc", 4, 400);
    }

    #[test]
    fn malformed_trailers_are_refused() {
        refused(b"0\r\nX y\r\n\r\n", 9, 400);
        refused(b"0\r\nX: y\rz", 8, 400);
        refused(b"0\r\n\rx", 4, 400);
        refused(b"0\r\nX: y\nZ: w\r\n\r\n", 7, 400);
    }

    #[test]
    fn the_bad_byte_is_named() {
        for (body, refusal) in [
            (&b"1\r\na\r\n5_0\r\n"[..], rules::CHUNK_SIZE.at(b'_', 7)),
            (b"5;a\0\r\n", rules::CHUNK_EXTENSION.at(b'\0', 3)),
            (b"1\r\nabc", rules::CHUNK_DATA.at(b'b', 4)),
            (b"0\r\nX: y\nZ: w\r\n\r\n", rules::TRAILERS.at(b'\n', 7)),
            // The section is checked at its end.
            (b"0\r\nX: y\r\nA b: c\r\n\r\n", rules::TRAILERS.at(b' ', 10)),
        ] {
            match read(body) {
                Progress::Refused(_, seen) => assert_eq!(seen, refusal),
                other => panic!("{}: {other:?}", body.escape_ascii()),
            }
        }
    }

    #[test]
    fn trailers_have_a_limit() {
        let line = |length: usize| format!("0\r\nX: {}\r\n\r\n", "y".repeat(length - 5));
        assert_eq!(
            read(line(LONGEST).as_bytes()),
            Progress::End(3 + LONGEST + 2)
        );
        refused(line(LONGEST + 1).as_bytes(), 3 + LONGEST, 431);
    }

    #[test]
    fn trailers_have_a_hundred_fields_at_most() {
        let body = |fields: usize| format!("0\r\n{}\r\n", "a:\r\n".repeat(fields));
        let read = |fields: usize| Chunked::new(0, 4096).advance(body(fields).as_bytes());
        assert_eq!(read(100), Progress::End(body(100).len()));
        let end = body(100).len() - b"\r\n".len();
        assert_eq!(read(101), Progress::Refused(end, rules::TOO_MANY_TRAILERS));
    }
}
