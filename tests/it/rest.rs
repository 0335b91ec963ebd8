//! An idle connection has no hyper connection; each busy period gets a new one. Clients notice no
//! difference.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use socket2::{Domain, Socket, Type};

use crate::shutdown::{AWAITED, until_none_begins};
use crate::support::{BOUND, Client, HELLO, Service, expect_answer, expect_record, memory};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Many more connections than workers.
const MANY: usize = 300;

fn ask(client: &mut Client) {
    client.send(GET);
    expect_answer(&client.read_answer(), 200, HELLO);
}

/// Asks, and waits until the service has answered. The client does not read the answer.
fn ask_only(client: &mut Client, service: &Service) {
    client.send(GET);
    service.stdout.next();
    // The one worker answers this later request after the first.
    service.exchange(GET);
    service.stdout.next();
}

fn many(service: &Service) -> Vec<Client> {
    (0..MANY).map(|_| service.connect()).collect()
}

#[test]
fn many_take_turns_and_each_request_is_numbered_on_its_connection() {
    let service = Service::start(&["--workers", "2"]);
    let mut clients = many(&service);
    for _ in 0..3 {
        clients.iter_mut().for_each(ask);
    }
    drop(clients);
    let records = service.stop().stdout;
    for number in 1..=3 {
        let part = format!(".{number} {} \"GET / ", GET.len());
        let count = records
            .iter()
            .filter(|record| record.contains(&part))
            .count();
        assert_eq!(count, MANY, "{part}");
    }
}

/// hyper's two buffers alone have 16 KiB.
#[test]
fn those_that_are_idle_are_small() {
    let service = Service::start(&["--workers", "1", "--log", "off"]);
    ask(&mut service.connect());
    let before = memory(service.id(), "VmRSS");
    let mut clients: Vec<_> = (0..4).flat_map(|_| many(&service)).collect();
    clients.iter_mut().for_each(ask);
    let grown = memory(service.id(), "VmRSS").saturating_sub(before);
    assert!(grown < 7 * clients.len() as u64, "{grown} kB");
}

/// Requests that leave the connection open, each in its own way.
const KINDS: [&str; 10] = [
    GET,
    "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "DELETE /x HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n",
];

fn without_date(answers: &str) -> String {
    let lines = answers.split_inclusive("\r\n");
    lines.filter(|line| !line.starts_with("date: ")).collect()
}

/// Earlier requests, on this connection and on others, do not change an answer.
#[test]
fn whoever_came_before_makes_no_difference() {
    let alone = KINDS.map(|kind| Service::start(&[]).exchange(kind));
    let service = Service::start(&["--workers", "1"]);
    let ask = |client: &mut Client, kind: usize| {
        client.send(KINDS[kind]);
        let mut answers = vec![0; alone[kind].len()];
        client.0.read_exact(&mut answers).unwrap();
        let answers = String::from_utf8(answers).unwrap();
        let expected = without_date(&alone[kind]);
        assert_eq!(without_date(&answers), expected, "{:?}", KINDS[kind]);
    };
    let (mut one, mut other) = (service.connect(), service.connect());
    for first in 0..KINDS.len() {
        for second in 0..KINDS.len() {
            ask(&mut one, first);
            ask(&mut other, second);
            ask(&mut one, second);
        }
    }
}

