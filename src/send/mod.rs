//! `hellowire send`: the client of the tutorial (docs/chat.md), for any service.
//!
//! ```text
//! text, prompt or stdin ─ socket ─ reply ─ stdout
//! ```
//!
//! Both directions run at once. This file connects and sends, `receive` decides when the reply has ended,
//! and `reply` prints it.
//!
//! # Invariants
//!
//! - The end of one direction does not cut the other short.
//! - The bytes are sent unchanged.
//! - Memory does not grow with either direction.

mod config;
mod error;
mod hint;
mod prompt;
mod receive;
mod reply;

use std::cell::OnceCell;
use std::io;

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::select;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::diagnostics::leave_line;
use crate::exit::Exit;
use crate::net::dial::dial;
use crate::net::socket::Socket;
use crate::runtime;
use crate::signals::{Request, Signals};
use crate::terminal::Answer;
use config::CHUNK;
pub use config::{Config, Source};
pub use error::SendError;
pub use hint::Hint;
use hint::Sent;
use receive::receive;

/// Sends, and prints the reply. Blocks.
///
/// # Errors
///
/// There is no connection, no reply, or a reply that is cut short. What has arrived of it is printed.
pub fn run(config: Config) -> Result<Exit, SendError> {
    match runtime::block_on(send(config)).map_err(SendError::System)? {
        // The reader of stdout has closed it, as in `hellowire send | head -1`.
        Err(SendError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Exit::Done)
        }
        done => done,
    }
}

async fn send(config: Config) -> Result<Exit, SendError> {
    let socket = dial(&config.to, config.connect_timeout).await?;
    match &config.source {
        Source::Text(text) => converse(socket, &mut &text[..], &config).await?,
        Source::Stdin => converse(socket, &mut tokio::io::stdin(), &config).await?,
        Source::Line => return send_prompted_line(socket, &config).await,
    }
    Ok(Exit::Done)
}

/// Asks for a line and sends it. Catches signals, so that the terminal's settings are restored.
async fn send_prompted_line(socket: Socket, config: &Config) -> Result<Exit, SendError> {
    let mut signals = Signals::catch().map_err(SendError::System)?;
    select! {
        done = ask_and_send(socket, config) => done,
        request = signals.next() => Ok(exit_of(request)),
    }
}

async fn ask_and_send(mut socket: Socket, config: &Config) -> Result<Exit, SendError> {
    let line = match prompt::ask(config).await? {
        Answer::Line(line) => line,
        Answer::End => return Err(SendError::NothingSent),
        Answer::Interrupted => return Ok(Exit::Interrupted),
    };
    // A server may close a silent connection while the user types.
    if is_closed(&socket) {
        socket = dial(&config.to, config.connect_timeout).await?;
    }
    converse(socket, &mut &line[..], config).await?;
    Ok(Exit::Done)
}

/// The exit code after a signal. Leaves the row on which the terminal shows `^C` or `^\`.
fn exit_of(request: Request) -> Exit {
    match request {
        Request::Interrupt => {
            leave_line();
            Exit::Interrupted
        }
        Request::Quit => {
            leave_line();
            Exit::Quit
        }
        Request::Hangup | Request::Reopen => Exit::HungUp,
        Request::Terminate => Exit::Terminated,
    }
}

/// Whether the server has closed the connection before anything was sent.
fn is_closed(socket: &Socket) -> bool {
    let Some(socket) = socket.descriptor() else {
        return true;
    };
    // PEEK leaves the bytes of an early answer in the socket.
    match recv(socket, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT) {
        Ok((_, length)) => length == 0,
        Err(error) => error != Errno::AGAIN,
    }
}

/// Sends `input` and prints the reply, at once.
async fn converse(
    socket: Socket,
    input: &mut (dyn AsyncRead + Unpin),
    config: &Config,
) -> Result<(), SendError> {
    let (reader, mut writer) = split(socket);
    let (done, all_sent) = oneshot::channel::<()>();
    let (sent, send_error) = (Sent::default(), OnceCell::new());
    let sending = async {
        if let Err(error) = forward(input, &mut writer, &sent, config).await {
            // There may be a reply all the same: it is printed before the error.
            let _ = send_error.set(error);
        }
        // Fails if the reply has ended first.
        let _ = done.send(());
        Ok(())
    };
    let received = tokio::try_join!(sending, receive(reader, all_sent, &sent, config));
    if let Some(error) = send_error.into_inner() {
        return Err(error);
    }
    match received? {
        ((), None) => Ok(()),
        ((), Some(hint)) => Err(SendError::NoAnswer(hint)),
    }
}

/// Sends all of `input`. After stdin it shuts the writing side down.
async fn forward(
    input: &mut (dyn AsyncRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
    sent: &Sent,
    config: &Config,
) -> Result<(), SendError> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = input.read(&mut chunk).await.map_err(SendError::Input)?;
        if length == 0 {
            break;
        }
        let mut rest = &chunk[..length];
        sent.push(rest);
        while !rest.is_empty() {
            let written = timeout(config.timeout, writer.write(rest)).await;
            let written = written.map_err(|_| {
                SendError::TimedOut("nothing was taken", config.timeout, Hint::None)
            })?;
            rest = &rest[written.map_err(|error| SendError::broken(error, Hint::None))?..];
        }
    }
    if config.source == Source::Stdin && !config.keep_open {
        sent.shut_down();
        let ended = writer.shutdown().await;
        ended.map_err(|error| SendError::broken(error, Hint::None))?;
    }
    Ok(())
}
