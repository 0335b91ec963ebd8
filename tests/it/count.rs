//! `--count`: the service stops after so many records. Each request that came before the end is answered.

use std::process::Command;
use std::thread;

use rustix::process::Signal;

use crate::support::{Client, HELLO, Service, Stopped, expect_answer, expect_record, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Waits until the service ends by itself, which is no failure, with this many records.
#[track_caller]
fn expect_end(service: Service, records: usize) -> Stopped {
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    assert_eq!(stopped.stdout.len(), records, "{stopped:#?}");
    assert_eq!(stopped.stderr, Vec::<String>::new());
    stopped
}

#[test]
fn the_last_record_ends_the_service_and_its_request_is_answered() {
    for count in [1, 3] {
        let service = Service::start(&["-c", &count.to_string()]);
        for _ in 0..count {
            expect_answer(&service.exchange(GET), 200, HELLO);
        }
        expect_end(service, count);
    }
}

#[test]
fn one_record_less_does_not_end_it() {
    let service = Service::start(&["--count", "3"]);
    let mut client = service.connect();
    for _ in 0..2 {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
        service.stdout.next();
    }
    client.send(GET);
    expect_answer(&client.read_answer(), 200, HELLO);
    client.expect_end();
    expect_end(service, 1);
}

#[test]
fn pipelined_requests_are_all_answered_and_no_more_are_recorded() {
    let service = Service::start(&["-c", "2"]);
    let answers = service.exchange(GET.repeat(5));
    assert_eq!(answers.matches(HELLO).count(), 5, "{answers}");
    let stopped = expect_end(service, 2);
    for (record, number) in stopped.stdout.iter().zip([1, 2]) {
        let end = format!(" #1.{number} {} \"{}\"", GET.len(), GET.escape_default());
        expect_record(record, end);
    }
}

#[test]
fn of_fifty_clients_at_once_one_is_recorded() {
    let service = Service::start(&["-c", "1", "--workers", "4"]);
    let address = service.address();
    // All are connected before the first asks.
    let clients: Vec<_> = (0..50).map(|_| Client::connect(address)).collect();
    let asking: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let own = client.0.local_addr().unwrap();
            thread::spawn(move || {
                client.send(GET);
                let answer = client.try_read_answer();
                let is_answered = answer.is_ok_and(|answer| answer.ends_with(HELLO));
                is_answered.then(|| own.to_string())
            })
        })
        .collect();
    let answered = asking
        .into_iter()
        .filter_map(|client| client.join().unwrap());
    let answered: Vec<_> = answered.collect();
    let stopped = expect_end(service, 1);
    let peer = stopped.stdout[0].split(' ').nth(1).unwrap();
    assert!(
        answered.iter().any(|own| own == peer),
        "{peer}: {answered:?}"
    );
}

/// Half a request, whose other half decides when the service can end.
const HALF: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na";

/// A service whose one record was made, and a client with half a request.
fn counted_out(options: &[&str]) -> (Service, Client) {
    let service = Service::start(&[&["-c", "1", "--workers", "1"], options].concat());
    let mut half = service.connect();
    half.send(HALF);
    expect_answer(&service.exchange(GET), 200, HELLO);
    service.stdout.next();
    (service, half)
}

#[test]
fn the_first_signal_behind_the_last_record_cuts_nothing() {
    let (service, mut half) = counted_out(&[]);
    service.signal(Signal::TERM);
    half.send("b");
    expect_answer(&half.read_answer(), 200, HELLO);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
}

#[test]
fn the_second_signal_behind_the_last_record_ends_the_service_at_once() {
    let (service, _half) = counted_out(&["--drain-timeout", "1h", "--diagnostics", "info"]);
    service.stderr.until("finishing what is in flight");
    // Two that differ: of equal ones that come together the kernel makes one.
    service.signal(Signal::TERM);
    service.signal(Signal::INT);
    let code = service.wait().status.code();
    assert!(matches!(code, Some(130 | 143)), "{code:?}");
}

#[test]
fn a_client_that_hangs_does_not_change_the_exit_code() {
    let (service, _half) = counted_out(&["--drain-timeout", "100ms"]);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    assert!(
        stopped.stderr.concat().contains("connections were cut"),
        "{stopped:#?}"
    );
}

#[test]
fn requests_that_are_not_in_the_log_do_not_count() {
    let service = Service::start(&["-c", "1", "--log-only", "refused", "--log-exclude", "/up"]);
    for _ in 0..3 {
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    let answer = service.exchange("GET / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let stopped = expect_end(service, 1);
    assert!(stopped.stdout[0].contains(" refused 400: "), "{stopped:?}");
}

#[test]
fn raw_counts_too_and_so_does_the_variable() {
    let service = Service::raw(&["--count", "2"]);
    for bytes in ["one", "two"] {
        assert_eq!(
            service.exchange(bytes),
            "HTTP/1.1 200 OK\r\n\r\nHello World"
        );
    }
    let stopped = expect_end(service, 2);
    expect_record(&stopped.stdout[1], " \"two\"");
    let mut command = program();
    command.args(["-l", "0"]).env("HELLOWIRE_COUNT", "1");
    let service = Service::launch(&mut command);
    service.exchange(GET);
    expect_end(service, 1);
}

#[test]
fn without_a_log_there_is_nothing_to_count() {
    let expect = |count: &str, log: &str, command: &mut Command| {
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        let said = format!("error: the argument '{count}' cannot be used with '{log}'\n");
        assert!(stderr.starts_with(&said), "{stderr}");
    };
    let (count, log) = ("--count <N>", "--log off");
    let (count_variable, log_variable) = ("HELLOWIRE_COUNT", "HELLOWIRE_LOG=off");
    expect(count, log, program().args(["--count", "1", "--log", "off"]));
    expect(count, log, program().args(["raw", "-c1", "-f", "off"]));
    let mut command = program();
    let off = command.args(["-c", "1"]).env("HELLOWIRE_LOG", "off");
    expect(count, log_variable, off);
    let off = off.args(["-f", "off"]);
    expect(count, log, off);
    for arguments in [&[][..], &["raw"]] {
        let mut command = program();
        command.args(arguments).env("HELLOWIRE_COUNT", "1");
        let off = command.env("HELLOWIRE_LOG", "off");
        expect(count_variable, log_variable, off);
    }
}
