//! Real clients that violate the grammar: each gets its Hello World, and the log has exactly their bytes
//! and notes what is odd.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use crate::relay::{Sent, expect_exact, relay};
use crate::screen::Screen;
use crate::support::{HELLO, Service, run};

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients");

/// A service, and a relay that keeps what comes.
struct Subject {
    service: Service,
    address: SocketAddr,
    sent: Sent,
}

fn subject() -> Subject {
    let service = Service::start(&["--log", "json"]);
    let (address, sent) = relay(service.address());
    Subject {
        service,
        address,
        sent,
    }
}

impl Subject {
    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// Expects that nothing was refused, that the records are what came, and that those of requests
    /// whose lines begin like this say what is odd, and no others. A client may ask for more.
    #[track_caller]
    fn expect_odd(self, lines: &[&str]) {
        let records = self.service.stop().stdout;
        expect_exact(&records, &self.sent);
        let sent = self.sent.lock().unwrap();
        let sent: Vec<u8> = sent.values().flatten().copied().collect();
        for line in lines {
            let is_there = sent.windows(line.len()).any(|part| part == line.as_bytes());
            assert!(is_there, "{line:?} was not sent: {}", sent.escape_ascii());
        }
        let mut odd = 0;
        for record in &records {
            assert!(!record.contains("\"state\":"), "{record}");
            let record: serde_json::Value = serde_json::from_str(record).unwrap();
            odd += usize::from(
                record["odd"]
                    .as_array()
                    .is_some_and(|notes| !notes.is_empty()),
            );
        }
        assert_eq!(odd, lines.len(), "{records:#?}");
    }
}

fn curl(options: &[&str], url: impl AsRef<OsStr>) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--globoff", "--max-time", "30"]);
    run(curl.args(options).arg(url))
}

#[test]
#[ignore = "needs curl"]
fn curl_gets_hello_for_bytes_that_no_uri_has() {
    let subject = subject();
    for target in [
        "/q?query=up{job=\"x\"}",
        "/?q=100%",
        "/50%/x",
        "/%u83DC",
        "/?p=C:\\dir",
        "/<a>?<b>",
        "/?我是=菜鸟",
    ] {
        assert_eq!(curl(&[], subject.url(target)), HELLO, "{target}");
    }
    let latin_1 = [subject.url("/").as_bytes(), b"?\xe4=\xff"].concat();
    assert_eq!(curl(&[], OsStr::from_bytes(&latin_1)), HELLO);
    // What it leaves bare in a query, it encodes in a path, but not in what it is told to send.
    let as_it_is = ["--request-target", "/菜鸡"];
    assert_eq!(curl(&as_it_is, subject.url("/")), HELLO);
    let body = ["--data", "a=b", "--request", "PURGE"];
    assert_eq!(curl(&body, subject.url("/a\"b")), HELLO);
    subject.expect_odd(&[
        "GET /q?query=up{job=\"x\"} ",
        "GET /?q=100% ",
        "GET /50%/x ",
        "GET /%u83DC ",
        "GET /?p=C:\\dir ",
        "GET /<a>?<b> ",
        "GET /?我是=菜鸟 ",
        "GET /?",
        "GET /菜鸡 ",
        "PURGE /a\"b ",
    ]);
}

#[test]
#[ignore = "needs curl"]
fn curl_gets_hello_for_methods_of_varnish_and_upnp() {
    let subject = subject();
    let methods = [
        "PURGE",
        "BAN",
        "NOTIFY",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "M-SEARCH",
        "REFRESH",
    ];
    for method in methods {
        let options = ["--request", method, "--header", "ST: ssdp:all"];
        assert_eq!(curl(&options, subject.url("/x")), HELLO, "{method}");
    }
    let discovery = ["--request", "M-SEARCH", "--request-target", "*"];
    assert_eq!(curl(&discovery, subject.url("/")), HELLO);
    let lines = methods.map(|method| format!("{method} /x HTTP/1.1\r\n"));
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("M-SEARCH * HTTP/1.1\r\n");
    subject.expect_odd(&lines);
}

