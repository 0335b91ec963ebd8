//! The chat with the document's own programs: all four pairs, without an option.

use std::net::SocketAddr;
use std::process::Command;

use crate::talker::Talker;

const HELLO: &str = "菜鸡菜鸡,我是菜鸟";

fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.args([
        "-u",
        &format!("{}/tests/it/document/{script}", env!("CARGO_MANIFEST_DIR")),
    ]);
    command.env("PYTHONIOENCODING", "utf-8");
    command
}

/// The document's server, waiting, and where.
fn their_server() -> (Talker, SocketAddr) {
    let server = Talker::start(&mut python("chat_server.py"));
    let address = format!("127.0.0.1:{}", server.stdout.next())
        .parse()
        .unwrap();
    (server, address)
}

/// The document's client, connected.
fn their_client(to: SocketAddr) -> Talker {
    let client = Talker::start(python("chat_client.py").arg(to.port().to_string()));
    assert_eq!(client.stdout.next(), "已连接");
    client
}

#[test]
#[ignore = "needs python3"]
fn the_documents_server_and_our_caller() {
    let (mut server, address) = their_server();
    let mut ours = Talker::connect(address);
    // All at once: each waits for its turn.
    ours.type_in(format!("{HELLO}\n第二句\n"));
    server.stdout.until(&format!("接收到的内容:{HELLO}"));
    server.type_in("收到\n");
    assert_eq!(ours.stdout.next(), "收到");
    server.stdout.until("接收到的内容:第二句");
    server.type_in("好\n");
    assert_eq!(ours.stdout.next(), "好");
    ours.type_in("byebye\n");
    ours.expect_end(0, "you said byebye");
    assert_eq!(server.wait(), Some(0));
}

#[test]
#[ignore = "needs python3"]
fn byebye_arrives_alone_however_fast_it_is_typed() {
    let (mut server, address) = their_server();
    let mut ours = Talker::connect(address);
    ours.type_in("一\n二\nbyebye\n");
    server.stdout.until("接收到的内容:一");
    server.type_in("好\n好\n");
    server.stdout.until("接收到的内容:二");
    assert_eq!(ours.stdout.next(), "好");
    assert_eq!(server.wait(), Some(0));
    let (mut server, address) = their_server();
    let mut ours = Talker::connect(address);
    ours.type_in("一\nbyebye\n");
    ours.expect_end(0, "you said byebye");
    server.type_in("好\n");
    assert_eq!(server.wait(), Some(0));
}

#[test]
#[ignore = "needs python3"]
fn the_documents_server_says_byebye_to_our_caller() {
    let (mut server, address) = their_server();
    let mut ours = Talker::connect(address);
    ours.type_in(format!("{HELLO}\n"));
    server.stdout.until(HELLO);
    server.type_in("byebye\n");
    ours.expect_end(0, "the other side said byebye");
    assert_eq!(server.wait(), Some(0));
}

#[test]
#[ignore = "needs python3"]
fn the_documents_server_is_stopped_by_a_caller_that_leaves() {
    let (server, address) = their_server();
    let mut ours = Talker::connect(address);
    ours.finish();
    ours.expect_end(0, "end of input: you left");
    assert_eq!(server.wait(), Some(0));
}

#[test]
#[ignore = "needs python3"]
fn a_long_message_reaches_the_documents_server_in_turns() {
    let (mut server, address) = their_server();
    let mut ours = Talker::connect(address);
    ours.type_in(format!("{HELLO}\n{}\n", "菜".repeat(400)));
    server.stdout.until(HELLO);
    for (answer, characters) in [("一", 341), ("二", 59)] {
        server.type_in(format!("{answer}\n"));
        assert_eq!(ours.stdout.next(), answer);
        let got = server.stdout.until("接收到的内容:").pop().unwrap();
        assert_eq!(got, format!("接收到的内容:{}", "菜".repeat(characters)));
    }
}

#[test]
#[ignore = "needs python3"]
fn the_documents_client_and_our_listener() {
    let (mut ours, address) = Talker::listen(&[]);
    let mut client = their_client(address);
    client.type_in(format!("{HELLO}\n"));
    assert_eq!(ours.stdout.next(), HELLO);
    for (ask, answer) in [("一", "二"), ("三", "四")] {
        ours.type_in(format!("{ask}\n"));
        client.stdout.until(&format!("接收到的内容:{ask}"));
        client.type_in(format!("{answer}\n"));
        assert_eq!(ours.stdout.next(), answer);
    }
    ours.type_in("五\n");
    client.stdout.until("接收到的内容:五");
    client.type_in("beybey\n");
    assert_eq!(client.wait(), Some(0));
    assert_eq!(ours.stdout.next(), "beybey");
    ours.expect_end(0, "the other side left");
}

#[test]
#[ignore = "needs python3"]
fn the_documents_client_says_byebye_to_our_listener() {
    let (ours, address) = Talker::listen(&[]);
    let mut client = their_client(address);
    client.type_in("byebye\n");
    ours.stderr.until("connected: ");
    ours.expect_end(0, "the other side said byebye");
}

#[test]
#[ignore = "needs python3"]
fn our_listener_says_byebye_to_the_documents_client() {
    let (mut ours, address) = Talker::listen(&[]);
    let mut client = their_client(address);
    client.type_in(format!("{HELLO}\n"));
    assert_eq!(ours.stdout.next(), HELLO);
    ours.type_in("byebye\n");
    // It compares with "beybey", so that it goes on by itself.
    client.stdout.until("接收到的内容:byebye");
    ours.expect_end(0, "you said byebye");
}

#[test]
#[ignore = "needs python3"]
fn the_documents_programs_with_each_other_for_the_record() {
    let (mut server, address) = their_server();
    let mut client = their_client(address);
    client.type_in(format!("{HELLO}\n"));
    server.stdout.until(&format!("接收到的内容:{HELLO}"));
    server.type_in("收到\n");
    client.stdout.until("接收到的内容:收到");
    server.stdout.until("输入发送内容:");
    client.type_in("byebye\n");
    // The server stops at it, the client does not.
    assert_eq!(server.wait(), Some(0));
    client.stdout.until("接收到的内容:");
}
