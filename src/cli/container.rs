//! Finds what `hellowire health` checks in a container, if it has no address: the service that is the
//! container's first process.
//!
//! ```text
//! /proc/1 ─ cmdline, environ ─ the program's own options ─ an address, or a reason for none
//! ```
//!
//! The variables alone are not enough: a service with `--listen` or `--port` listens elsewhere.
//!
//! # Invariants
//!
//! - The result is `None` outside of a container, if the first process is another program, and if it can't
//!   be read.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process;

use clap::ArgMatches;

use super::environment;
use super::health::Check;
use super::service::{LISTEN, PORT, at_port, is_typed};
use super::values::{addresses, port};

/// The container's check, if the command line is `hellowire health` without an address and a port.
pub(super) fn check_for(typed: &ArgMatches) -> Option<Check> {
    let options = typed.subcommand_matches("health")?;
    let has_address = ["address", "port"].iter().any(|id| is_typed(options, id));
    if has_address { None } else { check() }
}

/// The check of the container that this process runs in.
fn check() -> Option<Check> {
    // `docker run hellowire health` is the first process itself.
    if process::id() == 1 || !is_first_process_hellowire() {
        return None;
    }
    let first = Path::new("/proc/1");
    let command_line = fs::read(first.join("cmdline")).ok()?;
    let environment = fs::read(first.join("environ")).ok()?;
    check_of(&command_line, &environment)
}

fn is_first_process_hellowire() -> bool {
    let program = |process: &str| {
        let file = fs::metadata(Path::new("/proc").join(process).join("exe"));
        file.map(|file| (file.dev(), file.ino()))
    };
    matches!((program("1"), program("self")), (Ok(first), Ok(own)) if first == own)
}

/// The check of a process with this command line and environment. As in `/proc`, a NUL ends each word and
/// each variable.
fn check_of(command_line: &[u8], environment: &[u8]) -> Option<Check> {
    let words = command_line.strip_suffix(b"\0").unwrap_or(command_line);
    let words = words.split(|&byte| byte == 0);
    let words: Vec<_> = words
        .map(|word| OsString::from_vec(word.to_owned()))
        .collect();
    let matches = environment::typed(&words).ok()?;
    match matches.subcommand() {
        None => check_of_service(&matches, environment),
        Some(("raw", matches)) => check_of_service(matches, environment),
        Some((command, _)) => Some(Check::Nothing(format!(
            "this container runs `hellowire {command}`, which is no service"
        ))),
    }
}

fn check_of_service(matches: &ArgMatches, environment: &[u8]) -> Option<Check> {
    if variable(environment, "LISTEN_FDS").is_some() {
        let why = "this container's service serves the sockets of LISTEN_FDS";
        return Some(Check::Nothing(why.to_owned()));
    }
    let addresses = match variable(environment, LISTEN) {
        Some(value) if !is_typed(matches, "listen") => {
            addresses(str::from_utf8(value).ok()?).ok()?
        }
        _ => matches.get_many("listen")?.cloned().collect(),
    };
    let port = match variable(environment, PORT) {
        Some(value) if !is_typed(matches, "port") && !is_typed(matches, "listen") => {
            Some(port(str::from_utf8(value).ok()?).ok()?)
        }
        _ => matches.get_one("port").copied(),
    };
    let mut addresses = at_port(addresses, port).into_iter();
    Some(match addresses.find(|address| address.port() != Some(0)) {
        Some(address) => Check::Service(address),
        None => Check::Nothing("this container's service listens at any free port".to_owned()),
    })
}

