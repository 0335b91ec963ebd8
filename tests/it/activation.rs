//! Socket activation: sockets that were passed on (`LISTEN_FDS`) are served, and outlive the service.
//!
//! A shell moves them to the descriptors from 3 on, as a service manager would.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::lines::Lines;
use crate::support::{BOUND, HELLO, Service, directory, expect_answer};

const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// Starts the program with `variables`, and stdin and stdout as the descriptors 3 and 4.
const PASS_ON: &str =
    "exec 3<&0 4>&1 0</dev/null 1>/dev/null; export LISTEN_PID=$$; exec \"$0\" \"$@\"";

/// As above, with stdin alone.
const PASS_ONE: &str = "exec 3<&0 0</dev/null; export LISTEN_PID=$$; exec \"$0\" \"$@\"";

fn command(script: &str, sockets: usize) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_hellowire")]);
    command.env("LISTEN_FDS", sockets.to_string());
    command
}

/// A program whose stdout is a socket. It ends with the test.
struct Started {
    child: Child,
    said: Lines,
}

impl Started {
    fn with(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let said = Lines::of(child.stderr.take().unwrap());
        Self { child, said }
    }

    /// Ends it, and expects success. Its stderr ends with it, and the wait for that has a bound.
    fn stop(mut self) -> Vec<String> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let rest = self.said.rest();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest:#?}");
        rest
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with one socket.
#[track_caller]
fn start(socket: impl Into<OwnedFd>, arguments: &[&str], address: &str) -> Service {
    let mut command = command(PASS_ONE, 1);
    command.args(arguments);
    let socket = Stdio::from(socket.into());
    let service = Service::begin(command.stdin(socket), 0);
    service.stderr.until(&format!("listening on {address}"));
    service
}

#[track_caller]
fn exchange(mut stream: impl std::io::Read + std::io::Write) -> String {
    stream.write_all(LAST.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn tcp() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, BOUND).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream
}

fn connect_unix(path: &Path) -> UnixStream {
    let stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream
}

fn unix() -> (tempfile::TempDir, PathBuf, UnixListener) {
    let directory = directory();
    let path = directory.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    (directory, path, listener)
}

#[test]
fn a_tcp_and_a_unix_socket_are_served_at_once() {
    let (tcp, address) = tcp();
    let (_directory, path, unix) = unix();
    let mut command = command(PASS_ON, 2);
    command.stdin(OwnedFd::from(tcp.try_clone().unwrap()));
    command.stdout(OwnedFd::from(unix.try_clone().unwrap()));
    let started = Started::with(&mut command);
    let said = &started.said;
    assert_eq!(said.next(), format!("listening on http://{address}"));
    assert_eq!(said.next(), format!("listening on unix:{}", path.display()));
    for _ in 0..3 {
        expect_answer(&exchange(connect(address)), 200, HELLO);
        expect_answer(&exchange(connect_unix(&path)), 200, HELLO);
    }
    assert_eq!(started.stop(), Vec::<String>::new());
    // It is no file of the service.
    assert!(path.exists());
}

/// Whatever came to the first service is answered by it; whatever comes behind it, by the next one.
#[test]
fn a_client_in_the_queue_is_answered_by_the_next_service() {
    let (tcp, address) = tcp();
    let (_directory, path, unix) = unix();
    for arguments in [&["--workers", "3"][..], &["raw"]] {
        let url = format!("http://{address}");
        let service = start(tcp.try_clone().unwrap(), arguments, &url);
        exchange(connect(address));
        service.stop();
        // A filter on the socket would drop this one.
        let mut queued = connect(address);
        queued.write_all(LAST.as_bytes()).unwrap();
        let service = start(tcp.try_clone().unwrap(), arguments, &url);
        let mut answer = String::new();
        queued.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with(HELLO), "{answer}");
        assert_eq!(service.stop().stdout.len(), 1);

        let url = format!("unix:{}", path.display());
        let service = start(unix.try_clone().unwrap(), arguments, &url);
        exchange(connect_unix(&path));
        service.stop();
        let mut queued = connect_unix(&path);
        queued.write_all(LAST.as_bytes()).unwrap();
        let service = start(unix.try_clone().unwrap(), arguments, &url);
        let mut answer = String::new();
        queued.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with(HELLO), "{answer}");
        assert_eq!(service.stop().stdout.len(), 1);
    }
}

