//! No client loses its answer, for any bytes and any end of its connection.

use std::io::Write;
use std::thread;

use crate::support::{Client, HELLO, Service, expect_answer, memory};

/// Sends `bytes` to the end without looking at what comes back, then reads it all.
#[track_caller]
fn send_all_then_read(mut client: Client, bytes: &[u8]) -> String {
    client.send(bytes);
    client.read_to_end()
}

#[test]
fn five_megabytes_posted_get_their_answer_50_times_of_50() {
    let service = Service::start(&[]);
    let head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5000000\r\n\r\n";
    let request = [head.as_bytes(), &vec![b'x'; 5_000_000]].concat();
    for _ in 0..50 {
        expect_answer(&send_all_then_read(service.connect(), &request), 200, HELLO);
    }
}

#[test]
fn bodies_over_the_limit_get_their_413_50_times_of_50() {
    let service = Service::start(&["--max-body", "1000"]);
    let sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4c4b40\r\n";
    for head in [sized, chunked] {
        let request = [head.as_bytes(), &vec![b'x'; 5_000_000]].concat();
        for _ in 0..50 {
            let answer = send_all_then_read(service.connect(), &request);
            expect_answer(&answer, 413, "the body is too long (RFC 9110 15.5.14)\n");
        }
    }
}

#[test]
fn garbage_gets_its_refusal_50_times_of_50() {
    let service = Service::start(&[]);
    let garbage = vec![b'\0'; 1_000_000];
    for _ in 0..50 {
        let answer = send_all_then_read(service.connect(), &garbage);
        expect_answer(
            &answer,
            400,
            "the request line is malformed: 0x00 NUL at offset 0 (RFC 9112 3)\n",
        );
    }
}

#[test]
fn a_hundred_kilobytes_to_raw_get_the_answer_50_times_of_50() {
    let service = Service::raw(&[]);
    for _ in 0..50 {
        let answer = send_all_then_read(service.connect(), &vec![b'x'; 100_000]);
        assert_eq!(answer, "HTTP/1.1 200 OK\r\n\r\nHello World");
    }
}

#[test]
fn who_has_shut_down_its_side_gets_its_answer_200_times_of_200() {
    let service = Service::start(&[]);
    for _ in 0..200 {
        expect_answer(
            &service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            200,
            HELLO,
        );
    }
}

/// The blank line that old clients send behind a body (RFC 9112 section 2.2), where the service's
/// read ends just before it: it must not cost the answer, although the client asked for the end.
#[test]
fn an_empty_line_behind_the_last_request_costs_no_answer() {
    let head = |body: usize| {
        format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {body}\r\n\r\n")
    };
    let service = Service::start(&[]);
    // About the sizes at which hyper's reads end.
    for length in [8191, 8192, 8193, 24_576, 57_344] {
        let body = (0..length)
            .rfind(|body| head(*body).len() + body == length)
            .unwrap();
        let request = head(body) + &"x".repeat(body) + "\r\n";
        for _ in 0..20 {
            let mut client = service.connect();
            client.send(&request);
            expect_answer(&client.read_to_end(), 200, HELLO);
        }
    }
}

/// A client that sends and sends and takes no answer is read no further: the service's memory does
/// not grow with what it is owed.
#[test]
fn a_client_that_takes_no_answers_is_not_read() {
    let service = Service::start(&["--log", "off", "--workers", "1"]);
    let before = memory(service.id(), "VmRSS");
    let mut client = service.connect();
    client
        .0
        .set_write_timeout(Some(std::time::Duration::from_secs(2)))
        .unwrap();
    let requests = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000);
    let mut sent = 0;
    // 200 MB would be a billion bytes of answers.
    while sent < 200_000_000 && client.0.write_all(requests.as_bytes()).is_ok() {
        sent += requests.len();
    }
    let grown = memory(service.id(), "VmRSS").saturating_sub(before);
    assert!(
        sent < 200_000_000 && grown < 20_000,
        "sent {sent}, grown by {grown} kB"
    );
    // Others are served meanwhile.
    expect_answer(
        &service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        200,
        HELLO,
    );
}

/// Once it does take them, it gets every one.
#[test]
fn who_takes_its_answers_late_gets_them_all() {
    let service = Service::start(&["--log", "off"]);
    let mut client = service.connect();
    let mut sender = Client(client.0.try_clone().unwrap());
    let count = 50_000;
    let sending = thread::spawn(move || {
        sender.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(count));
        sender.finish();
    });
    let answers = client.read_to_end();
    sending.join().unwrap();
    assert_eq!(answers.matches(HELLO).count(), count);
}
