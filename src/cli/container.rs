//! What there is to check in a container, for `hellowire health` without an address: its first
//! process, where that is this same program, has it on its command line or in its environment.
//!
//! ```text
//! /proc/1 ─ cmdline, environ ─ the program's own options ─ an address, or why there is none
//! ```
//!
//! What always holds: another program as PID 1, one that can't be looked at, and no container at
//! all are the same: nothing is known. The variable alone would not do: a service that was started
//! with `--listen` listens elsewhere.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::environment;
use super::health::Check;
use super::values::addresses;

/// The variable of `--listen`.
pub(super) const LISTEN: &str = "HELLOWIRE_LISTEN";

/// What the container has to check, where the command line asks for that: the probe's, without an
/// address.
pub(super) fn asked_for(typed: &ArgMatches) -> Option<Check> {
    let options = typed.subcommand_matches("health")?;
    let is_given = options.value_source("address") == Some(ValueSource::CommandLine);
    if is_given { None } else { check() }
}

/// What there is to check of this container, where that can be known.
fn check() -> Option<Check> {
    // `docker run hellowire health` is the first process itself.
    if process::id() == 1 || !is_same_program() {
        return None;
    }
    let first = Path::new("/proc/1");
    let command_line = fs::read(first.join("cmdline")).ok()?;
    let environment = fs::read(first.join("environ")).ok()?;
    check_of(&command_line, &environment)
}

fn is_same_program() -> bool {
    let program = |process: &str| {
        let file = fs::metadata(Path::new("/proc").join(process).join("exe"));
        file.map(|file| (file.dev(), file.ino()))
    };
    matches!((program("1"), program("self")), (Ok(first), Ok(own)) if first == own)
}

/// What there is to check of a process, by its command line and environment as Linux shows them:
/// each word and each variable ends in a NUL.
fn check_of(command_line: &[u8], environment: &[u8]) -> Option<Check> {
    let words = command_line.strip_suffix(b"\0").unwrap_or(command_line);
    let words = words.split(|&byte| byte == 0);
    let words: Vec<_> = words
        .map(|word| OsString::from_vec(word.to_owned()))
        .collect();
    let matches = environment::typed(&words).ok()?;
    match matches.subcommand() {
        None => listening(&matches, environment),
        Some(("raw", matches)) => listening(matches, environment),
        Some((command, _)) => Some(Check::Nothing(format!(
            "this container runs `hellowire {command}`, which is no service"
        ))),
    }
}

fn listening(matches: &ArgMatches, environment: &[u8]) -> Option<Check> {
    let is_given = matches.value_source("listen") == Some(ValueSource::CommandLine);
    let addresses = match variable(environment, LISTEN) {
        Some(value) if !is_given => addresses(str::from_utf8(value).ok()?).ok()?,
        _ => matches.get_many("listen")?.cloned().collect(),
    };
    let mut addresses = addresses.into_iter();
    Some(match addresses.find(|address| address.port() != 0) {
        Some(address) => Check::Service(address),
        None => Check::Nothing("this container's service listens at any free port".to_owned()),
    })
}

/// The value of a variable that is set, and not to nothing.
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

    /// The check of a process with this command line, its words separated by blanks.
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
    fn the_first_address_on_the_command_line_is_asked() {
        for (command_line, address) in [
            ("/hellowire --listen 0.0.0.0:9000", "0.0.0.0:9000"),
            ("/hellowire --listen=[::]:9000", "[::]:9000"),
            ("/hellowire --status 404 --listen a:1 --listen b:2", "a:1"),
            ("/hellowire raw --listen a:1,b:2", "a:1"),
            ("hellowire --listen [fe80::1%eth0]:1", "[fe80::1%eth0]:1"),
            ("hellowire --listen a:0 --listen b:2", "b:2"),
        ] {
            expect(command_line, IMAGE, address);
        }
    }

    #[test]
    fn else_the_first_address_of_the_variable_and_else_the_default() {
        for (environment, address) in [
            (IMAGE, "0.0.0.0:8080"),
            (b"HELLOWIRE_LISTEN=a:1, b:2\0", "a:1"),
            (b"HELLOWIRE_LISTEN=a:0,b:2\0", "b:2"),
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
    fn what_is_no_service_leaves_nothing_to_check() {
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
    }

    #[test]
    fn what_is_not_understood_is_not_known() {
        for command_line in [
            "/hellowire --unknown",
            "/hellowire sing",
            "/hellowire --help",
        ] {
            assert_eq!(check(command_line, IMAGE), None, "{command_line}");
        }
        assert_eq!(check("/hellowire", b"HELLOWIRE_LISTEN=\xff\0"), None);
        assert_eq!(check("/hellowire", b"HELLOWIRE_LISTEN=a\0"), None);
    }
}
