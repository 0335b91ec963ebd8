//! Finds the end of a chunked body (RFC 9112 section 7.1). Pure.
//!
//! Stands behind [`super::capture`]. It follows the bytes wherever they are cut, keeps none but an
//! unfinished trailer section, and is stricter than hyper's decoder, which reads the same bytes
//! after it: what passes here, hyper ends at the same byte.

use super::head::{Refusal, is_trailer_section};

/// The most bytes of chunk extensions one body may have: hyper's own fixed number.
const EXTENSIONS: usize = 16 * 1024 - 1;

/// Where in the body the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    SizeStart,
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    LineStart,
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
    /// The byte at this place can't stand there.
    Refused(usize, Refusal),
}

/// One chunked body being read.
#[derive(Debug)]
pub(super) struct Chunked {
    place: Place,
    /// The chunk's size while it is read, then how much of its data is to come.
    remaining: u64,
    extensions: usize,
    trailers: Vec<u8>,
    longest_trailers: usize,
}

impl Chunked {
    /// A body of which nothing was read. Its trailer section may have `longest_trailers` bytes.
    pub(super) fn new(longest_trailers: usize) -> Self {
        Self {
            place: Place::SizeStart,
            remaining: 0,
            extensions: 0,
            trailers: Vec::new(),
            longest_trailers,
        }
    }

    /// Reads on.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Progress {
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
            match self.step(bytes[at]) {
                Ok(None) => return Progress::End(at + 1),
                Ok(Some(place)) => self.place = place,
                Err(refusal) => return Progress::Refused(at, refusal),
            }
            at += 1;
        }
        Progress::More
    }

    /// The place after `byte`, or none where the body ends with it.
    fn step(&mut self, byte: u8) -> Result<Option<Place>, Refusal> {
        const SIZE: Refusal = Refusal::new(400, "a chunk's size line is malformed");
        const DATA: Refusal = Refusal::new(400, "a chunk's data is not followed by CRLF");
        const TRAILERS: Refusal = Refusal::new(400, "the trailer section is malformed");
        let place = match (self.place, byte) {
            (Place::SizeStart | Place::Size, digit) if digit.is_ascii_hexdigit() => {
                self.digit(digit)?;
                Place::Size
            }
            (Place::Size, b';') => Place::Extension,
            (Place::Size | Place::Extension, b'\r') => Place::SizeLf,
            (Place::Extension, b'\t' | b' '..=b'~' | 0x80..) => {
                self.extensions += 1;
                if self.extensions > EXTENSIONS {
                    return Err(Refusal::new(400, "the chunk extensions are too long"));
                }
                Place::Extension
            }
            (Place::SizeLf, b'\n') if self.remaining == 0 => Place::LineStart,
            (Place::SizeLf, b'\n') => Place::Data,
            (Place::SizeStart | Place::Size | Place::Extension | Place::SizeLf, _) => {
                return Err(SIZE);
            }
            (Place::DataCr, b'\r') => Place::DataLf,
            (Place::DataLf, b'\n') => Place::SizeStart,
            (Place::DataCr | Place::DataLf | Place::Data, _) => return Err(DATA),
            (Place::LineStart, b'\r') => self.trailer(byte, Place::EndLf)?,
            (Place::Trailer, b'\r') => self.trailer(byte, Place::TrailerLf)?,
            // hyper counts lines by their CR, and would find more fields than lines.
            (Place::LineStart | Place::Trailer, b'\n') => return Err(TRAILERS),
            (Place::LineStart | Place::Trailer, _) => self.trailer(byte, Place::Trailer)?,
            (Place::TrailerLf, b'\n') => self.trailer(byte, Place::LineStart)?,
            (Place::EndLf, b'\n') => {
                self.trailers.push(byte);
                let whole = self.trailers.len() == 2 || is_trailer_section(&self.trailers);
                return if whole { Ok(None) } else { Err(TRAILERS) };
            }
            (Place::TrailerLf | Place::EndLf, _) => return Err(TRAILERS),
        };
        Ok(Some(place))
    }

    fn digit(&mut self, digit: u8) -> Result<(), Refusal> {
        let value = u64::from(match digit {
            b'0'..=b'9' => digit - b'0',
            _ => (digit | 0x20) - b'a' + 10,
        });
        let size = self
            .remaining
            .checked_mul(16)
            .and_then(|size| size.checked_add(value));
        self.remaining = size.ok_or(Refusal::new(400, "a chunk's size is too large"))?;
        Ok(())
    }

    fn trailer(&mut self, byte: u8, next: Place) -> Result<Place, Refusal> {
        // The empty line that ends the section is not counted: without fields there is only that.
        if self.trailers.len() >= self.longest_trailers && next != Place::EndLf {
            return Err(Refusal::new(431, "the trailer section is too long"));
        }
        self.trailers.push(byte);
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 64;

    /// Reads `bytes` whole and, to see that cuts change nothing, byte by byte.
    #[track_caller]
    fn read(bytes: &[u8]) -> Progress {
        let whole = Chunked::new(LONGEST).advance(bytes);
        let mut chunked = Chunked::new(LONGEST);
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
            Progress::Refused(at, refusal) if (at, refusal.status) == (place, status) => {}
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
    fn size_lines_are_hex_digits_and_crlf() {
        for line in [
            "\r\n", " 5\r\n", "-1\r\n", "+1\r\n", "0x5\r\n", "5_0\r\n", "5 \r\n", "g\r\n", "5\n",
            "5;a\n", "5;\0\r\n", "5\rx",
        ] {
            assert!(
                matches!(read(line.as_bytes()), Progress::Refused(..)),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_size_has_64_bits() {
        assert_eq!(read(b"ffffffffffffffff\r\n"), Progress::More);
        refused(b"10000000000000000\r\n", 16, 400);
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
    fn trailers_have_a_limit() {
        let line = |length: usize| format!("0\r\nX: {}\r\n\r\n", "y".repeat(length - 5));
        assert_eq!(
            read(line(LONGEST).as_bytes()),
            Progress::End(3 + LONGEST + 2)
        );
        refused(line(LONGEST + 1).as_bytes(), 3 + LONGEST, 431);
    }

    #[test]
    fn extensions_have_a_limit() {
        let line = |length: usize| format!("1;{}\r\n", "y".repeat(length));
        assert_eq!(read(line(EXTENSIONS).as_bytes()), Progress::More);
        refused(line(EXTENSIONS + 1).as_bytes(), 2 + EXTENSIONS, 400);
    }
}
