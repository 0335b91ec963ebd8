//! Two people, or programs, without terminals: lines in, messages out.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;

use crate::support::{Client, memory, program};
use crate::talker::Talker;

/// Two of ours, connected.
#[track_caller]
pub(crate) fn pair() -> (Talker, Talker) {
    let (listener, address) = Talker::listen(&[]);
    let caller = Talker::connect(address);
    listener.stderr.until("connected: 127.0.0.1:");
    (listener, caller)
}

/// A network between a caller and `to` that cuts what is sent into single bytes.
fn byte_by_byte(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (left, _) = listener.accept().unwrap();
        let right = TcpStream::connect(to).unwrap();
        let relay = |mut from: TcpStream, mut to: TcpStream| {
            thread::spawn(move || {
                to.set_nodelay(true).unwrap();
                let mut byte = [0];
                while let Ok(1) = from.read(&mut byte) {
                    if to.write_all(&byte).is_err() {
                        return;
                    }
                }
                let _ = to.shutdown(Shutdown::Write);
            })
        };
        relay(left.try_clone().unwrap(), right.try_clone().unwrap());
        relay(right, left);
    });
    address
}

#[test]
fn both_may_speak_at_any_time() {
    let (mut listener, mut caller) = pair();
    listener.type_in("one\ntwo\n");
    caller.type_in("菜鸡菜鸡,我是菜鸟\n\nthree\n");
    for (talker, said) in [
        (&caller, &["one", "two"][..]),
        (&listener, &["菜鸡菜鸡,我是菜鸟", "", "three"]),
    ] {
        for line in said {
            assert_eq!(talker.stdout.next(), *line);
        }
    }
}

#[test]
fn a_thousand_lines_at_once_are_a_thousand_messages() {
    let (listener, address) = Talker::listen(&[]);
    let mut caller = Talker::connect(byte_by_byte(address));
    let lines: Vec<String> = (0..1000)
        .map(|number| format!("{number} 菜鸡 😀"))
        .collect();
    caller.type_in(lines.join("\n"));
    caller.finish();
    let received: Vec<String> = lines.iter().map(|_| listener.stdout.next()).collect();
    assert_eq!(received, lines);
    caller.expect_end(0, "end of input: you left");
    listener.expect_end(0, "the other side left");
}

#[test]
fn whoever_ends_first_hears_the_other_out() {
    for _ in 0..10 {
        let (mut listener, mut caller) = pair();
        let lines: Vec<String> = (0..1000).map(|number| format!("{number} 菜鸡")).collect();
        for talker in [&mut listener, &mut caller] {
            talker.type_in(lines.join("\n"));
            talker.finish();
        }
        for talker in [&listener, &caller] {
            assert_eq!(talker.stdout.rest(), lines, "{:?}", talker.stderr.rest());
        }
    }
}

#[test]
fn a_slow_reader_gets_all_that_was_said_before_byebye() {
    let (mut one, address) = Talker::listen(&[]);
    let mut slow = program();
    slow.args(["chat", "connect", &address.to_string()]);
    let mut slow = slow
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    one.stderr.until("connected: ");
    one.type_in("a line of some length\n".repeat(20_000) + "byebye\n");
    // Nobody reads until it is over for the one who spoke.
    one.expect_end(0, "you said byebye");
    let mut said = String::new();
    slow.stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(said.lines().count(), 20_000);
    assert_eq!(slow.wait().unwrap().code(), Some(0));
}

#[test]
fn who_is_slow_to_read_can_speak() {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut command = program();
    command.args(["chat", "connect", &socket.local_addr().unwrap().to_string()]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut client = Client(socket.accept().unwrap().0);
    client
        .0
        .set_read_timeout(Some(crate::support::BOUND))
        .unwrap();
    // More than the pipe behind its stdout holds.
    client.send("a line of some length\n".repeat(10_000));
    let mut got = [0; 3];
    // It has heard lines before it has something to say: else it might be done before it hears any.
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut got[..1]).unwrap();
    child.stdin.take().unwrap().write_all(b"hi\n").unwrap();
    client.0.read_exact(&mut got).unwrap();
    assert_eq!(got, *b"hi\n");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_last_word_counts_also_behind_a_reset() {
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    listener.type_in("unread\n");
    let mut first = [0];
    client.0.read_exact(&mut first).unwrap();
    // What is left unread at the end makes the end a reset.
    client.send("byebye");
    drop(client);
    listener.expect_end(0, "the other side said byebye");
}

#[test]
fn only_a_whole_line_is_byebye() {
    let (mut listener, address) = Talker::listen(&["--max-message", "1KiB"]);
    let mut client = Client::connect(address);
    let long = "a".repeat(1024) + "byebye";
    client.send(format!("{long}\n"));
    assert_eq!(
        (listener.stdout.next(), listener.stdout.next()),
        (long[..1024].into(), "byebye".into())
    );
    listener.type_in(format!("{long}\nstill here\n"));
    listener.finish();
    let all = client.read_to_end();
    assert!(all.ends_with("\nbyebye\nstill here\n"), "{all:?}");
}

#[test]
fn a_message_that_waits_is_told_of() {
    let (mut listener, address) = Talker::listen(&[]);
    let _silent = Client::connect(address);
    listener.type_in("one\ntwo\n");
    listener
        .stderr
        .until("(waits until the other side has answered; Ctrl-C leaves)");
}

#[test]
fn input_that_cannot_be_read_is_a_failure() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut command = program();
    let output = command
        .args(["chat", "connect", &address])
        .stdin(std::fs::File::open("/").unwrap())
        .output();
    let output = output.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("hellowire: cannot read what to say: Is a directory"),
        "{stderr}"
    );
}

