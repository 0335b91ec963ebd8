//! The command line and the environment: valid options, and the messages for invalid ones.

use std::net::{Ipv6Addr, TcpListener};

use crate::support::{HELLO, Service, expect_answer, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Runs the program to its end, which comes by itself: exit code and stderr.
#[track_caller]
fn run(options: &[&str]) -> (Option<i32>, String) {
    let output = program().args(options).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{options:?}");
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn bad_usage_is_a_clear_error_and_exit_2() {
    for (options, said) in [
        (&["--unknown"][..], "unexpected argument"),
        (&["sing"], "unrecognized subcommand"),
        (&["raw", "--text", "x"], "unexpected argument"),
        (&["--text", "x", "raw"], "cannot be used with"),
        (
            &["-p", "1", "raw"],
            "\n\n  tip: options stand behind the command: hellowire raw [OPTIONS]\n",
        ),
        (
            &["--lang", "en", "chat", "connect", "a"],
            "\n\n  tip: options stand behind the command: hellowire chat connect [OPTIONS]\n",
        ),
        (
            &["9000"],
            "\n\n  tip: to listen at this port, use '-p 9000'\n",
        ),
        (
            &["-s", "404", "9000"],
            "\n\n  tip: to listen at this port, use '-p 9000'\n",
        ),
    ] {
        let (code, stderr) = run(options);
        assert_eq!(code, Some(2), "{options:?}: {stderr}");
        assert!(stderr.contains(said), "{options:?}: {stderr}");
    }
    let (_, stderr) = run(&["--log", "line", "sing"]);
    assert!(!stderr.contains("tip: options"), "no command: {stderr}");
}

#[test]
fn an_address_in_use_is_exit_1_and_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stderr) = run(&["--listen", &address]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains(&format!(
            "cannot listen on {address}: Address already in use"
        )),
        "{stderr}"
    );
}

