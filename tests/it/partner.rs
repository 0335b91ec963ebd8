//! A chat at a terminal. The test is its peer, on a bare socket.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use crate::screen::Screen;
use crate::support::{BOUND, Client, program};

/// Who has called whom.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Connect,
    Listen,
}

/// A chat at a terminal, connected.
pub(crate) struct Chat {
    pub(crate) screen: Screen,
    pub(crate) peer: Client,
    /// How the terminal was set before.
    before: String,
}

impl Chat {
    /// One that has called us, once it asks for a message.
    #[track_caller]
    pub(crate) fn start(options: &[&str], prompt: &str) -> Self {
        let chat = Self::connected(options);
        chat.screen.until_last(prompt);
        chat
    }

    /// One of either side, once it asks for a message.
    #[track_caller]
    pub(crate) fn of(side: Side) -> Self {
        let chat = match side {
            Side::Connect => Self::connected(&[]),
            Side::Listen => Self::called(),
        };
        chat.screen.until_last("you:");
        chat
    }

    fn connected(options: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let before = new_settings();
        let screen = Screen::start(program().args(["chat", "connect", &address]).args(options));
        Self::with(screen, listener.accept().unwrap().0, before)
    }

    fn called() -> Self {
        let before = new_settings();
        let screen = Screen::start(program().args(["chat", "listen", "127.0.0.1:0"]));
        let rows = screen.until_row("listening on 127.0.0.1:");
        let said = rows[0].strip_prefix("listening on ").unwrap();
        let address: SocketAddr = said.parse().unwrap();
        Self::with(screen, TcpStream::connect(address).unwrap(), before)
    }

    fn with(screen: Screen, socket: TcpStream, before: String) -> Self {
        socket.set_read_timeout(Some(BOUND)).unwrap();
        Self {
            screen,
            peer: Client(socket),
            before,
        }
    }

    /// The other side speaks in lines, as netcat does.
    #[track_caller]
    pub(crate) fn peer_speaks_in_lines(&mut self) {
        self.peer.send("hello\n");
        self.screen.until_row("peer: hello");
    }

    /// Expects the end, with the terminal as it was.
    #[track_caller]
    pub(crate) fn expect_end(&mut self, code: i32, word: &str) {
        let status = self.screen.wait();
        let rows = self.screen.until_row(word);
        assert_eq!(status.code(), Some(code), "{rows:#?}");
        assert_eq!(self.screen.settings(), self.before, "{rows:#?}");
        self.screen.until_pastes_are_plain();
    }

    /// Expects the other side to get this next.
    #[track_caller]
    pub(crate) fn expect(&mut self, bytes: &str) {
        self.expect_bytes(bytes.as_bytes());
    }

    /// Expects the other side to get this next, which need not be text.
    #[track_caller]
    pub(crate) fn expect_bytes(&mut self, bytes: &[u8]) {
        let mut got = Vec::new();
        let read = (&self.peer.0)
            .take(bytes.len() as u64)
            .read_to_end(&mut got);
        let (got, bytes) = (got.escape_ascii(), bytes.escape_ascii());
        assert_eq!(got.to_string(), bytes.to_string(), "{read:?}");
    }
}

/// What a new terminal is set to before any program.
fn new_settings() -> String {
    Screen::start(&mut Command::new("true")).settings()
}
