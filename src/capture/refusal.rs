//! A broken rule: why a request is refused, or what is odd about it.
//!
//! [`super::rules`] has the table of rules. The capture finds the fault. The answer and the record show
//! the same text.
//!
//! # Invariants
//!
//! The English text is one line of printable ASCII without a backslash and without a double quote: no format has
//! to escape it. A peer controls only the named byte and its offset.

use std::fmt;

use super::protocol::Protocol;
use crate::language::Language;

/// Whether two recipients can read the same bytes as different requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They can, or the service does not serve such a request. Always refused.
    Framing,
    /// They cannot: the bytes are ungrammatical or unusual, but have only one reading. The service
    /// answers the request, and the record notes the fault. Only `--strict` refuses it.
    Form,
}

/// A rule of the RFCs.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The status of the answer that refuses the request.
    pub status: u16,
    /// Whether the rule always refuses.
    pub kind: Kind,
    /// What is wrong with the request.
    pub text: &'static str,
    /// The source of the rule, for example `RFC 9112 3.2`.
    pub section: &'static str,
}

/// A broken rule. A refused request has one, the first. An odd request, which is answered and only
/// noted, has one for each rule that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    rule: &'static Rule,
    /// The byte that breaks the rule, and its offset in `scope`, from 0. Without a scope no byte is
    /// named.
    byte: u8,
    offset: u64,
    scope: Option<Scope>,
    protocol: Option<Protocol>,
}

/// The part of a request from whose start an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The whole request, with the bytes that its record omits.
    Request,
    /// The request target.
    Target,
    /// The value of Host, or the authority in the target.
    Host,
}

impl Refusal {
    /// A refusal for `rule` that names no byte.
    #[must_use]
    pub const fn of(rule: &'static Rule) -> Self {
        Self {
            rule,
            byte: 0,
            offset: 0,
            scope: None,
            protocol: None,
        }
    }

    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Its text for people who read this language.
    #[must_use]
    pub fn text(self, language: Language) -> impl fmt::Display {
        fmt::from_fn(move |f| self.write(language, f))
    }

    /// Names this byte, at this offset in the request.
    #[must_use]
    pub(super) fn at(self, byte: u8, offset: usize) -> Self {
        self.with_byte(byte, offset, Scope::Request)
    }

    /// Names this byte, at this offset in the target.
    #[must_use]
    pub(crate) fn in_target(self, byte: u8, offset: usize) -> Self {
        self.with_byte(byte, offset, Scope::Target)
    }

    /// Names this byte, at this offset in the host.
    #[must_use]
    pub(super) fn in_host(self, byte: u8, offset: usize) -> Self {
        self.with_byte(byte, offset, Scope::Host)
    }

    fn with_byte(self, byte: u8, offset: usize, scope: Scope) -> Self {
        Self {
            byte,
            offset: offset as u64,
            scope: Some(scope),
            ..self
        }
    }

    /// Adds `start` to the offset of the named byte, if any.
    #[must_use]
    pub(super) fn shifted(mut self, start: u64) -> Self {
        if self.scope.is_some() {
            self.offset += start;
        }
        self
    }

    /// Names the byte that `other` names.
    #[must_use]
    pub(super) fn at_byte_of(self, other: Self) -> Self {
        Self {
            rule: self.rule,
            ..other
        }
    }

    /// Adds the protocol that the bytes look like.
    #[must_use]
    pub(super) fn looks_like(self, protocol: Protocol) -> Self {
        Self {
            protocol: Some(protocol),
            ..self
        }
    }
}

/// The text in English, which is that of the answers and of the formats for programs.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(Language::English, f)
    }
}

impl Refusal {
    /// `TEXT: BYTE at offset N (SECTION); it looks like …`. The byte and the protocol are optional.
    fn write(&self, language: Language, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(language.text(self.rule.text))?;
        if let Some(scope) = self.scope {
            let place = match scope {
                Scope::Request => ": {} at offset {}",
                Scope::Target => ": {} at offset {} of the target",
                Scope::Host => ": {} at offset {} of the host",
            };
            let byte = fmt::from_fn(|f| self.write_byte(language, f));
            language.write(f, place, &[&byte, &self.offset])?;
        }
        write!(f, " ({})", self.rule.section)?;
        match self.protocol {
            Some(protocol) => {
                let protocol = language.text(protocol.text());
                language.write(f, "; it looks like {}", &[&protocol])
            }
            None => Ok(()),
        }
    }

    /// `0xNN NAME`.
    fn write_byte(&self, language: Language, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02X}", self.byte)?;
        match self.byte {
            b'\0' => f.write_str(" NUL"),
            b'\n' => f.write_str(" LF"),
            b'\r' => f.write_str(" CR"),
            b'\t' => write!(f, " {}", language.text("tab")),
            b' ' => write!(f, " {}", language.text("space")),
            b'"' => write!(f, " {}", language.text("double quote")),
            b'\\' => write!(f, " {}", language.text("backslash")),
            b'!'..=b'~' => write!(f, " {}", char::from(self.byte)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;

    #[test]
    fn a_refusal_names_the_rule_the_byte_and_the_section() {
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
            let shown = rules::VALUE_CONTROL.at(byte, 7).to_string();
            let expected =
                format!("the value of a field has a control byte: {expected} (RFC 9110 5.5)");
            assert_eq!(shown, expected);
        }
        let in_target = rules::TARGET_PERCENT.in_target(b'%', 7);
        assert!(
            in_target
                .to_string()
                .contains(": 0x25 % at offset 7 of the target (RFC 3986 2.1)")
        );
    }

    #[test]
    fn every_byte_is_named_in_plain_text() {
        for byte in 0..=u8::MAX {
            let shown = rules::TARGET_BYTE.in_target(byte, 0).to_string();
            let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
            assert!(shown.bytes().all(is_plain), "{shown:?}");
        }
    }

    #[test]
    fn each_part_has_a_chinese_text() {
        let chinese = |refusal: Refusal| refusal.text(Language::Chinese).to_string();
        for rule in rules::ALL {
            let text = rule.rule().text;
            let known = Language::Chinese.known(text);
            assert!(known.is_some(), "src/language/zh_rules.rs: add {text:?}");
        }
        let rule = rules::TARGET_CONTROL;
        for byte in 0..=u8::MAX {
            for refusal in [
                rule.at(byte, 7),
                rule.in_target(byte, 7),
                rule.in_host(byte, 7),
            ] {
                let shown = chinese(refusal);
                let words = shown.split([' ', ',', '(']);
                let english = words
                    .filter(|word| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase()));
                assert_eq!(english.count(), 0, "{shown}");
            }
        }
        assert_eq!(
            chinese(rules::VALUE_CONTROL.at(b'\t', 7).looks_like(Protocol::Tls)),
            "头字段的值含有控制字符(0x09 制表符,偏移 7) (RFC 9110 5.5);看起来是 TLS:本服务器只支持 http,不支持 https"
        );
    }

    #[test]
    fn an_offset_can_be_shifted() {
        let moved = rules::CHUNK_SIZE.at(b'_', 3).shifted(100);
        assert_eq!(moved, rules::CHUNK_SIZE.at(b'_', 103));
        assert_eq!(
            rules::BODY_TOO_LONG.shifted(100),
            rules::BODY_TOO_LONG,
            "it names no byte"
        );
    }
}
