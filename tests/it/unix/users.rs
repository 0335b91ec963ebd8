//! The client, the probe and the page with a service on a Unix socket, and who its peer is.

use std::process::{Command, id};

use super::{GET, LAST, address, connect, exchange, place, start};
use crate::support::{Client, Service, program};

/// A program's exit code, stdout and stderr.
fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (output.status.code(), stdout, stderr)
}

/// The user of this test, as the kernel numbers it.
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn a_record_names_the_process_and_its_user() {
    let peer = format!("unix:pid={},uid={}", id(), user());
    for arguments in [&[][..], &["raw"]] {
        for (format, expected) in [
            ("line", format!(" {peer} #1.1 ")),
            ("hex", format!("#1.1 {peer} ")),
            ("json", format!("\"peer\":\"{peer}\"")),
            ("json-full", format!("\"peer\":\"{peer}\"")),
            ("pretty", peer.clone()),
            ("short", peer.clone()),
        ] {
            let (_directory, path) = place();
            let service = start(&path, &[arguments, &["--log", format]].concat());
            exchange(&path, LAST);
            let records = service.stop().stdout.join("\n");
            assert!(records.contains(&expected), "{format}: {records}");
        }
    }
}

#[test]
fn the_client_sends_and_names_what_fails() {
    let (_directory, path) = place();
    let send = || {
        let mut command = program();
        command.args(["send", "--to", &address(&path), LAST]);
        command
    };
    let (code, stdout, stderr) = outcome(&mut send());
    assert_eq!((code, &*stdout), (Some(1), ""));
    assert!(
        stderr.contains(&format!("cannot connect to {}: No such", address(&path))),
        "{stderr}"
    );
    let service = start(&path, &[]);
    let (code, stdout, stderr) = outcome(&mut send());
    assert_eq!((code, &*stderr), (Some(0), ""));
    assert!(stdout.ends_with("Hello World"), "{stdout}");
    let client = send().stdout(std::process::Stdio::null()).spawn().unwrap();
    let pid = client.id();
    client.wait_with_output().unwrap();
    let records = service.stop().stdout;
    assert!(
        records[1].contains(&format!(" unix:pid={pid},uid={} #2.1 ", user())),
        "{records:#?}"
    );
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let (_, _, stderr) = outcome(&mut send());
    let expected = format!("hellowire: refused: nobody listens at {}\n", address(&path));
    assert_eq!(stderr, expected);
}

#[test]
fn the_probe_asks_for_localhost() {
    let (_directory, path) = place();
    let service = start(&path, &[]);
    let probe = || {
        let mut command = program();
        command.arg("health");
        command
    };
    let well = (Some(0), String::new(), String::new());
    assert_eq!(outcome(probe().arg(address(&path))), well);
    // A port is none of a Unix socket's.
    let mut command = probe();
    command.env("HELLOWIRE_LISTEN", format!("{}, :1", address(&path)));
    assert_eq!(outcome(command.env("HELLOWIRE_PORT", "1")), well);
    for record in service.stop().stdout {
        assert!(record.contains(r"\r\nHost: localhost\r\n"), "{record}");
    }
    let (code, _, said) = outcome(probe().arg(address(&path)));
    assert_eq!(code, Some(1));
    assert!(said.contains("cannot connect to unix:"), "{said}");
}

/// The page shows where the service is, and the commands for it are words of a shell.
#[test]
fn the_page_has_commands_for_a_unix_socket() {
    let (directory, _) = place();
    let path = directory.path().join("it's a.sock");
    let service = start(&path, &["--inspect", "127.0.0.1:0"]);
    let inspect = service.stderr.until("inspect at http://").pop().unwrap();
    let inspect = inspect.trim_end_matches('/').rsplit('/').next().unwrap();
    let inspect = inspect.parse().unwrap();
    exchange(&path, GET);
    let ask = |path: &str| {
        let mut client = Client::connect(inspect);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ));
        let answer = client.read_to_end();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    };
    let records = ask("/records");
    assert_eq!(records["to"], address(&path));
    let id = records["records"][0]["id"].as_str().unwrap();
    let view = ask(&format!("/records/{id}/view"));
    let word = path.display().to_string().replace('\'', r"'\''");
    let command = view["command"]["text"].as_str().unwrap();
    let curl = view["curl"]["text"].as_str().unwrap();
    assert!(
        curl.contains(&format!(" --unix-socket '{word}' ")),
        "{curl}"
    );
    assert!(curl.ends_with(" http://localhost/"), "{curl}");
    // The copied command, as a shell runs it.
    let sent = command.replace(
        "hellowire send",
        env!("CARGO_BIN_EXE_hellowire").to_owned().as_str(),
    );
    let sent = sent.replacen(" --to ", " send --to ", 1);
    let (code, stdout, stderr) = outcome(Command::new("sh").args(["-c", &sent]));
    assert_eq!(code, Some(0), "{command}: {stderr}");
    assert!(stdout.ends_with("Hello World"), "{stdout}");
    assert_eq!(service.stop().stdout.len(), 2);
}

#[test]
fn where_tcp_is_needed_a_unix_socket_is_a_usage_error() {
    for (arguments, language, expected) in [
        (
            &["chat", "listen", "unix:a"][..],
            "en",
            "a Unix socket is of no use here: TCP is needed",
        ),
        (
            &["chat", "connect", "unix:a"],
            "zh",
            "这里不能用 Unix 套接字,只能用 TCP",
        ),
        (
            &["--inspect", "unix:a"],
            "en",
            "a Unix socket is of no use here: TCP is needed",
        ),
        (
            &["--listen", "unix:"],
            "en",
            "a Unix socket is unix: and a path of 1 to 107 bytes",
        ),
        (
            &["--listen", "unix:"],
            "zh",
            "Unix 套接字写作 unix: 加路径,路径为 1 到 107 字节",
        ),
        (
            &["send", "--to", "/run/a.sock"],
            "en",
            "a Unix socket is unix: and a path",
        ),
        (
            &["--socket-mode", "999"],
            "en",
            "expected permissions in octal, 0 to 0777, as in 0660",
        ),
        (
            &["raw", "--socket-mode", "999"],
            "zh",
            "应为八进制权限,0 到 0777,如 0660",
        ),
    ] {
        let (code, _, said) = outcome(program().args(arguments).args(["--lang", language]));
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn a_silent_connection_has_no_record() {
    let (_directory, path) = place();
    let service: Service = start(&path, &[]);
    drop(connect(&path));
    exchange(&path, LAST);
    let records = service.stop().stdout;
    assert_eq!(records.len(), 1, "{records:#?}");
    // It has a number all the same.
    assert!(records[0].contains(" #2.1 "), "{records:#?}");
}