#[test]
fn a_message_may_be_64_kib_and_a_longer_one_comes_in_parts() {
    let (listener, mut caller) = pair();
    let longest = "菜".repeat(65_535 / 3) + "a";
    caller.type_in(format!("{longest}\n{longest}b\n"));
    assert_eq!(listener.stdout.next(), longest);
    assert_eq!(listener.stdout.next(), longest);
    assert_eq!(listener.stdout.next(), "b");
    assert_eq!(
        caller.stderr.next(),
        "(longer than 65536 bytes: sent in parts)"
    );
}

#[test]
fn the_longest_message_is_an_option() {
    let (mut listener, address) = Talker::listen(&["--max-message", "1KiB"]);
    let mut client = Client::connect(address);
    let (whole, over) = ("a".repeat(1024), "b".repeat(1025));
    client.send(format!("{whole}\n{over}\n"));
    assert_eq!(listener.stdout.next(), whole);
    assert_eq!(listener.stdout.next(), over[1..]);
    assert_eq!(listener.stdout.next(), "b");
    listener.type_in(format!("{whole}\n{over}\nbyebye\n"));
    assert_eq!(
        client.read_to_end(),
        format!("{whole}\n{}\nb\nbyebye", &over[1..])
    );
}

#[test]
fn endless_messages_take_no_memory() {
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    let before = memory(listener.id(), "VmHWM");
    let sender = thread::spawn(move || {
        let bytes = vec![b'a'; 256 << 20];
        client.send(bytes);
        client
    });
    let mut got = 0;
    while got < (256 << 20) - 65_536 {
        got += listener.stdout.next().len();
    }
    let client = sender.join().unwrap();
    let grown = memory(listener.id(), "VmHWM") - before;
    assert!(
        grown < 20 * 1024,
        "{grown} kB more for 256 MiB without an end"
    );
    drop(client);
    listener.finish();
}

#[test]
fn a_listener_takes_one_caller() {
    let (listener, address) = Talker::listen(&[]);
    let _first = Talker::connect(address);
    listener.stderr.until("connected: 127.0.0.1:");
    let second = Talker::start(program().args(["chat", "connect", &address.to_string()]));
    second.expect_end(
        1,
        &format!("hellowire: refused: nobody listens at {address}"),
    );
}

#[test]
fn whoever_cannot_be_reached_is_named() {
    let caller = Talker::start(program().args(["chat", "connect", "nobody.invalid:1"]));
    caller.expect_end(1, "hellowire: no such host: nobody.invalid:1");
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let listener = Talker::start(program().args(["chat", "listen", &address]));
    listener.expect_end(
        1,
        &format!("hellowire: cannot listen on {address}: Address already in use"),
    );
}

#[test]
fn netcat_is_a_peer() {
    // Lines with ends of either kind, and a last one without.
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    client.send("hi\r\nho\n");
    assert_eq!(
        (listener.stdout.next(), listener.stdout.next()),
        ("hi".into(), "ho".into())
    );
    listener.type_in("yo\nbyebye\n");
    assert_eq!(client.read_to_end(), "yo\nbyebye");
}

#[test]
fn one_of_ours_shows_it_and_is_answered_and_nobody_else_is() {
    // It has said a line, as netcat does: nothing comes back.
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    client.send("hi\n");
    assert_eq!(listener.stdout.next(), "hi");
    listener.finish();
    assert_eq!(client.read_to_end(), "");

    // It has shown behind a line that it is one of ours: it need not wait.
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    client.send("hi\n\r");
    let mut first = [0];
    client.0.read_exact(&mut first).unwrap();
    assert_eq!(first, *b"\x06");
    listener.finish();

    // To whoever has said nothing, our first message shows it.
    let (mut listener, address) = Talker::listen(&[]);
    let mut client = Client::connect(address);
    listener.type_in("hi\n");
    let mut first = [0; 4];
    client.0.read_exact(&mut first).unwrap();
    assert_eq!(first, *b"hi\n\r");
}
