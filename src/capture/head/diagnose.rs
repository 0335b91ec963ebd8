//! Walks a head from left to right and names its faults.
//!
//! httparse decides quickly whether a head is well-formed, but does not say what is wrong, and accepts
//! some odd heads. Only malformed and odd heads come here: a rule that any other head can break is
//! checked by `check` in `mod.rs`.
//!
//! # Invariants
//!
//! The first fault that refuses the request does not depend on the bytes after its line. It is therefore
//! the same however the head is cut.

use std::ops::Range;

use super::super::limits::MAX_FIELDS;
use super::super::refusal::Refusal;
use super::super::rules;
use super::bytes::{self, TOKEN, VALUE};
use super::notes::Notes;
use super::target;

/// Where the bytes of a head end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// In the empty lines before the head.
    Before,
    /// In the method.
    Method,
    /// In the target.
    Target,
    /// After the target. The version is checked once its line has ended.
    Version,
    /// After the version.
    Fields,
    /// After a whole head of this length, with its target at these offsets.
    End { target: Range<usize>, length: usize },
}

/// How the lines of a head end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    CrLf,
    Lf,
}

/// Walks through a head, or the beginning of one.
///
/// # Errors
///
/// The first fault that refuses the request.
#[cold]
pub(super) fn walk(
    head: &[u8],
    longest_target: usize,
    notes: &mut Notes,
) -> Result<Position, Refusal> {
    let mut walker = Walker {
        bytes: head,
        at: 0,
        line_end: None,
        notes,
    };
    walker.head(longest_target)
}

/// Walks through a trailer section, whose lines end in CRLF.
///
/// # Errors
///
/// The first fault.
#[cold]
pub(super) fn walk_trailers(section: &[u8]) -> Result<(), Refusal> {
    let mut walker = Walker {
        bytes: section,
        at: 0,
        line_end: Some(LineEnd::CrLf),
        notes: &mut Notes::new(true),
    };
    walker.fields().map(|_| ())
}

struct Walker<'a, 'n> {
    bytes: &'a [u8],
    /// The offset of the next byte.
    at: usize,
    /// How the lines so far end.
    line_end: Option<LineEnd>,
    notes: &'n mut Notes,
}

