//! How a chat without terminals ends, on either side.

use std::io::Read as _;
use std::net::TcpStream;

use rustix::process::{Pid, Signal, kill_process};

use crate::chat::pair;
use crate::support::Client;
use crate::talker::Talker;

#[test]
fn byebye_ends_it_on_both_sides() {
    for we_say in [true, false] {
        let (listener, caller) = pair();
        let (mut one, other) = if we_say {
            (listener, caller)
        } else {
            (caller, listener)
        };
        one.type_in("a\nbyebye\nnever sent\n");
        assert_eq!(other.stdout.next(), "a");
        one.expect_end(0, "you said byebye");
        other.expect_end(0, "the other side said byebye");
    }
}

#[test]
fn a_signal_ends_it_also_while_it_waits_for_a_caller() {
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM] {
        let (listener, address) = Talker::listen(&[]);
        kill_process(Pid::from_raw(listener.id().cast_signed()).unwrap(), signal).unwrap();
        listener.expect_end(0, "interrupted: you left");

        let (listener, caller) = pair();
        kill_process(Pid::from_raw(caller.id().cast_signed()).unwrap(), signal).unwrap();
        caller.expect_end(0, "interrupted: you left");
        // It could be one of the document's, which would not notice.
        listener.expect_end(0, "the other side said byebye");
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn a_reset_is_a_lost_connection() {
    let (listener, address) = Talker::listen(&[]);
    let client = Client::connect(address);
    listener.stderr.until("connected: ");
    rustix::net::sockopt::set_socket_linger(&client.0, Some(std::time::Duration::ZERO)).unwrap();
    drop(client);
    listener.expect_end(
        1,
        "hellowire: the connection is lost: Connection reset by peer",
    );
}

#[test]
fn a_reader_of_stdout_that_has_seen_enough_is_no_failure() {
    let mut command = std::process::Command::new("sh");
    let script = format!(
        "{} chat listen 127.0.0.1:0 | head -1",
        env!("CARGO_BIN_EXE_hellowire")
    );
    let mut shell = Talker::start(command.args(["-c", &script]).env("LC_ALL", "C"));
    let address = shell.stderr.next();
    let mut client = Client::connect(address.rsplit(' ').next().unwrap().parse().unwrap());
    client.send("one\n");
    assert_eq!(shell.stdout.next(), "one");
    client.send("two\n");
    // Its end, whichever way: it has nobody to show anything to.
    let mut rest = Vec::new();
    let _ = client.0.read_to_end(&mut rest);
    shell.finish();
    assert_eq!(shell.wait(), Some(0));
}
