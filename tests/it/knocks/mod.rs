//! Clients with another protocol: the answer and the record name it. The tests send literal bytes of the
//! protocols, similar bytes that are none, and run the real programs.

/// Behind a proxy that says so, and one that does not.
pub(crate) mod haproxy;
/// Programs that speak other protocols.
mod programs;

use std::net::SocketAddr;
use std::process::{Command, Output};

use crate::relay::{Sent, expect_exact, relay};
use crate::support::Service;

const TLS: &str = "TLS";
const HTTP_2: &str = "HTTP/2";
const PROXY: &str = "PROXY protocol";
const SSH: &str = "SSH";
const SOCKS: &str = "SOCKS";

const WORDS: [&str; 5] = [TLS, HTTP_2, PROXY, SSH, SOCKS];

/// By default, and with `--strict`.
const MODES: [&[&str]; 2] = [&[], &["--strict"]];

const KNOCKS: &[(&[u8], &str)] = &[
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", TLS),
    (b"\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00", TLS),
    (b"\x16\x03\x03\x00\xf4\x01\x00\x00\xf0\x03\x03", TLS),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP_2),
    (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64",
        HTTP_2,
    ),
    (
        b"PROXY TCP4 127.0.0.1 127.0.0.1 50000 8080\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        PROXY,
    ),
    (
        b"PROXY TCP6 ::1 ::1 50000 8080\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        PROXY,
    ),
    (b"PROXY UNKNOWN\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", PROXY),
    (
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\xc3\x50\x1f\x90GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        PROXY,
    ),
    (b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0GET / HTTP/1.1\r\nHost: a\r\n\r\n", PROXY),
    (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", SSH),
    (b"SSH-2.0-libssh_0.10.4\r\n", SSH),
    (b"SSH-1.99-x\n", SSH),
    (b"\x05\x01\x00", SOCKS),
    (b"\x05\x02\x00\x02", SOCKS),
    (b"\x05\x03\x00\x01\x02", SOCKS),
];

/// Bytes that look like one of them at first.
const NEAR_MISSES: &[&[u8]] = &[
    b"\x16",
    b"\x16hello\r\n",
    b"\x16GET / HTTP/1.1\r\n",
    b"\x16\x16\x16\x16\x16\x16",
    b"\x16\x02\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x03\x16\x01\x02\x00\x01",
    b"PRI / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PRI * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PRI /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PRI\r\n",
    b"PRINT * HTTP/3.0\r\n\r\n",
    b"GET / HTTP/3\r\nHost: a\r\n\r\n",
    b"PROXYX TCP4 127.0.0.1 127.0.0.1 50000 8080\r\n",
    b"PROXY\r\n",
    b"PROXY / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PROXY /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PROXY TCP5 127.0.0.1\r\n",
    b"PROXIED TCP4 127.0.0.1 127.0.0.1 1 2\r\n",
    b"proxy tcp4 127.0.0.1 127.0.0.1 1 2\r\n",
    b"\r\n\r\n\0\r\nQUIX\n\x21\x11\0\x0c",
    b"\r\n\r\n\0\r\nQUIT\r\n\x21\x11\0\x0c",
    b"\r\n\r\n\0\0\0\0\0\0\0\0",
    b"\r\n\r\nQUIT\n",
    b"SSH",
    b"SSH\r\n",
    b"SSH / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"SSH /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"XSSH-2.0-a\r\n",
    b"ssh-2.0-a\r\n",
    b"SSHD-2.0-a\r\n",
    b"\x05",
    b"\x05hello\r\n",
    b"\x05\x00",
    b"\x05\r\n",
    b"\x05\x00\x00",
    b"\x05\xff\x00",
    b"\x06\x01\x00",
    b"\0\0\0\0",
    b"\x80\xff\xfe",
    b"\x03\0\0\x13\x0e\xe0\0\0",
    b"EHLO a\r\n",
    b"QUIT\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"{\"a\": 1}\r\n",
    b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /TLS b HTTP/1.1\r\nHost: a\r\n\r\n",
];

fn service(options: &[&str]) -> Service {
    Service::start(&[&["--log", "json"], options].concat())
}

/// The reason in the next record, where it has one.
#[track_caller]
fn reason(record: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(record).unwrap();
    record["reason"].as_str().unwrap_or_default().to_owned()
}

/// The words that are in it.
fn words(text: &str) -> Vec<&'static str> {
    WORDS
        .into_iter()
        .filter(|word| text.contains(word))
        .collect()
}

#[test]
fn who_knocks_with_another_protocol_hears_so() {
    for options in MODES {
        let service = service(options);
        for ((bytes, word), cut) in KNOCKS.iter().flat_map(|knock| [(knock, 1), (knock, 99)]) {
            let mut client = service.connect();
            for piece in bytes.chunks(cut) {
                client.send(piece);
            }
            client.finish();
            let answer = client.read_to_end();
            drop(client);
            let shown = bytes.escape_ascii();
            let reason = reason(&service.stdout.next());
            assert_eq!(words(&reason), [*word], "{shown}: {reason}");
            assert!(answer.starts_with("HTTP/1.1 "), "{shown}: {answer}");
            assert!(
                answer.ends_with(&format!("\r\n\r\n{reason}\n")),
                "{shown}: {answer}"
            );
        }
    }
}

#[test]
fn near_misses_get_no_such_word() {
    for options in MODES {
        let service = service(options);
        for bytes in NEAR_MISSES {
            let answer = service.exchange(bytes);
            let record = service.stdout.next();
            let shown = bytes.escape_ascii();
            assert_eq!(words(&reason(&record)), [""; 0], "{shown}: {record}");
            assert_eq!(words(&answer), [""; 0], "{shown}: {answer}");
        }
    }
}

/// A service, and a relay that keeps what comes.
struct Subject {
    service: Service,
    address: SocketAddr,
    sent: Sent,
}

fn subject() -> Subject {
    let service = service(&[]);
    let (address, sent) = relay(service.address());
    Subject {
        service,
        address,
        sent,
    }
}

impl Subject {
    /// Expects that each record says this, and that together they are what came.
    #[track_caller]
    fn expect_all(self, word: &str) {
        let records = self.service.stop().stdout;
        assert!(!records.is_empty());
        for record in &records {
            assert_eq!(words(&reason(record)), [word], "{record}");
        }
        expect_exact(&records, &self.sent);
    }
}

fn curl(options: &[&str], url: &str) -> Output {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "30"]);
    curl.args(options).arg(url).output().unwrap()
}

/// All that a program printed.
fn said(output: &Output) -> String {
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{stdout}{stderr}")
}
