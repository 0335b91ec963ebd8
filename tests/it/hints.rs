//! The hints of the client where it gets no answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::screen::Screen;
use crate::send::{client, server};
use crate::support::{Service, program};

const KEEP_OPEN: &str = "; a server may take the end of what is sent for an abort: try --keep-open";
const WHOLE_REQUEST: &str =
    "; an HTTP service waits for a whole request, and `hellowire raw` answers whatever comes first";

/// Pipes `text` into the client: its exit code, stdout and stderr.
fn pipe(command: &mut Command, text: &str) -> (Option<i32>, String, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Answers `hi` where its client stays, and hangs up where it has ended its side.
fn aborts_at_the_end(mut socket: TcpStream) {
    let mut got = [0; 2];
    socket.read_exact(&mut got).unwrap();
    // Not for something to happen: a client that stays sends nothing.
    socket
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    match socket.read(&mut got) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            socket.write_all(b"answered").unwrap();
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_takes_a_half_close_for_an_abort() {
    let (address, server) = server(|mut socket| {
        let mut all = String::new();
        socket.read_to_string(&mut all).unwrap();
        all
    });
    let outcome = pipe(&mut client(address), "hi");
    let said = format!("hellowire: closed without an answer{KEEP_OPEN}\n");
    assert_eq!(outcome, (Some(1), String::new(), said));
    assert_eq!(server.join().unwrap(), "hi");
}

#[test]
fn one_that_resets_for_it() {
    let (address, server) = server(|mut socket| {
        socket.read_to_string(&mut String::new()).unwrap();
        rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).unwrap();
    });
    let outcome = pipe(&mut client(address), "hi");
    let said = format!("hellowire: reset: the other side has cut the connection{KEEP_OPEN}\n");
    assert_eq!(outcome, (Some(1), String::new(), said));
    server.join().unwrap();
}

#[test]
fn the_writing_side_can_stay_open_until_the_reply_has_ended() {
    for keep_open in [
        &mut |command: &mut Command| _ = command.arg("--keep-open"),
        &mut |command: &mut Command| _ = command.env("HELLOWIRE_KEEP_OPEN", "yes"),
    ] as [&mut dyn FnMut(&mut Command); 2]
    {
        let (address, server) = server(aborts_at_the_end);
        let mut command = client(address);
        keep_open(&mut command);
        let outcome = pipe(&mut command, "hi");
        assert_eq!(outcome, (Some(0), "answered".to_owned(), String::new()));
        server.join().unwrap();
    }
}

/// A reply is there: what it needs is no other option.
#[test]
fn no_hint_where_none_helps() {
    // Text is sent without an end.
    let (address, server) = server(|mut socket| {
        let mut got = [0; 2];
        socket.read_exact(&mut got).unwrap();
    });
    let output = client(address).arg("hi").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "hellowire: closed without an answer\n");
    server.join().unwrap();
}

/// It has not seen an end when it ends its own side, and gets the rest all the same.
#[test]
fn a_server_that_ends_first_gets_all_and_causes_no_hint() {
    let (address, server) = server(|mut socket| {
        socket.shutdown(Shutdown::Write).unwrap();
        let mut all = String::new();
        socket.read_to_string(&mut all).unwrap();
        all
    });
    let mut child = client(address)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let much = "0123456789".repeat(1 << 20);
    stdin.write_all(much.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "hellowire: closed without an answer\n");
    assert!(server.join().unwrap() == much, "the server got less");
}

#[test]
fn an_http_service_waits_for_a_whole_request() {
    let service = Service::start(&[]);
    let output = client(service.address())
        .args(["--timeout", "200ms", "hi"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = format!("hellowire: timed out: no answer for 200ms{WHOLE_REQUEST}\n");
    assert_eq!((output.status.code(), said), (Some(1), expected));
}

#[test]
fn who_got_a_whole_request_and_is_silent_is_just_silent() {
    for request in ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\nA: b\n\n"] {
        let (address, server) = server(|mut socket| {
            let _ = socket.read_to_string(&mut String::new());
        });
        let output = client(address)
            .args(["--timeout", "200ms", request])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "hellowire: timed out: no answer for 200ms\n");
        server.join().unwrap();
    }
}

#[test]
fn at_a_terminal_silence_is_said_before_it_is_an_error() {
    for (language, word) in [("en", "(no answer yet;"), ("zh", "(尚无回复")] {
        let service = Service::start(&[]);
        let to = service.address().to_string();
        let mut screen = Screen::start(program().args([
            "send",
            "--to",
            &to,
            "--lang",
            language,
            "--timeout",
            "5m",
            "hi",
        ]));
        screen.until_row(word);
        screen.signal(Signal::TERM);
        screen.wait();
    }
}
