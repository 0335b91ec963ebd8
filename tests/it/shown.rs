//! A chat's terminal shows the sent text, in the order of the wire, and at once.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::process::Signal;

use crate::partner::{Chat, Side};
use crate::screen::Screen;
use crate::support::{BOUND, Client, directory, program, run};

/// Types `keys`, and expects the screen to show `text`, and the other side to get it.
#[track_caller]
fn expect_same(keys: &str, text: &str) {
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press(keys);
    let line = format!("you: {text}");
    let shown = chat.screen.until_last(line.trim_end());
    assert_eq!(shown.len(), 2, "{keys:?}: {shown:#?}");
    chat.screen.press("|");
    chat.screen
        .until(|rows| rows.last().is_some_and(|row| row.contains('|')));
    chat.screen.press("\x7f\r");
    chat.expect(&format!("{text}\n"));
    chat.screen.until_row(line.trim_end());
}

#[test]
fn the_screen_is_what_is_sent_whatever_is_erased() {
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    for character in [family, "e\u{301}", "🇨🇳", "菜", "❤\u{fe0f}", "👍🏽", "각"] {
        expect_same(&format!("a{character}\x7f"), "a");
        expect_same(&format!("a{character}b\x7f"), &format!("a{character}"));
        expect_same(&format!("{character}{character}\x7f"), character);
        // Into the middle, before and behind it.
        expect_same(
            &format!("{character}c\x1b[D\x1b[Dab"),
            &format!("ab{character}c"),
        );
        expect_same(&format!("a{character}c\x1b[Db"), &format!("a{character}bc"));
        expect_same(&format!("a{character}c\x1b[D\x7f"), "ac");
        expect_same(&format!("a{character}c\x01\x06\x04"), "ac");
    }
}

#[test]
fn the_cursor_is_where_the_next_character_comes() {
    for character in [
        "👨\u{200d}👩\u{200d}👧",
        "e\u{301}",
        "🇨🇳",
        "菜",
        "❤\u{fe0f}",
    ] {
        let mut chat = Chat::of(Side::Connect);
        let typed = format!("a{character}b");
        chat.screen.press(&typed);
        chat.screen.until_last(&format!("you: {typed}"));
        chat.screen.press("\x1b[D");
        let at = chat.screen.column_of("b");
        chat.screen.until_cursor(at);
        chat.screen.press("\x1b[D");
        chat.screen.until_cursor(6);
    }
}

#[test]
fn a_line_that_wraps_is_edited_in_place() {
    let family = "👨\u{200d}👩\u{200d}👧";
    let line = format!("{}{family}{}", "a".repeat(33), "b".repeat(60));
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    chat.screen.press(&line);
    chat.screen
        .until(|rows| rows.concat().ends_with(&format!("you: {line}")));
    chat.screen.press("\x01x\x05\x7f");
    let line = format!("x{}", &line[..line.len() - 1]);
    let shown = chat
        .screen
        .until(|rows| rows.concat().ends_with(&format!("you: {line}")));
    assert_eq!(shown.concat().matches("you:").count(), 1, "{shown:#?}");
    chat.peer.send("a message\n");
    let shown = chat.screen.until(|rows| {
        rows.concat()
            .ends_with(&format!("peer: a messageyou: {line}"))
    });
    assert_eq!(shown.concat().matches("you:").count(), 1, "{shown:#?}");
    chat.screen.press("\r");
    chat.expect(&format!("{line}\n"));
}

#[test]
fn a_line_that_is_longer_than_the_screen_shows_the_part_with_the_cursor() {
    let line = format!("start{}end", "x".repeat(40 * 30));
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press(&line);
    chat.screen.until(|rows| rows.concat().ends_with("xxend"));
    chat.screen.press("\x01");
    chat.screen
        .until(|rows| rows.concat().contains("you: startxx"));
    chat.screen.press("\r");
    chat.expect(&format!("{line}\n"));
}

