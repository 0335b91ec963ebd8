//! Who may ask, by the head of the request alone. Pure.
//!
//! [`super::routes`] asks it before it looks at the target's path. The token is [`super::token`]'s.
//!
//! # Invariants
//!
//! - A page of another site gets no answer: neither under a name of its own that resolves to this address
//!   (DNS rebinding), nor from its own origin.
//! - Without a token only the loopback hosts pass for which browsers say that another site asks: they send
//!   `Sec-Fetch-Site` to `localhost`, 127.0.0.0/8 and `[::1]`. `0.0.0.0` and `[::ffff:127.0.0.1]` reach a
//!   loopback listener without that field.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use super::headers::Refused;

/// The host of a request that passes, as its `Host` has it: without the port. `needs_token` says whether a
/// record is sent to those alone who have the token.
///
/// # Errors
///
/// The refusal of a request that does not pass.
pub(super) fn check(head: &Parts, needs_token: bool) -> Result<&str, Refused> {
    if ![Method::GET, Method::HEAD].contains(&head.method) {
        return Err(Refused {
            status: StatusCode::METHOD_NOT_ALLOWED,
            text: "only GET and HEAD are answered",
        });
    }
    let host = host(head, needs_token).ok_or(Refused {
        status: StatusCode::MISDIRECTED_REQUEST,
        text: "Host must be localhost, 127.0.0.1 or [::1], or with a token any IP address",
    })?;
    if is_foreign(head, host) && !is_visit(head) {
        return Err(Refused {
            status: StatusCode::FORBIDDEN,
            text: "another site may not ask for this",
        });
    }
    Ok(without_port(host))
}

/// The `Host` of a request that was sent to an address, not to a name that may be anybody's.
fn host(head: &Parts, needs_token: bool) -> Option<&str> {
    let authority = head.uri.authority();
    if authority.is_some_and(|authority| !is_address(authority.as_str(), needs_token)) {
        return None;
    }
    let host = head.headers.get(HOST)?.to_str().ok()?;
    is_address(host, needs_token).then_some(host)
}

/// Whether the host is `localhost`, a loopback literal, or any IP literal where `is_any` says so, at any port.
fn is_address(authority: &str, is_any: bool) -> bool {
    let host = without_port(authority);
    let port = &authority[host.len()..];
    let is_port = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match literal {
        Some(literal) => literal.parse().map(IpAddr::V6),
        None => host.parse().map(IpAddr::V4),
    };
    let is_host = match address {
        Ok(address) => is_any || address.is_loopback(),
        Err(_) => literal.is_none() && host.eq_ignore_ascii_case("localhost"),
    };
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// `authority` up to its port. The colons of an IPv6 literal stand in brackets.
fn without_port(authority: &str) -> &str {
    let literal_end = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority[literal_end..].find(':');
    colon.map_or(authority, |at| &authority[..literal_end + at])
}

/// Whether the browser says that another site asks. A program that is no browser says nothing.
fn is_foreign(head: &Parts, host: &str) -> bool {
    let is_own_origin = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host)
    };
    let is_own_site = |site: &HeaderValue| site == "same-origin" || site == "none";
    !all(&head.headers, ORIGIN.as_str(), is_own_origin)
        || !all(&head.headers, "sec-fetch-site", is_own_site)
}

/// Whether a link was followed to the page. The page holds no secret, and no other page can frame it.
fn is_visit(head: &Parts) -> bool {
    let mode = head.headers.get("sec-fetch-mode");
    head.uri.path() == "/"
        && mode.is_some_and(|mode| mode == "navigate")
        && !head.headers.contains_key(ORIGIN)
}

