//! `hellowire chat`: two people on one TCP connection, as in the tutorial (docs/chat.md).
//!
//! ```text
//! terminal or pipe (the user) ─ session ─ codec ─ TCP ─ the peer
//! ```
//!
//! This file is the life of one chat: it gets the connection, runs the session and reports the end.
//! `invitation` is what the other side types. `session` moves the messages, `codec` is the wire format,
//! `terminal` (with its `page`) and `pipe` are the two kinds of user.
//!
//! # Invariants
//!
//! - There is one connection. The listeners are closed once it is accepted.
//! - The user learns how the chat ended.

pub mod codec;
mod invitation;
mod page;
mod pipe;
mod session;
mod terminal;
mod user;

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;

use crate::diagnostics::debug_is_display;
use crate::diagnostics::say;
use crate::exit::Exit;
use crate::language::Language;
use crate::net::accept::is_of_one_connection;
use crate::net::address::Address;
use crate::net::bound::BoundAddress;
use crate::net::dial::{self, DialError, dial_tcp};
use crate::net::interfaces;
use crate::net::listen::{self, BindError};
use crate::runtime;
use crate::signals::{Request, Signals};
pub use invitation::DEFAULT_ADDRESS;
pub use session::TalkError;
use session::{End, Report, talk};
use terminal::Interrupts;
use user::{Display, Speaker, Stop, Waiting};

/// The settings of a chat.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which side of the connection this is.
    pub side: Side,
    /// The longest message in bytes. A longer one is sent, and shown, in parts.
    pub max_message: usize,
    /// Whether stdin and stdout are a terminal on which lines can be edited.
    pub has_terminal: bool,
    /// Whether stdout is a terminal, also without an editor.
    pub is_shown: bool,
    /// The language of the sentences about the chat.
    pub language: Language,
}

/// The side of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Listens on this address for one peer.
    Listen(Address),
    /// Connects to this address, within this time.
    Connect(Address, Duration),
}

