//! Where a listener with a wildcard address is reached: what a service and a chat say about it.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::support::{Client, HELLO, Service, expect_answer, has_ipv6, program};
use crate::talker::Talker;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// The address in a line `  http://192.168.1.7:8080 (eth0)`.
#[track_caller]
fn address(line: &str) -> &str {
    let address = line
        .strip_prefix("  http://")
        .and_then(|rest| rest.strip_suffix(')')?.split_once(" ("))
        .filter(|(_, interface)| !interface.is_empty());
    address.unwrap_or_else(|| panic!("{line:?}")).0
}

/// The lines of the interfaces: what a service in `options` says behind its addresses.
fn interfaces(service: Service) -> Vec<String> {
    service.stop().stderr
}

#[test]
fn each_address_of_the_machine_that_is_said_is_served() {
    let service = Service::launch(program().args(["-l", ":0"]));
    let greeting = service.greeting.clone();
    let port = service.address().port();
    assert_eq!(greeting, format!("listening on http://0.0.0.0:{port}"));
    let loopback = format!("  http://127.0.0.1:{port} (");
    let mut lines = service.stderr.until(&loopback);
    lines.retain(|line| !line.starts_with(&loopback));
    for line in &lines {
        let mut client = Client::connect(address(line).parse().unwrap());
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
    }
    for line in interfaces(service) {
        address(&line);
    }
}

#[test]
fn all_that_is_listened_on_is_said_before_any_interface() {
    if !has_ipv6("the interfaces of two wildcards") {
        return;
    }
    let service = Service::launch_on(program().args(["-l", "[::]:0", "-l", ":0"]), 2);
    let [six, four] = [0, 1].map(|index| service.addresses[index]);
    assert!(six.is_ipv6() && four.is_ipv4(), "{service:?}");
    let lines = interfaces(service);
    for expected in [
        format!("[::1]:{}", six.port()),
        format!("127.0.0.1:{}", four.port()),
    ] {
        let is_said = lines.iter().any(|line| address(line) == expected);
        assert!(is_said, "{expected}: {lines:#?}");
    }
}

#[test]
fn another_address_has_no_interfaces() {
    for options in [&["-l", "127.0.0.1:0"][..], &["raw", "-l", "localhost:0"]] {
        let service = Service::launch(program().args(options));
        let lines = interfaces(service);
        assert!(
            lines.iter().all(|line| !line.starts_with(' ')),
            "{lines:#?}"
        );
    }
}

/// A shell that runs `command`, with this program as `hellowire`.
fn shell(command: &str) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_hellowire")).parent().unwrap();
    let path = env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell.env("PATH", format!("{}:{path}", folder.display()));
    shell
}

#[test]
fn the_command_that_a_chat_says_calls_it() {
    for listened in ["0", ":0", "[::1]:0", "127.0.0.2:0"] {
        if listened.starts_with('[') && !has_ipv6("a chat's command for IPv6") {
            continue;
        }
        let mut listener = Talker::start(program().args(["chat", "listen", listened]));
        assert!(listener.stderr.next().starts_with("listening on "));
        // In one line, or below it if there are several.
        let said = listener.stderr.next();
        let command = said.strip_prefix("the other side types:").unwrap();
        let command = match command.trim() {
            "" => listener.stderr.next(),
            command => command.to_owned(),
        };
        assert!(
            command.trim().starts_with("hellowire chat connect"),
            "{command}"
        );
        let mut caller = Talker::start(&mut shell(&command));
        caller.type_in("hi\n");
        assert_eq!(listener.stdout.next(), "hi", "{command}");
        listener.type_in("ho\n");
        assert_eq!(caller.stdout.next(), "ho", "{command}");
    }
}
