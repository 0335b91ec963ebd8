//! The service behind `HAProxy`, in its default configuration and with the PROXY protocol.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::{PROXY, Subject, curl, said, subject};
use crate::relay::expect_exact;
use crate::support::{BOUND, HELLO, directory, run};

/// `HAProxy`, which ends with the test.
pub(crate) struct Haproxy {
    child: Child,
    pub(crate) address: SocketAddr,
    _directory: tempfile::TempDir,
}

impl Haproxy {
    /// Starts one that sends on to this address, with these words behind it, and waits for it.
    #[track_caller]
    fn start(mode: &str, server: SocketAddr, words: &str) -> Self {
        Self::with(mode, &format!("  server service {server} {words}\n"))
    }

    /// Starts one whose only section has these lines, and waits for it. It can't be told to take any port: this
    /// one was free a moment before.
    #[track_caller]
    pub(crate) fn with(mode: &str, lines: &str) -> Self {
        let address = free_address();
        let directory = directory();
        let path = directory.path().join("haproxy.cfg");
        let configuration = format!(
            "defaults\n  mode {mode}\n  timeout connect 30s\n  timeout client 30s\n  timeout server 30s\n\
             listen front\n  bind {address}\n{lines}"
        );
        fs::write(&path, configuration).unwrap();
        let child = Command::new("haproxy").arg("-f").arg(path).spawn().unwrap();
        let haproxy = Self {
            child,
            address,
            _directory: directory,
        };
        let deadline = Instant::now() + BOUND;
        while !is_listening(address) {
            assert!(Instant::now() < deadline, "HAProxy does not listen");
            thread::park_timeout(Duration::from_millis(5));
        }
        haproxy
    }
}

/// An address that was free a moment before.
pub(crate) fn free_address() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    free.local_addr().unwrap()
}

/// Whether the kernel lists a listening socket there. A connection would be sent on to the service.
fn is_listening(address: SocketAddr) -> bool {
    let port = format!(":{:04X} 00000000:0000 0A", address.port());
    fs::read_to_string("/proc/net/tcp").unwrap().contains(&port)
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs haproxy and curl"]
fn haproxy_in_front_is_served() {
    let Subject {
        service,
        address,
        sent,
    } = subject();
    for mode in ["http", "tcp"] {
        let haproxy = Haproxy::start(mode, address, "");
        let url = format!("http://{}/a?b=c%25", haproxy.address);
        assert_eq!(run(Command::new("curl").args(["-sS", &url])), HELLO);
        let url = format!("http://{}/?q=100%", haproxy.address);
        assert_eq!(run(Command::new("curl").args(["-sS", &url])), HELLO);
    }
    let records = service.stop().stdout;
    assert_eq!(records.len(), 4, "{records:#?}");
    for record in &records {
        assert!(!record.contains("\"state\":"), "{record}");
    }
    expect_exact(&records, &sent);
}

#[test]
#[ignore = "needs haproxy and curl"]
fn haproxy_with_the_proxy_protocol_hears_so() {
    let subject = subject();
    for mode in ["http", "tcp"] {
        for words in ["send-proxy", "send-proxy-v2"] {
            let haproxy = Haproxy::start(mode, subject.address, words);
            let output = curl(&[], &format!("http://{}/", haproxy.address));
            assert!(said(&output).contains(PROXY), "{mode}, {words}: {output:?}");
        }
    }
    subject.expect_all(PROXY);
}
