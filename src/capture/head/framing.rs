//! How the end of a body is found (RFC 9112 section 6.3). Pure.
//!
//! Refuses a request wherever two recipients could disagree.

use super::super::limits::MAX_CONTENT_LENGTH;
use super::super::refusal::Refusal;
use super::super::rules;
use super::bytes::{self, TOKEN, VALUE};

/// How the body of a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) enum Framing {
    /// After this many bytes. 0 for a request without a body.
    Length(u64),
    /// With the last chunk and its trailer section.
    Chunked,
}

impl Framing {
    /// The framing by Content-Length.
    ///
    /// # Errors
    ///
    /// The value is not a plain number, and the refusal names the byte in `value`. Or the number is
    /// larger than `longest`.
    pub(super) fn by_length(value: &[u8], longest: u64) -> Result<Self, Refusal> {
        if let Some(at) = value.iter().position(|byte| !byte.is_ascii_digit()) {
            return Err(rules::LENGTH_MALFORMED.at(value[at], at));
        }
        match value {
            [] => return Err(rules::LENGTH_MALFORMED),
            [b'0', _, ..] => return Err(rules::LENGTH_MALFORMED.at(b'0', 0)),
            _ => {}
        }
        let length = value.iter().fold(0_u64, |length, digit| {
            length
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        });
        if length > longest.min(MAX_CONTENT_LENGTH) {
            return Err(rules::BODY_TOO_LONG);
        }
        Ok(Self::Length(length))
    }

    /// The framing by the values of Transfer-Encoding, one for each line.
    ///
    /// # Errors
    ///
    /// Anything but exactly one `chunked`. An empty list element, which is valid elsewhere (RFC 9110
    /// section 5.6.1), is refused too: recipients that see different codings make smuggling possible.
    pub(super) fn by_coding<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<Self, Refusal> {
        let (mut chunked, mut others, mut ends_in_chunked) = (0, 0, false);
        for value in values {
            let mut rest = value;
            loop {
                let (coding, after) = coding(rest).ok_or(rules::CODING_MALFORMED)?;
                ends_in_chunked = coding.name.eq_ignore_ascii_case(b"chunked");
                if ends_in_chunked && coding.has_parameters {
                    return Err(rules::CODING_CHUNKED_PARAMETER);
                }
                *(if ends_in_chunked {
                    &mut chunked
                } else {
                    &mut others
                }) += 1;
                match after {
                    [b',', after @ ..] => rest = after,
                    _ => break,
                }
            }
        }
        match (chunked, others) {
            (2.., _) => Err(rules::CODING_CHUNKED_TWICE),
            _ if !ends_in_chunked => Err(rules::CODING_NOT_CHUNKED),
            (_, 1..) => Err(rules::CODING_UNKNOWN),
            _ => Ok(Self::Chunked),
        }
    }
}

struct Coding<'a> {
    name: &'a [u8],
    has_parameters: bool,
}

/// The coding at the start of a list, and the rest: empty, or a comma and more.
fn coding(list: &[u8]) -> Option<(Coding<'_>, &[u8])> {
    let (name, mut rest) = token(blanks(list))?;
    let mut has_parameters = false;
    loop {
        match blanks(rest) {
            [b';', after @ ..] => rest = parameter(after)?,
            after @ ([] | [b',', ..]) => {
                let coding = Coding {
                    name,
                    has_parameters,
                };
                return Some((coding, after));
            }
            _ => return None,
        }
        has_parameters = true;
    }
}

/// The rest after a parameter, `name = value` (RFC 9112 section 7).
fn parameter(bytes: &[u8]) -> Option<&[u8]> {
    let (_, rest) = token(blanks(bytes))?;
    match blanks(blanks(rest).strip_prefix(b"=")?) {
        [b'"', rest @ ..] => quoted(rest),
        rest => Some(token(rest)?.1),
    }
}

