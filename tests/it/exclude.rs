//! `--log-exclude`: the service answers probes and does not log them. It logs everything else.

use crate::support::{HELLO, Service, expect_answer, expect_record, program};

const PROBE: &str = "GET /up HTTP/1.1\r\nHost: a\r\n\r\n";
const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Expects that these bytes get an answer of this status, and a record with this in it.
#[track_caller]
fn expect_recorded(options: &[&str], bytes: &str, status: u16, part: &str) {
    let service = Service::start(&[&["--log-exclude", "/up"], options].concat());
    let answer = service.exchange(bytes);
    let records = service.stop().stdout;
    let is_it = answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(is_it, "{bytes:.40}: {answer}");
    assert_eq!(records.len(), 1, "{bytes:.40}: {records:#?}");
    assert!(records[0].contains(part), "{bytes:.40}: {records:#?}");
}

#[test]
fn an_excluded_request_is_answered_and_its_number_is_skipped() {
    let service = Service::start(&["--log-exclude", "/up", "--log-exclude", "/down"]);
    let answers = service.exchange([PROBE, GET, &PROBE.replace("/up", "/down"), GET].concat());
    assert_eq!(answers.matches(HELLO).count(), 4, "{answers}");
    let records = service.stop().stdout;
    assert_eq!(records.len(), 2, "{records:#?}");
    for (record, number) in records.iter().zip([2, 4]) {
        expect_record(
            record,
            format!(" #1.{number} 27 \"{}\"", GET.escape_default()),
        );
    }
}

#[test]
fn however_it_is_cut_and_whatever_it_carries() {
    let service = Service::start(&["--log-exclude", "/up", "--log-body", "1"]);
    let posted = "POST /up?a=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    let mut client = service.connect();
    for byte in [PROBE, posted].concat().as_bytes() {
        client.send([*byte]);
    }
    for _ in 0..2 {
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    drop(client);
    assert_eq!(service.stop().stdout, Vec::<String>::new());
}

#[test]
fn what_is_refused_is_recorded() {
    let get = |rest: &str| format!("GET /up{rest}\r\n\r\n");
    let post =
        |field: &str, rest: &str| format!("POST /up HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n{rest}");
    let (sized, chunked) = ("Content-Length: 4", "Transfer-Encoding: chunked");
    let short = ["--max-body", "3"];
    for (options, bytes, status) in [
        (&[][..], get("?#a HTTP/1.1\r\nHost: a"), 400),
        (&[], get(" HTTP/1.1"), 400),
        (&[], PROBE.replace("GET", "TRACE"), 405),
        (&[], get(" HTTP/2.0\r\nHost: a"), 505),
        (
            &["--max-target", "9"],
            get("?1234567 HTTP/1.1\r\nHost: a"),
            414,
        ),
        (
            &["--max-head", "256"],
            get(&format!(" HTTP/1.1\r\nHost: {}", "a".repeat(256))),
            431,
        ),
        (&short, post(sized, "abcd"), 413),
        (&short, post(chunked, "4\r\nabcd\r\n0\r\n\r\n"), 413),
        (&[], post(chunked, "x"), 400),
    ] {
        expect_recorded(options, &bytes, status, &format!(" refused {status}: "));
    }
    // Cut short by the connection's end.
    for bytes in [&PROBE[..20], &post(sized, "abc")] {
        expect_recorded(&[], bytes, 400, " refused 400: ");
    }
}

#[test]
fn other_paths_are_recorded() {
    for path in ["/", "/Up", "/up/", "/%75p", "http://a/upp"] {
        let request = PROBE.replace("/up", path);
        let end = format!(" #1.1 {} \"{}\"", request.len(), request.escape_default());
        expect_recorded(&[], &request, 200, &end);
    }
}

#[test]
fn raw_leaves_out_what_is_one_whole_request_for_the_path() {
    let service = Service::raw(&["--log-exclude", "/up"]);
    let cut = &PROBE[..PROBE.len() - 1];
    for bytes in [PROBE, cut, GET, "/up"] {
        let answer = service.exchange(bytes);
        assert_eq!(answer, "HTTP/1.1 200 OK\r\n\r\nHello World");
    }
    let records = service.stop().stdout;
    assert_eq!(records.len(), 3, "{records:#?}");
    for (record, bytes) in records.iter().zip([cut, GET, "/up"]) {
        expect_record(record, format!(" \"{}\"", bytes.escape_default()));
    }
}

#[test]
fn in_the_environment_paths_are_separated_by_commas_and_there_may_be_none() {
    for (paths, expected) in [("/up, /down", 1), ("", 3)] {
        let service = Service::launch(
            program()
                .args(["--listen", "127.0.0.1:0"])
                .env("HELLOWIRE_LOG_EXCLUDE", paths),
        );
        for path in ["/up", "/down", "/"] {
            service.exchange(PROBE.replace("/up", path));
        }
        let records = service.stop().stdout;
        assert_eq!(records.len(), expected, "{paths:?}: {records:#?}");
    }
}
