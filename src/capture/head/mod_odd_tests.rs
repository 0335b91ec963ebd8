//! Odd heads by example: they pass with notes, and the strict mode refuses them.

use super::super::refusal::Refusal;
use super::super::rules;
use super::parse;
use super::tests::{LIMITS, STRICT, seen};

/// Expects these notes for `head`, and in the strict mode a refusal for the first of them.
#[track_caller]
fn odd(head: &[u8], notes: &[Refusal]) {
    let shown = head.escape_ascii();
    let seen = parse(head, &LIMITS).map(|head| head.map(|head| head.odd.to_vec()));
    assert_eq!(seen, Ok(Some(notes.to_vec())), "{shown}");
    assert_eq!(parse(head, &STRICT), Err(notes[0]), "{shown}");
}

#[test]
fn bare_lfs_are_noted() {
    odd(b"GET / HTTP/1.0\n\n", &[rules::BARE_LF.at(b'\n', 14)]);
    odd(
        b"GET / HTTP/1.1\nHost: a\nA: b\n\n",
        &[rules::BARE_LF.at(b'\n', 14)],
    );
    odd(b"\nGET / HTTP/1.0\n\n", &[rules::BARE_LF.at(b'\n', 0)]);
}

#[test]
fn mixed_line_ends_are_refused() {
    for (head, at) in [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", 22),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 23),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", 25),
        ("GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", 23),
        ("GET / HTTP/1.0\n\r\n", 15),
        ("GET / HTTP/1.0\r\n\n", 16),
        ("\nGET / HTTP/1.0\r\n\r\n", 15),
        ("\r\n\nGET / HTTP/1.0\r\n\r\n", 2),
    ] {
        let refusal = rules::MIXED_ENDS.at(head.as_bytes()[at], at);
        assert_eq!(seen(head), Err(refusal), "{head:?}");
        assert!(parse(head.as_bytes(), &STRICT).is_err(), "{head:?}");
    }
}

#[test]
fn odd_targets_are_noted_with_their_byte() {
    let get = |target: &[u8]| [b"GET ", target, b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
    for (target, notes) in [
        (
            &b"/?q=100%"[..],
            vec![rules::TARGET_PERCENT.in_target(b'%', 7)],
        ),
        (b"/50%/x", vec![rules::TARGET_PERCENT.in_target(b'%', 3)]),
        (b"/%u83DC", vec![rules::TARGET_PERCENT.in_target(b'%', 1)]),
        (b"/?p=C:\\dir", vec![rules::TARGET_BYTE.in_target(b'\\', 6)]),
        (b"/a\\b", vec![rules::TARGET_BYTE.in_target(b'\\', 2)]),
        (
            b"/q?query=up{job=\"x\"}",
            vec![rules::TARGET_BYTE.in_target(b'"', 16)],
        ),
        (b"/<a>", vec![rules::TARGET_BYTE.in_target(b'<', 1)]),
        (b"/{a}", vec![rules::TARGET_BYTE.in_target(b'{', 1)]),
        (
            b"/\xe8\x8f\x9c",
            vec![rules::TARGET_BYTE.in_target(0xe8, 1)],
        ),
        (b"/?\xe4", vec![rules::TARGET_BYTE.in_target(0xe4, 2)]),
        (
            b"http://a/%",
            vec![rules::TARGET_PERCENT.in_target(b'%', 9)],
        ),
        (b"http://[fe80::1%25eth0]/", vec![rules::HOST_ZONE]),
        (b"*", vec![rules::TARGET_ASTERISK]),
        // Of each rule only the first is noted.
        (
            b"/\xe8\x8f\x9c?100%&%&\\",
            vec![
                rules::TARGET_BYTE.in_target(0xe8, 1),
                rules::TARGET_PERCENT.in_target(b'%', 8),
            ],
        ),
    ] {
        odd(&get(target), &notes);
        let head = parse(&get(target), &LIMITS).unwrap().unwrap();
        assert_ne!(*head.odd, []);
    }
}

#[test]
fn odd_methods_and_hosts_are_noted() {
    for method in ["PURGE", "BAN", "NOTIFY", "SUBSCRIBE", "M-SEARCH", "get"] {
        let head = format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
        odd(head.as_bytes(), &[rules::METHOD_UNKNOWN]);
    }
    odd(
        b"M-SEARCH * HTTP/1.1\r\nHost: a\r\n\r\n",
        &[rules::METHOD_UNKNOWN, rules::TARGET_ASTERISK],
    );
    for (host, note) in [
        (&b"[fe80::1%eth0]"[..], rules::HOST_ZONE),
        (b"[fe80::1%25eth0]:80", rules::HOST_ZONE),
        (b"[v1.x]", rules::HOST_FUTURE),
        (b"a\xc3\xa4:80", rules::HOST_BYTE.in_host(0xc3, 1)),
        (b"\xe4", rules::HOST_BYTE.in_host(0xe4, 0)),
    ] {
        let head = [b"GET / HTTP/1.1\r\nHost: ", host, b"\r\n\r\n"].concat();
        odd(&head, &[note]);
    }
}
