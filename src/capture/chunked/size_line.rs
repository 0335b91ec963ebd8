//! The line before a chunk's data: its size and its extensions (RFC 9112 sections 7.1 and 7.1.1).
//! Pure.
//!
//! Stands behind [`super`], a byte at a time. hyper takes blanks behind the size and any
//! bytes as extensions; this takes what the grammar has. Extensions are ignored, once they are
//! well-formed: none is known.

use super::super::head::{TOKEN, VALUE, is};
use super::super::refusal::Refusal;
use super::super::rules;

/// The most bytes of chunk extensions one body may have: hyper's own fixed number.
const EXTENSIONS: usize = 16 * 1024 - 1;

/// The most digits of a size, leading zeros included: all that 64 bits need. Without a limit a line
/// of zeros would never end.
const DIGITS: u32 = 16;

/// Where in the line the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Size,
    /// Behind blanks, where only another extension may follow.
    Blank,
    NameStart,
    Name,
    NameBlank,
    ValueStart,
    Value,
    Quoted,
    Escaped,
    QuotedEnd,
    LineFeed,
}

/// The line of one chunk after another.
#[derive(Debug)]
pub(super) struct ChunkLine {
    place: Place,
    size: u64,
    digits: u32,
    /// Of all lines.
    extensions: usize,
}

impl ChunkLine {
    /// The first line, of which nothing was read.
    pub(super) fn new() -> Self {
        Self {
            place: Place::Start,
            size: 0,
            digits: 0,
            extensions: 0,
        }
    }

    /// Reads a byte. Returns the chunk's size where the line ends with it; the next is then another
    /// line's first.
    ///
    /// # Errors
    ///
    /// The byte can't stand there, which is named at offset 0, or the chunk would have more than
    /// `longest` bytes.
    pub(super) fn read(&mut self, byte: u8, longest: u64) -> Result<Option<u64>, Refusal> {
        self.place = match self.place {
            Place::Start | Place::Size if byte.is_ascii_hexdigit() => self.digit(byte, longest)?,
            Place::Size | Place::Name | Place::Value | Place::QuotedEnd if byte == b'\r' => {
                Place::LineFeed
            }
            Place::LineFeed if byte == b'\n' => {
                let size = self.size;
                (self.place, self.size, self.digits) = (Place::Start, 0, 0);
                return Ok(Some(size));
            }
            Place::Start | Place::LineFeed => return Err(rules::CHUNK_SIZE.at(byte, 0)),
            place => self.extension(place, byte)?,
        };
        Ok(None)
    }

    fn digit(&mut self, byte: u8, longest: u64) -> Result<Place, Refusal> {
        if self.digits == DIGITS {
            return Err(rules::CHUNK_SIZE_DIGITS);
        }
        self.digits += 1;
        let value = char::from(byte).to_digit(16).unwrap_or(0);
        // 16 digits are 64 bits.
        self.size = self.size << 4 | u64::from(value);
        if self.size > longest {
            return Err(rules::BODY_TOO_LONG);
        }
        Ok(Place::Size)
    }