#[test]
fn a_narrower_and_a_wider_terminal_show_the_same_line() {
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press("half a line that is typed");
    chat.screen.until_last("you: half a line that is typed");
    chat.screen.resize(20);
    chat.screen.press("!");
    chat.screen
        .until(|rows| rows.concat().ends_with("you: half a line that is typed!"));
    chat.screen.resize(60);
    chat.screen.press("?");
    chat.screen.until_last("you: half a line that is typed!?");
}

/// A chat whose peer has said `你好`, as one of the document's programs says it: without a line end.
/// What kind of peer it is would be known after a second. A busy machine may hold up some of them.
fn shown_before_its_kind_is_known(side: Side) -> Chat {
    let mut times = Vec::new();
    for _ in 0..10 {
        let mut chat = Chat::of(side);
        let sent = Instant::now();
        chat.peer.send("你好");
        chat.screen.until_row("peer: 你好");
        times.push(sent.elapsed());
        if times.last() < Some(&Duration::from_millis(900)) {
            return chat;
        }
    }
    panic!("shown after {times:?}");
}

#[test]
fn what_has_come_is_shown_at_once_and_above_an_answer() {
    for side in [Side::Connect, Side::Listen] {
        let mut chat = shown_before_its_kind_is_known(side);
        chat.screen.press("yo\r");
        chat.expect("yo\n");
        let order = ["peer: 你好", "you: yo", "you:"].map(str::to_owned);
        chat.screen.until(|rows| rows.ends_with(&order));
        // Nor is it shown again when it is known what it was, or when there is more of it.
        chat.peer.send("!\n");
        let rows = chat.screen.until_row("peer: …!");
        assert_eq!(rows.concat().matches("你好").count(), 1, "{rows:#?}");
    }
}

#[test]
fn what_comes_in_pieces_is_one_message() {
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press("half");
    for (piece, shown) in [
        ("hel", "peer: hel"),
        ("lo", "peer: hello"),
        ("\n", "peer: hello"),
    ] {
        chat.peer.send(piece);
        chat.screen
            .until(|rows| rows.ends_with(&[shown.to_owned(), "you: half".to_owned()]));
    }
}

#[test]
fn what_waits_is_shown_below_what_comes_before_it() {
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press("one\rtwo\r");
    chat.screen
        .until(|rows| rows.ends_with(&["you: one", "you: two", "you:"].map(str::to_owned)));
    chat.expect("one\n\r");
    chat.peer.send("an answer\n");
    chat.expect("two\n");
    chat.screen.until(|rows| {
        let order = ["peer: an answer", "you: two", "you:"];
        rows.ends_with(&order.map(str::to_owned))
    });
}

/// From the first one on it would wait for three seconds, each time: less shows that it does not. On a
/// busy machine all of it may take longer, and shows nothing.
#[test]
fn ctrl_c_says_what_it_waits_for_and_a_second_one_does_not_wait() {
    let deadline = Instant::now() + BOUND;
    loop {
        let mut chat = busy_with_one_that_does_not_read();
        let pressed = Instant::now();
        chat.screen.press("\x03");
        chat.screen
            .until_row("(leaving as soon as the other side has");
        chat.screen.press("\x03");
        chat.expect_end(0, "interrupted: you left");
        let passed = pressed.elapsed();
        if passed < Duration::from_secs(3) {
            return;
        }
        assert!(Instant::now() < deadline, "the last one: {passed:?}");
    }
}

#[test]
fn one_that_hears_and_ends_is_not_waited_for_with_a_word() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    chat.screen.press("\x03");
    assert_eq!(chat.peer.read_to_end(), "");
    chat.peer.finish();
    chat.expect_end(0, "interrupted: you left");
}

/// A chat whose other side takes nothing more.
fn busy_with_one_that_does_not_read() -> Chat {
    let mut chat = Chat::of(Side::Connect);
    set_socket_recv_buffer_size(&chat.peer.0, 4096).unwrap();
    chat.peer_speaks_in_lines();
    // Until the connection holds no more: the rest waits here.
    let rows = "a row of some length that nobody reads\r".repeat(5000);
    let waits = |row: &String| row.ends_with(" more wait)");
    for _ in 0..100 {
        chat.screen.press(&rows);
        // The screen has come as far as this.
        chat.screen.press("half");
        if chat.screen.until_last("you: half").iter().any(waits) {
            return chat;
        }
        chat.screen.press("\x15");
    }
    panic!("the connection takes everything");
}

