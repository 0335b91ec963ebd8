//! Each limit, on both sides.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use crate::support::{HELLO, Service, expect_answer, expect_record};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Longer than any test runs.
const NEVER: &str = "1h";

#[test]
fn a_body_may_have_max_body_bytes() {
    let service = Service::start(&["--max-body", "1000"]);
    for (length, status) in [(1000, 200), (1001, 413)] {
        let body = "x".repeat(length);
        let sized = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
        let chunked = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        );
        for request in [sized, chunked] {
            let answer = service.exchange(request);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{length}: {answer}"
            );
        }
    }
}

#[test]
fn who_waits_for_100_continue_is_refused_before_it_sends() {
    let service = Service::start(&["--max-body", "1000"]);
    let mut client = service.connect();
    client
        .send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
    let answer = client.read_to_end();
    expect_answer(&answer, 413, "the body is too long (RFC 9110 15.5.14)\n");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[test]
fn a_head_may_have_max_head_bytes() {
    for max in [256, 100_000] {
        let service = Service::start(&["--max-head", &max.to_string()]);
        let head = |length: usize| {
            format!(
                "GET / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n",
                "b".repeat(length - 32)
            )
        };
        expect_answer(&service.exchange(head(max)), 200, HELLO);
        let refused = service.exchange(head(max + 1));
        expect_answer(&refused, 431, "the head is too long (RFC 6585 5)\n");
        assert!(service.stdout.next().ends_with('"'));
        expect_record(
            &service.stdout.next(),
            "refused 431: the head is too long (RFC 6585 5)",
        );
    }
}

#[test]
fn a_target_may_have_max_target_bytes() {
    for (options, max) in [
        (&[][..], 32 * 1024),
        (&["--max-target", "10"], 10),
        (&["--max-target", "65534", "--max-head", "128KiB"], 65_534),
    ] {
        let service = Service::start(options);
        let head = |length: usize| {
            format!(
                "GET /{} HTTP/1.1\r\nHost: a\r\n\r\n",
                "a".repeat(length - 1)
            )
        };
        expect_answer(&service.exchange(head(max)), 200, HELLO);
        let reason = "the request target is too long (RFC 9112 3)";
        let answer = service.exchange(head(max + 1));
        expect_answer(&answer, 414, &format!("{reason}\n"));
        service.stdout.next();
        expect_record(&service.stdout.next(), format!("refused 414: {reason}"));
    }
}

/// A target that has no end within the head's limit is a target that is too long.
#[test]
fn a_target_that_fills_the_head_gets_414() {
    let service = Service::start(&["--max-head", "1000"]);
    let mut client = service.connect();
    client.send("GET /".to_owned() + &"a".repeat(995));
    let reason = "the request target is too long (RFC 9112 3)\n";
    expect_answer(&client.read_to_end(), 414, reason);
}

#[test]
fn a_head_may_have_a_hundred_fields() {
    let service = Service::start(&[]);
    let head = |fields: usize| {
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            "A: b\r\n".repeat(fields - 1)
        )
    };
    expect_answer(&service.exchange(head(100)), 200, HELLO);
    expect_answer(
        &service.exchange(head(101)),
        431,
        "there are more than 100 fields (RFC 6585 5)\n",
    );
}

#[test]
fn a_trailer_section_may_have_max_head_bytes() {
    let service = Service::start(&["--max-head", "256"]);
    let request = |length: usize| {
        let trailer = format!("A: {}\r\n", "b".repeat(length - 5));
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{trailer}\r\n"
        )
    };
    expect_answer(&service.exchange(request(256)), 200, HELLO);
    expect_answer(
        &service.exchange(request(257)),
        431,
        "the trailer section is too long (RFC 6585 5)\n",
    );
}

#[test]
fn a_head_that_takes_too_long_gets_408() {
    let service = Service::start(&["--header-timeout", "300ms", "--idle-timeout", NEVER]);
    let mut client = service.connect();
    client.send(format!("{GET}GET / HT"));
    expect_answer(&client.read_answer(), 200, HELLO);
    expect_answer(
        &client.read_to_end(),
        408,
        "the head took too long (RFC 9110 15.5.9)\n",
    );
    drop(client);
    service.stdout.next();
    expect_record(
        &service.stdout.next(),
        r#" 8 "GET / HT" refused 408: the head took too long (RFC 9110 15.5.9)"#,
    );
}