#[test]
fn addresses_that_the_user_chose_get_a_warning() {
    let (tcp, address) = tcp();
    for (arguments, is_warned) in [
        (&["--listen", "127.0.0.1:1"][..], true),
        (&["--listen", "127.0.0.1:8080"], true),
        (&["--port", "1"], true),
        (&["--log", "line"], false),
    ] {
        let mut command = command(PASS_ONE, 1);
        command
            .args(arguments)
            .stdin(OwnedFd::from(tcp.try_clone().unwrap()));
        let service = Service::begin(&mut command, 0);
        let said = service
            .stderr
            .until(&format!("listening on http://{address}"));
        let warning = "--listen and --port have no effect: the sockets of LISTEN_FDS are served";
        let warned = said.iter().any(|line| line.contains(warning));
        assert_eq!(warned, is_warned, "{said:#?}");
        service.stop();
    }
}

#[track_caller]
fn expect_refusal(socket: impl Into<OwnedFd>) {
    let mut command = command(PASS_ONE, 1);
    let Output { status, stderr, .. } = command.stdin(socket.into()).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    let expected =
        "cannot listen: descriptor 3 (LISTEN_FDS) can't be served: it has to be a listening";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn what_is_no_listening_stream_socket_is_an_error() {
    expect_refusal(UdpSocket::bind("127.0.0.1:0").unwrap());
    expect_refusal(std::fs::File::open("/dev/null").unwrap());
    let (tcp, address) = tcp();
    expect_refusal(connect(address));
    drop(tcp);
    expect_refusal(UnixStream::pair().unwrap().0);
}

/// As `sd_listen_fds(3)` has it: without `LISTEN_PID` they are for no process.
#[test]
fn sockets_for_another_process_or_for_none_are_not_taken() {
    for variable in [
        "export LISTEN_PID=1",
        "export LISTEN_PID=",
        "unset LISTEN_PID",
    ] {
        let (tcp, address) = tcp();
        let script = format!("exec 3<&0 0</dev/null; {variable}; exec \"$0\" \"$@\"");
        let mut command = command(&script, 1);
        command
            .args(["--listen", "127.0.0.1:0"])
            .stdin(OwnedFd::from(tcp));
        let service = Service::begin(&mut command, 0);
        let said = service.stderr.until("listening on http://").pop().unwrap();
        assert!(!said.ends_with(&address.to_string()), "{variable}: {said}");
        service.stop();
    }
}

/// The path is another program's choice, and so is an abstract name.
#[test]
fn a_path_with_control_characters_is_announced_with_escapes() {
    let directory = directory();
    let odd = directory.path().join("a\x1b[31m\nb");
    let shown = format!(r"unix:{}/a\x1b[31m\nb", directory.path().display());
    start(UnixListener::bind(odd).unwrap(), &[], &shown).stop();
}

#[test]
#[ignore = "needs systemd-socket-activate"]
fn systemd_passes_its_socket_on() {
    let directory = directory();
    let path = directory.path().join("s");
    let mut command = Command::new("systemd-socket-activate");
    command
        .arg("--listen")
        .arg(&path)
        .arg(env!("CARGO_BIN_EXE_hellowire"));
    let started = Started::with(command.stdout(Stdio::null()));
    started.said.until("Listening on");
    // The first client starts the service.
    expect_answer(&exchange(connect_unix(&path)), 200, HELLO);
    let greeting = format!("listening on unix:{}", path.display());
    started.said.until(&greeting);
    started.stop();
}
