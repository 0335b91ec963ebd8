//! The parameters of a request for records. Pure.
//!
//! # Invariants
//!
//! - An unknown parameter, a bad value and a parameter that comes twice are errors that name the parameter.

use std::str::FromStr;

use crate::language::Language;
use crate::request_log::Place;

/// The most bytes to search for. Parts of a record overlap by as many.
pub(super) const MOST_WANTED: usize = 1024;

/// What a viewer asks for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// Forward from this place, as soon as there is something. None: the newest, at once.
    pub(super) after: Option<Place>,
    /// Of the newest only those behind this place.
    pub(super) since: Option<Place>,
    /// Only these records.
    pub(super) only: Option<Only>,
    /// Only records with these bytes, in small letters. Empty: all.
    pub(super) find: Vec<u8>,
    /// The language of the notes. None: that of the page.
    pub(super) language: Option<Language>,
    /// The time of the record that is asked for by its name, in microseconds: a restarted service gives a name
    /// again.
    pub(super) time: Option<u128>,
    /// Who asks. A new request of the same viewer ends the one that waits.
    pub(super) viewer: Option<u64>,
}

/// The records that a viewer wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Only {
    Refused,
    Odd,
}

/// The parameter that is unknown, or has a bad value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadParameter(pub(super) String);

impl FromStr for Query {
    type Err = BadParameter;

    fn from_str(text: &str) -> Result<Self, BadParameter> {
        let mut query = Self::default();
        let mut seen = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let is_new = !seen.contains(&name);
            let set = decoded(value).and_then(|value| query.set(name, value));
            set.filter(|()| is_new)
                .ok_or_else(|| BadParameter(name.to_owned()))?;
            seen.push(name);
        }
        Ok(query)
    }
}

impl Query {
    /// Sets a parameter. None if it is unknown or its value is bad.
    fn set(&mut self, name: &str, value: Vec<u8>) -> Option<()> {
        if name == "find" {
            self.find = Some(value).filter(|bytes| bytes.len() <= MOST_WANTED)?;
            self.find.make_ascii_lowercase();
            return Some(());
        }
        let value = str::from_utf8(&value).ok()?;
        match (name, value) {
            ("after", _) => self.after = Some(value.parse().ok()?),
            ("since", _) => self.since = Some(value.parse().ok()?),
            ("only", "refused") => self.only = Some(Only::Refused),
            ("only", "odd") => self.only = Some(Only::Odd),
            ("lang", "en") => self.language = Some(Language::English),
            ("lang", "zh") => self.language = Some(Language::Chinese),
            ("time", _) => self.time = Some(value.parse().ok()?),
            ("viewer", _) if !value.starts_with('+') => {
                self.viewer = Some(u64::from_str_radix(value, 16).ok()?);
            }
            _ => return None,
        }
        Some(())
    }
}

/// The bytes of a percent-encoded value. None if it is malformed.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => 16 * digit(rest.next()?)? + digit(rest.next()?)?,
            _ => byte,
        });
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn query(text: &str) -> Query {
        text.parse().unwrap()
    }

    #[test]
    fn without_parameters_all_are_wanted() {
        assert_eq!(query(""), Query::default());
    }

    #[test]
    fn each_parameter_has_its_values() {
        let query = query("after=12.40&since=1.2&only=odd&find=a%20B&lang=zh&viewer=00fF");
        assert_eq!(query.after, "12.40".parse().ok());
        assert_eq!(query.since, "1.2".parse().ok());
        assert_eq!(query.only, Some(Only::Odd));
        assert_eq!(query.find, b"a b");
        assert_eq!(query.language, Some(Language::Chinese));
        assert_eq!(query.viewer, Some(255));
    }

    #[test]
    fn bytes_of_any_kind_are_found() {
        for (text, bytes) in [
            ("find=%00%ff%0D%0a", &b"\0\xff\r\n"[..]),
            ("find=", b""),
            ("find", b""),
            ("find=a=b", b"a=b"),
            ("find=a+b", b"a+b"),
            ("find=%e4%B8%AD%C3%84", "中Ä".as_bytes()),
        ] {
            assert_eq!(query(text).find, bytes, "{text}");
        }
    }

    #[test]
    fn what_is_searched_for_has_a_bound() {
        for (length, is_right) in [(MOST_WANTED, true), (MOST_WANTED + 1, false)] {
            let query = format!("find={}", "a".repeat(length)).parse::<Query>();
            assert_eq!(query.is_ok(), is_right, "{length}");
        }
    }

    #[test]
    fn a_bad_parameter_is_named() {
        for (text, name) in [
            ("x=1", "x"),
            ("=1", ""),
            ("after=", "after"),
            ("after=x", "after"),
            ("after=1.-2", "after"),
            ("after=1.%2b2", "after"),
            ("since=1..2", "since"),
            ("only=all", "only"),
            ("only=Odd", "only"),
            ("only=", "only"),
            ("find=%", "find"),
            ("find=%4", "find"),
            ("find=%4g", "find"),
            ("find=%+1", "find"),
            ("lang=de", "lang"),
            ("viewer=", "viewer"),
            ("viewer=g", "viewer"),
            ("viewer=%2b1", "viewer"),
            ("viewer=12345678901234567", "viewer"),
            ("lang=en&lang=zh", "lang"),
            ("find=a&only=odd&find=b", "find"),
        ] {
            let error = text.parse::<Query>().unwrap_err();
            assert_eq!(error, BadParameter(name.to_owned()), "{text}");
        }
    }
}
