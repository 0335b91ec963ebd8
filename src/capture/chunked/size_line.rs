//! The line before a chunk's data: its size and its extensions (RFC 9112 sections 7.1 and 7.1.1).
//! Pure.
//!
//! [`super`] passes one byte at a time. hyper accepts blanks after the size and any bytes as extensions.
//! This parser follows the grammar, and then ignores the extensions: none is registered.

use super::super::head::{TOKEN, VALUE, is};
use super::super::limits::MAX_EXTENSIONS;
use super::super::refusal::Refusal;
use super::super::rules;

/// The most digits of a size, with leading zeros: enough for 64 bits. Without a limit a line of zeros
/// could be endless.
const DIGITS: u32 = 16;

/// The position of the next byte in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Start,
    Size,
    /// After blanks, where only an extension may follow.
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

/// The parser of the size lines of one body.
#[derive(Debug)]
pub(super) struct ChunkLine {
    position: Position,
    size: u64,
    digits: u32,
    /// How many bytes of extensions all lines have.
    extensions: usize,
}

impl ChunkLine {
    /// The parser at the start of the first line.
    pub(super) fn new() -> Self {
        Self {
            position: Position::Start,
            size: 0,
            digits: 0,
            extensions: 0,
        }
    }

    /// Reads one byte. Returns the size of the chunk if the line ends with it. The next byte then begins
    /// another line.
    ///
    /// # Errors
    ///
    /// The byte is refused, and named at offset 0. Or the chunk would have more than `longest` bytes.
    pub(super) fn read(&mut self, byte: u8, longest: u64) -> Result<Option<u64>, Refusal> {
        self.position = match self.position {
            Position::Start | Position::Size if byte.is_ascii_hexdigit() => {
                self.digit(byte, longest)?
            }
            Position::Size | Position::Name | Position::Value | Position::QuotedEnd
                if byte == b'\r' =>
            {
                Position::LineFeed
            }
            Position::LineFeed if byte == b'\n' => {
                let size = self.size;
                (self.position, self.size, self.digits) = (Position::Start, 0, 0);
                return Ok(Some(size));
            }
            Position::Start | Position::LineFeed => return Err(rules::CHUNK_SIZE.at(byte, 0)),
            position => self.extension(position, byte)?,
        };
        Ok(None)
    }

    fn digit(&mut self, byte: u8, longest: u64) -> Result<Position, Refusal> {
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
        Ok(Position::Size)
    }

    /// The position after `byte`, which is not part of the size.
    fn extension(&mut self, position: Position, byte: u8) -> Result<Position, Refusal> {
        let is_blank = matches!(byte, b' ' | b'\t');
        let next = match (position, byte) {
            (
                Position::Size
                | Position::Blank
                | Position::Name
                | Position::NameBlank
                | Position::Value
                | Position::QuotedEnd,
                b';',
            ) => Position::NameStart,
            (Position::Name | Position::NameBlank, b'=') => Position::ValueStart,
            (Position::ValueStart, b'"') => Position::Quoted,
            (Position::Quoted, b'"') => Position::QuotedEnd,
            (Position::Quoted, b'\\') => Position::Escaped,
            (Position::Quoted | Position::Escaped, _) if is(byte, VALUE) => Position::Quoted,
            (Position::NameStart | Position::ValueStart | Position::NameBlank, _) if is_blank => {
                position
            }
            (Position::Name, _) if is_blank => Position::NameBlank,
            (Position::Size | Position::Blank | Position::Value | Position::QuotedEnd, _)
                if is_blank =>
            {
                Position::Blank
            }
            (Position::NameStart | Position::Name, _) if is(byte, TOKEN) => Position::Name,
            (Position::ValueStart | Position::Value, _) if is(byte, TOKEN) => Position::Value,
            (Position::Size | Position::Blank, _) => return Err(rules::CHUNK_SIZE.at(byte, 0)),
            _ => return Err(rules::CHUNK_EXTENSION.at(byte, 0)),
        };
        self.extensions += 1;
        if self.extensions > MAX_EXTENSIONS {
            return Err(rules::CHUNK_EXTENSIONS_TOO_LONG);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size, or the offset of the refused byte and the refusal.
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
            // Blanks in the grammar, which a recipient MUST accept (RFC 9112 section 7.1.1).
            ("5 ;\ta = b\t; c= \"d\" ;e\r\n", 5),
        ] {
            assert_eq!(read(line, u64::MAX), Ok(size), "{line:?}");
        }
    }

    #[test]
    fn a_malformed_size_is_refused_at_its_bad_byte() {
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
    fn malformed_extensions_are_refused() {
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
        assert_eq!(read(&line(MAX_EXTENSIONS), 100), Ok(1));
        let refused = (1 + MAX_EXTENSIONS, rules::CHUNK_EXTENSIONS_TOO_LONG);
        assert_eq!(read(&line(MAX_EXTENSIONS + 1), 100), Err(refused));
    }
}
