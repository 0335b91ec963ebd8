//! Walks a head from left to right and names its faults.
//!
//! httparse decides fast whether a head is well-formed, but not why it is not, and it takes some that
//! are odd. This walks such a head once more. What always holds: the first fault that refuses the
//! request is found without a look at what follows its line, so it is the same however the bytes
//! were cut.

use std::ops::Range;

use super::super::refusal::Refusal;
use super::super::rules;
use super::bytes::{self, TOKEN, VALUE};
use super::limits::FIELDS;
use super::notes::Notes;
use super::target;

/// Where the bytes of a head, or of its beginning, end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In the empty lines before it.
    Before,
    /// In the method.
    Method,
    /// In the target.
    Target,
    /// Behind the target. The version is judged once its line has ended.
    Version,
    /// Behind the version.
    Fields,
    /// The head is whole. This is where its target stands, and how long it is.
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
/// The first fault that refuses it.
#[cold]
pub(super) fn walk(
    head: &[u8],
    longest_target: usize,
    notes: &mut Notes,
) -> Result<Place, Refusal> {
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
/// Its first fault.
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
    /// How far it has come.
    at: usize,
    /// How the lines so far ended.
    line_end: Option<LineEnd>,
    notes: &'n mut Notes,
}

impl<'a> Walker<'a, '_> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The fault of the byte that stands so far ahead.
    fn fault(&self, refusal: Refusal, ahead: usize) -> Refusal {
        let at = self.at + ahead;
        refusal.at(self.bytes[at], at)
    }

    fn head(&mut self, longest_target: usize) -> Result<Place, Refusal> {
        while let [b'\r' | b'\n', ..] = self.rest() {
            if !self.line_end()? {
                return Ok(Place::Before);
            }
        }
        let method = self.rest();
        let Some(end) = method.iter().position(|&byte| !bytes::is(byte, TOKEN)) else {
            let is_empty = method.is_empty();
            return Ok(if is_empty {
                Place::Before
            } else {
                Place::Method
            });
        };
        if end == 0 || method[end] != b' ' {
            return Err(self.fault(rules::REQUEST_LINE, end));
        }
        self.at += end + 1;
        self.target(longest_target)
    }

    fn target(&mut self, longest: usize) -> Result<Place, Refusal> {
        let rest = self.rest();
        let is_end = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n');
        let end = rest.iter().position(is_end);
        let target = &rest[..end.unwrap_or(rest.len())];
        target::check_bytes(target, end.is_some(), longest, self.notes)?;
        match end {
            None => Ok(Place::Target),
            Some(0) => Err(rules::TARGET_MISSING),
            Some(at) if rest[at] != b' ' => Err(rules::VERSION_MISSING),
            Some(at) => {
                let range = self.at..self.at + at;
                self.at = range.end + 1;
                self.version(range)
            }
        }
    }

    /// RFC 9112 section 2.3: `HTTP/1.0` or `HTTP/1.1`, and the line ends.
    fn version(&mut self, target: Range<usize>) -> Result<Place, Refusal> {
        let rest = self.rest();
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let Some(end) = rest.iter().position(is_end) else {
            return Ok(Place::Version);
        };
        let version = &rest[..end];
        if !matches!(version, b"HTTP/1.0" | b"HTTP/1.1") {
            return Err(self.no_version(version, target.len()));
        }
        self.at += end;
        let is_whole = self.line_end()? && self.fields()?;
        let length = self.at;
        Ok(if is_whole {
            Place::End { target, length }
        } else {
            Place::Fields
        })
    }

    /// What is wrong with the rest of a request line that should be a version that is served.
    fn no_version(&self, rest: &[u8], target_length: usize) -> Refusal {
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

    /// Steps over the fields and the empty line behind them. False where it does not end.
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
            if number == FIELDS {
                return Err(rules::TOO_MANY_FIELDS);
            }
        }
        Ok(false)
    }

    /// Steps over a field's line. False where it does not end.
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

    /// Steps over the end of a line. False where its LF is not there yet.
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
