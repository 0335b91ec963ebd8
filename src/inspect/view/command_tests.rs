//! Which records have a command, and which one.

use proptest::prelude::*;

use super::super::samples::{TO, expect_visible, hostile, printed, raw, record, words};
use super::*;

fn command_of(kept: &Kept) -> Command {
    command(kept, TO, Language::English)
}

#[track_caller]
fn text_of(kept: &Kept) -> String {
    command_of(kept).text.unwrap()
}

#[test]
fn a_record_is_sent_as_it_came() {
    let kept = record(b"GET /it's HTTP/1.1\r\nHost: a\r\n\r\n");
    let expected = Command {
        text: Some(
            r"printf 'GET /it\047s HTTP/1.1\r\nHost: a\r\n\r\n' | hellowire send --to 127.0.0.1:8080"
                .to_owned(),
        ),
        why: None,
        is_file: false,
    };
    assert_eq!(command_of(&kept), expected);
    let refused = record(b"\x16\x03\x01");
    assert_eq!(
        text_of(&refused),
        r"printf '\026\003\001' | hellowire send --to 127.0.0.1:8080"
    );
}

#[test]
fn the_address_is_one_word() {
    let kept = record(b"GET / HTTP/1.0\r\n\r\n");
    for (to, word) in [
        ("localhost:80", "localhost:80"),
        ("[::1]:80", "'[::1]:80'"),
        ("[fe80::1%eth0]:80", "'[fe80::1%eth0]:80'"),
        ("$(id)", "'$(id)'"),
        ("unix:/run/a.sock", "unix:/run/a.sock"),
        ("unix:/it's a%b", r"'unix:/it'\''s a%b'"),
    ] {
        let text = command(&kept, to, Language::English).text.unwrap();
        assert!(text.ends_with(&format!(" --to {word}")), "{text}");
    }
}

#[test]
fn a_long_record_is_sent_as_a_file() {
    let of_length = |length: usize| {
        let before = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65000\r\nA: ";
        let value = "x".repeat(length - before.len() - b"\r\n\r\n".len() - 65_000);
        record(format!("{before}{value}\r\n\r\n{}", "y".repeat(65_000)).as_bytes())
    };
    let (short, long) = (of_length(FILE_FROM - 1), of_length(FILE_FROM));
    assert!(!command_of(&short).is_file);
    let expected = Command {
        text: Some("hellowire send --to 127.0.0.1:8080 < hellowire-12-1.bin".to_owned()),
        why: None,
        is_file: true,
    };
    assert_eq!(command_of(&long), expected);
    assert!(!command_of(&raw(&[0; 1023])).is_file);
    assert!(command_of(&raw(&[0; 1024])).is_file);
}

#[test]
fn what_was_not_kept_and_what_came_late_has_no_command() {
    let mut cut = record(b"GET / HTTP/1.0\r\n\r\n");
    cut.omitted = 1;
    let why = "not all of its bytes were kept (--log-body, --inspect-keep)";
    assert_eq!(command_of(&cut), Command::none(why));
    let mut late = raw(b"a");
    late.state = StateKind::Late;
    let why = "it came after the answer, and sent alone it would come before one";
    assert_eq!(command_of(&late), Command::none(why));
}

#[test]
fn a_request_that_was_too_slow_is_so_again() {
    let mut slow = record(b"GET /");
    slow.state = StateKind::TooSlow;
    assert_eq!(
        text_of(&slow),
        "printf 'GET /' | hellowire send --keep-open --timeout 1h --to 127.0.0.1:8080"
    );
}

#[test]
fn a_cut_connection_is_named() {
    let mut cut = record(b"GET /");
    cut.refused = None;
    cut.state = StateKind::HeadCut;
    let command = command_of(&cut);
    assert!(command.text.is_some());
    assert_eq!(
        command.why,
        Some("the new record is refused, not incomplete: the command does not cut the connection")
    );
    let line_end = record(b"\r\n");
    assert_eq!(line_end.state, StateKind::HeadCut);
    assert_eq!(command_of(&line_end).why, None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_command_sends_the_bytes(before in prop_oneof![Just(""), Just("GET / HTTP/1.0\r\n\r\n")], bytes in hostile()) {
        let bytes = [before.as_bytes(), &bytes].concat();
        prop_assume!(!bytes.is_empty());
        let kept = record(&bytes);
        let command = text_of(&kept);
        expect_visible(&command);
        let words = words(&command);
        prop_assert_eq!(printed(&words[1]), kept.raw);
        prop_assert_eq!(&words[2..], ["|", "hellowire", "send", "--to", TO]);
    }
}
