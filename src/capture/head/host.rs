//! The host and the optional port in Host and in a target (RFC 3986 section 3.2). Pure.

use std::net::Ipv6Addr;

use super::super::refusal::Refusal;
use super::super::rules;
use super::bytes::{self, HOST, is_percent_encoded};
use super::notes::Notes;

/// Checks `host [ ":" port ]`, and notes an odd host.
///
/// # Errors
///
/// `malformed` for another form or an empty host. The fault of form, if that refuses the request.
pub(super) fn check(
    authority: &[u8],
    malformed: Refusal,
    notes: &mut Notes,
) -> Result<(), Refusal> {
    match parse(authority) {
        Some((host, _)) if !host.is_empty() => Ok(()),
        Some(_) => Err(malformed),
        None => notes.add(odd(authority).unwrap_or_else(|| at_bad_byte(authority, malformed))),
    }
}

/// Names the byte that makes the host malformed, if it is one byte.
#[cold]
fn at_bad_byte(authority: &[u8], malformed: Refusal) -> Refusal {
    let literal_end = authority.iter().position(|&byte| byte == b']');
    let host_end = if authority.starts_with(b"[") {
        literal_end.map_or(authority.len(), |end| end + 1)
    } else {
        let colon = authority.iter().position(|&byte| byte == b':');
        colon.unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(host_end);
    let in_host = || (0..host_end).find(|&at| is_bad(host, at));
    let may_stand = |at: usize| port[at].is_ascii_digit() || at == 0 && port[at] == b':';
    let in_port = || (0..port.len()).find(|&at| !may_stand(at));
    match in_host().or_else(|| in_port().map(|at| host_end + at)) {
        Some(at) => malformed.in_host(authority[at], at),
        None => malformed,
    }
}

/// Whether no host has this byte. Bytes beyond ASCII are odd, not bad.
fn is_bad(host: &[u8], at: usize) -> bool {
    match host[at] {
        b'%' => !is_percent_encoded(&host[at..]),
        b'[' | b']' | b':' => !host.starts_with(b"["),
        byte => byte.is_ascii() && !bytes::is(byte, HOST),
    }
}

/// The fault of form of a host that is malformed but has only one reading.
#[cold]
fn odd(authority: &[u8]) -> Option<Refusal> {
    if let [b'[', literal @ ..] = authority {
        let end = literal.iter().position(|&byte| byte == b']')?;
        let (literal, port) = (&literal[..end], &literal[end + 1..]);
        let has_port = port.is_empty() || is_port(port.strip_prefix(b":")?);
        return odd_literal(literal).filter(|_| has_port);
    }
    let is_beyond_ascii = |byte: &u8| !byte.is_ascii();
    let at = authority.iter().position(is_beyond_ascii)?;
    let letter = |&byte: &u8| if byte.is_ascii() { byte } else { b'x' };
    let replaced: Vec<_> = authority.iter().map(letter).collect();
    parse(&replaced)?;
    Some(rules::HOST_BYTE.in_host(authority[at], at))
}

/// The fault of form of a literal: an address of a later IP version (RFC 3986 section 3.2.2), or an IPv6
/// address with a zone. The zone is `%25eth0` (RFC 6874), or `%eth0` as many libraries write it.
fn odd_literal(literal: &[u8]) -> Option<Refusal> {
    if let [b'v' | b'V', rest @ ..] = literal {
        let dot = rest.iter().position(|&byte| byte == b'.')?;
        let (version, address) = (&rest[..dot], &rest[dot + 1..]);
        let is_valid = |&byte: &u8| bytes::is(byte, HOST) || byte == b':';
        let is_future = !version.is_empty()
            && version.iter().all(u8::is_ascii_hexdigit)
            && !address.is_empty()
            && address.iter().all(is_valid);
        return is_future.then_some(rules::HOST_FUTURE);
    }
    let percent = literal.iter().position(|&byte| byte == b'%')?;
    let (address, zone) = (&literal[..percent], &literal[percent + 1..]);
    str::from_utf8(address).ok()?.parse::<Ipv6Addr>().ok()?;
    let is_zone = |&byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    let has_zone = !zone.is_empty() && zone.iter().all(is_zone);
    has_zone.then_some(rules::HOST_ZONE)
}

/// Parses `host [ ":" port ]`: the host, which may be empty, and whether a port has digits. None if it is
/// malformed.
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

/// Splits after an IPv6 address without a zone.
fn literal(authority: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = authority.iter().position(|&byte| byte == b']')?;
    let address = str::from_utf8(&authority[1..end]).ok()?;
    address.parse::<Ipv6Addr>().ok()?;
    Some(authority.split_at(end + 1))
}

/// Splits after a name with percent-encoded bytes.
fn encoded(authority: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = authority.iter().position(|&byte| byte == b':');
    let (host, port) = authority.split_at(end.unwrap_or(authority.len()));
    let is_valid = |(at, &byte): (usize, &u8)| {
        bytes::is(byte, HOST) || byte == b'%' && is_percent_encoded(&host[at..])
    };
    host.iter()
        .enumerate()
        .all(is_valid)
        .then_some((host, port))
}

/// Whether these are the digits of a TCP port. No digits mean the default port of the scheme.
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
    fn the_bad_byte_is_named() {
        let check = |authority: &[u8]| {
            check(authority, rules::HOST_MALFORMED, &mut Notes::new(false)).unwrap_err()
        };
        for (authority, byte, at) in [
            (&b"a b"[..], b' ', 1),
            (b"m\xc3\xbcnchen.de/x", b'/', 11),
            (b"a:x1", b'x', 2),
            (b"a:80a", b'a', 4),
            (b"::1", b':', 1),
            (b"a:1:2", b':', 3),
            (b"a%zz", b'%', 1),
            (b"u@a", b'@', 1),
            (b"[::1]a", b'a', 5),
            (b"[::1]:a", b'a', 6),
            (b"[::1 ]", b' ', 4),
        ] {
            let expected = rules::HOST_MALFORMED.in_host(byte, at);
            assert_eq!(check(authority), expected, "{}", authority.escape_ascii());
        }
        for authority in [&b"a:99999"[..], b"[::1", b":80", b"[1:2]"] {
            let shown = authority.escape_ascii();
            assert_eq!(check(authority), rules::HOST_MALFORMED, "{shown}");
        }
    }

    #[test]
    fn odd_hosts_are_told_from_malformed_ones() {
        for (authority, rule) in [
            (&b"[fe80::1%eth0]"[..], Some(rules::HOST_ZONE)),
            (b"[fe80::1%25eth0.7]:80", Some(rules::HOST_ZONE)),
            (b"[fe80::1%]", None),
            (b"[fe80::1%a/b]", None),
            (b"[fe80::1%eth0]:x", None),
            (b"[fe80%eth0]", None),
            (b"[v1.x:y]", Some(rules::HOST_FUTURE)),
            (b"[v.x]", None),
            (b"[v1.]", None),
            (b"[vg.x]", None),
            (b"\xe4:80", Some(rules::HOST_BYTE.in_host(0xe4, 0))),
            (b"a\xe4/", None),
            (b"a:8\xe40", None),
        ] {
            assert_eq!(odd(authority), rule, "{}", authority.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_host() {
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
