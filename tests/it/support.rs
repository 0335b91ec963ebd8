//! The harness: a running program, its output as it arrives, and a client that sends literal bytes.
//!
//! Dropping a service kills its process. A failed wait shows the program's output.

use std::fmt::Debug;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

pub(crate) use crate::lines::Lines;

/// How long anything may take: far longer than it does on a busy machine.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// What every answer but a configured one has as its body.
pub(crate) const HELLO: &str = "Hello World";

/// The built program, with an environment that holds nothing of ours.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hellowire"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HELLOWIRE_")) {
        command.env_remove(name);
    }
    command.env_remove("NO_COLOR").env("LC_ALL", "C.UTF-8");
    command
}

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// Where it listens, in the order it said.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Its records, where it logs to stdout.
    pub(crate) stdout: Lines,
    /// What it said when it listened, the first address.
    pub(crate) greeting: String,
    /// What it said before that, and that, where it was not started from here.
    pub(crate) said: String,
    /// Its diagnostics, from behind the addresses on.
    pub(crate) stderr: Lines,
}

/// A service that has ended.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// How.
    pub(crate) status: ExitStatus,
    /// The records that nobody had read before.
    pub(crate) stdout: Vec<String>,
    /// The diagnostics that nobody had read before.
    pub(crate) stderr: Vec<String>,
}

