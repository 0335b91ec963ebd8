//! curl as a client of a Unix socket, and nginx as a proxy before one.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use super::{address, place, start};
use crate::knocks::haproxy::free_address;
use crate::support::{BOUND, Client, HELLO, expect_answer, run};

#[test]
#[ignore = "needs curl"]
fn curl_asks_over_a_unix_socket() {
    let (_directory, path) = place();
    let service = start(&path, &[]);
    let body = run(Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "30"])
        .arg("--unix-socket")
        .arg(&path)
        .args(["http://localhost/a", "http://localhost/b"]));
    assert_eq!(body, HELLO.repeat(2));
    let records = service.stop().stdout;
    // One connection, which curl keeps.
    assert!(records[1].contains(" #1.2 "), "{records:#?}");
    assert!(
        records[1].contains(r"GET /b HTTP/1.1\r\nHost: localhost\r\n"),
        "{records:#?}"
    );
}

/// A program that ends with the test, also with one that fails.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs nginx"]
fn nginx_is_a_proxy_to_a_unix_socket() {
    let (directory, path) = place();
    let service = start(&path, &[]);
    let front = free_address();
    let here = directory.path().display();
    let settings = format!(
        "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;\n\
         events {{}}\n\
         http {{ access_log off;\n\
         client_body_temp_path {here}/b; proxy_temp_path {here}/p; fastcgi_temp_path {here}/f;\n\
         uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;\n\
         upstream hellowire {{ server {}; keepalive 4; }}\n\
         server {{ listen {front}; location / {{ proxy_pass http://hellowire;\n\
         proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}\n",
        address(&path)
    );
    let file = directory.path().join("nginx.conf");
    fs::write(&file, settings).unwrap();
    let nginx = Killed(
        Command::new("nginx")
            .args(["-c".as_ref(), file.as_os_str()])
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let began = Instant::now();
    while TcpStream::connect(front).is_err() {
        let log = || fs::read_to_string(directory.path().join("error.log"));
        assert!(began.elapsed() < BOUND, "{:?}", log());
        thread::yield_now();
    }
    let body = "x".repeat(100_000);
    for _ in 0..3 {
        let mut client = Client::connect(front);
        let length = body.len();
        client.send(format!(
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ));
        expect_answer(&client.read_to_end(), 200, HELLO);
    }
    let pid = nginx.0.id();
    drop(nginx);
    let records = service.stop().stdout;
    assert_eq!(records.len(), 3, "{records:#?}");
    for record in records {
        assert!(
            record.contains(&format!(" unix:pid={pid},uid=")),
            "{record}"
        );
    }
}
