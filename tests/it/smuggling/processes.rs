//! Go's net/http, Node's http and nginx as readers: each is a process in its default configuration.
//!
//! The readers for Go and Node are small programs beside this file. They print where they listen, and
//! then one line a request: the client's port, method, target and body, with tabs between and `\xHH` for
//! bytes. They end when their stdin ends. nginx writes the same lines to its log.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Request;
use super::reader::{Reader, Requests};
use crate::support::{BOUND, Lines, directory};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smuggling");

/// A program that says what it reads.
pub(super) struct Program {
    name: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines,
    address: SocketAddr,
    /// Whether it answers `OPTIONS *` by itself.
    hides_options: bool,
}

/// Go's server, built first.
pub(super) fn go() -> Program {
    let mut go = Command::new("go");
    let mut program = Program::start("Go", go.args(["run", &format!("{HERE}/reader.go")]));
    program.hides_options = true;
    program
}

/// Node's server, with these options of its own.
pub(super) fn node(options: &[&str]) -> Program {
    let mut node = Command::new("node");
    Program::start("Node", node.args(options).arg(format!("{HERE}/reader.mjs")))
}

/// Node's server, which takes what its parser otherwise refuses.
pub(super) fn lenient_node() -> Program {
    let mut program = node(&["--insecure-http-parser"]);
    program.name = "lenient Node";
    program
}

impl Program {
    #[track_caller]
    fn start(name: &'static str, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = Lines::of(child.stdout.take().unwrap());
        let address = stdout.next().parse().unwrap();
        Self {
            name,
            stdin: child.stdin.take(),
            child,
            stdout,
            address,
            hides_options: false,
        }
    }
}

impl Reader for Program {
    fn name(&self) -> &'static str {
        self.name
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn stop(&mut self) -> Requests {
        self.stdin = None;
        let mut requests = Requests::new();
        for line in self.stdout.rest() {
            let parts: Vec<_> = line.split('\t').collect();
            let [port, method, target, body] = parts[..] else {
                panic!("{line}");
            };
            let request = Request {
                method: unescaped(method),
                target: unescaped(target),
                body: unescaped(body),
            };
            requests
                .entry(port.parse().unwrap())
                .or_default()
                .push(request);
        }
        requests
    }

    fn hides(&self, request: &Request) -> bool {
        self.hides_options && request.method == b"OPTIONS" && request.target == b"*"
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        self.stdin = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// nginx, with its files in a directory of its own.
pub(super) struct Nginx {
    child: Child,
    address: SocketAddr,
    directory: tempfile::TempDir,
}

/// nginx, once it listens. It can't be told to take any port: this one was free a moment before.
#[track_caller]
pub(super) fn nginx() -> Nginx {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let directory = directory();
    let configuration = fs::read_to_string(format!("{HERE}/nginx.conf")).unwrap();
    let configuration = configuration.replace("PORT", &address.port().to_string());
    fs::write(directory.path().join("nginx.conf"), configuration).unwrap();
    let prefix = directory.path().to_str().unwrap();
    let child = Command::new("nginx")
        .args(["-p", prefix, "-c", "nginx.conf", "-e", "error.log"])
        .spawn()
        .unwrap();
    let nginx = Nginx {
        child,
        address,
        directory,
    };
    let deadline = Instant::now() + BOUND;
    while TcpStream::connect(address).is_err() {
        assert!(
            Instant::now() < deadline,
            "nginx does not listen: {}",
            nginx.file("error.log")
        );
        thread::park_timeout(Duration::from_millis(5));
    }
    nginx
}

impl Nginx {
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.directory.path().join(name)).unwrap_or_default()
    }
}

impl Reader for Nginx {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn stop(&mut self) -> Requests {
        let mut requests = Requests::new();
        for line in self.file("access.log").lines() {
            let parts: Vec<_> = line.split('\t').collect();
            let [port, "200", line, body] = parts[..] else {
                continue;
            };
            // The request line as it came, the version with it.
            let (method, rest) = line.split_once(' ').unwrap();
            let (target, _) = rest.rsplit_once(' ').unwrap_or((rest, ""));
            let request = Request {
                method: unescaped(method),
                target: unescaped(target),
                // What is empty it writes as a dash.
                body: if body == "-" {
                    Vec::new()
                } else {
                    unescaped(body)
                },
            };
            requests
                .entry(port.parse().unwrap())
                .or_default()
                .push(request);
        }
        requests
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bytes of a text in which `\xHH` is one of them.
fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}
