//! Invalid values of options: the message names the value, the option, and the valid values.

use crate::support::{Service, program};

/// Expects `options` to end the program with exit code 2 and this on stderr.
#[track_caller]
fn expect(options: &[&str], said: &str) {
    let output = program().args(options).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
    assert!(stderr.starts_with(said), "{stderr:?} is not {said:?}");
}

/// Expects each of `values` of `option` to be refused with this reason.
#[track_caller]
fn expect_each(option: &[&str], shown: &str, values: &[&str], reason: &str) {
    for value in values {
        let said = format!("error: invalid value '{value}' for '{shown}': {reason}\n");
        expect(&[option, &[value]].concat(), &said);
    }
}

#[test]
fn numbers() {
    let reason = "expected a status code, 200 to 599, as in 404";
    let values = ["abc", "", "99", "199", "600", "70000", "-1", "2e2"];
    expect_each(&["--status"], "--status <CODE>", &values, reason);
    expect_each(&["-s"], "--status <CODE>", &values, reason);
    let reason = "expected a number, 1 to 1024";
    let values = ["x", "", "0", "1025", "-1", "1.5"];
    expect_each(&["--workers"], "--workers <N>", &values, reason);
    let reason = "expected a number, 1 or more";
    let values = ["x", "", "0", "-1", "99999999999999999999999"];
    expect_each(&["-c"], "--count <N>", &values, reason);
    expect_each(
        &["--max-connections"],
        "--max-connections <N>",
        &values,
        reason,
    );
}

#[test]
fn sizes() {
    let reason = "expected a size as in 4096, 64KiB or 16MiB";
    let values = ["big", "", "-1", "5x"];
    expect_each(&["--max-body"], "--max-body <SIZE>", &values, reason);
    let reason = "not within 256 B to 16 MiB";
    expect_each(&["--max-head"], "--max-head <SIZE>", &["255"], reason);
    let reason = "not within 4 KiB to 64 MiB";
    let values = ["4095", "0", "65MiB"];
    expect_each(
        &["--socket-buffer"],
        "--socket-buffer <SIZE>",
        &values,
        reason,
    );
    let reason = "more than 1 GiB";
    expect_each(&["--log-queue"], "--log-queue <SIZE>", &["2GiB"], reason);
}

#[test]
fn times() {
    for (value, reason) in [
        ("soon", "expected a time as in 10s, 500ms or 2m"),
        ("-1s", "expected a time as in 10s, 500ms or 2m"),
        ("0s", "must be longer than 0s"),
        ("366days", "longer than 365 days"),
    ] {
        let shown = "--idle-timeout <TIME>";
        expect_each(&["--idle-timeout"], shown, &[value], reason);
        let shown = "--timeout <TIME>";
        expect_each(&["send", "--timeout"], shown, &[value], reason);
        expect_each(&["health", "--timeout"], shown, &[value], reason);
    }
}

#[test]
fn addresses() {
    let form = "expected an address, a port or both, as in 127.0.0.1:9000, [::1]:9000, localhost, 9000 or :9000";
    let malformed = ["127.0.0", "a:b:c", ":", "1.2.3.4.5", "http://a", ""];
    let port = "a port is a number from 0 to 65535";
    let too_high = ["80800", ":80800", "127.0.0.1:65536"];
    let brackets = "an IPv6 address needs brackets before a port, as in [::1]:9000";
    for (values, reason) in [
        (&malformed[..], form),
        (&too_high, port),
        (&["::1:9000"], brackets),
    ] {
        expect_each(&["--listen"], "--listen <ADDR>", values, reason);
        expect_each(&["-l"], "--listen <ADDR>", values, reason);
        expect_each(&["send", "--to"], "--to <ADDR>", values, reason);
        for command in [&["health"][..], &["chat", "listen"], &["chat", "connect"]] {
            expect_each(command, "[ADDR]", values, reason);
        }
    }
}

#[test]
fn ports() {
    let reason = "expected a port, 0 to 65535";
    let values = ["65536", "-1", "+1", "x", "", ":80"];
    for option in ["--port", "-p"] {
        expect_each(&[option], "--port <N>", &values, reason);
        expect_each(&["raw", option], "--port <N>", &values, reason);
        expect_each(&["health", option], "--port <N>", &values, reason);
    }
}

/// Where one listens it is any free one, but nobody can be called at it.
#[test]
fn port_0_can_not_be_called() {
    let reason = "port 0 is any free one: the one to call is needed";
    let value = ["127.0.0.1:0", "0", ":0"];
    expect_each(&["health", "-p"], "--port <N>", &["0"], reason);
    expect_each(&["send", "--to"], "--to <ADDR>", &value, reason);
    for command in [&["health"][..], &["chat", "connect"]] {
        expect_each(command, "[ADDR]", &value, reason);
    }
}

#[test]
fn words_in_any_case() {
    for (option, shown, known) in [
        (
            "--log",
            "--log <FORMAT>",
            "pretty, short, line, json, json-full, hex, document, off",
        ),
        ("--log-overflow", "--log-overflow <WHAT>", "wait, drop"),
        ("--lang", "--lang <LANGUAGE>", "en, zh"),
        ("--color", "--color <WHEN>", "auto, always, never"),
        (
            "--diagnostics",
            "--diagnostics <LEVEL>",
            "error, warn, info, debug, off",
        ),
    ] {
        let said =
            format!("error: invalid value 'loud' for '{shown}'\n  [possible values: {known}]");
        expect(&[option, "loud"], &said);
        for word in known.split(", ") {
            let mut options = vec![option.to_owned(), word.to_uppercase()];
            options.extend(["--status".to_owned(), "x".to_owned()]);
            let options: Vec<&str> = options.iter().map(|word| &**word).collect();
            // The word is taken: what is said is about the other one.
            let said = if word == "zh" {
                "错误: '--status <CODE>' 的值 'x' 无效"
            } else {
                "error: invalid value 'x' for '--status <CODE>'"
            };
            expect(&options, said);
        }
    }
    let service = Service::start(&["--log", "JSON"]);
    service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let record = service.stdout.next();
    assert!(record.starts_with("{\"time\":"), "{record}");
}

#[test]
fn fields() {
    let reason = "expected a header field as in 'Name: value'";
    let values = ["a", ": b", "a b: c"];
    expect_each(&["--header"], "--header <FIELD>", &values, reason);
    // Each line is a field.
    let said = format!("error: invalid value 'c' for '--header <FIELD>': {reason}\n");
    expect(&["--header", "a: b\nc"], &said);
    for (value, field) in [
        ("Content-Length: 1", "content-length"),
        ("Connection: x", "connection"),
    ] {
        let reason = format!("the header field {field} can't be set: it belongs to the connection");
        expect_each(&["--header"], "--header <FIELD>", &[value], &reason);
    }
}

#[test]
fn paths() {
    let reason = "expected a path as in /health, percent-encoded, without a query";
    let values = ["up", "/up?a", "/a b"];
    expect_each(&["--log-exclude"], "--log-exclude <PATH>", &values, reason);
    expect_each(&["health", "--path"], "--path <PATH>", &values, reason);
    let reason =
        "expected a method as in POST, the beginning of a path as in /hook, refused or odd";
    let values = ["post", "hook", "/up?a", "GET /", "GET /up", "404", "a/b"];
    expect_each(&["--log-only"], "--log-only <WHAT>", &values, reason);
}
