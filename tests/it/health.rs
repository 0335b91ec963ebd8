//! The probe: it exits with 0 if the service answers in time, otherwise with 1 and the reason.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

use crate::support::{Service, expect_record, has_ipv6, program};

/// The probe's exit code, and what it says.
type Asked = (Option<i32>, String);

fn run(command: &mut Command) -> Asked {
    let output = command.output().unwrap();
    assert_eq!(output.stdout, b"", "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

fn ask(address: SocketAddr, options: &[&str]) -> Asked {
    run(program()
        .args(["health", &address.to_string()])
        .args(options))
}

#[track_caller]
fn expect_well((code, said): Asked) {
    assert_eq!((code, &*said), (Some(0), ""));
}

#[track_caller]
fn expect_failure((code, said): Asked, reason: &str) {
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("hellowire: ") && said.contains(reason),
        "{said}"
    );
}

/// Somebody who answers one request with these bytes, and then waits for the other side's end.
fn answering(bytes: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut some = [0; 1024];
        let _ = socket.read(&mut some);
        let _ = socket.write_all(bytes.as_bytes());
        while matches!(socket.read(&mut some), Ok(1..)) {}
    });
    address
}

#[test]
fn both_services_are_well_and_the_log_shows_what_was_asked() {
    for service in [Service::start(&[]), Service::raw(&[])] {
        let address = service.address();
        expect_well(ask(address, &[]));
        expect_well(ask(address, &["--path", "/a"]));
        for path in ["/hellowire-health", "/a"] {
            let version = env!("CARGO_PKG_VERSION");
            let request = format!(
                r"GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: hellowire/{version}\r\nConnection: close\r\n\r\n"
            );
            expect_record(&service.stdout.next(), format!(" \"{request}\""));
        }
        let stopped = service.stop();
        assert_eq!(stopped.stderr, Vec::<String>::new());
    }
}

#[test]
fn its_request_can_be_kept_out_of_both_logs() {
    let exclude = ["--log-exclude", "/hellowire-health"];
    for service in [Service::start(&exclude), Service::raw(&exclude)] {
        expect_well(ask(service.address(), &[]));
        assert_eq!(service.stop().stdout, Vec::<String>::new());
    }
}

#[test]
fn the_status_decides() {
    for (status, is_well) in [("200", true), ("399", true), ("400", false), ("599", false)] {
        let service = Service::start(&["--status", status]);
        let asked = ask(service.address(), &[]);
        if is_well {
            expect_well(asked);
        } else {
            expect_failure(asked, &format!(" is not well: it answered {status}\n"));
        }
    }
}

#[test]
fn nobody_there_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let reason = format!("refused: nobody listens at {address}");
    expect_failure(ask(address, &[]), &reason);
}

#[test]
fn who_answers_something_else_is_not_well() {
    let asked = ask(answering("SSH-2.0-OpenSSH_9.2\r\n"), &[]);
    expect_failure(asked, "the answer is not HTTP/1.x");
}

#[test]
fn who_is_silent_or_stops_in_the_middle_has_no_more_than_the_time() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nA: b\r\n"] {
        let asked = ask(answering(bytes), &["--timeout", "200ms"]);
        expect_failure(asked, "gave no answer within 200ms");
    }
}

/// Each byte comes in time, and the last never.
#[test]
fn who_drips_has_no_more_than_the_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let dripping = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut answer = b"HTTP/1.1 200 OK\r\nA: "
            .iter()
            .chain([b'b'].iter().cycle());
        socket.set_nodelay(true).unwrap();
        while socket.write_all(&[*answer.next().unwrap()]).is_ok() {
            // Not to wait for anything: this is how it drips.
            thread::sleep(std::time::Duration::from_millis(10));
        }
    });
    let asked = ask(address, &["--timeout", "300ms"]);
    expect_failure(asked, "gave no answer within 300ms");
    dripping.join().unwrap();
}

#[test]
fn the_address_is_the_services_own_where_none_is_given() {
    let service = Service::launch(program().args(["--listen", "0.0.0.0:0"]));
    let port = service.address().port();
    for listen in [
        format!("0.0.0.0:{port}"),
        format!("127.0.0.1:{port}, 127.0.0.2:1"),
        format!("localhost:{port}"),
    ] {
        let mut command = program();
        expect_well(run(command.arg("health").env("HELLOWIRE_LISTEN", listen)));
    }
    if has_ipv6("asking [::] for its health") {
        let service = Service::launch(program().args(["--listen", "[::]:0"]));
        let listen = service.address().to_string();
        let mut command = program();
        expect_well(run(command.arg("health").env("HELLOWIRE_LISTEN", listen)));
    }
}
