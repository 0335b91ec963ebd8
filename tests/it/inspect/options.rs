//! The options of the page, and what the program says of them.

use std::net::{TcpListener, ToSocketAddrs as _};
use std::process::Command;

use super::{GET, Inspected};
use crate::support::{Service, program};

/// Exit code and stderr of a command that ends by itself.
#[track_caller]
fn ended(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

/// Expects this option to be refused with this text.
#[track_caller]
fn expect_refused(option: &str, value: &str, said: &str) {
    let (code, stderr) = ended(program().args([option, value]));
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.starts_with(said), "{stderr:?} is not {said:?}");
}

/// The lines of the page, of a service that is stopped then.
#[track_caller]
fn said(options: &[&str]) -> Vec<String> {
    let service = Service::start(options);
    let lines = service.stop().stderr;
    let page = lines.iter().position(|line| line.contains("inspect at "));
    lines[page.unwrap_or(lines.len())..].to_vec()
}

/// The token behind a URL, in a line that may go on.
#[track_caller]
fn token(line: &str) -> &str {
    let (_, behind) = line.split_once("/#").unwrap_or_else(|| panic!("{line}"));
    behind.split(' ').next().unwrap()
}

#[test]
fn values_that_are_wrong_are_refused() {
    let address = "error: invalid value 'a:b' for '--inspect <ADDR>': expected an address";
    expect_refused("--inspect", "a:b", address);
    for value in ["65535", "63KiB", "1025MiB", "1073741825", "0"] {
        let size = format!(
            "error: invalid value '{value}' for '--inspect-keep <SIZE>': not within 64 KiB to 1 GiB\n"
        );
        expect_refused("--inspect-keep", value, &size);
    }
    let size = "error: invalid value 'much' for '--inspect-keep <SIZE>': expected a size";
    expect_refused("--inspect-keep", "much", size);
    for (name, value) in [
        ("HELLOWIRE_INSPECT", "a:b"),
        ("HELLOWIRE_INSPECT_KEEP", "1"),
    ] {
        let (code, stderr) = ended(program().env(name, value));
        let said = format!("error: invalid value '{value}' for '{name}': ");
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.starts_with(&said), "{stderr}");
    }
}

#[test]
fn the_bounds_of_what_is_kept_are_valid() {
    for value in ["65536", "64KiB", "1GiB"] {
        let page = Inspected::start(&["--inspect-keep", value]);
        page.request(GET);
        assert_eq!(page.lines(""), ["GET /hello"], "{value}");
    }
}

#[test]
fn a_token_is_shown_in_the_url_alone() {
    for secret in ["secret", "secret-secret-s#", "secret secret secret"] {
        let reason = "expected at least 16 letters, digits or characters of -._~\n";
        let said = format!("error: invalid value '***' for '--inspect-token <TOKEN>': {reason}");
        let (code, stderr) = ended(program().args(["--inspect-token", secret]));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(
            stderr.starts_with(&said) && !stderr.contains("secret"),
            "{stderr}"
        );
        let (code, stderr) = ended(program().env("HELLOWIRE_INSPECT_TOKEN", secret));
        assert_eq!(code, Some(2), "{stderr}");
        let is_named = stderr.contains("'HELLOWIRE_INSPECT_TOKEN'");
        assert!(is_named && !stderr.contains("secret"), "{stderr}");
        let (_, stderr) = ended(program().args(["--lang", "zh", "--inspect-token", secret]));
        let is_said = stderr.starts_with("错误: '--inspect-token <TOKEN>' 的值 '***' 无效: 应至少");
        assert!(is_said && !stderr.contains("secret"), "{stderr}");
    }
    for language in ["en", "zh"] {
        let mut command = program();
        command.args(["--lang", language, "--help"]);
        command.env("HELLOWIRE_INSPECT_TOKEN", "secret-secret-secret");
        let help = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(help.contains("HELLOWIRE_INSPECT_TOKEN]"), "{help}");
        assert!(!help.contains("secret-"), "{help}");
    }
}

#[test]
fn an_address_in_use_is_exit_1_and_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stderr) = ended(program().args(["-p", "0", "--inspect", &address]));
    assert_eq!(code, Some(1), "{stderr}");
    let said = format!("cannot listen on {address}: Address already in use");
    assert!(stderr.contains(&said), "{stderr}");
    let hint = "another program listens there: --inspect sets another port";
    assert!(stderr.contains(hint), "{stderr}");
    assert!(!stderr.contains("listening on"), "{stderr}");
}

/// A viewer reads the records of one process, and a client of the service never gets the page.
#[test]
fn with_reuse_port_the_address_of_the_page_is_not_shared() {
    let first = Inspected::start(&["--reuse-port"]);
    let page = first.page.to_string();
    let service = first.service.address().to_string();
    let other = "127.0.0.1:0";
    for (listen, inspect) in [(other, &page), (&service, &service), (&service, &page)] {
        let mut command = program();
        command.args(["--reuse-port", "--listen", listen, "--inspect", inspect]);
        let (code, stderr) = ended(&mut command);
        assert_eq!(code, Some(1), "{listen} {inspect}: {stderr}");
        assert!(stderr.contains("--inspect sets another port"), "{stderr}");
    }
    let mut command = program();
    command.args(["--reuse-port", "--inspect", "127.0.0.1:0"]);
    command.args(["--listen", &service]);
    let second = Service::launch(&mut command);
    assert_eq!(second.address().to_string(), service);
    second.stop();
}

