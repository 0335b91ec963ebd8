//! A chat at a terminal sends all that is typed or pasted, at any speed.

use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use crate::fire::cpu_time;
use crate::partner::{Chat, Side};

const SIDES: [Side; 2] = [Side::Connect, Side::Listen];

/// What a terminal sends for a pasted text where it was asked to bracket it.
fn bracketed(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

/// Ctrl-C is pressed until something happens; a key that is held down repeats.
#[test]
fn however_often_ctrl_c_is_pressed_the_terminal_is_as_it_was() {
    for speaks in [true, false] {
        for keys in ["\x03\x03\x03", "\x03\x03\x03\x03\x03\x03\x03\x03"] {
            let mut chat = Chat::of(Side::Connect);
            if speaks {
                chat.peer_speaks_in_lines();
            }
            chat.screen.press(keys);
            chat.expect_end(0, "interrupted: you left");
        }
    }
}

/// A chat that nobody types into waits, and computes nothing: a tenth of the time is far more than it
/// takes, and far less than a loop.
#[test]
fn an_idle_chat_takes_no_cpu_time() {
    let chat = Chat::of(Side::Connect);
    let (began, before) = (Instant::now(), cpu_time(chat.screen.id()));
    // Time that passes.
    thread::sleep(Duration::from_secs(1));
    let spent = cpu_time(chat.screen.id()).saturating_sub(before);
    let passed = began.elapsed();
    assert!(spent < passed / 10, "{spent:?} of {passed:?}");
}

/// What is left of a paste when the chat ends was meant for the chat: a shell would obey it.
#[test]
fn the_rest_of_a_paste_is_not_left_for_the_shell() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    let rows = "touch nothing\r".repeat(2000);
    chat.screen.press("\x1b[200~first\r");
    chat.expect("first\n");
    chat.peer.send("byebye\n");
    chat.peer.finish();
    chat.screen.press(&rows);
    chat.screen.press("\x1b[201~");
    chat.expect_end(0, "the other side said byebye");
    assert_eq!(chat.screen.unread(), 0);
}

#[test]
fn rows_in_one_go_are_messages() {
    for side in SIDES {
        for keys in ["one\rtwo\rthree\r", "one\ntwo\nthree\n"] {
            for keys in [keys.to_owned(), bracketed(keys)] {
                let mut chat = Chat::of(side);
                chat.peer_speaks_in_lines();
                chat.screen.press(&keys);
                chat.expect("one\ntwo\nthree\n");
                let said = ["peer: hello", "you: one", "you: two", "you: three", "you:"];
                let said = said.map(str::to_owned);
                chat.screen.until(|rows| rows.ends_with(&said));
            }
        }
    }
}

#[test]
fn half_a_row_stays_in_the_line() {
    for (begun, ended) in [
        ("hello bob\rhow ar".to_owned(), "e you\r"),
        (bracketed("hello bob\rhow ar"), "e you\r"),
        // Half a character.
        ("hello bob\rhow ar\x1b[200~".to_owned(), "e you\x1b[201~\r"),
    ] {
        for side in SIDES {
            let mut chat = Chat::of(side);
            chat.peer_speaks_in_lines();
            chat.screen.press(&begun);
            chat.expect("hello bob\n");
            let shown = ["you: hello bob", "you: how ar"].map(str::to_owned);
            chat.screen.until(|rows| rows.ends_with(&shown));
            chat.screen.press(ended);
            chat.expect("how are you\n");
        }
    }
}

#[test]
fn half_a_character_is_half_a_row() {
    let mut chat = Chat::of(Side::Connect);
    let (begun, ended) = "hi\r菜鸡\r".as_bytes().split_at(7);
    chat.peer_speaks_in_lines();
    chat.screen.press_bytes(begun);
    chat.expect("hi\n");
    chat.screen.press_bytes(ended);
    chat.expect("菜鸡\n");
    chat.screen.until_row("you: 菜鸡");
}

#[test]
fn byebye_in_a_paste_ends_the_chat_behind_what_is_before_it() {
    for side in SIDES {
        for keys in [
            "see you\rbyebye\r".to_owned(),
            bracketed("see you\rbyebye\r"),
            "see you\rbyebye\rnever said\rhalf".to_owned(),
        ] {
            let mut chat = Chat::of(side);
            chat.peer_speaks_in_lines();
            chat.screen.press(&keys);
            assert_eq!(chat.peer.read_to_end(), "see you\nbyebye");
            chat.peer.finish();
            chat.expect_end(0, "you said byebye");
        }
    }
}

