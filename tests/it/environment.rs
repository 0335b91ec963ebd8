//! Options from the environment: the effects of wrong and of empty variables.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use crate::support::{HELLO, Service, expect_answer, program};

/// The exit code, and the first line on stderr.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let first = stderr.lines().next().unwrap_or_default().to_owned();
    (output.status.code(), first)
}

/// The variables that the help of a command shows.
fn variables(command: &[&str]) -> Vec<String> {
    let output = program().args(command).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let shown = help.split("[env: ").skip(1);
    shown
        .map(|rest| rest.split(['=', ']']).next().unwrap().to_owned())
        .collect()
}

const COMMANDS: &[&[&str]] = &[
    &[],
    &["raw"],
    &["send"],
    &["chat", "connect"],
    &["chat", "listen"],
    &["health"],
];

/// Each of [`COMMANDS`] with options that are right, and how it fails behind them.
fn commands(nobody: &str, taken: &str) -> Vec<(Vec<String>, &'static str)> {
    let command = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let log = ["--log-file", "/nonexistent/log"];
    vec![
        (command(&log), "cannot open the log"),
        (command(&["raw", log[0], log[1]]), "cannot open the log"),
        (command(&["send", "--to", nobody, "hi"]), "refused: "),
        (command(&["chat", "connect", nobody]), "refused: "),
        (command(&["chat", "listen", taken]), "cannot listen on "),
        (command(&["health", nobody]), "refused: "),
    ]
}

#[test]
fn an_error_names_the_variable_that_the_value_came_from() {
    for (command, variable, value, reason) in [
        (&[][..], "HELLOWIRE_LISTEN", "a:b", ": expected an address"),
        (&[], "HELLOWIRE_PORT", "x", ": expected a port"),
        (&[], "HELLOWIRE_STATUS", "abc", ": expected a status code"),
        (&[], "HELLOWIRE_HEADER", "a", ": expected a header field"),
        (&[], "HELLOWIRE_WORKERS", "x", ": expected a number"),
        (&[], "HELLOWIRE_MAX_BODY", "big", ": expected a size"),
        (&[], "HELLOWIRE_IDLE_TIMEOUT", "soon", ": expected a time"),
        (&[], "HELLOWIRE_REUSE_PORT", "maybe", ": expected yes or no"),
        (&[], "HELLOWIRE_LOG", "xml", ""),
        (&[], "HELLOWIRE_LOG_EXCLUDE", "up", ": expected a path"),
        (&["raw"], "HELLOWIRE_LISTEN", ":", ": expected an address"),
        (&["send", "hi"], "HELLOWIRE_TO", ":a", ": expected an addr"),
        (&["send", "hi"], "HELLOWIRE_LANG", "fr", ""),
        (
            &["chat", "listen"],
            "HELLOWIRE_CHAT_LISTEN",
            "a:",
            ": expected an address",
        ),
        (
            &["chat", "connect"],
            "HELLOWIRE_CHAT_CONNECT",
            "a:",
            ": expected an address",
        ),
        (
            &["chat", "connect"],
            "HELLOWIRE_MAX_MESSAGE",
            "1",
            ": not within 1 KiB to 16 MiB",
        ),
        (&["health"], "HELLOWIRE_LISTEN", "a:", ": expected an addr"),
        (
            &["health"],
            "HELLOWIRE_PORT",
            "0",
            ": port 0 is any free one",
        ),
        (&["health"], "HELLOWIRE_PATH", "a", ": expected a path"),
    ] {
        let (code, said) = said(program().args(command).env(variable, value));
        let expected = format!("error: invalid value '{value}' for '{variable}'{reason}");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.starts_with(&expected), "{said:?} is not {expected:?}");
    }
}

#[test]
fn bytes_that_are_no_text_name_their_variable_or_option() {
    let bytes = OsStr::from_bytes(b"a\xff");
    for variable in ["HELLOWIRE_TEXT", "HELLOWIRE_STATUS", "HELLOWIRE_HEADER"] {
        let (code, said) = said(program().env(variable, bytes));
        let expected = format!("error: invalid value 'a\u{fffd}' for '{variable}': not UTF-8");
        assert_eq!((code, said), (Some(2), expected));
    }
    let (code, said) = said(program().arg("--text").arg(bytes));
    let expected = "error: invalid value 'a\u{fffd}' for '--text <TEXT>': not UTF-8";
    assert_eq!((code, &*said), (Some(2), expected));
}

