//! The end of a chat: what is under way is sent, the other side is heard out, and nobody waits
//! for ever.
//!
//! What always holds: each wait has a bound, and the user is told of one that he would notice.

use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::select;
use tokio::time::{Instant, sleep, timeout};

use super::super::codec::PAUSE_IN_TURNS;
use super::super::user::{Display, Speaker};
use super::state::{End, Session, until};
use crate::language::Language;

/// After our end: how long the other side may be silent, and take nothing, before the connection is
/// closed although it has not ended its own. One of ours does when it has read our last message; a
/// person before one of the document's programs, or before netcat, need not.
pub(super) const FAREWELL: Duration = Duration::from_secs(3);

/// After the other side's end: how long our user may say nothing before it is ours too. A file is
/// read on long before that.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long an end may take before the user is told: longer than one of ours takes, and at once to a
/// person.
const AT_ONCE: Duration = Duration::from_millis(300);

impl<S: AsyncRead + AsyncWrite, K: Speaker, D: Display> Session<'_, S, K, D> {
    /// The end has come: whoever goes without having said it himself says so where it is needed.
    /// Returns how many messages will not be sent.
    pub(super) fn leave(&mut self, end: End) -> usize {
        self.parting = Some(Instant::now() + AT_ONCE);
        match end {
            End::Stopped => {
                // What was said before it is said, as far as it can be.
                let mut left = 0;
                while let Some(message) = self.speaker.entered() {
                    if left == 0 && self.outgoing.has_room() {
                        self.say(Some(message));
                    } else {
                        left += 1;
                    }
                }
                self.show_said();
                left + self.outgoing.leave()
            }
            End::InputEnded => self.outgoing.leave(),
            End::WeSaidBye | End::TheySaidBye | End::TheyLeft => 0,
        }
    }

    /// What is left to do after the end. Its failures have no consequence but what is not sent.
    pub(super) async fn part(&mut self, end: End) {
        // Fails where nobody sees it any more.
        let _ = self.display.flush().await;
        match end {
            End::TheySaidBye => {}
            End::TheyLeft => self.say_the_rest().await,
            End::WeSaidBye | End::InputEnded | End::Stopped => self.hear_out().await,
        }
    }

    /// The other side has ended, and hears us out: all that our user has to say by now.
    async fn say_the_rest(&mut self) {
        while self.broken.is_none() {
            let may_say = self.ending.is_none() && self.outgoing.has_room();
            let may_write = !self.outgoing.pending().is_empty();
            select! {
                said = self.speaker.next(), if may_say => match said {
                    Ok(said) => self.say(said),
                    Err(_) => return,
                },
                written = self.writer.write(self.outgoing.pending()), if may_write => self.written(written),
                () = until(self.parting), if may_write && self.parting.is_some() => {
                    self.parting = None;
                    self.display.tell(self.language.parting());
                }
                () = sleep(if may_write { FAREWELL } else { LAST_WORDS }) => return,
            }
            self.show_said();
            if self.ending.is_some() && self.outgoing.pending().is_empty() {
                return;
            }
        }
    }

    /// We have ended: sends what is under way and our end, and listens until the other side's.
    async fn hear_out(&mut self) {
        while !self.outgoing.is_empty() {
            if self.outgoing.waits_to_settle() {
                sleep(PAUSE_IN_TURNS).await;
                self.outgoing.settled();
            }
            let write = self.writer.write(self.outgoing.pending());
            match in_time(write, self.display, &mut self.parting, self.language).await {
                Some(Ok(length)) => self.outgoing.written(length),
                _ => return,
            }
            self.show_said();
        }
        if self.writer.shutdown().await.is_err() {
            return;
        }
        loop {
            let read = self.reader.read(&mut self.space);
            let Some(Ok(length)) =
                in_time(read, self.display, &mut self.parting, self.language).await
            else {
                return;
            };
            let mut messages = Vec::new();
            match length {
                0 => self.incoming.finish(&mut messages),
                _ => self.incoming.push(&self.space[..length], &mut messages),
            }
            let bye = self.take(messages);
            // Fails where nobody sees it any more.
            let shown = self.display.flush().await;
            if length == 0 || bye.is_some() || shown.is_err() {
                return;
            }
        }
    }
}

/// What `action` gives, unless it takes longer than [`FAREWELL`]. The user is told, at the time of
/// `parting`, what is waited for.
async fn in_time<T, D: Display>(
    action: impl Future<Output = T>,
    display: &mut D,
    parting: &mut Option<Instant>,
    language: Language,
) -> Option<T> {
    let mut action = pin!(timeout(FAREWELL, action));
    loop {
        select! {
            done = &mut action => return done.ok(),
            () = until(*parting), if parting.is_some() => {
                *parting = None;
                display.tell(language.parting());
            }
        }
    }
}
