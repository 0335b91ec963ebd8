//! The client and the chat at a terminal, on a real pseudo-terminal of 40 columns.

use std::net::{Ipv4Addr, TcpListener};

use rustix::process::Signal;

use crate::partner::Chat;
use crate::screen::Screen;
use crate::support::{BOUND, Client, Service, program};

#[test]
fn what_is_typed_is_sent_and_what_comes_is_shown() {
    let mut chat = Chat::start(&[], "you:");
    chat.screen.press("hi there\r");
    chat.expect("hi there\n");
    chat.peer.send("菜鸡菜鸡,我是菜鸟\n");
    let both = ["you: hi there", "peer: 菜鸡菜鸡,我是菜鸟"].map(str::to_owned);
    chat.screen
        .until(|rows| both.iter().all(|row| rows.contains(row)));
}

#[test]
fn a_message_appears_above_the_line_being_typed() {
    // One that fits, one of Chinese text and emoji, one that wraps.
    for typed in [
        "half a li",
        "你好,世界 😀",
        "a line that is longer than the forty columns of this terminal",
    ] {
        let mut chat = Chat::start(&[], "you:");
        chat.screen.press(typed);
        let shown = |rows: &[String]| rows.concat().ends_with(&format!("you: {typed}"));
        chat.screen.until(shown);
        chat.peer.send("one\ntwo\n");
        let rows = chat
            .screen
            .until(|rows| rows.concat().contains("peer: two") && shown(rows));
        let copies = rows.concat().matches("you: ").count();
        assert_eq!(copies, 1, "a ghost of the line: {rows:#?}");
        let at = rows.iter().position(|row| row == "peer: one").unwrap();
        assert_eq!(rows[at + 1], "peer: two", "{rows:#?}");
        chat.screen.press("!\r");
        // Our first message: the peer has spoken in lines.
        chat.expect(&format!("{typed}!\n"));
    }
}

#[test]
fn what_a_terminal_would_obey_is_shown() {
    let mut chat = Chat::start(&[], "you:");
    chat.peer.send("\x1b[2J\x07\u{202e}\n");
    chat.screen.until_row(r"peer: \x1b[2J\x07\u{202e}");
}

#[test]
fn the_chat_and_its_words_in_chinese() {
    let mut chat = Chat::start(&["--lang", "zh"], "输入发送内容:");
    chat.screen.until_row("已连接");
    chat.peer.send("你好\n");
    chat.screen.until_row("接收到的内容:你好");
    chat.screen.press("byebye\r");
    chat.expect("byebye");
    chat.expect_end(0, "你说了 byebye");
}

#[test]
fn earlier_lines_are_had_again() {
    let mut chat = Chat::start(&[], "you:");
    chat.screen.press("first\r");
    chat.expect("first\n");
    chat.screen.until_last("you:");
    chat.screen.press("\x1b[A");
    chat.screen.until_last("you: first");
}

#[test]
fn byebye_ends_it_from_either_side() {
    let mut chat = Chat::start(&[], "you:");
    chat.screen.press("byebye\r");
    assert_eq!(chat.peer.read_to_end(), "byebye");
    chat.expect_end(0, "you said byebye");

    let mut chat = Chat::start(&[], "you:");
    chat.screen.press("half");
    chat.screen.until_last("you: half");
    chat.peer.send("last words\nbyebye");
    chat.peer.finish();
    chat.expect_end(0, "the other side said byebye");
    let both = ["peer: last words", "you: half"].map(str::to_owned);
    chat.screen
        .until(|rows| both.iter().all(|row| rows.contains(row)));
}

#[test]
fn ctrl_c_ctrl_d_and_signals_end_it_with_the_terminal_as_it_was() {
    for (keys, word) in [
        ("half\x03", "interrupted: you left"),
        ("\x04", "end of input: you left"),
    ] {
        let mut chat = Chat::start(&[], "you:");
        chat.screen.press(keys);
        // To one that has not spoken: it may be one that does not see a connection's end.
        assert_eq!(chat.peer.read_to_end(), "byebye");
        chat.expect_end(0, word);
    }
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let mut chat = Chat::start(&[], "you:");
        chat.screen.signal(signal);
        assert_eq!(chat.peer.read_to_end(), "byebye");
        chat.expect_end(0, "interrupted: you left");
    }
}