#[test]
fn a_mistake_on_the_command_line_names_the_option() {
    for environment in [("HELLOWIRE_STATUS", "404"), ("HELLOWIRE_WORKERS", "x")] {
        let mut command = program();
        command.args(["--status", "abc"]).envs([environment]);
        let (code, said) = said(&mut command);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("for '--status <CODE>': "), "{said}");
    }
}

/// Compose's `${X:-}` makes such.
#[test]
fn an_empty_variable_counts_as_not_set() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken_address = taken.local_addr().unwrap().to_string();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody_address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    for ((words, reason), help) in commands(&nobody_address, &taken_address)
        .iter()
        .zip(COMMANDS)
    {
        let empty = variables(help);
        assert!(empty.len() > 2, "{empty:?}");
        let empty = empty.iter().map(|name| (name, ""));
        let (code, said) = said(program().args(words).envs(empty));
        assert_eq!(code, Some(1), "{words:?}: {said}");
        let expected = format!("hellowire: {reason}");
        assert!(said.starts_with(&expected), "{words:?}: {said}");
    }
}

#[test]
fn an_empty_text_is_the_default_one() {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0"]);
    let service = Service::launch(command.env("HELLOWIRE_TEXT", ""));
    let answer = service.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_answer(&answer, 200, HELLO);
}

#[test]
fn the_help_shows_a_variable_that_is_empty() {
    let mut command = program();
    let output = command.arg("--help").env("HELLOWIRE_TEXT", "").output();
    let help = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(help.contains("[env: HELLOWIRE_TEXT=]"), "{help}");
}

#[test]
fn the_timeouts_of_send_and_health_have_a_variable_each() {
    for (command, own, others) in [
        (
            &["send", "hi"][..],
            "HELLOWIRE_SEND_TIMEOUT",
            "HELLOWIRE_HEALTH_TIMEOUT",
        ),
        (
            &["health"],
            "HELLOWIRE_HEALTH_TIMEOUT",
            "HELLOWIRE_SEND_TIMEOUT",
        ),
    ] {
        let shown = variables(command);
        assert!(shown.iter().any(|name| name == own), "{shown:?}");
        assert!(!shown.iter().any(|name| name == others), "{shown:?}");
        let (code, said) = said(program().args(command).env(own, "0s"));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(own), "{said}");
    }
}

/// As an image or a Compose file that sets variables for all its processes.
#[test]
fn the_variables_of_other_commands_do_not_matter() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken_address = taken.local_addr().unwrap().to_string();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody_address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let commands = commands(&nobody_address, &taken_address);
    let all: Vec<_> = COMMANDS.iter().copied().flat_map(variables).collect();
    for ((words, reason), help) in commands.iter().zip(COMMANDS) {
        let mut own = variables(help);
        // With an address on its command line it needs none.
        own.retain(|name| {
            let is_address = ["HELLOWIRE_LISTEN", "HELLOWIRE_PORT"].contains(&&**name);
            *help != ["health"] || !is_address
        });
        let others = all.iter().filter(|name| !own.contains(name));
        let junk = others.map(|name| (name, "junk \u{1}"));
        assert!(junk.clone().count() > 3, "{own:?}");
        let (code, said) = said(program().args(words).envs(junk));
        let expected = format!("hellowire: {reason}");
        assert_eq!(code, Some(1), "{words:?}: {said}");
        assert!(said.starts_with(&expected), "{words:?}: {said}");
    }
}

#[test]
fn the_variables_of_listening_count_for_raw_too() {
    for (variable, value) in [("HELLOWIRE_LISTEN", "a:"), ("HELLOWIRE_WORKERS", "x")] {
        let (code, said) = said(program().arg("raw").env(variable, value));
        let expected = format!("error: invalid value '{value}' for '{variable}': ");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn the_help_of_a_command_is_shown_whatever_the_variables_of_others_are() {
    let mut command = program();
    command.args(["health", "--help"]);
    let output = command.env("HELLOWIRE_STATUS", "oops").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{help}");
    assert!(help.contains("[env: HELLOWIRE_PATH"), "{help}");
}
