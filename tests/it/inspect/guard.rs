//! Who may ask, both ways, and the fields that every answer has.

use super::{Answer, GET, Inspected, answer};
use crate::support::Client;

/// What every answer has.
const FIXED: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

const TOKEN: &str = "0123456789abcdef";

/// Expects this status and the fixed fields, and nothing that would let another origin in.
#[track_caller]
fn expect(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    for (name, value) in FIXED {
        assert!(answer.has_field(name, value), "{name}: {answer:?}");
    }
    for name in ["access-control-", "set-cookie", "location", "server"] {
        let has = answer.head.contains(&format!("\r\n{name}"));
        assert!(!has, "{name}: {answer:?}");
    }
}

/// The answer to a GET with these fields, which end in line ends.
#[track_caller]
fn with(page: &Inspected, target: &str, fields: &str) -> Answer {
    page.exchange(format!("GET {target} HTTP/1.1\r\n{fields}\r\n"))
}

#[test]
fn every_kind_of_answer_has_the_fixed_fields() {
    let page = Inspected::start(&["--inspect-token", TOKEN]);
    page.request(GET);
    for target in ["/", "/page.js", "/page.css", "/records", "/records/0.0"] {
        expect(&page.answer(target), 200);
    }
    expect(&page.answer("/records/0.0/view"), 200);
    for (target, status) in [
        ("/records?x", 400),
        ("/records/0.9", 404),
        ("/records/0.9/view", 404),
        ("/favicon.ico", 404),
    ] {
        expect(&page.answer(target), status);
    }
    let host = format!("Host: {}\r\n", page.page);
    expect(&with(&page, "/records", &host), 401);
    expect(&with(&page, "/records", "Host: evil.test\r\n"), 421);
    let foreign = format!("{host}Origin: http://evil.test\r\n");
    expect(&with(&page, "/records", &foreign), 403);
    let post = format!("POST /records HTTP/1.1\r\n{host}\r\n");
    expect(&page.exchange(post), 405);
}

/// The refusals of the HTTP stack, which no request comes through.
#[test]
fn every_refusal_of_the_stack_has_the_fixed_fields() {
    let page = Inspected::start(&["--header-timeout", "200ms"]);
    let long = "a".repeat(70_000);
    for (bytes, status) in [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n".to_owned(),
            400,
        ),
        ("hello\r\n\r\n".to_owned(), 400),
        (
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", &long[..40_000]),
            414,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nA: {long}\r\n\r\n"),
            431,
        ),
        (
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\na".to_owned(),
            413,
        ),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".to_owned(), 505),
    ] {
        expect(&page.exchange(bytes), status);
    }
    let mut slow = Client::connect(page.page);
    slow.send("GET / HTTP/1.1\r\n");
    expect(&answer(slow), 408);
}

