//! The closing of a chat: sends what waits, and reads until the peer has ended too.
//!
//! # Invariants
//!
//! - Each wait has a bound.
//! - The user is told of a wait that is long enough to be noticed.

use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::select;
use tokio::time::{Instant, sleep, timeout};

use super::super::codec::PAUSE_IN_TURNS;
use super::super::user::Display;
use super::state::{End, Session, until};
use crate::language::Language;

/// How long the peer may be silent, and take nothing, before the connection is closed without its end. A
/// hellowire ends as soon as it has read our last message. A person at netcat, or at one of the
/// tutorial's programs, need not.
pub(super) const PEER_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the user's input may pause after the peer's end before the chat is closed. A file is read much
/// faster.
const INPUT_TIMEOUT: Duration = Duration::from_millis(200);

/// How long closing may take before the user is told. Two hellowires take less, and a person notices no
/// delay.
const NOTICE_DELAY: Duration = Duration::from_millis(300);

impl<S: AsyncRead + AsyncWrite> Session<'_, S> {
    /// Queues what is to be sent after the end: messages that the user has entered, and byebye where the
    /// peer needs it. Returns how many messages are given up.
    pub(super) fn begin_close(&mut self, end: End) -> usize {
        self.closing_notice = Some(Instant::now() + NOTICE_DELAY);
        match end {
            End::Stopped => {
                let left = self.push_entered();
                self.report_sent();
                left + self.outgoing.give_up()
            }
            End::InputEnded => self.outgoing.give_up(),
            End::WeSaidBye | End::TheySaidBye | End::TheyLeft => 0,
        }
    }

    /// Queues the messages that the user had entered before the end. Returns how many had no room.
    fn push_entered(&mut self) -> usize {
        let mut left = 0;
        while let Some(message) = self.speaker.next_ready() {
            if left == 0 && self.outgoing.has_room() {
                self.push(Some(message));
            } else {
                left += 1;
            }
        }
        left
    }

    /// Does what remains after the end. A failure here means only that some messages are not sent.
    pub(super) async fn close(&mut self, end: End) {
        // Fails if the display is closed.
        let _ = self.display.flush().await;
        match end {
            End::TheySaidBye => {}
            End::TheyLeft => self.send_rest().await,
            End::WeSaidBye | End::InputEnded | End::Stopped => self.end_and_drain().await,
        }
    }

    /// The peer has ended but still reads: sends all that the user says without a long pause.
    async fn send_rest(&mut self) {
        while self.write_error.is_none() {
            let may_push = self.own_end.is_none() && self.outgoing.has_room();
            let may_write = !self.outgoing.pending().is_empty();
            select! {
                message = self.speaker.next(), if may_push => match message {
                    Ok(message) => self.push(message),
                    Err(_) => return,
                },
                written = self.writer.write(self.outgoing.pending()), if may_write => self.written(written),
                () = until(self.closing_notice), if may_write && self.closing_notice.is_some() => {
                    self.closing_notice = None;
                    self.display.notify(self.language.parting());
                }
                () = sleep(if may_write { PEER_TIMEOUT } else { INPUT_TIMEOUT }) => return,
            }
            self.report_sent();
            if self.own_end.is_some() && self.outgoing.pending().is_empty() {
                return;
            }
        }
    }

    /// We have ended: sends what is queued and our end, then reads until the peer's end.
    async fn end_and_drain(&mut self) {
        if self.send_queued().await && self.writer.shutdown().await.is_ok() {
            self.drain().await;
        }
    }

    /// Sends all that is queued. Returns false if the peer does not take it.
    async fn send_queued(&mut self) -> bool {
        while !self.outgoing.is_empty() {
            if self.outgoing.waits_to_settle() {
                sleep(PAUSE_IN_TURNS).await;
                self.outgoing.settled();
            }
            let write = self.writer.write(self.outgoing.pending());
            let notice = &mut self.closing_notice;
            match in_time(write, self.display, notice, self.language).await {
                Some(Ok(length)) => self.outgoing.written(length),
                _ => return false,
            }
            self.report_sent();
        }
        true
    }

    /// Reads and shows what the peer sends, until it ends or the display is closed.
    async fn drain(&mut self) {
        loop {
            let read = self.reader.read(&mut self.read_buffer);
            let notice = &mut self.closing_notice;
            let Some(Ok(length)) = in_time(read, self.display, notice, self.language).await else {
                return;
            };
            let mut messages = Vec::new();
            match length {
                0 => self.incoming.finish(&mut messages),
                _ => self
                    .incoming
                    .push(&self.read_buffer[..length], &mut messages),
            }
            let bye = self.receive(messages);
            let shown = self.display.flush().await;
            if length == 0 || bye.is_some() || shown.is_err() {
                return;
            }
        }
    }
}

/// The result of `action`, or `None` after [`PEER_TIMEOUT`]. Tells the user at the time of `notice` what
/// the program waits for.
async fn in_time<T>(
    action: impl Future<Output = T>,
    display: &mut dyn Display,
    notice: &mut Option<Instant>,
    language: Language,
) -> Option<T> {
    let mut action = pin!(timeout(PEER_TIMEOUT, action));
    loop {
        select! {
            done = &mut action => return done.ok(),
            () = until(*notice), if notice.is_some() => {
                *notice = None;
                display.notify(language.parting());
            }
        }
    }
}