#[test]
fn the_shells_prompt_stands_on_its_own_row_behind_any_end() {
    for keys in ["half\x03", "\x03", "wrapped ".repeat(12).as_str(), "\x04"] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let script = format!(
            "{} chat connect {address} 2>/dev/null; printf '%s' 'shell$ '",
            env!("CARGO_BIN_EXE_hellowire")
        );
        let mut screen = Screen::start(Command::new("sh").args(["-c", &script]).env("LC_ALL", "C"));
        let (peer, _) = listener.accept().unwrap();
        screen.until_last("you:");
        screen.press(keys);
        if !keys.ends_with(['\x03', '\x04']) {
            screen.until(|rows| rows.len() > 2);
            // From the first row of three.
            screen.press("\x01\x03");
        }
        drop(peer);
        let rows = screen.until_last("shell$");
        assert!(!rows.concat().contains("rapped shell"), "{rows:#?}");
    }
}

#[test]
fn ctrl_c_before_there_is_a_chat_leaves_the_row_of_the_key() {
    let mut screen = Screen::start(program().args(["chat", "listen", "127.0.0.1:0"]));
    screen.until_row("the other side types:");
    // This terminal is nobody's controlling one: it shows the key, the signal is sent by hand.
    screen.press("\x03");
    screen.until_last("^C");
    screen.signal(Signal::INT);
    assert_eq!(screen.wait().code(), Some(0));
    screen.until(|rows| rows.ends_with(&["^C", "interrupted: you left"].map(str::to_owned)));
}

/// A server of tmux's, by its socket.
struct Tmux(PathBuf);

impl Tmux {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&self.0).args(["-f", "/dev/null"]);
        command.args(arguments).env("LC_ALL", "C.UTF-8");
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        run(&mut self.command(arguments))
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        let _ = self.command(&["kill-server"]).output();
    }
}

/// tmux joins a family to two cells, as some terminals do; the screen of the other tests does not.
#[test]
#[ignore = "needs tmux"]
fn tmux_shows_what_is_sent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let directory = directory();
    let tmux = Tmux(directory.path().join("tmux"));
    let chat = format!(
        "{} chat connect {address} --lang en",
        env!("CARGO_BIN_EXE_hellowire")
    );
    tmux.run(&["new-session", "-d", "-x", "40", "-y", "10", &chat]);
    let mut peer = Client(listener.accept().unwrap().0);
    let until_last = |row: &str| {
        let deadline = Instant::now() + BOUND;
        loop {
            let screen = tmux.run(&["capture-pane", "-p"]);
            if screen.trim_end().ends_with(row) {
                return;
            }
            assert!(Instant::now() < deadline, "{row:?} is not in {screen}");
        }
    };
    until_last("you:");
    let family = "👨\u{200d}👩\u{200d}👧";
    tmux.run(&["send-keys", "-l", &format!("a{family}{family}bc")]);
    until_last(&format!("you: a{family}{family}bc"));
    for (key, shown) in [
        ("BSpace", format!("a{family}{family}b")),
        ("BSpace", format!("a{family}{family}")),
        ("BSpace", format!("a{family}")),
        ("Home", format!("a{family}")),
        ("Delete", family.to_owned()),
        ("x", format!("x{family}")),
        ("End", format!("x{family}")),
        ("y", format!("x{family}y")),
    ] {
        tmux.run(&["send-keys", key]);
        until_last(&format!("\nyou: {shown}"));
    }
    tmux.run(&["send-keys", "Enter"]);
    let said = format!("x{family}y\n");
    let mut got = vec![0; said.len()];
    peer.0.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8(got).unwrap(), said);
}
