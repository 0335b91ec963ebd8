//! The file: its mode under any umask, what it replaces, and when it is removed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use super::{LAST, address, exchange, place, start};
use crate::support::{BOUND, HELLO, Service, expect_answer, program};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Expects that the service does not start, for this reason.
#[track_caller]
fn expect_refusal(path: &Path, options: &[&str], reason: &str) {
    let mut command = program();
    command.args(["--listen", &address(path)]).args(options);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let expected = format!("cannot listen on {}: {reason}", address(path));
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn the_mode_is_the_option_whatever_the_umask() {
    for (option, expected) in [(None, 0o660), (Some("600"), 0o600), (Some("0777"), 0o777)] {
        for umask in ["0", "077", "0777"] {
            let (_directory, path) = place();
            let mut command = Command::new("sh");
            command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]);
            command.arg(env!("CARGO_BIN_EXE_hellowire"));
            command.args(["--listen", &address(&path)]);
            command.args(option.iter().flat_map(|mode| ["--socket-mode", mode]));
            let service = Service::launch_on(&mut command, 0);
            service.stderr.until("listening on unix:");
            assert_eq!(mode(&path), expected, "{option:?} {umask}");
            service.stop();
        }
    }
}

#[test]
fn a_file_that_a_killed_service_has_left_is_replaced() {
    let (_directory, path) = place();
    let killed = start(&path, &[]);
    killed.signal(Signal::KILL);
    killed.wait();
    assert!(path.exists());
    let service = start(&path, &[]);
    expect_answer(&exchange(&path, LAST), 200, HELLO);
    service.stop();
}

#[test]
fn a_service_that_answers_and_what_is_no_socket_are_left_alone() {
    let (directory, path) = place();
    let service = start(&path, &[]);
    let taken = "another program listens there: --reuse-port takes its place";
    expect_refusal(&path, &[], taken);
    expect_answer(&exchange(&path, LAST), 200, HELLO);
    let file = directory.path().join("file");
    fs::write(&file, "kept").unwrap();
    for options in [&[][..], &["--reuse-port"]] {
        expect_refusal(
            &file,
            options,
            "the file there is no socket, and is left alone",
        );
    }
    assert_eq!(fs::read(&file).unwrap(), b"kept");
    service.stop();
}

#[test]
fn a_service_that_fails_later_leaves_no_file() {
    let (_directory, path) = place();
    // The second address is taken.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("{},{}", address(&path), other.local_addr().unwrap());
    let output = program().args(["--listen", &listen]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!path.exists());
}

/// A restart whose second address is taken, or that of its page.
#[test]
fn a_take_over_that_fails_later_leaves_the_running_service_its_clients() {
    let (directory, path) = place();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let service = start(&path, &["--reuse-port"]);
    let both = format!("{},{taken}", address(&path));
    for arguments in [
        &["--listen", &both][..],
        &["--listen", &address(&path), "--inspect", &taken],
    ] {
        let mut command = program();
        let output = command.arg("--reuse-port").args(arguments).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        expect_answer(&exchange(&path, LAST), 200, HELLO);
        assert_eq!(directory.path().read_dir().unwrap().count(), 1);
    }
    service.stop();
    assert!(!path.exists());
}

/// The test holds the directory's lock, so that each file takes a while.
#[test]
fn a_signal_during_the_start_leaves_no_file() {
    let (directory, path) = place();
    let lock = fs::File::open(directory.path()).unwrap();
    lock.lock().unwrap();
    let listen = ["1", "2", "3"].map(|name| address(&directory.path().join(name)));
    let mut command = program();
    command.args(["--listen", &address(&path), "--listen", &listen.join(",")]);
    let service = Service::launch_on(&mut command, 0);
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < BOUND, "there is no file");
        thread::yield_now();
    }
    service.signal(Signal::TERM);
    let stopped = service.wait();
    assert_eq!(stopped.status.code(), Some(143), "{stopped:#?}");
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_directory_with_control_characters_is_announced_with_escapes() {
    let (directory, _) = place();
    let odd = directory.path().join("a\x1b[31m\nb");
    fs::create_dir(&odd).unwrap();
    let mut command = program();
    command.current_dir(&odd).args(["--listen", "unix:s"]);
    let service = Service::launch_on(&mut command, 0);
    let said = service.stderr.next();
    assert!(said.ends_with(r"/a\x1b[31m\nb/s"), "{said}");
    service.stop();
}

#[test]
fn the_file_is_removed_at_each_end() {
    let (_directory, path) = place();
    start(&path, &[]).stop();
    assert!(!path.exists());
    // A second signal, while a request is in flight.
    let service = start(&path, &["--shutdown-delay", "1h"]);
    service.signal(Signal::TERM);
    service.signal(Signal::INT);
    // Either may be the first that the program sees.
    let code = service.wait().status.code();
    assert!(matches!(code, Some(130 | 143)), "{code:?}");
    assert!(!path.exists());
    let service = start(&path, &["--count", "1"]);
    expect_answer(&exchange(&path, LAST), 200, HELLO);
    assert_eq!(service.wait().status.code(), Some(0));
    assert!(!path.exists());
}

#[test]
fn what_others_have_done_with_the_path_stays() {
    let (_directory, path) = place();
    let service = start(&path, &[]);
    fs::remove_file(&path).unwrap();
    service.stop();
    let service = start(&path, &[]);
    fs::remove_file(&path).unwrap();
    let other = UnixListener::bind(&path).unwrap();
    service.stop();
    assert!(path.exists());
    drop(other);
}

#[test]
fn a_relative_path_is_announced_as_an_absolute_one() {
    let (directory, path) = place();
    let mut command = program();
    command.current_dir(&directory);
    let service = Service::launch_on(command.args(["--listen", "unix:s.sock"]), 0);
    let directory = fs::canonicalize(directory.path()).unwrap();
    let expected = format!("listening on {}", address(&directory.join("s.sock")));
    assert_eq!(service.stderr.next(), expected);
    expect_answer(&exchange(&path, LAST), 200, HELLO);
    service.stop();
    assert!(!path.exists());
}
