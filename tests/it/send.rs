//! The client: every byte of the request and of the reply, and the message for each failure.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use crate::support::{Service, program};
use crate::talker::Talker;

/// A server that does this with its one caller.
pub(crate) fn server<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (
        address,
        thread::spawn(move || serve(listener.accept().unwrap().0)),
    )
}

pub(crate) fn client(to: SocketAddr) -> Command {
    let mut command = program();
    command.args(["send", "--to", &to.to_string()]);
    command
}

/// The client's exit code, stdout and stderr.
fn outcome(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn read_to_end(mut socket: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn the_documents_session() {
    let service = Service::raw(&["--log", "document"]);
    let (code, reply, _) = outcome(client(service.address()).arg("hi").output().unwrap());
    assert_eq!(
        (code, reply.as_str()),
        (Some(0), "HTTP/1.1 200 OK\r\n\r\nHello World")
    );
    assert_eq!(service.stdout.next(), "b'hi'");
}

#[test]
fn text_is_sent_as_exactly_its_bytes_and_a_reply_printed_as_it_came() {
    let (address, server) = server(|mut socket| {
        let mut got = [0; 5];
        socket.read_exact(&mut got).unwrap();
        socket.write_all(b"\xff\0\x1b[2J\r").unwrap();
        got
    });
    let text = std::ffi::OsStr::from_bytes(b"-\xff\r\n\x01");
    let output = client(address).arg("--").arg(text).output().unwrap();
    assert_eq!(server.join().unwrap(), *b"-\xff\r\n\x01");
    assert_eq!(
        (output.status.code(), output.stdout),
        (Some(0), b"\xff\0\x1b[2J\r".to_vec())
    );
}

#[test]
fn a_reply_is_printed_while_there_is_more_to_send() {
    let (address, server) = server(|socket| {
        let mut echo = socket.try_clone().unwrap();
        std::io::copy(&mut &socket, &mut echo).unwrap();
    });
    let mut talker = Talker::start(&mut client(address));
    for line in ["one", "two"] {
        talker.type_in(format!("{line}\n"));
        assert_eq!(talker.stdout.next(), line);
    }
    // Its end of stdin is the end of what it sends, which ends the echo.
    talker.finish();
    server.join().unwrap();
    assert_eq!(talker.wait(), Some(0));
}

/// Runs the client with 100 MB on its stdin: what it printed.
fn send_100_mb(to: SocketAddr) -> Vec<u8> {
    let mut child = client(to)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = thread::spawn(move || stdin.write_all(&body()).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    output.stdout
}

/// 100 MB in which no two blocks are the same.
fn body() -> Vec<u8> {
    (0..12_500_000_u64).flat_map(u64::to_le_bytes).collect()
}

#[test]
fn a_hundred_megabytes_go_through_an_echo() {
    let (address, server) = server(|socket| {
        let mut echo = socket.try_clone().unwrap();
        std::io::copy(&mut &socket, &mut echo).unwrap();
    });
    assert!(send_100_mb(address) == body(), "the echo differs");
    server.join().unwrap();
}

#[test]
fn a_hundred_megabytes_go_into_a_sink_that_answers_at_the_end() {
    let (address, server) = server(|mut socket| {
        let got = read_to_end(&socket);
        socket.write_all(b"thanks").unwrap();
        got
    });
    assert_eq!(send_100_mb(address), b"thanks");
    assert!(
        server.join().unwrap() == body(),
        "the sink got something else"
    );
}

#[test]
fn the_other_sides_end_does_not_cut_what_is_sent() {
    let (address, server) = server(|mut socket| {
        socket.write_all(b"enough").unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        read_to_end(&socket)
    });
    assert_eq!(send_100_mb(address), b"enough");
    assert!(
        server.join().unwrap() == body(),
        "the server got something else"
    );
}

#[test]
fn silence_ends_a_reply_where_the_server_does_not_close() {
    let (address, server) = server(|mut socket| {
        let mut got = [0; 2];
        socket.read_exact(&mut got).unwrap();
        socket.write_all(b"yo").unwrap();
        // Its end comes from the client.
        read_to_end(&socket)
    });
    let (code, reply, _) = outcome(
        client(address)
            .args(["--quiet", "50ms", "hi"])
            .output()
            .unwrap(),
    );
    assert_eq!((code, reply.as_str()), (Some(0), "yo"));
    assert_eq!(server.join().unwrap(), b"");
}

#[test]
fn each_way_to_fail_has_its_name() {
    let fails = |command: &mut Command, said: &str| {
        let (code, reply, stderr) = outcome(command.output().unwrap());
        assert_eq!((code, reply.as_str()), (Some(1), ""), "{stderr}");
        assert!(
            stderr.starts_with(&format!("hellowire: {said}")),
            "{stderr}"
        );
    };
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    fails(
        client(nobody).arg("hi"),
        &format!("refused: nobody listens at {nobody}"),
    );
    fails(
        program().args(["send", "--to", "nobody.invalid:1", "hi"]),
        "no such host: nobody.invalid:1",
    );
    let (closes, _server) = server(|mut socket| {
        let mut got = [0; 2];
        socket.read_exact(&mut got).unwrap();
    });
    fails(client(closes).arg("hi"), "closed without an answer");
    let (resets, _server) = server(|mut socket| {
        let mut got = [0; 1];
        // What is left unread at the end makes the end a reset.
        socket.read_exact(&mut got).unwrap();
    });
    fails(
        client(resets).arg("hi"),
        "reset: the other side has cut the connection",
    );
    let (silent, _server) = server(|socket| read_to_end(&socket));
    fails(
        client(silent).args(["--timeout", "50ms", "hi"]),
        "timed out: no answer for 50ms",
    );
    let (stuck, server) = server(|socket| socket);
    let mut command = client(stuck);
    let mut child = command
        .args(["--timeout", "50ms"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // More than the kernel takes on behalf of a server that reads nothing.
    let _ = child.stdin.take().unwrap().write_all(&body());
    let (code, _, stderr) = outcome(child.wait_with_output().unwrap());
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.starts_with("hellowire: timed out: nothing was taken for 50ms"),
        "{stderr}"
    );
    drop(server.join().unwrap());
}

#[test]
fn of_a_names_addresses_the_one_that_answers_is_found() {
    // `localhost` has an IPv6 address on many machines; here IPv4 alone answers.
    let (address, server) = server(|mut socket| {
        let mut got = [0; 2];
        socket.read_exact(&mut got).unwrap();
        socket.write_all(b"found").unwrap();
    });
    let to = format!("localhost:{}", address.port());
    let (code, reply, stderr) = outcome(
        program()
            .args(["send", "--to", &to, "hi"])
            .output()
            .unwrap(),
    );
    assert_eq!((code, reply.as_str()), (Some(0), "found"), "{stderr}");
    server.join().unwrap();
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let (address, _server) = server(|mut socket| {
        let chunk = vec![b'a'; 65_536];
        while socket.write_all(&chunk).is_ok() {}
    });
    let mut child = client(address)
        .arg("hi")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let (code, _, stderr) = outcome(child.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}
