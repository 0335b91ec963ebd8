//! Programs with a closed standard stream: they report what is lost, and nothing else breaks.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::support::{Service, directory, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const WHY: &str = "standard output is closed, or /dev/null opened for reading and writing";

/// The program behind a shell that redirects so.
fn redirected(redirection: &str, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("exec \"$0\" \"$@\" {redirection}");
    shell.args(["-c", &script]).arg(program().get_program());
    shell.args(arguments).env("LC_ALL", "C.UTF-8");
    shell.stdin(Stdio::null()).stderr(Stdio::piped());
    shell
}

/// What a service says besides its address. It has to serve.
fn said(command: &mut Command) -> String {
    let child = command.spawn().unwrap();
    let service = Service::of(child).unwrap();
    assert!(service.exchange(GET).ends_with("Hello World"));
    let greeting = service.said.clone();
    let stopped = service.stop();
    // On a busy machine what is said first may come behind the address.
    format!("{greeting}{}\n", stopped.stderr.join("\n"))
}

const ADDRESS: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn a_service_says_that_its_records_are_lost() {
    for command in [&[][..], &["raw"]] {
        for redirection in [">&-", "<&- >&-"] {
            let said = said(&mut redirected(redirection, &[command, &ADDRESS].concat()));
            assert!(
                said.contains(&format!("no record is kept: {WHY}\n")),
                "{said}"
            );
        }
    }
}

#[test]
fn who_wants_no_records_on_stdout_hears_nothing() {
    let directory = directory();
    let log = directory.path().join("log");
    for (redirection, options) in [
        (">/dev/null", &[][..]),
        (">&-", &["--log", "off"]),
        (">&-", &["--log-file", log.to_str().unwrap()]),
        (">&-", &["--diagnostics", "error"]),
        ("<&-", &[]),
    ] {
        let mut command = redirected(redirection, &[&ADDRESS, options].concat());
        let said = said(command.stdout(Stdio::null()));
        assert!(
            said.starts_with("listening on ") && said.trim_end().lines().count() == 1,
            "{said}"
        );
    }
}

/// As Python's and Node's libraries do.
#[test]
fn a_null_for_both_looks_the_same() {
    let null = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
        .unwrap();
    let said = said(redirected("", &ADDRESS).stdout(null));
    assert!(said.contains(WHY), "{said}");
}

#[test]
fn the_client_and_the_chat_say_that_nothing_is_shown() {
    let service = Service::raw(&["--log", "off"]);
    let to = service.address().to_string();
    for command in [&["send", "a", "--to", &to][..], &["chat", "connect", &to]] {
        for (redirection, is_said) in [
            (">&-", true),
            ("<&- >&-", true),
            (">/dev/null", false),
            ("<&-", false),
        ] {
            let output = redirected(redirection, command).output().unwrap();
            let said = str::from_utf8(&output.stderr).unwrap();
            assert!(
                output.status.success(),
                "{command:?} {redirection}: {output:?}"
            );
            assert_eq!(
                said.contains(WHY),
                is_said,
                "{command:?} {redirection}: {said}"
            );
        }
    }
}
