//! A program with line-based streams: the test writes to its stdin, and reads its stdout and stderr.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::support::{Lines, program};

/// A running program.
pub(crate) struct Talker {
    child: Child,
    stdin: Option<ChildStdin>,
    pub(crate) stdout: Lines,
    pub(crate) stderr: Lines,
}

impl Talker {
    /// Starts whatever `command` says.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            stdin: child.stdin.take(),
            stdout: Lines::of(child.stdout.take().unwrap()),
            stderr: Lines::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// A chat that waits to be called, and where.
    #[track_caller]
    pub(crate) fn listen(options: &[&str]) -> (Self, SocketAddr) {
        let mut command = program();
        let talker = Self::start(
            command
                .args(["chat", "listen", "127.0.0.1:0"])
                .args(options),
        );
        let said = talker.stderr.next();
        let address = said
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{said}"));
        let command = format!("hellowire chat connect {address}");
        let invitation = talker.stderr.next();
        assert_eq!(invitation, format!("the other side types: {command}"));
        (talker, address.parse().unwrap())
    }

    /// A chat that has called this address.
    #[track_caller]
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let talker = Self::start(program().args(["chat", "connect", &address.to_string()]));
        assert_eq!(talker.stderr.next(), format!("connected to {address}"));
        talker
    }

    /// Types these.
    #[track_caller]
    pub(crate) fn type_in(&mut self, text: impl AsRef<[u8]>) {
        self.stdin
            .as_mut()
            .unwrap()
            .write_all(text.as_ref())
            .unwrap();
    }

    /// Has no more to type.
    pub(crate) fn finish(&mut self) {
        self.stdin = None;
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Expects its end with this code, and this as the last it says about it.
    #[track_caller]
    pub(crate) fn expect_end(mut self, code: i32, word: &str) {
        let (stdout, stderr) = (self.stdout.rest(), self.stderr.rest());
        let status = self.child.wait().unwrap();
        let is_it =
            status.code() == Some(code) && stderr.last().is_some_and(|last| last.starts_with(word));
        assert!(
            is_it && stdout.is_empty(),
            "{status}: {stdout:#?} {stderr:#?}, not {word:?}"
        );
    }

    /// Its exit code, once it has ended.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.stdin = None;
        let (_, _) = (self.stdout.rest(), self.stderr.rest());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
