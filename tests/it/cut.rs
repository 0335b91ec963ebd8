//! A record with a part of a body: the part ends with a whole character, wherever the limit falls.

use serde_json::Value;

use crate::support::{Service, expect_record};

/// The bytes that are kept by default.
const KEPT: usize = 64 * 1024;

/// `菜` is three bytes, so the limit falls behind one, within the next, and behind two of its bytes.
#[test]
fn json_has_the_text_of_a_body_wherever_it_was_cut() {
    let service = Service::start(&["--log", "json"]);
    for before in ["", "a", "ab"] {
        let body = format!("{before}{}", "菜".repeat(23_000));
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        service.exchange(format!("{head}{body}"));
        let record: Value = serde_json::from_str(&service.stdout.next()).unwrap();
        let whole = (KEPT - before.len()) / 3;
        let kept = format!("{head}{before}{}", "菜".repeat(whole));
        assert_eq!(record["raw_base64"], Value::Null, "behind {before:?}");
        assert!(record["raw"] == *kept, "behind {before:?}: another text");
        let omitted = head.len() + body.len() - kept.len();
        assert_eq!(record["omitted"], omitted, "behind {before:?}");
        assert_eq!(
            record["bytes"],
            head.len() + body.len(),
            "behind {before:?}"
        );
    }
}

/// Sized, chunked, refused, and what comes late to `raw`: for each limit, in each format.
#[test]
fn no_format_shows_a_part_of_a_character() {
    let sized = |body: &str| {
        let length = body.len();
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let chunked = |body: &str| {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
    };
    for format in ["pretty", "line", "hex", "document"] {
        for kept in ["1", "2", "3", "4", "5", "6"] {
            let service = Service::start(&["--log", format, "--log-body", kept]);
            service.exchange(sized("…😀!"));
            service.exchange(chunked("…😀!"));
            expect_whole(&service.stop().stdout, format, kept);
            let service = Service::raw(&["--log", format, "--log-body", kept]);
            let mut client = service.connect();
            client.send("hi");
            client.read_to_end();
            client.send("…😀!");
            drop(client);
            expect_whole(&service.stop().stdout, format, kept);
        }
    }
}

/// Expects that bytes over 0x7f are there by threes and fours, as the two characters have them.
#[track_caller]
fn expect_whole(lines: &[String], format: &str, kept: &str) {
    let text = lines.join("\n");
    let bytes = match format {
        // Characters stand as they are, escaped is what is none. The mark is a record's own.
        "pretty" => text.matches(r"\x").count(),
        "hex" => {
            let rows = lines.iter().filter_map(|line| line.get(10..58));
            let bytes: Vec<_> = rows.flat_map(str::split_whitespace).collect();
            let over = |part: &&&str| part.len() == 2 && part.as_bytes()[0] >= b'8';
            let whole = 3 * count(&bytes, "e2") + 4 * count(&bytes, "f0");
            bytes.iter().filter(over).count().abs_diff(whole)
        }
        _ => {
            let whole = 3 * text.matches(r"\xe2").count() + 4 * text.matches(r"\xf0").count();
            text.matches(r"\x").count().abs_diff(whole)
        }
    };
    assert_eq!(bytes, 0, "--log {format} --log-body {kept}: {text}");
}

fn count(bytes: &[&str], byte: &str) -> usize {
    bytes.iter().filter(|seen| **seen == byte).count()
}

#[test]
fn what_is_left_out_of_a_character_is_counted() {
    let service = Service::start(&["--log-body", "2"]);
    for (body, end) in [
        // The limit falls within a character, behind one, and within what is none.
        (&b"a\xe8\x8f\x9c"[..], r#"\r\n\r\na" omitted=3"#),
        (b"\xc3\xa9\xc3\xa9", r#"\r\n\r\n\xc3\xa9" omitted=2"#),
        (b"\x9c\x9c\x9c", r#"\r\n\r\n\x9c\x9c" omitted=1"#),
        (b"\xe0\x80\x80", r#"\r\n\r\n\xe0\x80" omitted=1"#),
        // A whole body is kept as it came.
        (b"a\xe8", r#"\r\n\r\na\xe8""#),
    ] {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        service.exchange([head.as_bytes(), body].concat());
        expect_record(&service.stdout.next(), end);
    }
}
