//! What a client gets over a Unix socket is what it gets over TCP.

use std::io::Write as _;

use super::{GET, LAST, connect, exchange, place, read_to_end, start};
use crate::support::{HELLO, expect_answer, expect_record};

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn a_connection_has_many_requests_and_all_have_answers_and_records() {
    let (_directory, path) = place();
    let service = start(&path, &[]);
    // Pipelined, and the client has ended its side.
    let answers = exchange(&path, GET.repeat(50));
    assert_eq!(count(&answers, "HTTP/1.1 200 OK\r\n"), 50, "{answers}");
    // One after the other, on a connection that is kept.
    let mut kept = connect(&path);
    for _ in 0..3 {
        kept.write_all(GET.as_bytes()).unwrap();
    }
    kept.write_all(LAST.as_bytes()).unwrap();
    assert_eq!(count(&read_to_end(&kept), HELLO), 4);
    assert_eq!(service.stop().stdout.len(), 54);
}

#[test]
fn each_kind_of_request_has_its_answer() {
    let (_directory, path) = place();
    let service = start(&path, &["--max-body", "5000000"]);
    let head = exchange(&path, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(head.contains("content-length: 11\r\n"), "{head}");
    expect_answer(&head, 200, "");
    let refused = exchange(&path, "GET / HTTP/1.1\r\n\r\n");
    assert!(refused.starts_with("HTTP/1.1 400 "), "{refused}");
    let other = exchange(&path, "\x16\x03\x01");
    assert!(other.starts_with("HTTP/1.1 400 "), "{other}");
    for (length, status) in [(5_000_000, 200), (5_000_001, 413)] {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        let mut client = connect(&path);
        client.write_all(head.as_bytes()).unwrap();
        // The service reads on after its last answer, so all of it can be sent.
        client.write_all(&vec![b'x'; length]).unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read_to_end(&client);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
    service.stop();
}

#[test]
fn raw_answers_any_bytes_and_a_client_that_only_tries_the_socket_has_no_record() {
    let (_directory, path) = place();
    let service = start(&path, &["raw"]);
    drop(connect(&path));
    let answer = "HTTP/1.1 200 OK\r\n\r\nHello World";
    assert_eq!(exchange(&path, "hi"), answer);
    assert_eq!(exchange(&path, ""), answer);
    let records = service.stop().stdout;
    assert_eq!(records.len(), 2, "{records:#?}");
    expect_record(&records[0], " 2 \"hi\"");
    expect_record(&records[1], " 0 \"\"");
}

#[test]
fn a_tcp_address_beside_it_is_served_too() {
    use crate::support::{Client, Service, program};

    let (_directory, path) = place();
    let listen = format!("127.0.0.1:0,{}", super::address(&path));
    let service = Service::launch(program().args(["--listen", &listen]));
    assert_eq!(
        service.stderr.next(),
        format!("listening on {}", super::address(&path))
    );
    let mut client = Client::connect(service.address());
    client.send(LAST);
    expect_answer(&client.read_to_end(), 200, HELLO);
    expect_answer(&exchange(&path, LAST), 200, HELLO);
    assert_eq!(service.stop().stdout.len(), 2);
}
