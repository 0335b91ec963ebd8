//! Addresses with a zone, `[fe80::1%eth0]:8080`: each is valid on one network interface alone.

use std::process::Command;

use crate::support::{HELLO, Service, expect_answer, expect_record, has_ipv6, program, run};
use crate::talker::Talker;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ONCE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// The exit code, and the first line on stderr.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let first = stderr.lines().next().unwrap_or_default().to_owned();
    (output.status.code(), first)
}

/// Loopback counts as a link of its own (RFC 4007 section 4).
#[test]
fn by_name_and_by_number_for_whoever_listens_and_whoever_calls() {
    if !has_ipv6("zones by name and by number") {
        return;
    }
    let number = std::fs::read_to_string("/sys/class/net/lo/ifindex").unwrap();
    for zone in ["lo", number.trim_end()] {
        let service = Service::launch(program().args(["--listen", &format!("[::1%{zone}]:0")]));
        let port = service.address().port();
        expect_answer(&service.exchange(GET), 200, HELLO);
        service.stdout.next();

        let address = format!("[::1%{zone}]:{port}");
        let (code, said) = said(program().args(["health", &address]));
        assert_eq!((code, &*said), (Some(0), ""));
        // The zone means nothing to another machine, and is no part of a host (RFC 3986 3.2.2).
        let version = env!("CARGO_PKG_VERSION");
        let asked = format!(
            r#" "GET /hellowire-health HTTP/1.1\r\nHost: [::1]:{port}\r\nUser-Agent: hellowire/{version}\r\nConnection: close\r\n\r\n""#
        );
        expect_record(&service.stdout.next(), asked);

        let mut send = program();
        let reply = run(send.args(["send", "--to", &address, ONCE]));
        expect_answer(&reply, 200, HELLO);
    }
}

#[test]
fn a_chat_over_one() {
    if !has_ipv6("a chat over an address with a zone") {
        return;
    }
    let listener = Talker::start(program().args(["chat", "listen", "[::1%lo]:0"]));
    let greeting = listener.stderr.next();
    let port = greeting.rsplit(':').next().unwrap();
    let address = format!("[::1%lo]:{port}");
    let mut caller = Talker::start(program().args(["chat", "connect", &address]));
    let said = caller.stderr.next();
    assert_eq!(said, format!("connected to {address}"));
    caller.type_in("hi\n");
    assert_eq!(listener.stdout.next(), "hi");
}

#[test]
fn one_that_this_machine_does_not_have_is_said() {
    for zone in ["nowhere", "4294967295", "0", "99999999999999999999"] {
        let address = format!("[fe80::1%{zone}]:8080");
        let reason = format!(
            "this machine has no zone {zone}: no network interface has this name or number"
        );
        for (command, what) in [
            (&["--listen", &*address][..], "cannot listen on"),
            (&["raw", "--listen", &address], "cannot listen on"),
            (&["chat", "listen", &address], "cannot listen on"),
            (&["chat", "connect", &address], "cannot connect to"),
            (&["send", "--to", &address, "hi"], "cannot connect to"),
            (&["health", &address], "cannot connect to"),
        ] {
            let (code, said) = said(program().args(command));
            let expected = format!("hellowire: {what} {address}: {reason}");
            assert_eq!((code, said), (Some(1), expected));
        }
    }
}

#[test]
fn an_address_that_needs_one_or_can_have_none_is_bad_usage() {
    let needed =
        "a link-local address needs its zone, the network interface: as in [fe80::1%eth0]:9000";
    let senseless = "only a link-local IPv6 address, as in [fe80::1%eth0]:9000, has a zone";
    for (address, reason) in [
        ("[fe80::1]:8080", needed),
        ("[2001:db8::1%lo]:8080", senseless),
        ("[::%lo]:8080", senseless),
        ("127.0.0.1%lo:8080", senseless),
        ("localhost%lo:8080", senseless),
        ("[fe80::1%]:8080", "expected an address, a port or both"),
        ("[fe80::1%lo", "expected an address, a port or both"),
        (
            "fe80::1%lo:8080",
            "an IPv6 address needs brackets before a port",
        ),
    ] {
        for command in [
            &["--listen"][..],
            &["send", "--to"],
            &["health"],
            &["chat", "connect"],
        ] {
            let (code, said) = said(program().args(command).arg(address));
            let expected = format!("error: invalid value '{address}' for ");
            assert_eq!(code, Some(2), "{said}");
            assert!(said.starts_with(&expected), "{said}");
            assert!(said.contains(reason), "{said}");
        }
    }
}

/// A network of two machines: the two ends of a cable, in a namespace each, removed with this.
struct Cable([String; 2]);

impl Cable {
    fn new() -> Self {
        let ends = ["near", "far"].map(|end| format!("hellowire-{end}-{}", std::process::id()));
        for name in &ends {
            run(Command::new("ip").args(["netns", "add", name]));
        }
        let cable = Self(ends);
        let [near, far] = &cable.0;
        let laid = ["link", "add", "cable0", "type", "veth"];
        let end = ["peer", "name", "cable0", "netns", far];
        run(cable.at(near, "ip").args(laid).args(end));
        for (name, address) in [(near, "fe80::1/64"), (far, "fe80::2/64")] {
            // Without `nodad` it takes a second until anybody may listen on it.
            let address = ["address", "add", address, "dev", "cable0", "nodad"];
            run(cable.at(name, "ip").args(address));
            for link in ["lo", "cable0"] {
                run(cable.at(name, "ip").args(["link", "set", link, "up"]));
            }
        }
        cable
    }

    /// A command at one end.
    fn at(&self, end: &str, program: &str) -> Command {
        assert!(self.0.iter().any(|name| name == end));
        let mut command = Command::new("ip");
        command.args(["netns", "exec", end, program]);
        command
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in &self.0 {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

#[test]
#[ignore = "needs network namespaces"]
fn network_namespaces_talk_over_link_local_addresses() {
    let cable = Cable::new();
    let [near, far] = &cable.0;
    let hellowire = env!("CARGO_BIN_EXE_hellowire");
    let service = Service::launch(
        cable
            .at(near, hellowire)
            .args(["--listen", "[fe80::1%cable0]:0"]),
    );
    let said = service.address().to_string();
    let port = service.address().port();
    let by_name = format!("[fe80::1%cable0]:{port}");
    // What it has said, with the number, can be used as it is.
    for (end, address) in [(near, &said), (near, &by_name), (far, &by_name)] {
        run(cable.at(end, hellowire).args(["health", address]));
        let mut send = cable.at(end, hellowire);
        let reply = run(send.args(["send", "--to", address, ONCE]));
        expect_answer(&reply, 200, HELLO);
    }
    service.stop();

    let waits = ["chat", "listen", "[fe80::1%cable0]:12345"];
    let calls = ["chat", "connect", "[fe80::1%cable0]:12345"];
    let listener = Talker::start(cable.at(near, hellowire).args(waits));
    listener.stderr.next();
    let mut caller = Talker::start(cable.at(far, hellowire).args(calls));
    caller.type_in("hi\n");
    assert_eq!(listener.stdout.next(), "hi");
}