impl Service {
    /// The HTTP service on a free port, with these options too.
    #[track_caller]
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::launch(program().args(["--listen", "127.0.0.1:0"]).args(options))
    }

    /// The raw service on a free port, with these options too.
    #[track_caller]
    pub(crate) fn raw(options: &[&str]) -> Self {
        Self::launch(
            program()
                .args(["raw", "--listen", "127.0.0.1:0"])
                .args(options),
        )
    }

    /// Whatever `command` starts, once it listens.
    #[track_caller]
    pub(crate) fn launch(command: &mut Command) -> Self {
        Self::launch_on(command, 1)
    }

    /// Whatever `command` starts, once it listens on that many addresses.
    #[track_caller]
    pub(crate) fn launch_on(command: &mut Command, addresses: usize) -> Self {
        Self::begin(command.stdin(Stdio::null()), addresses)
    }

    /// Whatever `command` starts, with this as its stdin, once it listens.
    #[track_caller]
    pub(crate) fn launch_at(command: &mut Command, stdin: impl Into<Stdio>) -> Self {
        Self::begin(command.stdin(stdin), 1)
    }

    #[track_caller]
    pub(crate) fn begin(command: &mut Command, addresses: usize) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        let mut service = Self {
            child,
            addresses: Vec::new(),
            stdout,
            said: String::new(),
            greeting: String::new(),
            stderr,
        };
        for _ in 0..addresses {
            let said = service.stderr.until(" http://").pop().unwrap();
            let address = said.rsplit('/').next().unwrap().parse();
            service
                .addresses
                .push(address.unwrap_or_else(|error| panic!("{said}: {error}")));
            if service.greeting.is_empty() {
                service.greeting = said;
            }
        }
        service
    }

    /// A program that was started with a pipe as its stderr: once it listens, or what it said when it did
    /// not.
    pub(crate) fn of(mut child: Child) -> Result<Self, Output> {
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains(" http://") {
            if stderr.read_line(&mut said).unwrap() == 0 {
                return Err(Output {
                    status: child.wait().unwrap(),
                    stdout: Vec::new(),
                    stderr: said.into_bytes(),
                });
            }
        }
        let greeting = said.lines().last().unwrap().to_owned();
        Ok(Self {
            addresses: vec![greeting.rsplit('/').next().unwrap().parse().unwrap()],
            stdout: Lines::of(io::empty()),
            said,
            greeting,
            stderr: Lines::of(stderr),
            child,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// A new connection to it.
    #[track_caller]
    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// What comes back for these bytes, up to the end, which the client brings about itself.
    #[track_caller]
    pub(crate) fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut client = self.connect();
        client.send(bytes);
        client.finish();
        client.read_to_end()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Stopped {
        let (stdout, stderr) = (self.stdout.rest(), self.stderr.rest());
        Stopped {
            status: self.child.wait().unwrap(),
            stdout,
            stderr,
        }
    }

    /// Stops it with SIGTERM and expects that all went well.
    #[track_caller]
    pub(crate) fn stop(self) -> Stopped {
        self.signal(Signal::TERM);
        let stopped = self.wait();
        assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
        stopped
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that sends and compares bytes.
#[derive(Debug)]
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    /// Connects.
    #[track_caller]
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, BOUND).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        stream.set_write_timeout(Some(BOUND)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Sends these bytes.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Shuts down the writing side.
    pub(crate) fn finish(&self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    /// Everything up to the other side's end. A reset is a failure.
    #[track_caller]
    pub(crate) fn read_to_end(&mut self) -> String {
        let mut bytes = Vec::new();
        if let Err(error) = self.0.read_to_end(&mut bytes) {
            panic!("{error} after {}", bytes.escape_ascii());
        }
        text(bytes)
    }

    /// One whole answer: head, and body by its length.
    #[track_caller]
    pub(crate) fn read_answer(&mut self) -> String {
        self.try_read_answer()
            .unwrap_or_else(|(error, got)| panic!("{error} after {got:?}"))
    }

    /// One whole answer, or what had come of it.
    pub(crate) fn try_read_answer(&mut self) -> Result<String, (io::Error, String)> {
        let mut bytes = Vec::new();
        loop {
            let head = bytes
                .windows(4)
                .position(|end| end == b"\r\n\r\n")
                .map(|at| at + 4);
            if let Some(head) = head
                && bytes.len() >= head + content_length(&bytes[..head])
            {
                return Ok(text(bytes));
            }
            let mut byte = [0];
            match self.0.read(&mut byte) {
                Ok(0) => return Err((io::ErrorKind::UnexpectedEof.into(), text(bytes))),
                Ok(_) => bytes.push(byte[0]),
                Err(error) => return Err((error, text(bytes))),
            }
        }
    }

    /// Expects that the other side ends without another byte.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        assert_eq!(self.read_to_end(), "");
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = str::from_utf8(head).unwrap();
    let field = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    field.map_or(0, |length| length.parse().unwrap())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Expects `answer` to have this status and to end in this body.
#[track_caller]
pub(crate) fn expect_answer(answer: &str, status: u16, body: &str) {
    let starts = answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(
        starts && answer.ends_with(&format!("\r\n\r\n{body}")),
        "{answer:?}"
    );
}

/// Expects a `line` record to end in these parts: its length, its escaped bytes, its remarks.
#[track_caller]
pub(crate) fn expect_record(record: &str, end: impl AsRef<str> + Debug) {
    assert!(
        record.ends_with(end.as_ref()),
        "{record:?} does not end in {end:?}"
    );
}

/// Whether this machine has IPv6 on loopback. Where it has none, says what is skipped: past the test
/// runner, which shows nothing of a test that passes.
pub(crate) fn has_ipv6(what: &str) -> bool {
    let is_there = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !is_there {
        let said = format!("SKIPPED: {what}: this machine has no [::1]\n");
        io::stderr().write_all(said.as_bytes()).unwrap();
    }
    is_there
}

/// Makes a file's parent for this test alone.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A line of a running process's memory as the kernel counts it, in kB: `VmRSS` now, `VmHWM` at
/// most so far.
pub(crate) fn memory(id: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let is_it = |row: &&str| row.starts_with(line);
    let value = status
        .lines()
        .find(is_it)
        .unwrap()
        .split_whitespace()
        .nth(1);
    value.unwrap().parse().unwrap()
}

/// What a tool prints; it must succeed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:#?}");
    String::from_utf8(output.stdout).unwrap()
}