#[test]
#[ignore = "needs Chromium"]
fn chromium_gets_hello_for_what_the_url_standard_leaves_bare() {
    let subject = subject();
    let targets = ["/?q=100%", "/50%/x", "/%u83DC", "/?p=C:\\dir"];
    for target in targets {
        let page = crate::tools::chromium(&[], &subject.url(target));
        assert!(page.contains(HELLO), "{target}: {page}");
    }
    subject.expect_odd(
        &targets
            .map(|target| format!("GET {target} HTTP/1.1\r\n"))
            .each_ref()
            .map(|line| &**line),
    );
}

/// Runs a script that asks for what is odd, and fails where one answer is not Hello World.
#[track_caller]
fn script(interpreter: &[&str], name: &str, lines: &[&str]) {
    let subject = subject();
    let (program, options) = interpreter.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(options).arg(format!("{HERE}/{name}"));
    run(command.arg(subject.address.to_string()));
    subject.expect_odd(lines);
}

#[test]
#[ignore = "needs Python"]
fn pythons_http_client_gets_hello_for_bytes_that_no_uri_has() {
    script(
        &["python3"],
        "odd.py",
        &[
            "GET /\"<>{}\\^`|% HTTP/1.1\r\n",
            "GET /?\"<>{}\\^`|% HTTP/1.1\r\n",
            "GET /菜鸡 HTTP/1.1\r\n",
            "POST /{} HTTP/1.1\r\n",
            "NOTIFY /x HTTP/1.1\r\n",
            "GET /\"1.0\" HTTP/1.0\r\n",
            "GET /",
        ],
    );
}

#[test]
#[ignore = "needs Node"]
fn nodes_http_and_fetch_get_hello_for_bytes_that_no_uri_has() {
    script(
        &["node"],
        "odd.mjs",
        &[
            "GET /?q=100% HTTP/1.1\r\n",
            "GET /50%/x HTTP/1.1\r\n",
            "GET /%u83DC HTTP/1.1\r\n",
            "GET /?p=C:\\dir HTTP/1.1\r\n",
            "GET /\"<>{}\\^`|% HTTP/1.1\r\n",
            "PURGE /x HTTP/1.1\r\n",
            "M-SEARCH * HTTP/1.1\r\n",
            "Host: [fe80::1%eth0]\r\n",
            "GET /",
        ],
    );
}

#[test]
#[ignore = "needs Go"]
fn gos_client_gets_hello_for_bytes_that_no_uri_has() {
    script(
        &["go", "run"],
        "odd.go",
        &[
            "GET /?q=100% HTTP/1.1\r\n",
            "GET /50%/<x> HTTP/1.1\r\n",
            "GET /a?query=up{job=\"x\"}\\% HTTP/1.1\r\n",
            "POST /{} HTTP/1.1\r\n",
            "PURGE /x HTTP/1.1\r\n",
            "GET /",
        ],
    );
}

/// Lines as a person types them: the terminal makes an LF of Return, and netcat sends each as it
/// comes.
#[test]
#[ignore = "needs netcat"]
fn who_types_requests_into_netcat_gets_hello() {
    let subject = subject();
    let [host, port] = [
        subject.address.ip().to_string(),
        subject.address.port().to_string(),
    ];
    let mut screen = Screen::start(Command::new("nc").args([&host, &port]));
    for line in ["GET / HTTP/1.1", "Host: localhost", ""] {
        screen.press(&format!("{line}\r"));
        if !line.is_empty() {
            screen.until_row(line);
        }
    }
    screen.until(|rows| rows.iter().filter(|row| row.starts_with(HELLO)).count() == 1);
    // The connection goes on.
    for line in [
        "POST /菜鸟 HTTP/1.1",
        "Host: localhost",
        "Content-Length: 3",
        "Connection: close",
        "",
        "hi",
    ] {
        screen.press(&format!("{line}\r"));
    }
    screen.until(|rows| rows.iter().filter(|row| row.starts_with(HELLO)).count() == 2);
    // It waits for the end of what is typed, too: Ctrl-D.
    screen.press("\x04");
    assert!(screen.wait().success());
    subject.expect_odd(&[
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "POST /菜鸟 HTTP/1.1\nHost: localhost\nContent-Length: 3\nConnection: close\n\nhi\n",
    ]);
}