fn all(fields: &HeaderMap, name: &str, is_right: impl Fn(&HeaderValue) -> bool) -> bool {
    fields.get_all(name).iter().all(is_right)
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    /// The status of the refusal of this request, or the host. Without a token.
    fn checked(line: &str, fields: &[(&str, &str)]) -> Result<String, u16> {
        checked_with(false, line, fields)
    }

    fn checked_with(needs_token: bool, line: &str, fields: &[(&str, &str)]) -> Result<String, u16> {
        let (method, target) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let passed = check(&head, needs_token).map(str::to_owned);
        passed.map_err(|refused| refused.status.as_u16())
    }

    #[test]
    fn only_reading_methods_pass() {
        let host = [("Host", "localhost")];
        for method in ["GET", "HEAD"] {
            assert!(checked(&format!("{method} /"), &host).is_ok(), "{method}");
        }
        for method in [
            "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "X",
        ] {
            assert_eq!(checked(&format!("{method} /"), &host), Err(405), "{method}");
        }
    }

    #[test]
    fn the_host_is_localhost_or_an_address() {
        // The second column: whether it passes without a token.
        for (host, is_local, shown) in [
            ("127.0.0.1", true, "127.0.0.1"),
            ("127.0.0.1:8081", true, "127.0.0.1"),
            ("127.255.255.254:1", true, "127.255.255.254"),
            ("localhost:8081", true, "localhost"),
            ("LocalHost", true, "LocalHost"),
            ("localhost:", true, "localhost"),
            ("[::1]:8081", true, "[::1]"),
            ("[0:0::1]:8081", true, "[0:0::1]"),
            ("0.0.0.0:8081", false, "0.0.0.0"),
            ("192.168.1.7:1", false, "192.168.1.7"),
            ("[::]", false, "[::]"),
            ("[2001:db8::1]", false, "[2001:db8::1]"),
            ("[::ffff:127.0.0.1]:80", false, "[::ffff:127.0.0.1]"),
            ("[::127.0.0.1]:80", false, "[::127.0.0.1]"),
        ] {
            let fields = [("Host", host)];
            let passed = Ok(shown.to_owned());
            assert_eq!(checked_with(true, "GET /", &fields), passed, "{host}");
            let expected = if is_local { passed } else { Err(421) };
            assert_eq!(checked("GET /", &fields), expected, "{host}");
        }
        for host in [
            "",
            ":8081",
            "evil.test",
            "evil.test:8081",
            "localhost.evil.test",
            "localhost.",
            "127.0.0.1.evil.test",
            "127.0.0.1:8081.evil.test",
            "127.1",
            "0x7f000001",
            "2130706433",
            "::1",
            "[::1",
            "[localhost]",
            "[127.0.0.1]",
            "[fe80::1%25eth0]",
            "[::1]x:80",
            "127.0.0.1:80:80",
            "user@127.0.0.1",
            "a\u{e9}",
        ] {
            for needs_token in [false, true] {
                let checked = checked_with(needs_token, "GET /", &[("Host", host)]);
                assert_eq!(checked, Err(421), "{host:?}");
            }
        }
        assert_eq!(checked("GET /", &[]), Err(421));
    }

    #[test]
    fn the_authority_of_a_target_is_checked_too() {
        let host = [("Host", "127.0.0.1:1")];
        assert!(checked("GET http://127.0.0.1:1/", &host).is_ok());
        assert_eq!(checked("GET http://evil.test/", &host), Err(421));
        assert_eq!(checked("GET http://0.0.0.0:1/", &host), Err(421));
        assert!(checked_with(true, "GET http://0.0.0.0:1/", &host).is_ok());
        let host = [("Host", "evil.test")];
        assert_eq!(checked("GET http://127.0.0.1:1/", &host), Err(421));
    }

    #[test]
    fn the_origin_is_the_pages_own() {
        for (origin, is_own) in [
            ("http://127.0.0.1:8081", true),
            ("http://127.0.0.1:8080", false),
            ("http://127.0.0.1", false),
            ("https://127.0.0.1:8081", false),
            ("http://evil.test", false),
            ("127.0.0.1:8081", false),
            ("null", false),
            ("", false),
        ] {
            let fields = [("Host", "127.0.0.1:8081"), ("Origin", origin)];
            for target in ["/", "/records"] {
                let passed = checked(&format!("GET {target}"), &fields);
                assert_eq!(passed.is_ok(), is_own, "{origin} {target}");
            }
        }
        let two = [
            ("Host", "127.0.0.1:8081"),
            ("Origin", "http://127.0.0.1:8081"),
            ("Origin", "http://evil.test"),
        ];
        assert_eq!(checked("GET /records", &two), Err(403));
    }

    #[test]
    fn only_a_link_to_the_page_comes_from_another_site() {
        for (site, mode, target, passes) in [
            ("same-origin", "cors", "/records", true),
            ("none", "navigate", "/", true),
            ("none", "navigate", "/records", true),
            ("cross-site", "navigate", "/", true),
            ("same-site", "navigate", "/", true),
            ("cross-site", "navigate", "/records", false),
            ("cross-site", "navigate", "/page.js", false),
            ("cross-site", "no-cors", "/", false),
            ("cross-site", "cors", "/", false),
            ("same-site", "no-cors", "/page.js", false),
            ("Same-Origin", "cors", "/records", false),
            ("", "cors", "/", false),
        ] {
            let fields = [
                ("Host", "localhost:1"),
                ("Sec-Fetch-Site", site),
                ("Sec-Fetch-Mode", mode),
            ];
            let passed = checked(&format!("GET {target}"), &fields);
            assert_eq!(passed.is_ok(), passes, "{site} {mode} {target}");
            let foreign = [&fields[..], &[("Origin", "http://evil.test")]].concat();
            assert_eq!(checked(&format!("GET {target}"), &foreign), Err(403));
        }
    }
}
