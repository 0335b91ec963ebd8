//! The answers to one request and to several.

use crate::support::{HELLO, Service, expect_answer};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn every_path_and_ordinary_method_gets_hello_world() {
    let service = Service::start(&[]);
    for request in [
        "GET / ",
        "GET /a/b?c=d ",
        "POST / ",
        "PUT /x ",
        "PATCH / ",
        "DELETE / ",
        "OPTIONS / ",
        "OPTIONS * ",
        "GET http://a/b ",
        "PROPFIND / ",
    ] {
        let answer = service.exchange(format!("{request}HTTP/1.1\r\nHost: a\r\n\r\n"));
        expect_answer(&answer, 200, HELLO);
        assert!(
            answer.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"),
            "{answer}"
        );
        assert!(answer.contains("\r\ncontent-length: 11\r\n"), "{answer}");
        assert!(answer.contains("\r\ndate: "), "{answer}");
    }
}

#[test]
fn head_gets_the_same_without_the_body() {
    let service = Service::start(&[]);
    let answer = service.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_answer(&answer, 200, "");
    assert!(answer.contains("\r\ncontent-length: 11\r\n"), "{answer}");
}

#[test]
fn http_11_keeps_the_connection_until_it_is_told_to_close() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    for _ in 0..3 {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let answer = client.read_to_end();
    expect_answer(&answer, 200, HELLO);
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[test]
fn http_10_closes_unless_it_is_told_to_keep() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    let answer = client.read_answer();
    assert!(
        answer.ends_with(HELLO) && answer.contains("\r\nconnection: keep-alive\r\n"),
        "{answer}"
    );
    client.send("GET / HTTP/1.0\r\n\r\n");
    assert!(client.read_to_end().ends_with(HELLO));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    client.send(format!("{GET}HEAD / HTTP/1.1\r\nHost: a\r\n\r\n{GET}"));
    client.finish();
    let answers = client.read_to_end();
    let bodies: Vec<_> = answers
        .split("HTTP/1.1 200 OK\r\n")
        .map(|answer| answer.split_once("\r\n\r\n").map_or("", |(_, body)| body))
        .collect();
    assert_eq!(bodies, ["", HELLO, "", HELLO], "{answers}");
}

/// An answer must not wait for a request that follows it: here the second is only half there.
#[test]
fn a_request_and_a_half_get_one_answer_at_once() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    client.send(format!("{GET}GET / HT"));
    expect_answer(&client.read_answer(), 200, HELLO);
    client.send("TP/1.1\r\nHost: a\r\n\r\n");
    expect_answer(&client.read_answer(), 200, HELLO);
}

#[test]
fn bodies_are_read_by_length_and_chunked() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    for request in [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ] {
        client.send(request);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
}

#[test]
fn the_answer_comes_after_the_body() {
    let service = Service::start(&[]);
    let mut client = service.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    expect_answer(&client.read_answer(), 200, HELLO);
}

#[test]
fn what_the_answer_is_can_be_chosen() {
    let service = Service::start(&[
        "--text",
        "菜鸡",
        "--status",
        "404",
        "--header",
        "X-A: b",
        "--header",
        "Content-Type: text/x",
    ]);
    let answer = service.exchange(GET);
    expect_answer(&answer, 404, "菜鸡");
    for field in ["x-a: b", "content-type: text/x", "content-length: 6"] {
        assert!(answer.contains(&format!("\r\n{field}\r\n")), "{answer}");
    }
}

#[test]
fn answers_without_a_body_end_with_their_head() {
    for status in ["204", "304"] {
        let service = Service::start(&["--status", status]);
        let answers = service.exchange([GET, GET].concat());
        assert_eq!(
            answers.matches(&format!("HTTP/1.1 {status} ")).count(),
            2,
            "{answers}"
        );
        assert!(
            answers.ends_with("\r\n\r\n") && !answers.contains("Hello"),
            "{answers}"
        );
    }
}

#[test]
fn a_refusal_says_why_after_the_answers_before_it() {
    let service = Service::start(&[]);
    for (request, status, reason) in [
        (
            "GET / HTTP/1.1\r\nbad\r\n\r\n",
            400,
            "a field has no colon: 0x0D CR at offset 19 (RFC 9112 5)\n",
        ),
        (
            "\x16\x03\x01\x02\0",
            400,
            "the request line is malformed: 0x16 at offset 0 (RFC 9112 3)\n",
        ),
        (
            "GET / HTTP/2.0\r\n\r\n",
            505,
            "only HTTP/1.0 and HTTP/1.1 are served (RFC 9110 15.6.6)\n",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            400,
            "the size line of a chunk is malformed: 0x78 x at offset 56 (RFC 9112 7.1)\n",
        ),
    ] {
        // The client keeps its side open, and a fine request behind the bad one is not answered.
        let mut client = service.connect();
        client.send(format!("{GET}{request}{GET}"));
        expect_answer(&client.read_answer(), 200, HELLO);
        let refusal = client.read_to_end();
        expect_answer(&refusal, status, reason);
        assert!(refusal.contains("\r\nconnection: close\r\n"), "{refusal}");
    }
}

#[test]
fn a_head_that_ends_early_is_refused() {
    let service = Service::start(&[]);
    expect_answer(
        &service.exchange("GET / HT"),
        400,
        "the head ended early (RFC 9112 8)\n",
    );
}

#[test]
fn a_body_that_ends_early_gets_no_200() {
    let service = Service::start(&[]);
    for framing in [
        "Content-Length: 5\r\n\r\nhell",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ] {
        let answer = service.exchange(format!("POST / HTTP/1.1\r\nHost: a\r\n{framing}"));
        expect_answer(&answer, 400, "the body ended early (RFC 9112 8)\n");
    }
}

/// What stands behind a connection's last request must not cost the answers before it: hyper ends
/// there with bytes left over.
#[test]
fn answers_are_whole_whatever_stands_behind_the_last_request() {
    const CLOSE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let service = Service::start(&["--max-body", "1000", "--max-head", "1MiB"]);
    let chunks = "64\r\n".to_owned() + &"x".repeat(100) + "\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n";
    let long_target = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(70_000));
    for (request, statuses) in [
        (format!("{CLOSE}{GET}"), vec![200]),
        (format!("GET / HTTP/1.0\r\n\r\n{GET}"), vec![200]),
        (format!("{GET}{GET}{GET}{CLOSE}{GET}"), vec![200; 4]),
        (format!("{CLOSE}bad\r\n\r\n"), vec![200]),
        (
            format!("{chunked}{}0\r\n\r\n", chunks.repeat(50)),
            vec![413],
        ),
        (format!("{sized}{}{GET}", "x".repeat(1001)), vec![413]),
        (long_target.clone(), vec![414]),
        (format!("{GET}{GET}{long_target}{GET}"), vec![200, 200, 414]),
        (
            format!("{GET}GET http:// HTTP/1.1\r\nHost: a\r\n\r\n{GET}"),
            vec![200, 400],
        ),
        (
            format!("{GET}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel"),
            vec![200, 400],
        ),
    ] {
        let mut client = service.connect();
        client.send(&request);
        client.finish();
        let answers = client.read_to_end();
        let seen: Vec<u16> = answers
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| answers[at + 9..at + 12].parse().unwrap())
            .chain(
                answers
                    .match_indices("HTTP/1.0 ")
                    .map(|(at, _)| answers[at + 9..at + 12].parse().unwrap()),
            )
            .collect();
        let shown: String = request.chars().take(100).collect();
        assert_eq!(seen, statuses, "{shown:?}: {answers}");
    }
}
