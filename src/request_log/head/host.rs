//! Hosts with an optional port, as the field Host and a target have them (RFC 3986 section 3.2).

use std::net::Ipv6Addr;

use super::bytes::{self, HOST};
use super::target::is_percent_encoded;

/// Takes apart `host [ ":" port ]`: the host, and whether there is a port with digits. None where
/// it is malformed. The host may be empty.
pub(super) fn parse(authority: &[u8]) -> Option<(&[u8], bool)> {
    let (host, port) = match authority.iter().position(|&byte| !bytes::is(byte, HOST)) {
        None => return Some((authority, false)),
        Some(0) if authority[0] == b'[' => literal(authority)?,
        Some(at) if authority[at] == b':' => authority.split_at(at),
        Some(_) => encoded(authority)?,
    };
    match port {
        [] => Some((host, false)),
        [b':', digits @ ..] => is_port(digits).then_some((host, !digits.is_empty())),
        _ => None,
    }
}

/// An IPv6 address. The other literal, `IPvFuture`, has no version that anybody knows; and a zone has
/// a meaning on the sender's machine alone (RFC 6874 section 1).
fn literal(authority: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = authority.iter().position(|&byte| byte == b']')?;
    let address = str::from_utf8(&authority[1..end]).ok()?;
    address.parse::<Ipv6Addr>().ok()?;
    Some(authority.split_at(end + 1))
}

/// A name with percent-encoded bytes.
fn encoded(authority: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = authority.iter().position(|&byte| byte == b':');
    let (host, port) = authority.split_at(end.unwrap_or(authority.len()));
    let is_fine = |(at, &byte): (usize, &u8)| {
        bytes::is(byte, HOST) || byte == b'%' && is_percent_encoded(&host[at..])
    };
    host.iter().enumerate().all(is_fine).then_some((host, port))
}

/// Digits that TCP has a port for. None at all is the scheme's own.
fn is_port(digits: &[u8]) -> bool {
    let value = digits.iter().try_fold(0_u32, |value, &byte| {
        let value = value * 10 + char::from(byte).to_digit(10)?;
        u16::try_from(value).is_ok().then_some(value)
    });
    value.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (authority, host, has_port) in [
            ("a", "a", false),
            ("localhost:8080", "localhost", true),
            ("a:", "a", false),
            ("127.0.0.1:65535", "127.0.0.1", true),
            ("a:0080", "a", true),
            ("[::1]:80", "[::1]", true),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", false),
            ("a_b-c.d~(e)", "a_b-c.d~(e)", false),
            ("a%20b:1", "a%20b", true),
            ("", "", false),
            (":80", "", true),
        ] {
            let expected = Some((host.as_bytes(), has_port));
            assert_eq!(parse(authority.as_bytes()), expected, "{authority}");
        }
    }

    #[test]
    fn what_is_neither() {
        for authority in [
            "a b",
            "a,b",
            "a, b",
            "u@a",
            "a/",
            "a/b",
            "a?",
            "a#",
            "a\\b",
            "a:x",
            "a:-1",
            "a:+1",
            "a:65536",
            "a:99999999999999999999",
            "a:1:2",
            "::1",
            "[::1",
            "::1]",
            "[a]",
            "[v1.x]",
            "[fe80::1%25eth0]",
            "[fe80::1%eth0]",
            "[::1]x",
            "[]",
            "a[",
            "ä",
            "a%2",
            "a%zz",
            "\"a\"",
            "<a>",
            "a:[",
            "[::1]:80:80",
            "http://a",
        ] {
            assert_eq!(parse(authority.as_bytes()), None, "{authority}");
        }
    }
}
