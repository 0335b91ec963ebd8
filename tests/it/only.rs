//! `--log-only`: the log has the requests that the user wants to see. The service answers all.

use crate::support::{HELLO, Service, expect_answer, expect_record, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HOOK: &str = "POST /hook?a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
const REFUSED: &str = "POST /hook HTTP/1.1\r\n\r\n";
const ODD: &str = "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n";

/// Which of the requests above are in the log of a service with these options, in any order.
#[track_caller]
fn logged(service: Service) -> Vec<&'static str> {
    for (request, status) in [(GET, 200), (HOOK, 200), (REFUSED, 400), (ODD, 200)] {
        let body = if status == 200 { HELLO } else { "" };
        let answer = service.exchange(request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains(body), "{answer}");
    }
    let records = service.stop().stdout;
    let all = [GET, HOOK, REFUSED, ODD].into_iter();
    let in_log = |request: &&str| {
        let shown = format!("\"{}\"", request.escape_default());
        records.iter().any(|record| record.contains(&shown))
    };
    let found: Vec<_> = all.filter(in_log).collect();
    assert_eq!(found.len(), records.len(), "{records:#?}");
    found
}

#[test]
fn a_method_a_path_refused_and_odd_select_requests() {
    for (options, expected) in [
        (&[][..], &[GET, HOOK, REFUSED, ODD][..]),
        (&["--log-only", "POST"], &[HOOK, REFUSED]),
        (&["--log-only", "GET,BREW"], &[GET, ODD]),
        (&["--log-only", "/"], &[GET, HOOK, REFUSED, ODD]),
        (&["--log-only", "/hoo"], &[HOOK, REFUSED]),
        (&["--log-only", "refused"], &[REFUSED]),
        (&["--log-only", "odd"], &[ODD]),
        (&["--log-only", "odd", "--log-only", "GET"], &[GET, ODD]),
        (&["--log-only", "PUT"], &[]),
        (
            &["--log-only", "/", "--log-exclude", "/hook"],
            &[GET, REFUSED, ODD],
        ),
        (&["--log-only", ""], &[GET, HOOK, REFUSED, ODD]),
    ] {
        assert_eq!(logged(Service::start(options)), expected, "{options:?}");
    }
}

#[test]
fn the_variable_separates_them_by_commas() {
    let mut command = program();
    command
        .args(["-l", "0"])
        .env("HELLOWIRE_LOG_ONLY", "BREW, refused,");
    assert_eq!(logged(Service::launch(&mut command)), [REFUSED, ODD]);
}

#[test]
fn the_numbers_count_all_requests() {
    let service = Service::start(&["--log-only", "POST"]);
    let answers = service.exchange([GET, HOOK, GET, HOOK].concat());
    assert_eq!(answers.matches(HELLO).count(), 4, "{answers}");
    let records = service.stop().stdout;
    assert_eq!(records.len(), 2, "{records:#?}");
    for (record, number) in records.iter().zip([2, 4]) {
        let end = format!(" #1.{number} {} \"{}\"", HOOK.len(), HOOK.escape_default());
        expect_record(record, end);
    }
}

#[test]
fn in_raw_the_first_line_decides() {
    let service = Service::raw(&["--log-only", "POST"]);
    for bytes in [GET, "POST", "POST /", "POSTING", "hi POST"] {
        service.exchange(bytes);
    }
    let records = service.stop().stdout;
    assert_eq!(records.len(), 2, "{records:#?}");
    expect_record(&records[0], " \"POST\"");
    expect_record(&records[1], " \"POST /\"");
}

#[test]
fn a_request_that_is_not_in_the_log_is_answered_as_any_other() {
    let service = Service::start(&["--log-only", "PUT"]);
    let mut client = service.connect();
    for _ in 0..2 {
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
}
