//! `--echo`: the answer is the request.

use crate::support::{Service, expect_answer, program};

const GET: &str = "GET /a?b HTTP/1.1\r\nHost: a\r\nX: \u{e9}\r\n\r\n";
const TYPE: &str = "\r\ncontent-type: text/plain; charset=utf-8\r\n";
const NOSNIFF: &str = "\r\nx-content-type-options: nosniff\r\n";

/// Expects `--echo`, with these options too, to answer `request` with this status and `body`.
#[track_caller]
fn expect(options: &[&str], request: &str, status: u16, body: &str) -> String {
    let service = Service::start(&[&["--echo"], options].concat());
    let answer = service.exchange(request);
    let length = format!("\r\ncontent-length: {}\r\n", body.len());
    assert!(answer.contains(&length), "{answer}");
    let fields = [TYPE, NOSNIFF].iter().all(|field| answer.contains(field));
    assert!(fields, "{answer}");
    expect_answer(&answer, status, body);
    service.stop();
    answer
}

#[test]
fn the_answer_is_the_request() {
    expect(&[], GET, 200, GET);
    let posted = "POST / HTTP/1.1\nHost: a\nContent-Length: 4\n\na\r\n\0";
    expect(&[], posted, 200, posted);
    let chunked = "PUT /%zz HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nt: u\r\n\r\n";
    expect(&[], chunked, 200, chunked);
    let empty_lines = ["\r\n\r\n", GET].concat();
    expect(&[], &empty_lines, 200, &empty_lines);
    let old = "GET / HTTP/1.0\r\n\r\n";
    let answer = Service::start(&["--echo"]).exchange(old);
    assert!(answer.ends_with(&["\r\n\r\n", old].concat()), "{answer}");
}

#[test]
fn it_needs_no_log_and_no_record() {
    expect(&["--log", "off"], GET, 200, GET);
    expect(&["--log-exclude", "/a"], GET, 200, GET);
    expect(&["--log", "short"], GET, 200, GET);
    expect(&["--count", "1"], GET, 200, GET);
}

#[test]
fn the_status_and_the_fields_are_the_users() {
    let answer = expect(&["-s", "503", "-H", "Retry-After: 5"], GET, 503, GET);
    assert!(answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
    let service = Service::start(&["--echo", "-H", "Content-Type: message/http"]);
    let answer = service.exchange(GET);
    assert!(
        answer.contains("\r\ncontent-type: message/http\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains(NOSNIFF) && !answer.contains(TYPE),
        "{answer}"
    );
}

#[test]
fn an_answer_without_content_has_none() {
    let service = Service::start(&["--echo"]);
    let head = GET.replace("GET", "HEAD");
    let answer = service.exchange(&head);
    expect_answer(&answer, 200, "");
    let length = format!("\r\ncontent-length: {}\r\n", head.len());
    assert!(answer.contains(&length), "{answer}");
    for status in ["204", "205", "304"] {
        let service = Service::start(&["--echo", "--status", status]);
        let answers = service.exchange(GET.repeat(2));
        let heads = answers.matches("HTTP/1.1 ").count();
        assert!(heads == 2 && answers.ends_with("\r\n\r\n"), "{answers}");
        assert!(!answers.contains("GET"), "{answers}");
    }
}

/// As the record has it, but for what the record says of the rest.
#[test]
fn of_a_body_there_is_as_much_as_in_the_record() {
    for (kept, body, left) in [
        ("4", "abcd", "abcd"),
        ("3", "abcd", "abc"),
        ("0", "abcd", ""),
        // No character is cut.
        ("2", "a\u{e9}b", "a"),
        ("3", "a\u{e9}b", "a\u{e9}"),
    ] {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [&head, body].concat();
        expect(
            &["--log-body", kept],
            &request,
            200,
            &[&head, left].concat(),
        );
        // The body comes in two reads.
        let service = Service::start(&["--echo", "--log-body", kept, "--log", "off"]);
        let mut client = service.connect();
        client.send(head.replace("Host", "Expect: 100-continue\r\nHost"));
        client.read_answer();
        client.send(body);
        let answer = client.read_answer();
        assert!(answer.ends_with(&format!("\r\n\r\n{left}")), "{answer}");
    }
}

#[test]
fn pipelined_requests_get_their_own_bytes() {
    let service = Service::start(&["--echo", "--ready-path", "/ready"]);
    let mut client = service.connect();
    let requests: Vec<_> = (0..500)
        .map(|number| GET.replace("/a", &format!("/{number}/{}", "x".repeat(number))))
        .collect();
    let sender = std::thread::spawn({
        let (sent, mut half) = (
            requests.concat(),
            crate::support::Client(client.0.try_clone().unwrap()),
        );
        move || half.send(sent)
    });
    for request in &requests {
        expect_answer(&client.read_answer(), 200, request);
    }
    sender.join().unwrap();
}

#[test]
fn a_refusal_is_no_echo() {
    let service = Service::start(&["--echo"]);
    for (request, said) in [
        ("GET / HTTP/1.1\r\n\r\n", "Host"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx",
            "chunk",
        ),
    ] {
        let answers = service.exchange([GET, request].concat());
        assert!(answers.contains(GET), "{answers}");
        let (_, refusal) = answers.split_once("HTTP/1.1 400 ").unwrap();
        assert!(refusal.contains(said), "{refusal}");
        assert!(!refusal.contains("nosniff"), "{refusal}");
    }
}

#[test]
fn a_text_and_an_echo_contradict_each_other() {
    let (echo, text) = (("HELLOWIRE_ECHO", "yes"), ("HELLOWIRE_TEXT", "a"));
    for (options, variables, shown) in [
        (
            &["--echo", "--text", "a"][..],
            &[][..],
            ("--echo", "--text <TEXT>"),
        ),
        (
            &["--echo", "-t", "Hello World"],
            &[],
            ("--echo", "--text <TEXT>"),
        ),
        (&["--echo"], &[text][..], ("--echo", "HELLOWIRE_TEXT")),
        (
            &["--text", "a"],
            &[echo],
            ("HELLOWIRE_ECHO", "--text <TEXT>"),
        ),
        (&[], &[echo, text], ("HELLOWIRE_ECHO", "HELLOWIRE_TEXT")),
    ] {
        let run = |language: &str| {
            let mut command = program();
            command.args(options).args(["--lang", language]);
            let output = command.envs(variables.to_vec()).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{options:?}: {output:?}");
            String::from_utf8(output.stderr).unwrap()
        };
        let (echo, text) = shown;
        let said = format!("error: the argument '{echo}' cannot be used with '{text}'\n");
        let stderr = run("en");
        assert!(stderr.starts_with(&said), "{stderr}");
        let said = format!("错误: '{echo}' 不能与 '{text}' 同时使用\n");
        let stderr = run("zh");
        assert!(stderr.starts_with(&said), "{stderr}");
    }
}

#[test]
fn no_echo_contradicts_nothing() {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--text", "a"]);
    let service = Service::launch(command.env("HELLOWIRE_ECHO", "no"));
    expect_answer(&service.exchange(GET), 200, "a");
    let mut command = program();
    command
        .args(["--listen", "127.0.0.1:0"])
        .env("HELLOWIRE_TEXT", "");
    let service = Service::launch(command.env("HELLOWIRE_ECHO", "yes"));
    expect_answer(&service.exchange(GET), 200, GET);
}
