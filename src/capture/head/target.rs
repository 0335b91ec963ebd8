//! The request target: its bytes and its form (RFC 9112 section 3.2, RFC 3986). Pure.

use super::super::refusal::Refusal;
use super::super::rules;
use super::bytes::{self, PATH, QUERY, VALUE, is_percent_encoded};
use super::host;
use super::method::Method;
use super::notes::Notes;

/// Whether a target is short enough and has only bytes of a URI.
pub(super) fn is_plain(target: &[u8], longest: usize) -> bool {
    target.len() <= longest && odd_bytes(target).next().is_none()
}

/// Notes the odd bytes of a target, or of the beginning of one, from left to right.
///
/// # Errors
///
/// The first fault that refuses the request: a byte, or the length.
pub(super) fn check_bytes(
    target: &[u8],
    is_whole: bool,
    longest: usize,
    notes: &mut Notes,
) -> Result<(), Refusal> {
    let within = |(at, _): &(usize, u8)| *at < longest;
    for (at, byte) in odd_bytes(target).take_while(within) {
        if byte == b'%' && !is_whole && at + b"%41".len() > target.len() {
            // The digits may follow.
            continue;
        }
        let rule = match byte {
            b'%' => rules::TARGET_PERCENT,
            b'#' => rules::TARGET_FRAGMENT,
            _ if bytes::is(byte, VALUE) && byte != b'\t' => rules::TARGET_BYTE,
            _ => rules::TARGET_CONTROL,
        };
        notes.add(rule.in_target(byte, at))?;
    }
    if target.len() > longest {
        return Err(rules::TARGET_TOO_LONG);
    }
    Ok(())
}

/// The bytes of a target that no URI has, with their offsets.
fn odd_bytes(target: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let mut class = PATH;
    let bytes = target.iter().copied().enumerate();
    bytes.filter(move |&(at, byte)| {
        if bytes::is(byte, class) {
            return false;
        }
        match byte {
            b'?' => class = QUERY,
            b'%' => return !is_percent_encoded(&target[at..]),
            _ => return true,
        }
        false
    })
}

/// Whether the target has a host.
///
/// # Errors
///
/// The target has no form that the method allows, or a malformed authority.
pub(super) fn has_host(target: &[u8], method: Method, notes: &mut Notes) -> Result<bool, Refusal> {
    match (target, method) {
        (_, Method::Connect) => authority_form(target),
        ([b'/', ..], _) | (b"*", Method::Options) => Ok(false),
        (b"*", _) => notes.add(rules::TARGET_ASTERISK).map(|()| false),
        _ => absolute_form(target, notes),
    }
}

/// Checks the authority form (RFC 9112 section 3.2.3). The port is mandatory.
fn authority_form(target: &[u8]) -> Result<bool, Refusal> {
    match host::parse(target) {
        Some((host, true)) if !host.is_empty() => Ok(true),
        _ => Err(rules::TARGET_FORM),
    }
}

