//! SIGHUP and SIGQUIT: a service that they end loses no record of an answered request. A service ends
//! with its terminal.

use std::fs;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, ioctl_tiocsctty, kill_process, setsid};
use tempfile::TempDir;

use crate::screen::pseudo_terminal;
use crate::shutdown::{hold, until_refused};
use crate::sink::until_lines;
use crate::support::{BOUND, Client, HELLO, Service, directory, expect_answer, program, run};
use crate::talker::Talker;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn without_a_log_file_it_drains_and_no_answered_record_is_lost() {
    for start in [Service::start as fn(&[&str]) -> Service, Service::raw] {
        for signal in [Signal::HUP, Signal::QUIT] {
            for _ in 0..7 {
                let service = start(&[]);
                let mut client = service.connect();
                client.send(GET);
                let mut answer = [0; 4];
                client.0.read_exact(&mut answer).unwrap();
                service.signal(signal);
                let stopped = service.wait();
                assert_eq!(stopped.status.code(), Some(0), "{signal:?}: {stopped:#?}");
                assert_eq!(stopped.stdout.len(), 1, "{signal:?}: {stopped:#?}");
            }
        }
    }
}

/// `nohup` is what a program is started with that must not notice a SIGHUP.
#[test]
fn under_nohup_it_is_ignored() {
    for signal in ["HUP", "QUIT"] {
        let service = Service::launch(&mut ignoring(signal, &[]));
        service.signal(Signal::HUP);
        if signal == "QUIT" {
            // Only that one is ignored.
            assert_eq!(service.wait().status.code(), Some(0));
            continue;
        }
        // It has been delivered before a later one is.
        service.signal(Signal::HUP);
        expect_answer(&service.exchange(GET), 200, HELLO);
        assert_eq!(service.stop().stdout.len(), 1);
    }
}

/// The service, started as `nohup` starts it, with these options too.
fn ignoring(signal: &str, options: &[&str]) -> Command {
    let program = program();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' \"$0\"; exec \"$@\"", signal])
        .arg(program.get_program())
        .args(["--listen", "127.0.0.1:0"])
        .args(options);
    command
}

/// Who uses `nohup` and a log file still rotates it.
#[test]
fn under_nohup_a_log_file_is_opened_again_also_without_the_terminal() {
    let (log, file) = log();
    let (window, terminal) = pseudo_terminal();
    let mut command = ignoring("HUP", &["--log-file", &file]);
    let service = Service::launch_at(&mut command, terminal);
    drop(window);
    expect_rotation(&service, &log);
    service.stop();
}

/// A chat too, which without `nohup` ends with its terminal.
#[test]
fn under_nohup_a_chat_ignores_it() {
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(program().get_program())
        .args(["chat", "listen", "127.0.0.1:0"]);
    let mut chat = Talker::start(&mut command);
    let said = chat.stderr.next();
    let address = said.strip_prefix("listening on ").unwrap().parse().unwrap();
    let mut peer = Client::connect(address);
    chat.stderr.until("connected: ");
    kill_process(Pid::from_raw(chat.id().cast_signed()).unwrap(), Signal::HUP).unwrap();
    // It is delivered before anything is read.
    peer.send("hi\n");
    assert_eq!(chat.stdout.next(), "hi");
    chat.type_in("still here\n");
    let mut got = String::new();
    while !got.ends_with("still here\n") {
        let mut byte = [0];
        let read = peer.0.read(&mut byte).unwrap();
        assert_eq!(read, 1, "it left: {got:?}");
        got.push(byte[0].into());
    }
}

/// A log file's directory, and its name.
fn log() -> (TempDir, String) {
    let directory = directory();
    let path = directory.path().join("log").to_str().unwrap().to_owned();
    (directory, path)
}

/// Renames the log file and expects that SIGHUP has it opened again.
#[track_caller]
fn expect_rotation(service: &Service, log: &TempDir) {
    let path = log.path().join("log");
    fs::rename(&path, log.path().join("log.1")).unwrap();
    service.signal(Signal::HUP);
    until_lines(&path, 0);
    expect_answer(&service.exchange(GET), 200, HELLO);
    until_lines(&path, 1);
}

#[test]
fn at_a_terminal_that_is_there_it_opens_the_log_file_again() {
    let (log, file) = log();
    let (_window, terminal) = pseudo_terminal();
    let service = Service::launch_at(
        program().args(["--listen", "127.0.0.1:0", "--log-file", &file]),
        terminal,
    );
    expect_rotation(&service, &log);
    service.stop();
}

#[test]
fn with_the_terminal_gone_it_drains_like_sigterm() {
    for options in [&[][..], &["--log-file"]] {
        let (log, file) = log();
        let mut options = options.to_vec();
        if !options.is_empty() {
            options.push(&file);
        }
        let (window, terminal) = pseudo_terminal();
        let mut command = program();
        command.args(["--listen", "127.0.0.1:0"]).args(&options);
        let service = Service::launch_at(&mut command, terminal);
        let mut held = hold(&service);
        drop(window);
        service.signal(Signal::HUP);
        until_refused(&service);
        // The kernel and a shell send it, and a shell may do so twice: it is one loss.
        service.signal(Signal::HUP);
        service.signal(Signal::HUP);
        held.send("x");
        expect_answer(&held.read_to_end(), 200, HELLO);
        let stopped = service.wait();
        assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
        let logged = fs::read_to_string(log.path().join("log")).unwrap_or_default();
        let records = logged.lines().count() + stopped.stdout.len();
        assert_eq!(records, 1, "{logged} {stopped:#?}");
    }
}

