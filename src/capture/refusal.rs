//! Why a request is refused, or what was odd about it: the rule it breaks, and the byte that breaks
//! it.
//!
//! The table of rules is in [`super::rules`]. The capture finds the fault; the client and the log are
//! told the same words.
//!
//! What always holds: the words are one line of printable ASCII without a backslash or a double
//! quote, so no format has to escape them; none of them is longer than a peer can make it.

use std::fmt;

use super::protocol::Protocol;

/// Whether a fault lets two readers take the same bytes for different requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It does, or the request is one that this service does not serve. Always refused.
    Framing,
    /// It does not: the bytes are ungrammatical or unusual, and read in one way only. The request is
    /// answered, and its record notes the fault. Only `--strict` refuses it.
    Form,
}

/// A rule of the RFCs.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The status of the answer that refuses a request for it.
    pub status: u16,
    /// Whether it is always refused.
    pub kind: Kind,
    /// What is wrong with a request that breaks it.
    pub text: &'static str,
    /// Where the rule stands, for example `RFC 9112 3.2`.
    pub section: &'static str,
}

/// A broken rule: of a refused request the first one, of an odd one each. Flat, because every
/// connection has room for two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    rule: &'static Rule,
    /// The byte that breaks it, where `whole` is set, and its offset in that, from 0.
    byte: u8,
    offset: u64,
    whole: Option<Whole>,
    protocol: Option<Protocol>,
}

/// What an offset counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    /// The request, from its first byte on, also where its record leaves some out.
    Request,
    /// The request's target.
    Target,
    /// The value of Host, or the authority in the target.
    Host,
}

impl Refusal {
    /// A refusal for breaking `rule`.
    #[must_use]
    pub const fn of(rule: &'static Rule) -> Self {
        Self {
            rule,
            byte: 0,
            offset: 0,
            whole: None,
            protocol: None,
        }
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// The same, for this byte at this offset in the request.
    #[must_use]
    pub(super) fn at(self, byte: u8, offset: usize) -> Self {
        self.with_spot(byte, offset, Whole::Request)
    }

    /// The same, for this byte at this offset in the target.
    #[must_use]
    pub(crate) fn in_target(self, byte: u8, offset: usize) -> Self {
        self.with_spot(byte, offset, Whole::Target)
    }

    /// The same, for this byte at this offset in the host.
    #[must_use]
    pub(super) fn in_host(self, byte: u8, offset: usize) -> Self {
        self.with_spot(byte, offset, Whole::Host)
    }

    fn with_spot(self, byte: u8, offset: usize, whole: Whole) -> Self {
        Self {
            byte,
            offset: offset as u64,
            whole: Some(whole),
            ..self
        }
    }

    /// The same, where the offset counts from `start` of the request on.
    #[must_use]
    pub(super) fn behind(mut self, start: u64) -> Self {
        if self.whole.is_some() {
            self.offset += start;
        }
        self
    }

    /// The same rule at the byte of `other`.
    #[must_use]
    pub(super) fn at_spot_of(self, other: Self) -> Self {
        Self {
            rule: self.rule,
            ..other
        }
    }

    /// The same, of bytes that look like another protocol's.
    #[must_use]
    pub(super) fn looks_like(self, protocol: Protocol) -> Self {
        Self {
            protocol: Some(protocol),
            ..self
        }
    }
}

/// `TEXT: BYTE at offset N (SECTION); it looks like …`, without what it does not have.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.text)?;
        if let Some(whole) = self.whole {
            f.write_str(": ")?;
            self.fmt_spot(whole, f)?;
        }
        write!(f, " ({})", self.rule.section)?;
        match self.protocol {
            Some(protocol) => write!(f, "; it looks like {protocol}"),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// `0xNN NAME at offset N of the WHOLE`.
    fn fmt_spot(&self, whole: Whole, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02X}", self.byte)?;
        match self.byte {
            b'\0' => f.write_str(" NUL")?,
            b'\t' => f.write_str(" tab")?,
            b'\n' => f.write_str(" LF")?,
            b'\r' => f.write_str(" CR")?,
            b' ' => f.write_str(" space")?,
            b'"' => f.write_str(" double quote")?,
            b'\\' => f.write_str(" backslash")?,
            b'!'..=b'~' => write!(f, " {}", char::from(self.byte))?,
            _ => {}
        }
        write!(f, " at offset {}", self.offset)?;
        f.write_str(match whole {
            Whole::Request => "",
            Whole::Target => " of the target",
            Whole::Host => " of the host",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules;

    #[test]
    fn a_refusal_says_the_rule_the_byte_and_the_section() {
        let plain = rules::HOST_MISSING;
        assert_eq!(plain.to_string(), "Host is missing (RFC 9112 3.2)");
        for (byte, expected) in [
            (b'\\', "0x5C backslash at offset 7"),
            (b'"', "0x22 double quote at offset 7"),
            (b' ', "0x20 space at offset 7"),
            (b'<', "0x3C < at offset 7"),
            (0xe8, "0xE8 at offset 7"),
            (0x7f, "0x7F at offset 7"),
            (b'\0', "0x00 NUL at offset 7"),
        ] {
            let said = rules::VALUE_CONTROL.at(byte, 7).to_string();
            let expected =
                format!("the value of a field has a control byte: {expected} (RFC 9110 5.5)");
            assert_eq!(said, expected);
        }
        let in_target = rules::TARGET_PERCENT.in_target(b'%', 7);
        assert!(
            in_target
                .to_string()
                .contains(": 0x25 % at offset 7 of the target (RFC 3986 2.1)")
        );
    }

    #[test]
    fn every_spot_is_plain_text() {
        for byte in 0..=u8::MAX {
            let said = rules::TARGET_BYTE.in_target(byte, 0).to_string();
            let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
            assert!(said.bytes().all(is_plain), "{said:?}");
        }
    }

    #[test]
    fn an_offset_can_be_counted_from_elsewhere() {
        let moved = rules::CHUNK_SIZE.at(b'_', 3).behind(100);
        assert_eq!(moved, rules::CHUNK_SIZE.at(b'_', 103));
        assert_eq!(
            rules::BODY_TOO_LONG.behind(100),
            rules::BODY_TOO_LONG,
            "it names no byte"
        );
    }
}