/// Checks the absolute form (RFC 9112 section 3.2.2). A request for another scheme than `http` is
/// misdirected; for `https` the refusal is a MUST.
fn absolute_form(target: &[u8], notes: &mut Notes) -> Result<bool, Refusal> {
    let end = target.iter().position(|&byte| byte == b':');
    let (scheme, rest) = target.split_at(end.unwrap_or(0));
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let has_scheme =
        scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(is_scheme);
    let rest = rest.strip_prefix(b"://").filter(|_| has_scheme);
    let rest = rest.ok_or(rules::TARGET_FORM)?;
    if !scheme.eq_ignore_ascii_case(b"http") {
        return Err(rules::TARGET_SCHEME);
    }
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?'));
    let authority = &rest[..end.unwrap_or(rest.len())];
    if let Some(at) = authority.iter().position(|&byte| byte == b'@') {
        let start = target.len() - rest.len();
        return Err(rules::TARGET_USERINFO.in_target(b'@', start + at));
    }
    // hyper accepts no percent sign in a host, and no name in the DNS has one.
    if host::parse(authority).is_some() && authority.contains(&b'%') {
        return Err(rules::TARGET_HOST);
    }
    host::check(authority, rules::TARGET_HOST, notes)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, method: Method) -> Result<bool, Refusal> {
        let mut notes = Notes::new(true);
        check_bytes(target.as_bytes(), true, 100, &mut notes)?;
        let is_plain = is_plain(target.as_bytes(), 100);
        assert!(is_plain, "{target}: it has no note");
        has_host(target.as_bytes(), method, &mut notes)
    }

    #[test]
    fn origin_and_absolute_forms() {
        for target in [
            "/",
            "//",
            "/a/b;c=d",
            "/?",
            "/?a=b?c/d",
            "/%41%fF",
            "/a:b@c",
            "/../..",
            "/[a]|^",
            "/?{a}[]`^|",
            "/*",
        ] {
            assert_eq!(check(target, Method::Ordinary), Ok(false), "{target}");
        }
        for target in [
            "http://a",
            "HTTP://a/",
            "http://a:80/b?c",
            "http://a?b",
            "http://[::1]/",
            "http://a:/",
        ] {
            assert_eq!(check(target, Method::Ordinary), Ok(true), "{target}");
        }
    }

    #[test]
    fn authority_and_asterisk_forms_belong_to_one_method() {
        assert_eq!(check("*", Method::Options), Ok(false));
        assert_eq!(check("a:80", Method::Connect), Ok(true));
        assert_eq!(check("[::1]:80", Method::Connect), Ok(true));
        for target in [
            "*", "a:80", "a", "a/b", "?a", "mailto:a", "http:/a", "1://a", "a b",
        ] {
            assert!(check(target, Method::Ordinary).is_err(), "{target}");
        }
        for target in ["/", "a", "a:", ":80", "http://a/", "u@a:80", "*"] {
            let seen = check(target, Method::Connect);
            assert_eq!(seen, Err(rules::TARGET_FORM), "{target}");
        }
    }

    #[test]
    fn bytes_and_authorities_of_no_uri_are_refused() {
        for (target, refusal) in [
            ("/#", rules::TARGET_FRAGMENT),
            ("/?a#b", rules::TARGET_FRAGMENT),
            ("/%", rules::TARGET_PERCENT),
            ("/%4", rules::TARGET_PERCENT),
            ("/?%4g", rules::TARGET_PERCENT),
            ("/a\\b", rules::TARGET_BYTE),
            ("/?a\\b", rules::TARGET_BYTE),
            ("/ä", rules::TARGET_BYTE),
            ("/\"", rules::TARGET_BYTE),
            ("/?<a>", rules::TARGET_BYTE),
            ("/{a}", rules::TARGET_BYTE),
            ("/\x7f", rules::TARGET_CONTROL),
            ("/\t", rules::TARGET_CONTROL),
            ("http://", rules::TARGET_HOST),
            ("http:///a", rules::TARGET_HOST),
            ("http://:80/", rules::TARGET_HOST),
            ("http://a:b/", rules::TARGET_HOST),
            ("http://a%41/", rules::TARGET_HOST),
            ("http://a,b/", rules::TARGET_HOST),
            ("http://u@a/", rules::TARGET_USERINFO),
            ("http://u:p@a/", rules::TARGET_USERINFO),
            ("https://a/", rules::TARGET_SCHEME),
            ("ftp://a/", rules::TARGET_SCHEME),
        ] {
            let seen = check(target, Method::Ordinary).map_err(|refusal| refusal.rule());
            assert_eq!(seen, Err(refusal.rule()), "{target}");
        }
    }

    #[test]
    fn a_percent_sign_whose_digits_are_cut_is_not_refused() {
        let cut = |target: &str, is_whole, longest| {
            check_bytes(target.as_bytes(), is_whole, longest, &mut Notes::new(true))
        };
        for target in ["/%41", "/a%41", "/aa%41"] {
            assert_eq!(
                cut(target, true, 3),
                Err(rules::TARGET_TOO_LONG),
                "{target}"
            );
        }
        for target in ["/%", "/%4", "/%41%"] {
            assert_eq!(cut(target, false, 100), Ok(()), "{target}");
            assert!(cut(target, true, 100).is_err(), "{target}");
        }
    }

    #[test]
    fn a_target_has_a_limit() {
        let target = |length: usize| "/".repeat(length);
        assert!(check(&target(100), Method::Ordinary).is_ok());
        let seen = check(&target(101), Method::Ordinary);
        assert_eq!(seen, Err(rules::TARGET_TOO_LONG));
        // The first fault counts.
        let seen = check(&("/#".to_owned() + &target(101)), Method::Ordinary);
        assert_eq!(seen, Err(rules::TARGET_FRAGMENT.in_target(b'#', 1)));
    }
}
