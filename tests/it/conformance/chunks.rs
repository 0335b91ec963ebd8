//! Chunks: RFC 9112 section 7.

use super::{chunked, expect_refusal, subject};

const SIZE: &str = "the size line of a chunk is malformed (RFC 9112 7.1)";

#[test]
fn chunks_are_taken() {
    let subject = subject();
    for body in [
        "0\r\n\r\n",
        "000\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
        "1\r\nh\r\n2\r\nel\r\n0002\r\nlo\r\n0\r\n\r\n",
        "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
        "2\r\n\r\n\r\n0\r\n\r\n",
    ] {
        subject.serves(chunked(body));
        subject.serves(chunked(body).replace("chunked", "CHUNKED"));
    }
}

#[test]
fn extensions_are_ignored() {
    let subject = subject();
    for extension in [
        ";a",
        ";a=b",
        ";a;b=\"c;\\\"d\u{e4}\"",
        " ; a = b",
        ";a=\"\"",
    ] {
        let body = format!("5{extension}\r\nhello\r\n0{extension}\r\n\r\n");
        subject.serves(chunked(&body));
    }
}

#[test]
fn a_size_is_hex_digits_alone() {
    let subject = subject();
    for size in [
        "", "-5", "+5", "0x5", "5_0", " 5", "5 ", "\t5", "5\t", "5 5", "g", "5g", "\"5\"", "5,",
        "\u{665}",
    ] {
        subject.refuses(chunked(&format!("{size}\r\nhello\r\n0\r\n\r\n")), 400, SIZE);
    }
}

#[test]
fn a_size_line_ends_in_crlf() {
    let subject = subject();
    for line in ["5\n", "5\r", "5\r\r\n", "5\0\r\n"] {
        subject.refuses(chunked(&format!("{line}hello\r\n0\r\n\r\n")), 400, SIZE);
    }
}

#[test]
fn large_sizes_do_not_overflow() {
    let subject = subject();
    for size in [
        "ffffffffffffffff",
        "FFFFFFFFFFFFFFFFF",
        "8000000000000000",
        "10000000000000005",
    ] {
        let reason = "the body is too long (RFC 9110 15.5.14)";
        subject.refuses(
            chunked(&format!("{size}\r\nhello\r\n0\r\n\r\n")),
            413,
            reason,
        );
    }
    subject.serves(chunked("0000000000000005\r\nhello\r\n0\r\n\r\n"));
    let reason = "the size of a chunk has more than 16 digits (RFC 9112 7.1)";
    subject.refuses(
        chunked("00000000000000005\r\nhello\r\n0\r\n\r\n"),
        400,
        reason,
    );
}

#[test]
fn extensions_are_names_with_or_without_values() {
    let subject = subject();
    for extension in [
        ";",
        ";;a",
        "; ",
        ";a;",
        ";a=",
        ";=b",
        ";a b",
        ";(a)",
        ";a=\"b",
        ";a=\"b\"c",
        ";a=b=c",
        ";\u{e4}",
        ";a\0",
        ";a=\"\0\"",
        ";a\x7f",
        ";a=\"b\n\"",
        ";a\n",
    ] {
        let request = chunked(&format!("5{extension}\r\nhello\r\n0\r\n\r\n"));
        subject.refuses(
            request,
            400,
            "a chunk extension is malformed (RFC 9112 7.1.1)",
        );
    }
}

#[test]
fn extensions_have_a_limit() {
    let subject = subject();
    let with = |length: usize| chunked(&format!("0;{}\r\n\r\n", "a".repeat(length - 1)));
    subject.serves(with(16 * 1024 - 1));
    let reason = "the chunk extensions are too long (RFC 9112 7.1.1)";
    subject.refuses(with(16 * 1024), 400, reason);
    // All chunks' together: one byte a chunk costs its sender less than what it makes others read.
    let line = format!("1;{}\r\nx\r\n", "a".repeat(999));
    subject.refuses(chunked(&(line.repeat(17) + "0\r\n\r\n")), 400, reason);
}

#[test]
fn data_is_followed_by_crlf() {
    let subject = subject();
    for body in [
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\rx0\r\n\r\n",
        "5\r\nhello!\r\n0\r\n\r\n",
    ] {
        let reason = "the data of a chunk is not followed by CRLF (RFC 9112 7.1)";
        subject.refuses(chunked(body), 400, reason);
    }
}

#[test]
fn trailers_are_fields_and_are_ignored() {
    let subject = subject();
    for trailers in [
        "A: b\r\n",
        "A: b\r\nC:\r\n",
        "Content-Length: 7\r\nTransfer-Encoding: chunked\r\nHost: b\r\n",
    ] {
        subject.serves(chunked(&format!("5\r\nhello\r\n0\r\n{trailers}\r\n")));
    }
}

#[test]
fn malformed_trailers_are_refused() {
    let subject = subject();
    for trailers in [
        "bad\r\n",
        "A : b\r\n",
        ": b\r\n",
        "A: b\r\n c\r\n",
        "A: \0\r\n",
        "A: b\n",
        "A: b\rc\r\n",
        "\n",
        " A: b\r\n",
    ] {
        let request = chunked(&format!("5\r\nhello\r\n0\r\n{trailers}\r\n"));
        subject.refuses(
            request,
            400,
            "the trailer section is malformed (RFC 9112 7.1.2)",
        );
    }
}

#[test]
fn more_than_a_hundred_trailers_get_431() {
    let subject = subject();
    let with = |fields: usize| chunked(&format!("0\r\n{}\r\n", "A: b\r\n".repeat(fields)));
    subject.serves(with(100));
    let reason = "there are more than 100 trailer fields (RFC 6585 5)";
    subject.refuses(with(101), 431, reason);
    // The section need not have ended: hyper would refuse it by then, and know of no reason.
    let unfinished = with(101).strip_suffix("\r\n").unwrap().to_owned();
    let mut client = subject.connect();
    client.send(&unfinished);
    expect_refusal(&client.read_to_end(), 431, reason, &unfinished);
}