/// systemd does, with `SendSIGHUP=yes` and for a session that ends.
#[test]
fn sigterm_and_sighup_together_are_one() {
    for signals in [
        [Signal::TERM, Signal::HUP],
        [Signal::HUP, Signal::TERM],
        [Signal::INT, Signal::HUP],
    ] {
        let service = Service::start(&["--drain-timeout", "1h"]);
        let mut held = hold(&service);
        for signal in signals {
            service.signal(signal);
        }
        until_refused(&service);
        held.send("x");
        expect_answer(&held.read_to_end(), 200, HELLO);
        let stopped = service.wait();
        assert_eq!(stopped.status.code(), Some(0), "{signals:?} {stopped:#?}");
        assert_eq!(stopped.stdout.len(), 1, "{signals:?} {stopped:#?}");
    }
}

#[test]
fn two_hangups_end_it_at_once() {
    let service = Service::start(&["--drain-timeout", "1h"]);
    let _held = hold(&service);
    service.signal(Signal::HUP);
    until_refused(&service);
    service.signal(Signal::HUP);
    assert_eq!(service.wait().status.code(), Some(129));
}

/// Who has pressed Ctrl-C and closes the window does not wait for the drain, but its clients do.
#[test]
fn a_terminal_that_is_lost_during_a_drain_does_not_cut_it() {
    let (window, terminal) = pseudo_terminal();
    let mut command = program();
    let service = Service::launch_at(command.args(["--listen", "127.0.0.1:0"]), terminal);
    let mut held = hold(&service);
    service.signal(Signal::INT);
    until_refused(&service);
    // Later than what counts as together.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    drop(window);
    service.signal(Signal::HUP);
    held.send("x");
    expect_answer(&held.read_to_end(), 200, HELLO);
    assert_eq!(service.wait().status.code(), Some(0));
}

/// Some shells send SIGHUP to their jobs before they end, and the terminal ends with them.
#[test]
fn a_terminal_that_goes_right_after_the_signal_ends_it_too() {
    let (_log, file) = log();
    let (window, terminal) = pseudo_terminal();
    let service = Service::launch_at(
        program().args(["--listen", "127.0.0.1:0", "--log-file", &file]),
        terminal,
    );
    service.signal(Signal::HUP);
    drop(window);
    assert_eq!(service.wait().status.code(), Some(0));
}

/// What a service is started as that has a terminal of its own: a test of this name.
const LEADER: &str = "HELLOWIRE_TEST_LEADER";

/// The same with the kernel's own signal: it goes to the leader of the terminal's session.
#[test]
fn the_kernels_hangup_ends_it() {
    if let Some(path) = std::env::var_os(LEADER) {
        setsid().unwrap();
        ioctl_tiocsctty(std::io::stdin()).unwrap();
        let error = program()
            .args(["--listen", "127.0.0.1:0", "--log-file"])
            .arg(path)
            .exec();
        panic!("{error}");
    }
    let (log, file) = log();
    let name = concat!(module_path!(), "::the_kernels_hangup_ends_it");
    let name = name.split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture"])
        .env(LEADER, &file);
    let (window, terminal) = pseudo_terminal();
    let service = Service::launch_at(&mut command, terminal);
    let mut client = service.connect();
    client.send(GET);
    expect_answer(&client.read_answer(), 200, HELLO);
    drop(window);
    assert_eq!(service.wait().status.code(), Some(0));
    let logged = fs::read_to_string(log.path().join("log")).unwrap();
    assert_eq!(logged.lines().count(), 1, "{logged}");
}

/// As people do it, in the foreground of a shell and in its background.
#[test]
#[ignore = "needs tmux and bash"]
fn tmux_kill_session_leaves_no_service_behind() {
    let program = program();
    let program = program.get_program().to_str().unwrap();
    for ending in ["", " &"] {
        let (log, file) = log();
        let socket = log.path().join("tmux");
        let tmux = || {
            let mut command = Command::new("tmux");
            command.args(["-f", "/dev/null", "-S"]).arg(&socket);
            command
        };
        run(tmux().args([
            "new-session",
            "-d",
            "-x",
            "80",
            "-y",
            "24",
            "bash --norc -i",
        ]));
        let said = log.path().join("said").to_str().unwrap().to_owned();
        let line = format!("{program} --listen 127.0.0.1:0 --log-file {file} 2>{said}{ending}");
        run(tmux().args(["send-keys", &line, "Enter"]));
        until_lines(said.as_ref(), 1);
        let said = fs::read_to_string(said).unwrap();
        let address = said.trim().rsplit('/').next().unwrap().parse().unwrap();
        let mut client = Client::connect(address);
        client.send(GET);
        expect_answer(&client.read_answer(), 200, HELLO);
        run(tmux().arg("kill-session"));
        client.expect_end();
        let deadline = std::time::Instant::now() + BOUND;
        while std::net::TcpStream::connect(address).is_ok() {
            assert!(std::time::Instant::now() < deadline, "it still listens");
        }
        let logged = fs::read_to_string(&file).unwrap();
        assert_eq!(logged.lines().count(), 1, "{logged}");
    }
}
