//! Says what is wrong with a head that is malformed, or where an unfinished one stands.
//!
//! httparse decides fast whether a head is well-formed, but not why it is not. This walks it once
//! more, from left to right, and only where it was refused. What always holds: the first fault
//! counts, and it is found without a look at what follows it, so that it is the same however the
//! bytes were cut.

use super::super::refusal::{self as rules, Refusal};
use super::bytes::{self, TOKEN, VALUE};
use super::{FIELDS, target};

/// Where the bytes of an unfinished head end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the empty lines before it.
    Before,
    /// In the method.
    Method,
    /// In the target.
    Target,
    /// Behind the target; or the head is whole.
    Behind,
}

/// Walks through a head, or the beginning of one.
///
/// # Errors
///
/// The first fault.
#[cold]
pub(super) fn walk(head: &[u8], longest_target: usize) -> Result<Place, Refusal> {
    let mut rest = head;
    while let [b'\r' | b'\n', ..] = rest {
        match line_end(rest)? {
            Some(behind) => rest = behind,
            None => return Ok(Place::Before),
        }
    }
    let Some(at) = rest.iter().position(|&byte| !bytes::is(byte, TOKEN)) else {
        let is_empty = rest.is_empty();
        return Ok(if is_empty {
            Place::Before
        } else {
            Place::Method
        });
    };
    if at == 0 || rest[at] != b' ' {
        return Err(rules::REQUEST_LINE);
    }
    let rest = &rest[at + 1..];
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\r' | b'\n'));
    target::check_bytes(&rest[..end.unwrap_or(rest.len())], longest_target)?;
    match end {
        None => Ok(Place::Target),
        Some(0) => Err(rules::TARGET_MISSING),
        Some(at) if rest[at] != b' ' => Err(rules::VERSION_MISSING),
        Some(at) => behind_target(&rest[at + 1..]).map(|()| Place::Behind),
    }
}

fn behind_target(rest: &[u8]) -> Result<(), Refusal> {
    version(rest)?;
    let Some(rest) = rest.get(b"HTTP/1.1".len()..) else {
        return Ok(());
    };
    match rest {
        [] => Ok(()),
        [b'\r' | b'\n', ..] => line_end(rest)?.map_or(Ok(()), fields),
        _ => Err(rules::VERSION_MALFORMED),
    }
}

/// RFC 9112 section 2.3: `HTTP/1.0` or `HTTP/1.1`, as far as it is there.
fn version(bytes: &[u8]) -> Result<(), Refusal> {
    for (at, &byte) in bytes.iter().take(b"HTTP/1.1".len()).enumerate() {
        match (at, byte) {
            (0..5, _) if byte == b"HTTP/"[at] => {}
            (5, b'1') | (6, b'.') | (7, b'0' | b'1') => {}
            (5 | 7, b'0'..=b'9') => return Err(rules::VERSION_UNKNOWN),
            _ => return Err(rules::VERSION_MALFORMED),
        }
    }
    Ok(())
}

fn fields(lines: &[u8]) -> Result<(), Refusal> {
    let mut rest = lines;
    for number in 0.. {
        match rest {
            // The end of the head, or of what there is of it.
            [b'\r' | b'\n', ..] => return line_end(rest).map(|_| ()),
            [b' ' | b'\t', ..] if number == 0 => return Err(rules::LEADING_BLANK),
            [b' ' | b'\t', ..] => return Err(rules::FOLDED),
            [b':', ..] => return Err(rules::NAME_EMPTY),
            _ => {}
        }
        let Some(behind) = field(rest)? else {
            return Ok(());
        };
        if number == FIELDS {
            return Err(rules::TOO_MANY_FIELDS);
        }
        rest = behind;
    }
    Ok(())
}

/// What stands behind a field's line; none where it does not end.
fn field(line: &[u8]) -> Result<Option<&[u8]>, Refusal> {
    let Some(at) = line.iter().position(|&byte| !bytes::is(byte, TOKEN)) else {
        return Ok(None);
    };
    match line[at] {
        b':' => {}
        b' ' | b'\t' => return Err(rules::NAME_BLANK),
        b'\r' | b'\n' => return Err(rules::NO_COLON),
        _ => return Err(rules::NAME_MALFORMED),
    }
    let value = &line[at + 1..];
    match value.iter().position(|&byte| !bytes::is(byte, VALUE)) {
        None => Ok(None),
        Some(at) if matches!(value[at], b'\r' | b'\n') => line_end(&value[at..]),
        Some(_) => Err(rules::VALUE_CONTROL),
    }
}

/// What stands behind the CRLF at the start of `bytes`; none where its LF is not there yet.
fn line_end(bytes: &[u8]) -> Result<Option<&[u8]>, Refusal> {
    match bytes {
        [b'\r', b'\n', behind @ ..] => Ok(Some(behind)),
        [b'\r'] => Ok(None),
        [b'\n', ..] => Err(rules::BARE_LF),
        _ => Err(rules::BARE_CR),
    }
}