#[test]
fn the_other_side_leaving_ends_it() {
    let mut chat = Chat::start(&[], "you:");
    chat.peer.finish();
    chat.expect_end(0, "the other side left");
}

#[test]
fn a_lost_connection_is_exit_1() {
    let mut chat = Chat::start(&[], "you:");
    rustix::net::sockopt::set_socket_linger(&chat.peer.0, Some(std::time::Duration::ZERO)).unwrap();
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let elsewhere = std::net::TcpStream::connect(nobody.local_addr().unwrap()).unwrap();
    drop(std::mem::replace(&mut chat.peer.0, elsewhere));
    chat.expect_end(1, "hellowire: the connection is lost");
}

#[test]
fn keys_that_are_no_text_and_ctrl_z_end_nothing_and_lose_nothing() {
    let mut chat = Chat::start(&[], "you:");
    chat.screen.press_bytes(b"abc\xff");
    chat.screen.until_last(r"you: abc\xff");
    chat.screen.press("\x1a");
    chat.screen.press("hi\r");
    chat.expect_bytes(b"abc\xffhi\n");
}

#[test]
fn a_terminal_without_a_cursor_gets_lines_and_obeys_nothing() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut command = std::process::Command::new("env");
    command.args([
        "TERM=dumb",
        "LC_ALL=C",
        env!("CARGO_BIN_EXE_hellowire"),
        "chat",
        "connect",
        &address,
    ]);
    let mut screen = Screen::start(&mut command);
    let mut peer = Client(listener.accept().unwrap().0);
    peer.send("\x1b[2Jhi\n");
    screen.until_row(r"\x1b[2Jhi");
    peer.finish();
    assert_eq!(screen.wait().code(), Some(0));
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_no_end() {
    let mut chat = Chat::start(&[], "you:");
    chat.screen.stop_output();
    // More than it takes: the printer stands.
    chat.peer.send("a line of some length\n".repeat(10_000));
    chat.screen.signal(Signal::TERM);
    chat.screen.wait();
}

#[test]
fn a_terminal_is_asked_for_a_line_as_the_documents_client_asks() {
    for (language, prompt, label) in [
        (
            "zh",
            "请输入要发送的数据:",
            "接收到的数据为: HTTP/1.1 200 OK\\r\\n",
        ),
        ("en", "Data to send:", "Received: HTTP/1.1 200 OK\\r\\n"),
    ] {
        let service = Service::raw(&["--log", "document"]);
        let to = service.address().to_string();
        let mut screen = Screen::start(program().args(["send", "--to", &to, "--lang", language]));
        screen.until_last(prompt);
        screen.press("hi\r");
        assert_eq!(screen.wait().code(), Some(0));
        let rows = screen.until_last("Hello World");
        assert!(rows.contains(&label.to_owned()), "{rows:#?}");
        assert_eq!(service.stdout.next(), "b'hi'");
    }
}

#[test]
fn end_of_input_at_the_clients_prompt_sends_nothing_and_is_no_reply() {
    let service = Service::raw(&[]);
    let to = service.address().to_string();
    let mut screen = Screen::start(program().args(["send", "--to", &to]));
    screen.until_last("Data to send:");
    screen.press("\x04");
    assert_eq!(screen.wait().code(), Some(1));
    screen.until_row("hellowire: nothing was sent");
}

#[test]
fn a_server_that_did_not_wait_for_the_line_is_called_again() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let mut screen = Screen::start(program().args(["send", "--to", &to]));
    // The first call is hung up at once.
    drop(listener.accept().unwrap());
    screen.until_last("Data to send:");
    screen.press("hi\r");
    let (socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(BOUND)).unwrap();
    let mut second = Client(socket);
    let mut got = [0; 2];
    std::io::Read::read_exact(&mut second.0, &mut got).unwrap();
    second.send("yo\x1b");
    drop(second);
    assert_eq!(screen.wait().code(), Some(0));
    screen.until_last(r"Received: yo\x1b");
}
