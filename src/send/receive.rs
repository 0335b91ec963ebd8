//! Receives the reply, and decides when it has ended: the server closes, or is silent for long enough.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::select;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::config::{CHUNK, Config};
use super::error::SendError;
use super::hint::{Hint, Sent};
use super::reply::Reply;
use crate::diagnostics::say;

/// How long the server may be silent before a user at a terminal is told what the client waits for.
const NOTICE_DELAY: Duration = Duration::from_secs(1);

/// Prints the reply. Waiting is bounded only after `all_sent`. Returns a hint if the server ends the
/// connection without a reply.
///
/// # Errors
///
/// The reply is cut short or can't be written, or the server is silent for too long.
pub(super) async fn receive(
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
        let silence = if has_begun {
            config.quiet
        } else {
            config.timeout
        };
        select! {
            read = reader.read(&mut chunk) => match read {
                Ok(0) if has_begun => break Ok(None),
                Ok(0) => break Ok(Some(sent.hint_at_end())),
                Ok(length) => {
                    (has_begun, since) = (true, Instant::now());
                    reply.write(&chunk[..length]).await?;
                }
                Err(error) if has_begun => break Err(SendError::broken(error, Hint::None)),
                Err(error) => break Err(SendError::broken(error, sent.hint_at_end())),
            },
            _ = &mut all_sent, if !is_sent => (is_sent, since) = (true, Instant::now()),
            () = sleep_until(since + NOTICE_DELAY), if is_sent && !has_begun && !is_told => {
                is_told = true;
                say(config.language.no_answer_yet(config.timeout));
            }
            () = sleep_until(since + silence), if is_sent && has_begun => break Ok(None),
            () = sleep_until(since + silence), if is_sent && !has_begun => {
                let hint = sent.hint_at_silence();
                break Err(SendError::TimedOut("no answer", config.timeout, hint));
            }
        }
    };
    reply.finish().await?;
    ended
}
