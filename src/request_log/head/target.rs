//! The request target: its bytes and its form (RFC 9112 section 3.2, RFC 3986).

use super::super::refusal::{self as rules, Refusal};
use super::bytes::{self, PATH, QUERY};
use super::host;
use super::method::Method;

/// Looks at the bytes of a target, or of its beginning, from left to right.
///
/// # Errors
///
/// The first fault: a byte that stands in no URI, or the first over the limit.
pub(super) fn check_bytes(target: &[u8], longest: usize) -> Result<(), Refusal> {
    let mut class = PATH;
    for (at, &byte) in target.iter().take(longest).enumerate() {
        if bytes::is(byte, class) {
            continue;
        }
        match byte {
            b'?' => class = QUERY,
            b'%' if is_percent_encoded(&target[at..]) => {}
            b'%' => return Err(rules::TARGET_PERCENT),
            b'#' => return Err(rules::TARGET_FRAGMENT),
            _ => return Err(rules::TARGET_BYTE),
        }
    }
    if target.len() > longest {
        return Err(rules::TARGET_TOO_LONG);
    }
    Ok(())
}

/// Whether `bytes` begin with a percent sign and two hex digits.
pub(super) fn is_percent_encoded(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Whether a target whose bytes are fine names its host itself.
///
/// # Errors
///
/// It has none of the forms that the method takes, or a malformed authority.
pub(super) fn has_host(target: &[u8], method: Method) -> Result<bool, Refusal> {
    match (target, method) {
        (_, Method::Connect) => authority_form(target),
        ([b'/', ..], _) | (b"*", Method::Options) => Ok(false),
        _ => absolute_form(target),
    }
}

/// RFC 9112 section 3.2.3: the port has to be there.
fn authority_form(target: &[u8]) -> Result<bool, Refusal> {
    match host::parse(target) {
        Some((host, true)) if !host.is_empty() => Ok(true),
        _ => Err(rules::TARGET_FORM),
    }
}

/// RFC 9112 section 3.2.2. What is no `http` is misdirected; for `https` that is a MUST.
fn absolute_form(target: &[u8]) -> Result<bool, Refusal> {
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
    if authority.contains(&b'@') {
        return Err(rules::TARGET_USERINFO);
    }
    match host::parse(authority) {
        // hyper takes no percent sign in a host, and a host name has none.
        Some((host, _)) if !host.is_empty() && !host.contains(&b'%') => Ok(true),
        _ => Err(rules::TARGET_HOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, method: Method) -> Result<bool, Refusal> {
        check_bytes(target.as_bytes(), 100)?;
        has_host(target.as_bytes(), method)
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
    fn other_forms_belong_to_one_method_each() {
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
    fn bytes_and_authorities_that_no_uri_has() {
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
            ("/\x7f", rules::TARGET_BYTE),
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
            assert_eq!(check(target, Method::Ordinary), Err(refusal), "{target}");
        }
    }

    #[test]
    fn a_target_has_a_limit() {
        let target = |length: usize| "/".repeat(length);
        assert!(check(&target(100), Method::Ordinary).is_ok());
        let seen = check(&target(101), Method::Ordinary);
        assert_eq!(seen, Err(rules::TARGET_TOO_LONG));
        // What comes first, counts.
        let seen = check(&("/#".to_owned() + &target(101)), Method::Ordinary);
        assert_eq!(seen, Err(rules::TARGET_FRAGMENT));
    }
}