#[test]
fn byebye_in_a_paste_ends_the_chat_also_with_one_that_has_said_nothing() {
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press("see you\rbyebye\r");
    assert_eq!(chat.peer.read_to_end(), "see you\n\rbyebye");
    chat.peer.finish();
    chat.expect_end(0, "you said byebye");
}

#[test]
fn three_hundred_and_ten_thousand_rows_are_as_many_messages() {
    for side in SIDES {
        for count in [300, 10_000] {
            let rows: Vec<String> = (0..count)
                .map(|number| {
                    format!("{number} 菜鸡菜鸡 of a row that is longer than the terminal is wide")
                })
                .collect();
            let text = rows.join("\r") + "\r";
            for keys in [text.clone(), bracketed(&text)] {
                let mut chat = Chat::of(side);
                chat.peer_speaks_in_lines();
                let mut peer = chat.peer.0.try_clone().unwrap();
                let length = text.len();
                let reader = thread::spawn(move || {
                    let mut got = vec![0; length];
                    peer.read_exact(&mut got).map(|()| got)
                });
                chat.screen.press(&keys);
                let got = String::from_utf8(reader.join().unwrap().unwrap()).unwrap();
                let differs = got.lines().zip(&rows).find(|(got, row)| got != row);
                assert_eq!((differs, got.lines().count()), (None, count), "{side:?}");
                chat.screen.press("and on\r");
                chat.expect("and on\n");
            }
        }
    }
}

#[test]
fn rows_wait_for_one_that_is_silent_and_none_is_lost() {
    let rows: Vec<String> = (0..10_000).map(|number| format!("row {number}")).collect();
    let mut chat = Chat::of(Side::Connect);
    chat.screen.press(&(rows.join("\r") + "\rhalf"));
    chat.expect("row 0\n\r");
    // They are there, and so is the line.
    let live = [
        "you: row 1",
        "you: row 2",
        "you: row 3",
        "(9996 more wait)",
        "you: half",
    ]
    .map(str::to_owned);
    chat.screen.until(|rows| rows.ends_with(&live));
    chat.peer.send("hello\n");
    chat.expect(&(rows[1..].join("\n") + "\n"));
    chat.screen.until_last("you: half");
}

#[test]
fn control_characters_in_a_bracketed_paste_are_text() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    chat.screen
        .press(&bracketed("a\tb\x03\x04\x1b[31m\x13\x1a\u{202e}\r"));
    chat.expect("a\tb\x03\x04\x1b[31m\x13\x1a\u{202e}\n");
    let shown = r"you: a\tb\x03\x04\x1b[31m\x13\x1a\u{202e}";
    chat.screen.until(|rows| rows.concat().contains(shown));
}

#[test]
fn keys_in_a_paste_without_brackets_are_keys_and_end_nothing_by_chance() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    // An escape sequence, Ctrl-S, Ctrl-Z, Ctrl-\\, and a tab, which is text.
    chat.screen.press("a\x1b[31m\x13\x1a\x1c\tb\rc\r");
    chat.expect("a\tb\nc\n");
}

#[test]
fn what_is_typed_before_there_is_a_chat_is_said() {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let mut screen = crate::screen::Screen::start(crate::support::program().args([
        "chat",
        "listen",
        &free.to_string(),
    ]));
    screen.until_row("the other side types:");
    screen.press("one\rtwo\rhalf");
    screen.until_last("half");
    let mut peer = crate::support::Client::connect(free);
    peer.send("hello\n");
    screen.until_last("you: half");
    screen.press("!\r\x04");
    let got = peer.read_to_end();
    assert!(
        ["one\ntwo\nhalf!\n", "one\n\rtwo\nhalf!\n"].contains(&&*got),
        "{got:?}"
    );
}

#[test]
fn what_is_typed_before_ctrl_c_is_said() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    chat.screen.press("see you\rhalf\x03");
    assert_eq!(chat.peer.read_to_end(), "see you\n");
    chat.peer.finish();
    chat.expect_end(0, "interrupted: you left");
    chat.screen.until_row("you: half");
}

#[test]
fn a_key_behind_escape_is_not_lost() {
    let mut chat = Chat::of(Side::Connect);
    chat.peer_speaks_in_lines();
    chat.screen.press("a\x1bx\r");
    chat.expect("ax\n");
}
