//! The client's prompt at a terminal, and where Ctrl-C leaves the cursor for the shell's.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::fire::cpu_time;
use crate::screen::Screen;
use crate::sink::until_lines;
use crate::support::{BOUND, Client, Service, directory, program};

#[test]
fn the_line_that_the_client_asks_for_can_be_edited() {
    for (keys, sent) in [
        // Left, Home, End, Backspace, and an emoji of several characters.
        ("helo\x1b[Dl\r", "hello"),
        ("ello\x1b[Hh\x1b[F!\r", "hello!"),
        ("hi👨‍👩‍👧\x7f\x1b[D\x1b[Dho\r", "hohi"),
    ] {
        let service = Service::raw(&["--log", "document"]);
        let to = service.address().to_string();
        let mut screen = Screen::start(program().args(["send", "--to", &to]));
        screen.until_last("Data to send:");
        screen.press(keys);
        assert_eq!(screen.wait().code(), Some(0));
        assert_eq!(service.stdout.next(), format!("b'{sent}'"));
    }
}

/// Each key is drawn, and a paste as a whole: else its cost grows with the square of its length.
#[test]
fn a_long_line_can_be_pasted_at_the_clients_prompt() {
    let (short, long) = (cost_of_a_paste(1000), cost_of_a_paste(20_000));
    // Twenty times the length: four hundred times as much would be its square.
    assert!(long < 60 * short, "{long:?}, for a twentieth {short:?}");
}

/// The client's CPU time for a paste of so many bytes, which is then sent.
fn cost_of_a_paste(length: usize) -> Duration {
    let service = Service::raw(&["--log", "document"]);
    let to = service.address().to_string();
    let mut screen = Screen::start(program().args(["send", "--to", &to]));
    screen.until_last("Data to send:");
    let line = "0123456789".repeat(length / 10);
    let before = cpu_time(screen.id());
    screen.press(&line);
    screen.until(|rows| rows.iter().any(|row| row.ends_with("0123456789")));
    let spent = cpu_time(screen.id()).saturating_sub(before);
    screen.press("\r");
    assert_eq!(screen.wait().code(), Some(0));
    assert_eq!(service.stdout.next(), format!("b'{line}'"));
    spent
}

/// A terminal that is stopped, as by Ctrl-S, holds up no signal.
#[test]
fn a_stopped_terminal_does_not_keep_the_clients_prompt_alive() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let service = Service::raw(&[]);
        let to = service.address().to_string();
        let mut screen = Screen::start(program().args(["send", "--to", &to]));
        screen.until_last("Data to send:");
        screen.stop_output();
        screen.press("hello");
        screen.signal(signal);
        assert_eq!(screen.wait().code(), Some(code));
    }
}

#[test]
fn ctrl_c_at_the_clients_prompt_or_before_the_reply_is_exit_130() {
    let service = Service::start(&[]);
    let to = service.address().to_string();
    // What a new terminal is set to.
    let before = Screen::start(&mut Command::new("true")).settings();
    for typed in ["", "half a line", "hi\r"] {
        let mut screen = Screen::start(program().args(["send", "--to", &to]));
        screen.until_last("Data to send:");
        screen.press(typed);
        if typed.ends_with('\r') {
            // The terminal is as it was, and makes a signal of the key.
            screen.until_row("(no answer yet");
            screen.signal(Signal::INT);
        } else {
            screen.press("\x03");
        }
        assert_eq!(screen.wait().code(), Some(130), "{typed:?}");
        screen.until_cursor(0);
        assert_eq!(screen.settings(), before, "{typed:?}");
    }
}

/// A shell that sees a program end by itself prints its prompt where the cursor is.
#[test]
fn after_ctrl_c_a_service_leaves_the_cursor_on_a_line_of_its_own() {
    for arguments in [&[][..], &["raw"]] {
        let mut command = program();
        let service = command.args(arguments).args(["--listen", "127.0.0.1:0"]);
        let mut screen = Screen::start(service);
        screen.until_row("listening on");
        // What a terminal echoes for the key.
        screen.press("^C");
        screen.until_last("^C");
        screen.signal(Signal::INT);
        assert_eq!(screen.wait().code(), Some(0));
        screen.until_cursor(0);
    }
}

/// Whichever of its streams the terminal still is.
#[test]
fn after_ctrl_c_the_cursor_is_on_its_own_line_also_where_the_words_go_to_a_file() {
    let directory = directory();
    for redirected in ["2>", ">/dev/null 2>"] {
        let said = directory.path().join("said");
        let program = env!("CARGO_BIN_EXE_hellowire");
        let script = format!(
            "exec {program} --listen 127.0.0.1:0 {redirected}{}",
            said.display()
        );
        let mut screen = Screen::start(Command::new("sh").args(["-c", &script]));
        until_lines(&said, 1);
        screen.press("^C");
        screen.until_last("^C");
        screen.signal(Signal::INT);
        assert_eq!(screen.wait().code(), Some(0));
        screen.until_cursor(0);
        std::fs::remove_file(said).unwrap();
    }
}

/// Ctrl-S stops it, and Ctrl-C does not let it go on. No word to the user may hold the end up.
#[test]
fn a_terminal_that_takes_nothing_holds_up_no_signal() {
    let directory = directory();
    let log = directory.path().join("log");
    for first in [Signal::INT, Signal::QUIT] {
        let mut command = program();
        command
            .args(["--listen", "127.0.0.1:0", "--log-file"])
            .arg(&log);
        let mut screen = Screen::start(&mut command);
        screen.until_row("listening on");
        screen.stop_output();
        screen.signal(first);
        assert_eq!(screen.wait().code(), Some(0), "{first:?}");
    }
}

/// Nor may it hold up a second signal, at a service that has something to warn of and to finish.
#[test]
fn a_terminal_that_takes_nothing_holds_up_no_second_signal() {
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0", "--diagnostics", "info"]);
    command.args(["--drain-timeout", "1h", "--log", "off"]);
    let mut screen = Screen::start(&mut command);
    let rows = screen.until_row("listening on");
    let mut held = Client::connect(listening(&rows));
    held.send("GET / HTTP/1.1\r\n");
    screen.stop_output();
    screen.signal(Signal::INT);
    // Nothing listens any more: the first one is obeyed.
    let deadline = Instant::now() + BOUND;
    while TcpStream::connect(held.0.peer_addr().unwrap()).is_ok() {
        assert!(Instant::now() < deadline, "it still listens");
    }
    screen.signal(Signal::TERM);
    assert_eq!(screen.wait().code(), Some(143));
}

/// The client catches signals while it waits for the reply to a line.
#[test]
fn a_terminal_that_takes_nothing_holds_up_no_signal_to_the_client() {
    let service = Service::start(&[]);
    let to = service.address().to_string();
    let mut screen = Screen::start(program().args(["send", "--to", &to]));
    screen.until_last("Data to send:");
    screen.press("hi\r");
    screen.until_row("(no answer yet");
    screen.stop_output();
    screen.signal(Signal::INT);
    assert_eq!(screen.wait().code(), Some(130));
}

/// The address in a terminal's rows.
#[track_caller]
fn listening(rows: &[String]) -> SocketAddr {
    let said = rows.iter().find_map(|row| row.split_once("http://"));
    said.unwrap().1.parse().unwrap()
}