#[test]
fn an_address_that_is_not_ours_is_exit_1() {
    // TEST-NET-1: no machine has it.
    let (code, stderr) = run(&["--listen", "192.0.2.1:8080"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot listen on 192.0.2.1:8080: "),
        "{stderr}"
    );
}

#[test]
fn a_log_file_that_cannot_be_opened_is_exit_1_and_is_named() {
    let (code, stderr) = run(&["--listen", "127.0.0.1:0", "--log-file", "/nonexistent/log"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot open the log /nonexistent/log: No such file"),
        "{stderr}"
    );
}

#[test]
fn a_second_instance_fails_unless_both_share_the_port() {
    let first = Service::start(&["--reuse-port"]);
    let address = first.address().to_string();
    let (code, stderr) = run(&["--listen", &address]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("Address already in use"), "{stderr}");
    let second = Service::launch(program().args(["--listen", &address, "--reuse-port"]));
    first.stop();
    expect_answer(&second.exchange(GET), 200, HELLO);
}

#[test]
fn several_addresses_are_served_and_said() {
    let service = Service::launch_on(
        program().args(["--listen", "127.0.0.1:0", "--listen", "127.0.0.2:0"]),
        2,
    );
    for address in &service.addresses {
        let mut client = crate::support::Client::connect(*address);
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    assert_eq!(service.addresses[1].ip().to_string(), "127.0.0.2");
}

#[test]
fn ipv6_and_names_where_this_machine_has_them() {
    let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if has_ipv6 {
        let service = Service::launch(program().args(["--listen", "[::1]:0"]));
        assert!(service.address().is_ipv6());
        expect_answer(&service.exchange(GET), 200, HELLO);
    }
    // How many addresses the name has differs; the first is IPv4's.
    let service = Service::launch(program().args(["--listen", "localhost:0"]));
    expect_answer(&service.exchange(GET), 200, HELLO);
}

/// A port that is free, as far as can be known.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn a_port_replaces_that_of_every_address() {
    let port = free_port().to_string();
    for (options, variables, expected) in [
        (&["-p", &*port][..], &[][..], &["127.0.0.1"][..]),
        (&["raw", "--port", &port], &[], &["127.0.0.1"]),
        (&["-p", &port, "-l", "127.0.0.3:1"], &[], &["127.0.0.3"]),
        (
            &["-p", &port],
            &[("HELLOWIRE_LISTEN", "127.0.0.1:1,127.0.0.2:2")],
            &["127.0.0.1", "127.0.0.2"],
        ),
        (&[], &[("HELLOWIRE_PORT", &port)], &["127.0.0.1"]),
        (&["-p", &port], &[("HELLOWIRE_PORT", "1")], &["127.0.0.1"]),
        // An address that is typed has its own port.
        (
            &["-l", &format!("127.0.0.4:{port}")],
            &[("HELLOWIRE_PORT", "1")],
            &["127.0.0.4"],
        ),
        (
            &["-p", &port, "-l", "127.0.0.5:1", "-l", "127.0.0.5:2"],
            &[],
            &["127.0.0.5"],
        ),
    ] {
        let mut command = program();
        command.args(options).envs(variables.iter().copied());
        let service = Service::launch_on(&mut command, expected.len());
        let addresses = service.addresses.iter().map(ToString::to_string);
        let expected = expected.iter().map(|host| format!("{host}:{port}"));
        assert!(addresses.eq(expected), "{options:?}: {service:?}");
        service.exchange(GET);
        service.stop();
    }
    let service = Service::launch(program().args(["-p", "0"]));
    assert_eq!(service.address().ip().to_string(), "127.0.0.1");
    expect_answer(&service.exchange(GET), 200, HELLO);
}

#[test]
fn a_second_service_at_the_port_is_an_error_that_names_the_address() {
    let first = Service::launch(program().args(["-p", "0"]));
    let port = first.address().port().to_string();
    let (code, stderr) = run(&["-p", &port]);
    assert_eq!(code, Some(1), "{stderr}");
    let expected = format!("cannot listen on 127.0.0.1:{port}: Address already in use");
    assert!(stderr.contains(&expected), "{stderr}");
    let hint = "; another program listens there: -p sets another port\n";
    assert!(stderr.ends_with(hint), "{stderr}");
    let (code, stderr) = run(&["chat", "listen", &port]);
    assert_eq!(code, Some(1), "{stderr}");
    let hint = "; another program listens there: ADDR sets another port\n";
    assert!(stderr.ends_with(hint), "{stderr}");
}

#[test]
fn an_address_may_lack_its_host_or_its_port() {
    for (address, host) in [("0", "127.0.0.1"), (":0", "0.0.0.0")] {
        let service = Service::launch(program().args(["-l", address]));
        assert_eq!(service.address().ip().to_string(), host);
        let mut client =
            crate::support::Client::connect(([127, 0, 0, 1], service.address().port()).into());
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
        for to in [
            format!(":{}", service.address().port()),
            service.address().port().to_string(),
        ] {
            for arguments in [
                &["send", "-t", &to, GET][..],
                &["health", &to],
                &["health", "-p", to.trim_start_matches(':')],
            ] {
                let output = program().args(arguments).output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
            }
        }
    }
    // Without a port: the one of `--port`, so that the test needs no fixed one.
    let port = free_port().to_string();
    let service = Service::launch(program().args(["-l", "127.0.0.2", "-p", &port]));
    assert_eq!(service.address().to_string(), format!("127.0.0.2:{port}"));
}

#[test]
fn the_check_asks_at_the_port_of_the_variable_unless_an_address_is_given() {
    let service = Service::start(&[]);
    let port = service.address().port().to_string();
    let check = |arguments: &[&str], port: &str| {
        let mut command = program();
        command
            .arg("health")
            .args(arguments)
            .env("HELLOWIRE_PORT", port);
        command.output().unwrap().status.code()
    };
    assert_eq!(check(&[], &port), Some(0));
    assert_eq!(check(&["-p", &port], "1"), Some(0));
    assert_eq!(check(&[&format!("127.0.0.1:{port}")], "1"), Some(0));
    assert_eq!(check(&["127.0.0.1:1", "-p", &port], ""), Some(0));
}

#[test]
fn the_commonest_options_have_short_forms() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let file = file.to_str().unwrap();
    let short = [
        "-s", "404", "-t", "no", "-H", "X-A: -b", "-f", "json", "-o", file,
    ];
    let service = Service::start(&short);
    let answer = service.exchange(GET);
    expect_answer(&answer, 404, "no");
    assert!(answer.contains("\r\nx-a: -b\r\n"), "{answer}");
    service.stop();
    let records = std::fs::read_to_string(file).unwrap();
    assert!(records.starts_with("{\"time\":"), "{records}");
}

#[test]
fn the_environment_is_heard_by_both_services() {
    let addresses = "127.0.0.1:0,127.0.0.2:0";
    let service = Service::launch_on(
        program()
            .env("HELLOWIRE_LISTEN", addresses)
            .env("HELLOWIRE_TEXT", "hi"),
        2,
    );
    expect_answer(&service.exchange(GET), 200, "hi");
    let service = Service::launch_on(
        program()
            .arg("raw")
            .env("HELLOWIRE_LISTEN", addresses)
            .env("HELLOWIRE_TEXT", "hi"),
        2,
    );
    assert_eq!(service.exchange("hi"), "HTTP/1.1 200 OK\r\n\r\nHello World");
}

#[test]
fn fields_in_the_environment_are_one_a_line() {
    let service = Service::launch(
        program()
            .args(["--listen", "127.0.0.1:0"])
            .env("HELLOWIRE_HEADER", "X-A: b, c\nX-D: e"),
    );
    let answer = service.exchange(GET);
    assert!(answer.contains("\r\nx-a: b, c\r\nx-d: e\r\n"), "{answer}");
}

#[test]
fn every_option_has_a_variable_and_the_help_shows_it() {
    for (options, at_least) in [
        (&["--help"][..], 20),
        (&["raw", "--help"], 10),
        (&["send", "--help"], 5),
        (&["chat", "listen", "--help"], 2),
        (&["chat", "connect", "--help"], 3),
        (&["health", "--help"], 2),
    ] {
        let output = program().args(options).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        let names: Vec<_> = help
            .lines()
            .filter_map(|line| {
                let (before, option) = line.trim_start().split_once("--")?;
                let is_short = before.len() == 4 && before.starts_with('-');
                let is_option = before.is_empty() || is_short;
                let name = option.split([' ', '=']).next()?;
                (is_option && !["help", "version"].contains(&name)).then_some(name)
            })
            .collect();
        assert!(names.len() >= at_least, "{help}");
        for name in names {
            let mut variable = format!("HELLOWIRE_{}", name.to_uppercase().replace('-', "_"));
            // Two commands have one, and each means something else.
            if name == "timeout" {
                variable = format!("HELLOWIRE_{}_TIMEOUT", options[0].to_uppercase());
            }
            // The help shows no value of a secret.
            let is_shown = |end| help.contains(&format!("[env: {variable}{end}"));
            assert!(is_shown('=') || is_shown(']'), "{name}: {help}");
        }
    }
}

#[test]
fn the_start_is_said_in_the_language_of_the_locale() {
    let said = |options: &[&str], locale: &str| {
        let mut command = program();
        command.args(["--listen", "127.0.0.1:0"]).args(options);
        Service::launch(command.env("LC_ALL", locale))
            .greeting
            .clone()
    };
    let (english, chinese) = (
        "listening on http://127.0.0.1:",
        "服务器等待客户端连接…… http://127.0.0.1:",
    );
    for (options, locale, expected) in [
        (&[][..], "C.UTF-8", english),
        (&[], "zh_CN.UTF-8", chinese),
        (&["--lang", "zh"], "C.UTF-8", chinese),
        (&["--lang", "en"], "zh_CN.UTF-8", english),
    ] {
        let said = said(options, locale);
        assert!(said.starts_with(expected), "{options:?} {locale}: {said}");
    }
}

#[test]
fn the_version_is_said() {
    let output = program().arg("--version").output().unwrap();
    let expected = format!("hellowire {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