#[test]
fn only_get_and_head_are_answered() {
    let page = Inspected::start(&[]);
    let host = page.page;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let refused = page.exchange(format!("{method} / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        expect(&refused, 405);
        assert!(refused.has_field("allow", "GET, HEAD"), "{refused:?}");
    }
    let refused = page.exchange("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    expect(&refused, 405);
    assert!(refused.has_field("allow", "GET, HEAD"), "{refused:?}");
    for target in ["/", "/page.js", "/page.css", "/records"] {
        let whole = page.answer(target);
        let head = page.exchange(format!("HEAD {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        expect(&head, 200);
        assert_eq!(head.body, b"", "{head:?}");
        let length = whole.body.len().to_string();
        assert!(head.has_field("content-length", &length), "{head:?}");
    }
}

/// As from a page of `evil.test`, which answers its own name with this machine's address.
#[test]
fn a_name_that_resolves_to_the_page_gets_nothing() {
    let page = Inspected::start(&[]);
    page.request(GET);
    let port = page.page.port();
    for target in ["/", "/page.js", "/records", "/records/0.0"] {
        for host in ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test"] {
            let fields = format!("Host: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\n");
            let refused = with(&page, target, &fields);
            expect(&refused, 421);
            assert!(!refused.text().contains("/hello"), "{refused:?}");
        }
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"] {
            let fields = format!("Host: {host}:{port}\r\n");
            expect(&with(&page, target, &fields), 200);
        }
    }
    let target = format!("http://evil.test:{port}/records");
    expect(&with(&page, &target, "Host: evil.test\r\n"), 421);
    expect(&page.exchange("GET /records HTTP/1.0\r\n\r\n"), 421);
}

/// Browsers do not say which site asks an address that they take for no loopback, though it reaches one.
#[test]
fn an_address_that_is_no_loopback_needs_the_token() {
    let open = Inspected::start(&[]);
    let guarded = Inspected::start(&["--inspect-token", TOKEN]);
    for host in ["0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "192.168.1.7"] {
        for target in ["/", "/page.js", "/records"] {
            let fields = format!("Host: {host}:1\r\n");
            expect(&with(&open, target, &fields), 421);
            let absolute = format!("http://{host}:1{target}");
            expect(&with(&open, &absolute, "Host: localhost\r\n"), 421);
            let fields = format!("{fields}Authorization: Bearer {TOKEN}\r\n");
            expect(&with(&guarded, target, &fields), 200);
            expect(&with(&guarded, &absolute, &fields), 200);
        }
    }
}

#[test]
fn a_page_of_another_origin_gets_nothing() {
    let page = Inspected::start(&[]);
    page.request(GET);
    let host = format!("Host: {}\r\n", page.page);
    let own = format!("Origin: http://{}\r\n", page.page);
    for (target, fields, status) in [
        ("/records", own.as_str(), 200),
        ("/records", "Origin: http://evil.test\r\n", 403),
        ("/records", "Origin: null\r\n", 403),
        ("/records", "Sec-Fetch-Site: same-origin\r\n", 200),
        ("/records", "Sec-Fetch-Site: none\r\n", 200),
        ("/records", "Sec-Fetch-Site: cross-site\r\n", 403),
        ("/records", "Sec-Fetch-Site: same-site\r\n", 403),
        (
            "/records",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            403,
        ),
        (
            "/page.js",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
            403,
        ),
        // A link leads to the page.
        (
            "/",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            200,
        ),
        (
            "/",
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
            403,
        ),
    ] {
        expect(&with(&page, target, &format!("{host}{fields}")), status);
    }
}

#[test]
fn without_the_token_no_byte_of_a_record_leaves() {
    let page = Inspected::start(&["--inspect-token", TOKEN]);
    assert_eq!(page.token.as_deref(), Some(TOKEN));
    page.request(GET);
    let host = format!("Host: {}\r\n", page.page);
    for target in ["/", "/page.js", "/page.css"] {
        expect(&with(&page, target, &host), 200);
    }
    let targets = [
        "/records",
        "/records?after=0",
        "/records/0.0",
        "/records/0.0/view",
    ];
    for target in targets {
        for authorization in [
            "",
            "Authorization: Bearer \r\n",
            "Authorization: Bearer 0123456789abcdeF\r\n",
            "Authorization: Bearer 0123456789abcde\r\n",
            "Authorization: Basic 0123456789abcdef\r\n",
            "Cookie: token=0123456789abcdef\r\n",
        ] {
            let refused = with(&page, target, &format!("{host}{authorization}"));
            expect(&refused, 401);
            assert!(
                refused.has_field("www-authenticate", "Bearer"),
                "{refused:?}"
            );
            let said = refused.text();
            assert!(!said.contains("/hello") && !said.contains(TOKEN), "{said}");
        }
        expect(&page.answer(target), 200);
    }
    // What is refused before does not depend on the token.
    let evil = format!("Host: evil.test\r\nAuthorization: Bearer {TOKEN}\r\n");
    expect(&with(&page, "/records", &evil), 421);
    expect(&with(&page, "/other", &host), 404);
}
