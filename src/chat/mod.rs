//! Two people on one TCP connection: the document's part 4.
//!
//! ```text
//! terminal or pipe (the user) ─ session ─ codec ─ TCP ─ the other side
//! ```
//!
//! This file is one chat's life: a connection, the talk, a word about its end. `session` moves the
//! messages, `codec` says what a message is on the wire, `terminal` (with its `page`) and `pipe` are
//! the two kinds of user. What always holds: one connection, and a listener that is closed once it has it; the
//! user learns how the chat ended.

pub mod codec;
mod page;
pub mod pipe;
pub mod session;
pub mod terminal;
pub mod user;

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::select;

use crate::diagnostics::say;
use crate::exit::Exit;
use crate::language::Language;
use crate::net::accept::is_of_one_connection;
use crate::net::address::Address;
use crate::net::dial::{self, DialError, dial};
use crate::net::listen::{self, BindError};
use crate::signals::{Request, Signals};
use session::{End, Report, TalkError, talk};

/// With whom and how to talk.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which side of the connection this is.
    pub side: Side,
    /// How long a message may be, in bytes; longer ones go in parts.
    pub max_message: usize,
    /// Whether the user sits at a terminal that lines can be edited on.
    pub has_terminal: bool,
    /// Else: whether messages go to a terminal all the same.
    pub is_shown: bool,
    /// The language of what is said about the chat.
    pub language: Language,
}

/// Who calls whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Waits here to be called.
    Listen(Address),
    /// Calls this address, for at most this long.
    Connect(Address, Duration),
}

/// Why there was no chat, or it broke off.
#[derive(Debug, Error)]
pub enum ChatError {
    /// The address to wait at can't be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The other side can't be reached.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// It broke off.
    #[error(transparent)]
    Talk(#[from] TalkError),
    /// Waiting for a caller failed.
    #[error("cannot take a call")]
    Accept(#[source] io::Error),
    /// The terminal can't be used.
    #[error("cannot use the terminal")]
    Terminal(#[source] io::Error),
    /// The terminal takes nothing: there is nobody to tell how it ended.
    #[error("the terminal takes nothing")]
    Stuck,
    /// The system refused a handler or a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
}

/// Runs a chat to its end. Blocks.
///
/// # Errors
///
/// When there was none, or the connection was lost.
pub fn run(config: &Config) -> Result<Exit, ChatError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(ChatError::System)?;
    let done = runtime.block_on(chat(config));
    // A read from stdin can't be called off; nobody waits for it.
    runtime.shutdown_background();
    match done {
        // Who reads stdout has seen enough.
        Err(ChatError::Talk(TalkError::Output(error)))
            if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(ChatError::Stuck) => return Ok(Exit::Failed),
        done => {
            let report = done?;
            say(report.end.word(config.language));
            if report.unsent > 0 {
                say(config.language.unsent(report.unsent));
            }
        }
    }
    Ok(Exit::Done)
}

async fn chat(config: &Config) -> Result<Report, ChatError> {
    // SIGHUP too: a terminal that is gone must not keep the other side waiting.
    let mut signals = Signals::catch().map_err(ChatError::System)?;
    let connected = select! {
        connected = connect(config) => connected?,
        signal = signals.next() => {
            if config.has_terminal && signal == Request::Interrupt {
                // Off the row where the terminal shows the key. Fails where it is gone.
                let _ = writeln!(io::stdout());
            }
            return Ok(Report { end: End::Stopped, unsent: 0 });
        }
    };
    let (most, language) = (config.max_message, config.language);
    if config.has_terminal {
        return at_a_terminal(connected, signals, config).await;
    }
    let stop = async || _ = signals.next().await;
    let user = (
        &mut pipe::input(most, language),
        &mut pipe::output(config.is_shown),
    );
    Ok(talk(connected, user, stop, most, language).await?)
}

async fn at_a_terminal(
    connected: TcpStream,
    mut signals: Signals,
    config: &Config,
) -> Result<Report, ChatError> {
    let (most, language) = (config.max_message, config.language);
    let mut desk = terminal::start(most, language).map_err(ChatError::Terminal)?;
    let (mut keyboard, mut screen, interrupts) = desk.user();
    let mut stop = async || {
        select! {
            _ = signals.next() => {}
            () = interrupts.next() => {}
        }
    };
    let user = (&mut keyboard, &mut screen);
    let talk = talk(connected, user, &mut stop, most, language);
    let report = select! {
        report = talk => report,
        never = desk.run() => never,
    };
    if !desk.close(stop()).await {
        return Err(ChatError::Stuck);
    }
    Ok(report?)
}

async fn connect(config: &Config) -> Result<TcpStream, ChatError> {
    let language = config.language;
    match &config.side {
        Side::Connect(address, time) => {
            let socket = dial(address, *time).await?;
            say(language.connected_to(address));
            Ok(socket)
        }
        Side::Listen(address) => {
            let bound = listen::bind(std::slice::from_ref(address), listen::Options::ALONE)?;
            for address in &bound.addresses {
                say(language.listening(address));
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