/// The rest after a quoted string, whose first quote was read.
fn quoted(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\\', byte, after @ ..] | [byte, after @ ..] if bytes::is(*byte, VALUE) => {
                rest = after;
            }
            _ => return None,
        }
    }
}

fn token(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| !bytes::is(byte, TOKEN));
    let (token, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    (!token.is_empty()).then_some((token, rest))
}

fn blanks(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
    &bytes[end.unwrap_or(bytes.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_plain_numbers() {
        for (value, length) in [("0", 0), ("1", 1), ("1234567890", 1_234_567_890)] {
            let seen = Framing::by_length(value.as_bytes(), u64::MAX);
            assert_eq!(seen, Ok(Framing::Length(length)), "{value}");
        }
        for value in [
            "", "00", "01", "+1", "-1", "1 2", "1, 1", "1,1", "0x1", "1_0", "1.0", "١",
        ] {
            let seen = Framing::by_length(value.as_bytes(), u64::MAX);
            let rule = seen.map_err(|refusal| refusal.rule());
            assert_eq!(rule, Err(rules::LENGTH_MALFORMED.rule()), "{value}");
        }
        let seen = Framing::by_length(b"12_3", u64::MAX);
        assert_eq!(seen, Err(rules::LENGTH_MALFORMED.at(b'_', 2)));
    }

    #[test]
    fn lengths_have_a_limit_and_never_overflow() {
        for (value, longest, is_fine) in [
            ("10", 10, true),
            ("11", 10, false),
            ("0", 0, true),
            ("18446744073709551613", u64::MAX, true),
            ("18446744073709551614", u64::MAX, false),
            ("18446744073709551616", u64::MAX, false),
            ("99999999999999999999999999", u64::MAX, false),
        ] {
            let seen = Framing::by_length(value.as_bytes(), longest);
            let refusal = seen.err();
            let expected = (!is_fine).then_some(rules::BODY_TOO_LONG);
            assert_eq!(refusal, expected, "{value} of {longest}");
        }
    }

    #[test]
    fn the_only_coding_is_chunked_once() {
        for (values, expected) in [
            (&["chunked"][..], Ok(Framing::Chunked)),
            (&["Chunked"], Ok(Framing::Chunked)),
            (&["gzip, chunked"], Err(rules::CODING_UNKNOWN)),
            (&["gzip", "chunked"], Err(rules::CODING_UNKNOWN)),
            (
                &["a;b=c ; d = \"e,\\\"\",chunked"],
                Err(rules::CODING_UNKNOWN),
            ),
            (&["gzip"], Err(rules::CODING_NOT_CHUNKED)),
            (&["identity"], Err(rules::CODING_NOT_CHUNKED)),
            (&["xchunked"], Err(rules::CODING_NOT_CHUNKED)),
            (&["chunked, gzip"], Err(rules::CODING_NOT_CHUNKED)),
            (&["chunked", "identity"], Err(rules::CODING_NOT_CHUNKED)),
            (&["chunked, chunked"], Err(rules::CODING_CHUNKED_TWICE)),
            (&["chunked", "chunked"], Err(rules::CODING_CHUNKED_TWICE)),
            (&["chunked;a=b"], Err(rules::CODING_CHUNKED_PARAMETER)),
            (&[""], Err(rules::CODING_MALFORMED)),
            (&[",chunked"], Err(rules::CODING_MALFORMED)),
            (&["chunked,"], Err(rules::CODING_MALFORMED)),
            (&["\x0bchunked"], Err(rules::CODING_MALFORMED)),
            (&["chunked chunked"], Err(rules::CODING_MALFORMED)),
            (&["\"chunked\""], Err(rules::CODING_MALFORMED)),
            (&["gzip;a, chunked"], Err(rules::CODING_MALFORMED)),
            (&["gzip;a=\"b, chunked"], Err(rules::CODING_MALFORMED)),
        ] {
            let seen = Framing::by_coding(values.iter().map(|value| value.as_bytes()));
            assert_eq!(seen, expected, "{values:?}");
        }
    }
}
