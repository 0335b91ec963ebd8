//! `--color`: when the log and the diagnostics have colors.

use std::fs;
use std::process::Command;

use crate::screen::Screen;
use crate::support::{Client, Service, Stopped, directory, program};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// What the service writes into pipes for one request and for its stop.
fn written(options: &[&str], variables: &[(&str, &str)]) -> Stopped {
    let mut command = program();
    command.args(["-l", "0", "--log", "pretty", "--diagnostics", "info"]);
    command.args(options).envs(variables.iter().copied());
    let service = Service::launch(&mut command);
    service.exchange(GET);
    service.stop()
}

fn has_color(lines: &[String]) -> bool {
    lines.iter().any(|line| line.contains('\x1b'))
}

#[test]
fn in_a_pipe_there_are_colors_only_if_they_are_wanted_always() {
    for (options, variables, expected) in [
        (&[][..], &[][..], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "never"], &[], false),
        (&["--color", "always"], &[], true),
        (&["--color", "ALWAYS"], &[], true),
        (&[], &[("HELLOWIRE_COLOR", "always")], true),
        (
            &["--color", "never"],
            &[("HELLOWIRE_COLOR", "always")],
            false,
        ),
        // What a user asks for on the command line is more than what all programs are asked for.
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
    ] {
        let Stopped { stdout, stderr, .. } = written(options, variables);
        let found = (has_color(&stdout), has_color(&stderr));
        assert_eq!(
            found,
            (expected, expected),
            "{options:?} {variables:?}: {stdout:?} {stderr:?}"
        );
    }
}

#[test]
fn a_log_file_has_no_colors() {
    let folder = directory();
    let path = folder.path().join("log");
    let stopped = written(&["--color", "always", "-o", path.to_str().unwrap()], &[]);
    let log = fs::read_to_string(path).unwrap();
    assert!(
        log.contains("GET / HTTP/1.1") && !log.contains('\x1b'),
        "{log:?}"
    );
    assert!(has_color(&stopped.stderr), "{stopped:?}");
}

/// Whether a terminal shows a record in colors, or in bold or dim letters.
fn is_painted_on_a_terminal(configure: impl FnOnce(&mut Command)) -> bool {
    let mut command = program();
    command.args(["-l", "0"]);
    configure(&mut command);
    let screen = Screen::start(&mut command);
    let rows = screen.until(|rows| rows.iter().any(|row| row.contains("http://")));
    let said = rows.iter().find(|row| row.contains("http://")).unwrap();
    let address = said.trim_end().rsplit('/').next().unwrap().parse().unwrap();
    let mut client = Client::connect(address);
    client.send(GET);
    client.read_answer();
    screen.until(|rows| rows.iter().any(|row| row.contains("Host: a")));
    screen.is_painted()
}

#[test]
fn on_a_terminal_there_are_colors_unless_they_are_not_wanted() {
    assert!(is_painted_on_a_terminal(|_| {}));
    assert!(!is_painted_on_a_terminal(|command| {
        command.args(["--color", "never"]);
    }));
    assert!(!is_painted_on_a_terminal(|command| {
        command.env("NO_COLOR", "1");
    }));
}