    /// The place behind `byte`, which is none of the size.
    fn extension(&mut self, place: Place, byte: u8) -> Result<Place, Refusal> {
        let is_blank = matches!(byte, b' ' | b'\t');
        let next = match (place, byte) {
            (
                Place::Size
                | Place::Blank
                | Place::Name
                | Place::NameBlank
                | Place::Value
                | Place::QuotedEnd,
                b';',
            ) => Place::NameStart,
            (Place::Name | Place::NameBlank, b'=') => Place::ValueStart,
            (Place::ValueStart, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::QuotedEnd,
            (Place::Quoted, b'\\') => Place::Escaped,
            (Place::Quoted | Place::Escaped, _) if is(byte, VALUE) => Place::Quoted,
            (Place::NameStart | Place::ValueStart | Place::NameBlank, _) if is_blank => place,
            (Place::Name, _) if is_blank => Place::NameBlank,
            (Place::Size | Place::Blank | Place::Value | Place::QuotedEnd, _) if is_blank => {
                Place::Blank
            }
            (Place::NameStart | Place::Name, _) if is(byte, TOKEN) => Place::Name,
            (Place::ValueStart | Place::Value, _) if is(byte, TOKEN) => Place::Value,
            (Place::Size | Place::Blank, _) => return Err(rules::CHUNK_SIZE.at(byte, 0)),
            _ => return Err(rules::CHUNK_EXTENSION.at(byte, 0)),
        };
        self.extensions += 1;
        if self.extensions > EXTENSIONS {
            return Err(rules::CHUNK_EXTENSIONS_TOO_LONG);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size, or the place of the byte that is refused and why.
    fn read(line: &str, longest: u64) -> Result<u64, (usize, Refusal)> {
        let mut chunk_line = ChunkLine::new();
        for (at, byte) in line.bytes().enumerate() {
            match chunk_line.read(byte, longest) {
                Ok(None) => {}
                Ok(Some(size)) if at + 1 == line.len() => return Ok(size),
                Ok(Some(_)) => panic!("{line:?} ends at {at}"),
                Err(refusal) => return Err((at, refusal)),
            }
        }
        panic!("{line:?} does not end");
    }

    #[test]
    fn sizes_and_extensions() {
        for (line, size) in [
            ("0\r\n", 0),
            ("000\r\n", 0),
            ("aF\r\n", 0xaf),
            ("0000000000000005\r\n", 5),
            ("ffffffffffffffff\r\n", u64::MAX),
            ("5;a\r\n", 5),
            ("5;a=b;c\r\n", 5),
            ("5;a=\"b;\\\"\t\u{e4}\"\r\n", 5),
            // Blanks that the grammar has, and that a recipient MUST take (RFC 9112 section 7.1.1).
            ("5 ;\ta = b\t; c= \"d\" ;e\r\n", 5),
        ] {
            assert_eq!(read(line, u64::MAX), Ok(size), "{line:?}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_at_its_first_wrong_byte() {
        for (line, at) in [
            ("\r\n", 0),
            (" 5\r\n", 0),
            ("+5\r\n", 0),
            ("-5\r\n", 0),
            ("0x5\r\n", 1),
            ("5_0\r\n", 1),
            ("5 \r\n", 2),
            ("5\t\r\n", 2),
            ("5 5\r\n", 2),
            ("5g\r\n", 1),
            ("5\n", 1),
            ("5\rx", 2),
            ("5\0\r\n", 1),
            (";a\r\n", 0),
        ] {
            let refusal = rules::CHUNK_SIZE.at(line.as_bytes()[at], 0);
            assert_eq!(read(line, 100), Err((at, refusal)), "{line:?}");
        }
        let line = "00000000000000000\r\n";
        assert_eq!(read(line, 100), Err((16, rules::CHUNK_SIZE_DIGITS)));
    }

    #[test]
    fn extensions_are_names_with_or_without_values() {
        for line in [
            "5;\r\n",
            "5;;a\r\n",
            "5; \r\n",
            "5;a;\r\n",
            "5;a=\r\n",
            "5;=b\r\n",
            "5;a=b=c\r\n",
            "5;a b\r\n",
            "5;a/b\r\n",
            "5;a=\"b\r\n",
            "5;a=\"b\"c\r\n",
            "5;\"a\"\r\n",
            "5;a\n",
            "5;a\0\r\n",
            "5;a=\"\0\"\r\n",
            "5;a=\"\\\0\"\r\n",
            "5;a \r\n",
            "5;\u{e4}\r\n",
        ] {
            let (_, refusal) = read(line, 100).unwrap_err();
            assert_eq!(refusal.rule(), rules::CHUNK_EXTENSION.rule(), "{line:?}");
        }
    }

    #[test]
    fn sizes_and_extensions_have_limits() {
        assert_eq!(read("64\r\n", 100), Ok(100));
        assert_eq!(read("65\r\n", 100), Err((1, rules::BODY_TOO_LONG)));
        let line = |length: usize| format!("1;{}\r\n", "y".repeat(length - 1));
        assert_eq!(read(&line(EXTENSIONS), 100), Ok(1));
        let refused = (1 + EXTENSIONS, rules::CHUNK_EXTENSIONS_TOO_LONG);
        assert_eq!(read(&line(EXTENSIONS + 1), 100), Err(refused));
    }
}