/// Why there was no chat, or why it broke off.
#[derive(Error)]
pub enum ChatError {
    /// The address can't be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The peer can't be reached.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The chat broke off.
    #[error(transparent)]
    Talk(#[from] TalkError),
    /// Accepting a connection failed.
    #[error("cannot take a call")]
    Accept(#[source] io::Error),
    /// The terminal can't be used.
    #[error("cannot use the terminal")]
    Terminal(#[source] io::Error),
    /// The terminal takes nothing, so it can't show how the chat ended either.
    #[error("the terminal takes nothing")]
    Stuck,
    /// The system refused a signal handler or a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
}

debug_is_display!(ChatError);

/// Runs a chat to its end. Blocks.
///
/// # Errors
///
/// There was no connection, or it was lost.
pub fn run(config: &Config) -> Result<Exit, ChatError> {
    match runtime::block_on(chat(config)).map_err(ChatError::System)? {
        // The reader of stdout has closed it, and so has ended the chat.
        Err(ChatError::Talk(TalkError::Output(error)))
            if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(ChatError::Stuck) => return Ok(Exit::Failed),
        done => {
            let report = done?;
            say(report.end.text(config.language));
            if report.unsent > 0 {
                say(config.language.unsent(report.unsent));
            }
        }
    }
    Ok(Exit::Done)
}

async fn chat(config: &Config) -> Result<Report, ChatError> {
    // SIGHUP too: without it the peer would wait for a terminal that is gone.
    let mut signals = Signals::catch().map_err(ChatError::System)?;
    let connected = select! {
        connected = connect(config) => connected?,
        signal = signals.next() => {
            if config.has_terminal && signal == Request::Interrupt {
                // Leaves the row on which the terminal shows `^C`. Fails if the terminal is gone.
                let _ = writeln!(io::stdout());
            }
            return Ok(Report { end: End::Stopped, unsent: 0 });
        }
    };
    if config.has_terminal {
        talk_at_terminal(connected, signals, config).await
    } else {
        talk_over_pipes(connected, signals, config).await
    }
}

async fn talk_over_pipes(
    connected: TcpStream,
    mut signals: Signals,
    config: &Config,
) -> Result<Report, ChatError> {
    let (max_message, language) = (config.max_message, config.language);
    let mut input = pipe::input(max_message, language);
    let mut output = pipe::output(config.is_shown);
    let user: (&mut dyn Speaker, &mut dyn Display) = (&mut input, &mut output);
    Ok(talk(connected, user, &mut signals, max_message, language).await?)
}

async fn talk_at_terminal(
    connected: TcpStream,
    signals: Signals,
    config: &Config,
) -> Result<Report, ChatError> {
    let (max_message, language) = (config.max_message, config.language);
    let mut console = terminal::start(max_message, language).map_err(ChatError::Terminal)?;
    let (mut keyboard, mut screen, interrupts) = console.handles();
    let mut stop = AtTerminal {
        signals,
        interrupts,
    };
    let user: (&mut dyn Speaker, &mut dyn Display) = (&mut keyboard, &mut screen);
    let talk = talk(connected, user, &mut stop, max_message, language);
    let report = select! {
        report = talk => report,
        never = console.run() => never,
    };
    if !console.close(stop.next()).await {
        return Err(ChatError::Stuck);
    }
    Ok(report?)
}

impl Stop for Signals {
    fn next(&mut self) -> Waiting<'_, ()> {
        Box::pin(async { _ = Self::next(self).await })
    }
}

/// What stops a chat at a terminal: Ctrl-C is a key there.
struct AtTerminal {
    signals: Signals,
    interrupts: Interrupts,
}

impl Stop for AtTerminal {
    fn next(&mut self) -> Waiting<'_, ()> {
        Box::pin(async {
            select! {
                _ = self.signals.next() => {}
                () = self.interrupts.next() => {}
            }
        })
    }
}

async fn connect(config: &Config) -> Result<TcpStream, ChatError> {
    let language = config.language;
    match &config.side {
        Side::Connect(address, time) => {
            let socket = dial_tcp(address, *time).await?;
            say(language.connected_to(address));
            Ok(socket)
        }
        Side::Listen(address) => {
            let bound = listen::bind(std::slice::from_ref(address), listen::Options::ALONE);
            let bound = bound.map_err(|error| error.with_hint("ADDR sets another port"))?;
            for address in &bound.addresses {
                say(language.listening(address));
            }
            if let Some(address) = bound.addresses.first().and_then(BoundAddress::ip) {
                invite(address, language);
            }
            let listeners = bound.listeners.into_iter().flat_map(|worker| worker.tcp);
            let listeners: io::Result<Vec<_>> = listeners.map(TcpListener::from_std).collect();
            let accepted = accept(listeners.map_err(ChatError::Accept)?).await;
            let (socket, peer) = accepted.map_err(ChatError::Accept)?;
            dial::make_ready(&socket);
            say(language.called_by(peer));
            Ok(socket)
        }
    }
}

/// Says what the other side types to reach a listener at `bound`.
fn invite(bound: SocketAddr, language: Language) {
    let commands = invitation::commands(bound, interfaces::of(bound));
    let before = if commands.len() == 1 { " " } else { "\n  " };
    if !commands.is_empty() {
        let start = language.text("the other side types:");
        say(format_args!("{start}{before}{}", commands.join(before)));
    }
}

/// Accepts the first caller at any of these. Closes the listeners: no other caller is accepted.
async fn accept(listeners: Vec<TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|cx| {
        for listener in &listeners {
            match listener.poll_accept(cx) {
                // That caller has left. The next may be in the queue already.
                Poll::Ready(Err(error)) if is_of_one_connection(&error) => {
                    cx.waker().wake_by_ref();
                }
                Poll::Ready(accepted) => return Poll::Ready(accepted),
                Poll::Pending => {}
            }
        }
        Poll::Pending
    })
    .await
}