impl<'a> Walker<'a, '_> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Names the byte at `ahead` from the next one.
    fn fault(&self, refusal: Refusal, ahead: usize) -> Refusal {
        let at = self.at + ahead;
        refusal.at(self.bytes[at], at)
    }

    fn head(&mut self, longest_target: usize) -> Result<Position, Refusal> {
        while let [b'\r' | b'\n', ..] = self.rest() {
            if !self.line_end()? {
                return Ok(Position::Before);
            }
        }
        let method = self.rest();
        let Some(end) = method.iter().position(|&byte| !bytes::is(byte, TOKEN)) else {
            let is_empty = method.is_empty();
            return Ok(if is_empty {
                Position::Before
            } else {
                Position::Method
            });
        };
        if end == 0 || method[end] != b' ' {
            return Err(self.fault(rules::REQUEST_LINE, end));
        }
        self.at += end + 1;
        self.target(longest_target)
    }

    fn target(&mut self, longest: usize) -> Result<Position, Refusal> {
        let rest = self.rest();
        let is_end = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n');
        let end = rest.iter().position(is_end);
        let target = &rest[..end.unwrap_or(rest.len())];
        target::check_bytes(target, end.is_some(), longest, self.notes)?;
        match end {
            None => Ok(Position::Target),
            Some(0) => Err(rules::TARGET_MISSING),
            Some(at) if rest[at] != b' ' => Err(rules::VERSION_MISSING),
            Some(at) => {
                let range = self.at..self.at + at;
                self.at = range.end + 1;
                self.version(range)
            }
        }
    }

    /// Steps over `HTTP/1.0` or `HTTP/1.1` (RFC 9112 section 2.3) and the fields.
    fn version(&mut self, target: Range<usize>) -> Result<Position, Refusal> {
        let rest = self.rest();
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let Some(end) = rest.iter().position(is_end) else {
            return Ok(Position::Version);
        };
        let version = &rest[..end];
        if !matches!(version, b"HTTP/1.0" | b"HTTP/1.1") {
            return Err(self.version_fault(version, target.len()));
        }
        self.at += end;
        let is_whole = self.line_end()? && self.fields()?;
        let length = self.at;
        Ok(if is_whole {
            Position::End { target, length }
        } else {
            Position::Fields
        })
    }

    /// The fault of the rest of a request line, which is no version that is served.
    fn version_fault(&self, rest: &[u8], target_length: usize) -> Refusal {
        const FORM: &[u8] = b"HTTP/d.d";
        let fits = |(byte, form): (&u8, &u8)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        };
        let fitting = rest.iter().zip(FORM).take_while(|&pair| fits(pair)).count();
        let has_blank = rest.contains(&b' ');
        if rest.is_empty() {
            rules::VERSION_MISSING
        } else if has_blank && (!rest.starts_with(b"HTTP") || rest.ends_with(b" HTTP/1.1")) {
            rules::TARGET_BLANK.in_target(b' ', target_length)
        } else if fitting == FORM.len() && fitting == rest.len() {
            rules::VERSION_UNKNOWN
        } else if fitting == rest.len() {
            rules::VERSION_MALFORMED
        } else {
            self.fault(rules::VERSION_MALFORMED, fitting)
        }
    }

    /// Steps over the fields and the empty line after them. False where the bytes end before.
    fn fields(&mut self) -> Result<bool, Refusal> {
        for number in 0.. {
            match self.rest() {
                [b'\r' | b'\n', ..] => return self.line_end(),
                [b' ' | b'\t', ..] if number == 0 => {
                    return Err(self.fault(rules::LEADING_BLANK, 0));
                }
                [b' ' | b'\t', ..] => return Err(self.fault(rules::FOLDED, 0)),
                [b':', ..] => return Err(self.fault(rules::NAME_EMPTY, 0)),
                _ => {}
            }
            if !self.field()? {
                break;
            }
            if number == MAX_FIELDS {
                return Err(rules::TOO_MANY_FIELDS);
            }
        }
        Ok(false)
    }

    /// Steps over the line of a field. False where the bytes end before.
    fn field(&mut self) -> Result<bool, Refusal> {
        let line = self.rest();
        let Some(at) = line.iter().position(|&byte| !bytes::is(byte, TOKEN)) else {
            return Ok(false);
        };
        match line[at] {
            b':' => {}
            b' ' | b'\t' => return Err(self.fault(rules::NAME_BLANK, at)),
            b'\r' | b'\n' => return Err(self.fault(rules::NO_COLON, at)),
            _ => return Err(self.fault(rules::NAME_MALFORMED, at)),
        }
        self.at += at + 1;
        let value = self.rest();
        match value.iter().position(|&byte| !bytes::is(byte, VALUE)) {
            None => Ok(false),
            Some(at) if matches!(value[at], b'\r' | b'\n') => {
                self.at += at;
                self.line_end()
            }
            Some(at) => Err(self.fault(rules::VALUE_CONTROL, at)),
        }
    }

    /// Steps over the end of a line. False where the bytes end before its LF.
    fn line_end(&mut self) -> Result<bool, Refusal> {
        let (length, line_end) = match self.rest() {
            [b'\r', b'\n', ..] => (2, LineEnd::CrLf),
            [b'\n', ..] => (1, LineEnd::Lf),
            [b'\r'] => return Ok(false),
            _ => return Err(self.fault(rules::BARE_CR, 0)),
        };
        match self.line_end.replace(line_end) {
            Some(before) if before != line_end => return Err(self.fault(rules::MIXED_ENDS, 0)),
            None if line_end == LineEnd::Lf => self.notes.add(self.fault(rules::BARE_LF, 0))?,
            _ => {}
        }
        self.at += length;
        Ok(true)
    }
}
