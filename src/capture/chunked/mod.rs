//! Finds the end of a chunked body (RFC 9112 section 7.1). Pure.
//!
//! Stands behind [`super::stream`]. It follows the bytes wherever they are cut, keeps none but an
//! unfinished trailer section, and is stricter than hyper's decoder, which reads the same bytes
//! after it, but for the trailer fields: what passes here, hyper ends at the same byte.

mod size_line;

use std::ops::Range;

use super::head::{FIELDS, check_trailers};
use super::refusal::Refusal;
use super::rules;
use crate::growth::extend;
use size_line::ChunkLine;

/// Where in the body the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    EndLf,
}

/// How far [`Chunked::advance`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// All bytes are the body's, and there are more to come.
    More,
    /// The body ended after this many bytes.
    End(usize),
    /// The byte at this place can't stand there. Where the refusal names a byte, its offset counts
    /// from the body's first byte.
    Refused(usize, Refusal),
}

/// One chunked body being read.
#[derive(Debug)]
pub(super) struct Chunked {
    place: Place,
    line: ChunkLine,
    /// How much of a chunk's data is to come.
    remaining: u64,
    /// How much data more the body may have.
    room: u64,
    /// The trailer fields so far, without the empty line that ends their section.
    trailers: Vec<u8>,
    longest_trailers: usize,
    /// How many trailer fields have ended.
    fields: usize,
    /// Where trailer fields stand in the bytes that were read last.
    fields_at: Range<usize>,
    /// How much of the body was read before.
    read: u64,
}

impl Chunked {
    /// A body of which nothing was read. Its data may have `longest` bytes and its trailer section
    /// `longest_trailers`.
    pub(super) fn new(longest: u64, longest_trailers: usize) -> Self {
        Self {
            place: Place::Line,
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

    /// Reads on.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Progress {
        self.fields_at = 0..0;
        let mut at = 0;
        while at < bytes.len() {
            if self.place == Place::Data {
                let left = bytes.len() - at;
                let taken = usize::try_from(self.remaining)
                    .unwrap_or(usize::MAX)
                    .min(left);
                self.remaining -= taken as u64;
                at += taken;
                if self.remaining == 0 {
                    self.place = Place::DataCr;
                }
                continue;
            }
            let before = self.trailers.len();
            match self.step(bytes[at], self.read + at as u64) {
                Ok(None) => return Progress::End(at + 1),
                Ok(Some(place)) => self.place = place,
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

    /// Where trailer fields stand in the bytes that [`Chunked::advance`] saw last.
    pub(super) fn fields_at(&self) -> Range<usize> {
        self.fields_at.clone()
    }

    fn note_field_byte(&mut self, at: usize) {
        if self.fields_at.is_empty() {
            self.fields_at.start = at;
        }
        self.fields_at.end = at + 1;
    }

    /// How much of the body was read before the bytes that [`Chunked::advance`] saw last.
    pub(super) fn read_before(&self) -> u64 {
        self.read
    }

    /// The place after `byte`, which stands at `offset` in the body, or none where the body ends with
    /// it.
    fn step(&mut self, byte: u8, offset: u64) -> Result<Option<Place>, Refusal> {
        let fault = |rule: Refusal| Err(rule.at(byte, 0).behind(offset));
        let place = match (self.place, byte) {
            (Place::Line, _) => {
                let read = self.line.read(byte, self.room);
                match read.map_err(|refusal| refusal.behind(offset))? {
                    None => Place::Line,
                    Some(0) => Place::TrailerStart,
                    Some(size) => {
                        (self.remaining, self.room) = (size, self.room - size);
                        Place::Data
                    }
                }
            }
            (Place::DataCr, b'\r') => Place::DataLf,
            (Place::DataLf, b'\n') => Place::Line,
            (Place::DataCr | Place::DataLf | Place::Data, _) => return fault(rules::CHUNK_DATA),
            (Place::TrailerStart, b'\r') => Place::EndLf,
            (Place::Trailer, b'\r') => self.trailer(byte, Place::TrailerLf)?,
            // hyper counts lines by their CR, and would find more fields than lines.
            (Place::TrailerStart | Place::Trailer, b'\n') => return fault(rules::TRAILERS),
            // hyper refuses it at the end of its line.
            (Place::TrailerStart, _) if self.fields == FIELDS => {
                return Err(rules::TOO_MANY_TRAILERS);
            }
            (Place::TrailerStart | Place::Trailer, _) => self.trailer(byte, Place::Trailer)?,
            (Place::TrailerLf, b'\n') => {
                self.fields += 1;
                self.trailer(byte, Place::TrailerStart)?
            }
            (Place::EndLf, b'\n') => {
                self.check_fields(offset + 1)?;
                return Ok(None);
            }
            (Place::TrailerLf | Place::EndLf, _) => return fault(rules::TRAILERS),
        };
        Ok(Some(place))
    }

    fn trailer(&mut self, byte: u8, next: Place) -> Result<Place, Refusal> {
        if self.trailers.len() >= self.longest_trailers {
            return Err(rules::TRAILERS_TOO_LONG);
        }
        extend(&mut self.trailers, &[byte], self.longest_trailers);
        Ok(next)
    }

    /// Checks the trailer fields, whose section ends at `end` in the body.
    fn check_fields(&self, end: u64) -> Result<(), Refusal> {
        if self.trailers.is_empty() {
            return Ok(());
        }
        let section = [&self.trailers, &b"\r\n"[..]].concat();
        let start = end - section.len() as u64;
        check_trailers(&section).map_err(|refusal| refusal.behind(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 64;

    /// Reads `bytes` whole and, to see that cuts change nothing, byte by byte.
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
    fn refused(bytes: &[u8], place: usize, status: u16) {
        match read(bytes) {
            Progress::Refused(at, refusal) if (at, refusal.rule().status) == (place, status) => {}
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
    fn a_bad_size_line_is_refused_where_it_goes_wrong() {
        refused(b"1\r\na\r\n5_0\r\n", 7, 400);
        refused(b"5;\r\n", 2, 400);
    }

    #[test]
    fn all_data_together_has_a_limit() {
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
    fn trailers_are_fields() {
        refused(b"0\r\nX y\r\n\r\n", 9, 400);
        refused(b"0\r\nX: y\rz", 8, 400);
        refused(b"0\r\n\rx", 4, 400);
        refused(b"0\r\nX: y\nZ: w\r\n\r\n", 7, 400);
    }

    #[test]
    fn the_byte_is_named_that_is_wrong() {
        for (body, refusal) in [
            (&b"1\r\na\r\n5_0\r\n"[..], rules::CHUNK_SIZE.at(b'_', 7)),
            (b"5;a\0\r\n", rules::CHUNK_EXTENSION.at(b'\0', 3)),
            (b"1\r\nabc", rules::CHUNK_DATA.at(b'b', 4)),
            (b"0\r\nX: y\nZ: w\r\n\r\n", rules::TRAILERS.at(b'\n', 7)),
            // The section is judged at its end.
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
        let behind = body(100).len() - b"\r\n".len();
        assert_eq!(
            read(101),
            Progress::Refused(behind, rules::TOO_MANY_TRAILERS)
        );
    }
}