#[test]
fn on_loopback_there_is_no_token_unless_one_is_given() {
    assert_eq!(Inspected::start(&[]).token, None);
    let given = "abcdefghijklmnop-._~";
    let page = Inspected::start(&["--inspect-token", given]);
    assert_eq!(page.token.as_deref(), Some(given));
    page.request(GET);
    assert_eq!(page.lines(""), ["GET /hello"]);
}

#[test]
fn elsewhere_there_is_a_token_of_128_bits() {
    let [one, other] = [(); 2].map(|()| said(&["--inspect", ":0"]));
    let [first, second] = [&one, &other].map(|lines| token(&lines[0]));
    assert!(first.len() == 32 && first != second, "{first} {second}");
    assert!(
        first.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{first}"
    );
    assert!(one[0].starts_with("inspect at http://0.0.0.0:"), "{one:?}");
    // Where it is reached, each time with the token.
    let is_reached = |line: &String| line.starts_with("  http://127.0.0.1:");
    assert!(one.iter().any(is_reached), "{one:?}");
    for line in &one {
        assert_eq!(token(line), first, "{one:?}");
    }
}

#[test]
fn at_a_wildcard_the_token_is_needed_and_the_service_is_named_by_the_viewers_host() {
    let mut command = program();
    command.args([
        "--inspect",
        "0.0.0.0:0",
        "--inspect-token",
        "0123456789abcdef",
    ]);
    let page = Inspected::launch(&mut command);
    let address = format!("127.0.0.1:{}", page.page.port());
    let get = page
        .get("/records")
        .replace(&page.page.to_string(), &address);
    let json = super::json(&page.exchange(&get));
    // The service itself has an address of its own here.
    assert_eq!(json["to"], page.service.address().to_string());
    let without = format!("GET /records HTTP/1.1\r\nHost: {address}\r\n\r\n");
    assert_eq!(page.exchange(without).status, 401);
}

#[test]
fn a_service_at_a_wildcard_is_reached_by_the_viewers_host() {
    let mut command = program();
    command.args(["--inspect", "127.0.0.1:0", "--listen", "0.0.0.0:0"]);
    let service = Service::launch(&mut command);
    let port = service.address().port();
    let page = Inspected::of(service);
    for (host, shown) in [
        ("localhost:1", "localhost"),
        ("[::1]:1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
    ] {
        let get = format!("GET /records HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let json = super::json(&page.exchange(get));
        assert_eq!(json["to"], format!("{shown}:{port}"), "{host}");
    }
}

#[test]
fn a_name_may_have_several_addresses_and_each_is_said() {
    let addresses = ("localhost", 0).to_socket_addrs().unwrap();
    let mut hosts: Vec<_> = addresses.map(|address| address.ip()).collect();
    hosts.sort();
    hosts.dedup();
    let lines = said(&["--inspect", "localhost:0"]);
    assert_eq!(lines.len(), hosts.len(), "{lines:?} {hosts:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("inspect at http://"))
    );
}

#[test]
fn without_an_address_the_other_options_do_nothing() {
    let lines = said(&[
        "--inspect-keep",
        "1MiB",
        "--inspect-token",
        "0123456789abcdef",
    ]);
    assert_eq!(lines, [""; 0]);
}

#[test]
fn the_variables_are_as_the_options() {
    let mut command = program();
    command.env("HELLOWIRE_INSPECT", "127.0.0.1:0");
    command.env("HELLOWIRE_INSPECT_TOKEN", "0123456789abcdef");
    let page = Inspected::launch(&mut command);
    assert_eq!(page.token.as_deref(), Some("0123456789abcdef"));
    page.request(GET);
    assert_eq!(page.lines(""), ["GET /hello"]);
}

#[test]
fn the_page_has_the_language_that_is_chosen() {
    let html = |options: &[&str]| Inspected::start(options).answer("/").text().to_owned();
    assert!(html(&[]).contains("<html lang=\"en\" data-lang=\"\""));
    assert!(html(&["--lang", "en"]).contains("data-lang=\"en\""));
    let service = Service::start(&["--workers", "1", "--lang", "zh", "--inspect", "127.0.0.1:0"]);
    let page = Inspected::said_as("在浏览器中查看请求: http://", service);
    assert!(page.answer("/").text().contains("data-lang=\"zh\""));
    page.request("GET / HTTP/1.1\r\n\r\n");
    page.wait_for(1);
    let notes = |query| page.rows(query)[0]["notes"][0].as_str().unwrap().to_owned();
    assert!(notes("").starts_with("已拒绝:"));
    assert!(notes("lang=en").starts_with("refused: "));
}
