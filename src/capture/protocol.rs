//! Recognises other protocols by their first bytes, so that the refusal can name them. Pure.
//!
//! The capture asks only about bytes that it refuses.
//!
//! # Invariants
//!
//! The guess depends on the first bytes alone, not on how they are cut.

/// A protocol that is not HTTP/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// A TLS handshake (RFC 8446 section 5.1).
    Tls,
    /// HTTP/2 with prior knowledge (RFC 9113 section 3.4).
    Http2,
    /// The PROXY protocol, version 1: a line of text.
    ProxyV1,
    /// The PROXY protocol, version 2: binary.
    ProxyV2,
    /// SSH (RFC 4253 section 4.2).
    Ssh,
    /// SOCKS 4.
    Socks4,
    /// SOCKS 5 (RFC 1928 section 3).
    Socks5,
}

/// What the first bytes of a connection look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// This protocol.
    Like(Protocol),
    /// The beginning of a signature: the next bytes decide.
    Early,
    /// No known protocol.
    Unknown,
}

/// The first bytes of a protocol: for each byte the range of its values.
type Signature = &'static [(u8, u8)];

/// The range of one value.
const fn is(byte: u8) -> (u8, u8) {
    (byte, byte)
}

/// The signature of plain text.
macro_rules! text {
    ($text:literal) => {{
        const LENGTH: usize = $text.len();
        const SIGNATURE: [(u8, u8); LENGTH] = {
            let mut signature = [(0, 0); LENGTH];
            let mut at = 0;
            while at < LENGTH {
                signature[at] = is($text[at]);
                at += 1;
            }
            signature
        };
        &SIGNATURE
    }};
}

const SIGNATURES: &[(Signature, Protocol)] = &[
    // A handshake record: version 3.0 to 3.4, a length of up to 2^14 bytes, a ClientHello.
    (
        &[is(0x16), is(3), (0, 4), (0, 0x40), (0, 0xff), is(1)],
        Protocol::Tls,
    ),
    (text!(b"PRI * HTTP/2.0\r\n"), Protocol::Http2),
    (text!(b"PROXY TCP4 "), Protocol::ProxyV1),
    (text!(b"PROXY TCP6 "), Protocol::ProxyV1),
    (text!(b"PROXY UNKNOWN"), Protocol::ProxyV1),
    (text!(b"\r\n\r\n\0\r\nQUIT\n"), Protocol::ProxyV2),
    (text!(b"SSH-2.0-"), Protocol::Ssh),
    (text!(b"SSH-1."), Protocol::Ssh),
    // Version, CONNECT or BIND, a port, the first byte of an address.
    (
        &[is(4), (1, 2), (0, 0xff), (0, 0xff), (0, 0xff)],
        Protocol::Socks4,
    ),
    // Version, one to nine methods, a first method that is assigned.
    (&[is(5), (1, 9), (0, 9)], Protocol::Socks5),
];

/// The protocol that `bytes` look like.
#[cold]
pub(super) fn guess(bytes: &[u8]) -> Guess {
    let mut guess = Guess::Unknown;
    for (signature, protocol) in SIGNATURES {
        let mut pairs = signature.iter().zip(bytes);
        if !pairs.all(|((least, most), byte)| (least..=most).contains(&byte)) {
            continue;
        }
        if bytes.len() >= signature.len() {
            return Guess::Like(*protocol);
        }
        guess = Guess::Early;
    }
    guess
}

impl Protocol {
    /// The name of the protocol, and what this service speaks.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Tls => "TLS: this service speaks plain http, not https",
            Self::Http2 => "HTTP/2: this service speaks HTTP/1.1",
            Self::ProxyV1 => "the PROXY protocol, version 1: this service does not read it",
            Self::ProxyV2 => "the PROXY protocol, version 2: this service does not read it",
            Self::Ssh => "SSH: this service speaks HTTP",
            Self::Socks4 => "SOCKS 4: this service is no proxy",
            Self::Socks5 => "SOCKS 5: this service is no proxy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    const HELLOS: &[(&[u8], Protocol)] = &[
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            Protocol::Tls,
        ),
        (b"\x16\x03\x03\x00\x7a\x01\x00", Protocol::Tls),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Protocol::Http2),
        (b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", Protocol::ProxyV1),
        (b"PROXY TCP6 ::1 ::1 1 2\r\n", Protocol::ProxyV1),
        (b"PROXY UNKNOWN\r\n", Protocol::ProxyV1),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", Protocol::ProxyV2),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", Protocol::Ssh),
        (b"SSH-1.99-x\r\n", Protocol::Ssh),
        (b"\x04\x01\0\x50\x7f\0\0\x01\0", Protocol::Socks4),
        (b"\x05\x01\0", Protocol::Socks5),
        (b"\x05\x02\0\x02", Protocol::Socks5),
    ];

    #[test]
    fn a_protocol_is_recognised_once_its_signature_is_whole() {
        for (hello, protocol) in HELLOS {
            let shown = hello.escape_ascii();
            assert_eq!(guess(hello), Guess::Like(*protocol), "{shown}");
            let known = |length: &usize| guess(&hello[..*length]) == Guess::Like(*protocol);
            let first = (0..hello.len()).find(known).unwrap_or(hello.len());
            for length in 0..first {
                assert_eq!(guess(&hello[..length]), Guess::Early, "{shown} {length}");
            }
        }
    }

    #[test]
    fn each_protocol_has_a_chinese_text() {
        for (_, protocol) in SIGNATURES {
            let known = Language::Chinese.known(protocol.text());
            assert!(
                known.is_some(),
                "src/language/zh_rules.rs: add {protocol:?}"
            );
        }
    }

    #[test]
    fn near_misses_are_unknown() {
        for bytes in [
            &b"\x16text"[..],
            b"\x16\x03\x05",
            b"\x16\x03\x01\x00\x00\x02",
            b"\x15\x03\x01\x00\x02",
            b"PRI / HTTP/1.1\r\n",
            b"PRI * HTTP/1.1\r\n",
            b"PROXY / HTTP/1.1\r\n",
            b"PROXYX",
            b"\r\n\r\n\0\r\nquit",
            b"SSH / HTTP/1.1",
            b"SSH-3",
            b"\x05text",
            b"\x05\x00",
            b"\x04text",
            b"GET / HTTP/1.1\r\n",
            b"\0",
            b"\xff",
        ] {
            assert_eq!(guess(bytes), Guess::Unknown, "{}", bytes.escape_ascii());
        }
    }
}
