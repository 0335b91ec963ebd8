//! The client: the document's part 3, for any service.
//!
//! ```text
//! text, typed line or stdin ─ socket ─ reply ─ stdout
//! ```
//!
//! Both directions run at once. What always holds: neither is cut short because the other has
//! ended, whatever is sent is sent as it is, and memory does not grow with either.

mod config;
mod error;
mod hint;
mod prompt;
mod reply;

use std::cell::OnceCell;
use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::select;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use crate::diagnostics::{leave_line, say};
use crate::exit::Exit;
use crate::net::dial::dial;
use crate::signals::{Request, Signals};
use crate::terminal::Answer;
pub use config::{Config, Source};
pub use error::SendError;
pub use hint::Hint;
use hint::Sent;
use reply::Reply;

/// How much is moved at once: what a pipe holds.
const CHUNK: usize = 64 * 1024;

/// After how much silence somebody at a terminal is told what is waited for.
const UNEASY: Duration = Duration::from_secs(1);

/// Sends, prints the reply, and is done. Blocks.
///
/// # Errors
///
/// Where there is no connection, no reply, or one that is cut short; what came of it is printed.
pub fn run(config: Config) -> Result<Exit, SendError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(SendError::System)?;
    let done = runtime.block_on(send(config));
    // A read from stdin can't be called off; nobody waits for it.
    runtime.shutdown_background();
    match done {
        // Who reads the reply has seen enough: `hellowire send | head -1`.
        Err(SendError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Exit::Done)
        }
        done => done,
    }
}

async fn send(config: Config) -> Result<Exit, SendError> {
    let socket = dial(&config.to, config.connect_timeout).await?;
    match &config.source {
        Source::Text(text) => converse(socket, &text[..], &config).await?,
        Source::Stdin => converse(socket, tokio::io::stdin(), &config).await?,
        Source::Line => return send_a_line(socket, &config).await,
    }
    Ok(Exit::Done)
}

/// Asks for what is to be sent. Signals are caught: the terminal has to be left as it was.
async fn send_a_line(mut socket: TcpStream, config: &Config) -> Result<Exit, SendError> {
    let mut signals = Signals::catch().map_err(SendError::System)?;
    let sending = async {
        let line = match prompt::ask(config).await? {
            Answer::Line(line) => line,
            Answer::End => return Err(SendError::NothingSent),
            Answer::Interrupted => return Ok(Exit::Interrupted),
        };
        // A server need not wait for as long as a person types.
        if has_ended(&socket) {
            socket = dial(&config.to, config.connect_timeout).await?;
        }
        converse(socket, &line[..], config).await?;
        Ok(Exit::Done)
    };
    select! {
        done = sending => done,
        request = signals.next() => Ok(match request {
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
        }),
    }
}

/// Whether the other side has closed before anything was sent.
fn has_ended(socket: &TcpStream) -> bool {
    // What there is to read stays there.
    match recv(socket, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT) {
        Ok((_, length)) => length == 0,
        Err(error) => error != Errno::AGAIN,
    }
}

/// Both directions at once.
async fn converse(
    mut socket: TcpStream,
    input: impl AsyncRead + Unpin,
    config: &Config,
) -> Result<(), SendError> {
    let (reader, mut writer) = socket.split();
    let (done, all_sent) = oneshot::channel::<()>();
    let (sent, unsent) = (Sent::default(), OnceCell::new());
    let sending = async {
        if let Err(error) = forward(input, &mut writer, &sent, config).await {
            // There may be a reply all the same: it is printed before this is said.
            let _ = unsent.set(error);
        }
        // Nobody hears it where receiving has ended first.
        let _ = done.send(());
        Ok(())
    };
    let received = tokio::try_join!(sending, receive(reader, all_sent, &sent, config));
    if let Some(error) = unsent.into_inner() {
        return Err(error);
    }
    match received? {
        ((), None) => Ok(()),
        ((), Some(hint)) => Err(SendError::NoAnswer(hint)),
    }
}

/// Sends all of `input`, and after stdin says that this was all.
async fn forward(
    mut input: impl AsyncRead + Unpin,
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
            let written = written.map_err(|_| config.timed_out("nothing was taken", Hint::None))?;
            rest = &rest[written.map_err(|error| failed(error, Hint::None))?..];
        }
    }
    if config.source == Source::Stdin && !config.keep_open {
        sent.end();
        let ended = writer.shutdown().await;
        ended.map_err(|error| failed(error, Hint::None))?;
    }
    Ok(())
}

/// Prints what comes back, and where nothing does, returns what may help. Waiting has a bound only
/// once `all_sent` says so.
async fn receive(
    mut reader: impl AsyncRead + Unpin,
    mut all_sent: oneshot::Receiver<()>,
    sent: &Sent,
    config: &Config,
) -> Result<Option<Hint>, SendError> {
    let mut reply = Reply::new(tokio::io::stdout(), config);
    let mut chunk = vec![0; CHUNK];
    let (mut is_sent, mut has_begun, mut is_told) = (false, false, !config.is_watched);
    let mut since = Instant::now();
    let ended = loop {
        let patience = if has_begun {
            config.quiet
        } else {
            config.timeout
        };
        select! {
            read = reader.read(&mut chunk) => match read {
                Ok(0) => break Ok((!has_begun).then(|| sent.hint_at_the_end())),
                Ok(length) => {
                    (has_begun, since) = (true, Instant::now());
                    reply.write(&chunk[..length]).await?;
                }
                Err(error) if has_begun => break Err(failed(error, Hint::None)),
                Err(error) => break Err(failed(error, sent.hint_at_the_end())),
            },
            _ = &mut all_sent, if !is_sent => (is_sent, since) = (true, Instant::now()),
            () = sleep_until(since + UNEASY), if is_sent && !has_begun && !is_told => {
                is_told = true;
                say(config.language.no_answer_yet(config.timeout));
            }
            () = sleep_until(since + patience), if is_sent && has_begun => break Ok(None),
            () = sleep_until(since + patience), if is_sent && !has_begun => {
                break Err(config.timed_out("no answer", sent.hint_at_silence()));
            }
        }
    };
    reply.finish().await?;
    ended
}

fn failed(error: io::Error, hint: Hint) -> SendError {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => SendError::Reset(hint),
        _ => SendError::Connection(error),
    }
}

impl Config {
    fn timed_out(&self, what: &'static str, hint: Hint) -> SendError {
        SendError::TimedOut(what, self.timeout, hint)
    }
}