/// The value of a variable, unless it is unset or empty.
fn variable<'a>(environment: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let value = environment.split(|&byte| byte == 0).find_map(|variable| {
        let rest = variable.strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    });
    value.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &[u8] = b"PATH=/bin\0HELLOWIRE_LISTEN=0.0.0.0:8080\0HOME=/\0";

    /// The check of a process with this command line. Spaces separate its words.
    fn check(command_line: &str, environment: &[u8]) -> Option<Check> {
        let mut words = command_line.replace(' ', "\0").into_bytes();
        words.push(0);
        check_of(&words, environment)
    }

    #[track_caller]
    fn expect(command_line: &str, environment: &[u8], address: &str) {
        let service = Check::Service(address.parse().unwrap());
        let found = check(command_line, environment);
        assert_eq!(found, Some(service), "{command_line}");
    }

    #[test]
    fn the_first_address_with_a_port_on_the_command_line_counts() {
        for (command_line, address) in [
            ("/hellowire --listen 0.0.0.0:9000", "0.0.0.0:9000"),
            ("/hellowire --listen=[::]:9000", "[::]:9000"),
            ("/hellowire --status 404 --listen a:1 --listen b:2", "a:1"),
            ("/hellowire raw --listen a:1,b:2", "a:1"),
            ("hellowire --listen [fe80::1%eth0]:1", "[fe80::1%eth0]:1"),
            ("hellowire --listen a:0 --listen b:2", "b:2"),
            ("hellowire -l :9000", "0.0.0.0:9000"),
            ("hellowire -l 9000", "127.0.0.1:9000"),
            ("hellowire raw -l ::1", "[::1]:8080"),
            ("hellowire -l unix:/run/a.sock", "unix:/run/a.sock"),
            ("hellowire -p 9000 -l unix:a,b", "unix:a"),
        ] {
            expect(command_line, IMAGE, address);
        }
    }

    #[test]
    fn without_the_option_the_variable_counts_and_then_the_default() {
        for (environment, address) in [
            (IMAGE, "0.0.0.0:8080"),
            (b"HELLOWIRE_LISTEN=a:1, b:2\0", "a:1"),
            (b"HELLOWIRE_LISTEN=a:0,b:2\0", "b:2"),
            (
                b"HELLOWIRE_LISTEN=unix:/a b.sock,c:1\0HELLOWIRE_PORT=9\0",
                "unix:/a b.sock",
            ),
            (b"HELLOWIRE_LISTEN=\0", "127.0.0.1:8080"),
            (
                b"NO_HELLOWIRE_LISTEN=a:1\0HELLOWIRE_LISTEN_TOO=b:1\0",
                "127.0.0.1:8080",
            ),
            (b"", "127.0.0.1:8080"),
        ] {
            expect("/hellowire", environment, address);
            expect("/hellowire raw --log off", environment, address);
        }
    }

    #[test]
    fn the_port_of_the_option_or_the_variable_replaces_the_addresses_own() {
        for (command_line, variables, address) in [
            ("hellowire -p 9000", "", "0.0.0.0:9000"),
            ("hellowire --port=9000", "HELLOWIRE_PORT=1", "0.0.0.0:9000"),
            ("hellowire raw -p9000 -l a,b:2", "", "a:9000"),
            ("hellowire", "HELLOWIRE_PORT=9000", "0.0.0.0:9000"),
            ("hellowire -l a:1", "HELLOWIRE_PORT=9000", "a:1"),
            ("hellowire", "HELLOWIRE_PORT=", "0.0.0.0:8080"),
        ] {
            let environment = [IMAGE, variables.as_bytes(), b"\0"].concat();
            expect(command_line, &environment, address);
        }
        let any = "this container's service listens at any free port".to_owned();
        let found = check("hellowire -p 0", IMAGE);
        assert_eq!(found, Some(Check::Nothing(any)));
        assert_eq!(check("hellowire", b"HELLOWIRE_PORT=x\0"), None);
    }

    #[test]
    fn without_a_service_there_is_nothing_to_check() {
        for (command_line, command) in [
            ("/hellowire chat listen 0.0.0.0:12345", "chat"),
            ("/hellowire chat connect a:1", "chat"),
            ("/hellowire send --to a:1 hi", "send"),
        ] {
            let why = format!("this container runs `hellowire {command}`, which is no service");
            let found = check(command_line, IMAGE);
            assert_eq!(found, Some(Check::Nothing(why)), "{command_line}");
        }
        let why = "this container's service listens at any free port".to_owned();
        for command_line in [
            "/hellowire --listen 0.0.0.0:0",
            "/hellowire --listen a:0,b:0",
        ] {
            let found = check(command_line, IMAGE);
            assert_eq!(found, Some(Check::Nothing(why.clone())), "{command_line}");
        }
        let found = check("/hellowire", b"HELLOWIRE_LISTEN=0.0.0.0:0\0");
        assert_eq!(found, Some(Check::Nothing(why)));
        let why = "this container's service serves the sockets of LISTEN_FDS";
        let found = check("/hellowire -l :9000", b"LISTEN_FDS=1\0LISTEN_PID=1\0");
        assert_eq!(found, Some(Check::Nothing(why.to_owned())));
    }

    #[test]
    fn an_invalid_command_line_or_variable_is_unknown() {
        for command_line in [
            "/hellowire --unknown",
            "/hellowire sing",
            "/hellowire --help",
        ] {
            assert_eq!(check(command_line, IMAGE), None, "{command_line}");
        }
        assert_eq!(check("/hellowire", b"HELLOWIRE_LISTEN=\xff\0"), None);
        assert_eq!(check("/hellowire", b"HELLOWIRE_LISTEN=a:\0"), None);
    }
}