/// Many connections have a hyper connection at the same time, and each keeps its own.
#[test]
fn many_requests_that_wait_for_their_bodies_do_not_mix() {
    let service = Service::start(&["--workers", "1"]);
    let mut clients: Vec<_> = (0..40).map(|_| service.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send(format!(
            "POST /{number} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        ));
        // hyper has begun with it.
        client.read_answer();
    }
    for (number, client) in clients.iter_mut().enumerate().rev() {
        client.send(format!("body {number:04}"));
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    clients.iter_mut().for_each(ask);
    drop(clients);
    let records = service.stop().stdout;
    for number in 0..40 {
        let end = format!(r"\r\n\r\nbody {number:04}");
        let of_one = |record: &&String| record.contains(&format!("POST /{number} "));
        let record = records.iter().find(of_one).unwrap();
        assert!(record.contains(&end), "{record}");
    }
    assert_eq!(records.len(), 80);
}

#[test]
fn however_a_request_is_cut_after_a_rest_all_is_as_before() {
    let service = Service::start(&["--workers", "1", "--log-exclude", "/other"]);
    let mut client = service.connect();
    ask(&mut client);
    for first in ["", "\r\n", "GET / HT"] {
        client.send(first);
        // Whoever is answered now was read after that, on the one worker.
        service.exchange("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
        client.send(GET.strip_prefix(first).unwrap_or(GET));
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    client.finish();
    client.expect_end();
    let records = service.stop().stdout;
    for (record, end) in records.iter().zip([
        r#"#1.1 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.2 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.3 29 "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
        r#"#1.4 27 "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#,
    ]) {
        expect_record(record, end);
    }
    assert_eq!(records.len(), 4);
}

#[test]
fn what_is_no_request_is_refused_and_what_was_left_is_recorded() {
    let service = Service::start(&["--workers", "1"]);
    let mut clients = many(&service);
    clients.iter_mut().for_each(ask);
    let (mut last, mut other) = (clients.pop().unwrap(), clients.pop().unwrap());
    last.send("nonsense\r\n\r\n");
    assert!(last.read_to_end().starts_with("HTTP/1.1 400 "));
    other.send("\r\n");
    other.finish();
    other.expect_end();
    drop(clients);
    let records = service.stop().stdout;
    let special = |part: &str| {
        records
            .iter()
            .filter(|record| record.contains(part))
            .count()
    };
    assert_eq!((special(" refused 400: "), special(" incomplete")), (1, 1));
    assert_eq!(records.len(), MANY + 2);
}

#[test]
fn the_idle_timeout_counts_from_the_last_request() {
    let service = Service::start(&["--idle-timeout", "1500ms"]);
    let mut client = service.connect();
    ask(&mut client);
    let asked = Instant::now();
    client.expect_end();
    let passed = asked.elapsed();
    assert!(passed >= Duration::from_millis(1400), "{passed:?}");
}

/// Empty lines do not begin a request, and do not set its clock back.
#[test]
fn nor_do_empty_lines_count() {
    let service = Service::start(&["--idle-timeout", "1500ms"]);
    let mut client = service.connect();
    ask(&mut client);
    let mut lines = 0;
    // Far more than fit into the timeout, each well within it.
    while lines < 200 && client.0.write_all(b"\r\n").is_ok() {
        lines += 1;
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(lines < 100, "{lines} empty lines in a timeout for 5");
}

/// Where answers wait in the kernel for a client that takes them late, a request that crosses the end
/// must not reset them.
#[test]
fn answers_that_are_not_taken_yet_survive_a_stop() {
    let deadline = Instant::now() + BOUND;
    loop {
        let (in_time, answers) = answers_taken_after_a_stop();
        if in_time {
            return assert!(answers >= 1, "the answer is lost");
        }
        assert!(Instant::now() < deadline, "no request crosses the end");
    }
}

/// Whether a client that takes no answer before it has sent a second request, after the stop, has sent
/// that while a round trip is awaited for sure: a machine that is too busy for it shows nothing. And how
/// many answers it gets.
fn answers_taken_after_a_stop() -> (bool, usize) {
    let text = "x".repeat(30_000);
    let service = Service::start(&["--text", &text, "--workers", "1"]);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // So that most of the answer still waits in the service's kernel.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&service.address().into()).unwrap();
    let mut client = Client(socket.into());
    client.0.set_read_timeout(Some(BOUND)).unwrap();
    ask_only(&mut client, &service);
    let stopped = Instant::now();
    service.signal(Signal::TERM);
    until_none_begins(&service);
    // Time that passes: its end has been sent, and a round trip is not over.
    std::thread::sleep(Duration::from_millis(50));
    let is_sent = client.0.write_all(GET.as_bytes()).is_ok();
    let in_time = is_sent && stopped.elapsed() < AWAITED;
    let mut answers = Vec::new();
    // A reset leaves what came before it.
    let _ = client.0.read_to_end(&mut answers);
    let answers = String::from_utf8(answers).unwrap();
    (in_time, answers.matches(&text).count())
}

#[test]
fn a_stop_ends_them_cleanly() {
    let service = Service::start(&["--workers", "2"]);
    let mut clients = many(&service);
    clients.iter_mut().for_each(ask);
    service.signal(Signal::TERM);
    clients.iter_mut().for_each(Client::expect_end);
    drop(clients);
    let stopped = service.wait();
    assert_eq!(
        (stopped.status.code(), stopped.stdout.len()),
        (Some(0), MANY)
    );
}