/// A byte now and then does not help: the time is the whole head's.
#[test]
fn a_head_that_drips_gets_408() {
    let service = Service::start(&["--header-timeout", "500ms", "--idle-timeout", NEVER]);
    let mut client = service.connect();
    client
        .0
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    client.send("GET / HTTP/1.0\r\nA: ");
    loop {
        match client.try_read_answer() {
            Ok(answer) => {
                break expect_answer(&answer, 408, "the head took too long (RFC 9110 15.5.9)\n");
            }
            Err((error, got)) => {
                let is_silent = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(is_silent && got.is_empty(), "{error}: {got:?}");
                client.send("b");
            }
        }
    }
}

#[test]
fn a_connection_that_never_speaks_is_just_closed() {
    for service in [
        Service::start(&["--header-timeout", "300ms"]),
        Service::raw(&["--header-timeout", "300ms"]),
    ] {
        service.connect().expect_end();
        assert_eq!(service.stop().stdout, Vec::<String>::new());
    }
}

#[test]
fn an_idle_connection_is_just_closed() {
    let service = Service::start(&["--header-timeout", NEVER, "--idle-timeout", "300ms"]);
    let mut client = service.connect();
    client.send(GET);
    expect_answer(&client.read_answer(), 200, HELLO);
    // An empty line does not begin a request.
    client.send("\r\n");
    client.expect_end();
}

#[test]
fn a_body_that_pauses_too_long_gets_408() {
    let service = Service::start(&["--header-timeout", NEVER, "--idle-timeout", "300ms"]);
    let mut client = service.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    let reason = "the body took too long (RFC 9110 15.5.9)";
    expect_answer(&client.read_to_end(), 408, &format!("{reason}\n"));
    // What comes too late makes no request of it any more.
    client.send(format!("lo{GET}"));
    drop(client);
    let body = r#"\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n""#;
    expect_record(
        &service.stdout.next(),
        format!("{body} refused 408: {reason}"),
    );
}

/// A client that only ever sends is let go: its sending fails, and not because of its own timeout.
#[test]
fn an_answer_that_is_not_taken_for_too_long_ends_the_connection() {
    let service = Service::start(&[
        "--idle-timeout",
        "300ms",
        "--linger-timeout",
        "100ms",
        "--log",
        "off",
    ]);
    let mut client = service.connect();
    let error = loop {
        if let Err(error) = client.0.write_all(GET.repeat(1000).as_bytes()) {
            break error;
        }
    };
    let let_go = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(let_go.contains(&error.kind()), "{error}");
}

#[test]
fn times_that_are_not_up_cut_nothing() {
    let service = Service::start(&["--header-timeout", NEVER, "--idle-timeout", NEVER]);
    let mut client = service.connect();
    for part in [
        "POST / HT",
        "TP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n",
        "h",
        "i",
    ] {
        client.send(part);
    }
    expect_answer(&client.read_answer(), 200, HELLO);
}

#[test]
fn with_the_smallest_socket_buffers_long_requests_and_answers_pass() {
    let text = "0123456789".repeat(10_000);
    let service = Service::start(&["--socket-buffer", "4KiB", "--text", &text]);
    let body = "a".repeat(1 << 20);
    let request = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut client = service.connect();
    client.send(request);
    expect_answer(&client.read_answer(), 200, &text);
}

/// One that is over the limit is connected, by the kernel, and answered once another has ended.
#[test]
fn connections_over_the_limit_wait() {
    let service = Service::start(&["--max-connections", "2", "--workers", "2"]);
    let mut clients: Vec<_> = (0..2).map(|_| service.connect()).collect();
    for client in &mut clients {
        client.send(GET);
        client.read_answer();
    }
    let mut waiting: Vec<_> = (0..3).map(|_| service.connect()).collect();
    for client in &mut waiting {
        client.send(GET);
        client
            .0
            .set_read_timeout(Some(Duration::from_millis(100)))
            .unwrap();
        let (error, got) = client.try_read_answer().unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WouldBlock),
            "{error}: {got}"
        );
        client
            .0
            .set_read_timeout(Some(crate::support::BOUND))
            .unwrap();
    }
    drop(clients);
    for mut client in waiting {
        expect_answer(&client.read_answer(), 200, HELLO);
    }
}
