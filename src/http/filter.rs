//! The observer on a connection's tap: shows each byte to the capture, records what that finds,
//! and lets pass to hyper what it finds right.
//!
//! What always holds: a request is recorded before its last byte passes; when the filter is dropped,
//! however the connection ended, what was read and is no whole request is recorded too.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::state::ConnectionState;
use super::tap::{Observer, Pass, TapIo};
use crate::capture::{Capture, Limits, Refusal, hide_target};
use crate::net::socket::Socket;
use crate::request_log::ConnectionRecorder;

/// A connection's tap, in a box because it is moved from hand to hand.
pub(super) type Tap = Box<TapIo<Socket, RequestFilter>>;

/// See the module.
#[derive(Debug)]
pub(super) struct RequestFilter {
    capture: Capture,
    recorder: ConnectionRecorder,
    state: Rc<ConnectionState>,
    /// The refused request is a HEAD.
    refuses_head: bool,
}

impl RequestFilter {
    /// The filter of a connection of which nothing was read.
    pub(super) fn new(
        limits: Limits,
        recorder: ConnectionRecorder,
        state: Rc<ConnectionState>,
    ) -> Self {
        Self {
            capture: Capture::new(limits),
            recorder,
            state,
            refuses_head: false,
        }
    }

    /// Whether the request that is refused, here or for its time, is a HEAD.
    pub(super) fn is_head_request(&self) -> bool {
        self.refuses_head || self.capture.is_head_request()
    }

    /// Whether something has begun that is not recorded.
    pub(super) fn is_unsettled(&self) -> bool {
        self.capture.is_unfinished()
    }

    /// Records that, as soon as the log has room for it.
    pub(super) async fn settle(&mut self) {
        poll_fn(|cx| self.recorder.poll_room(cx)).await;
        self.hear_refusal();
        self.recorder
            .record(|entries| self.capture.finish(|request| entries.add(request)));
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refuses_head = self.capture.is_head_request();
        self.state.refuse(refusal);
    }

    /// Where the time of a request was up, the capture is not the one that refused it.
    fn hear_refusal(&mut self) {
        if self.state.input_is_over()
            && let Some(refusal) = self.state.refusal()
        {
            self.capture.refuse(refusal);
        }
    }
}

impl Observer for RequestFilter {
    fn is_over(&self) -> bool {
        self.state.input_is_over()
    }

    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let room = self.recorder.poll_room(cx);
        self.state.set_waits_for_log(room.is_pending());
        room
    }

    fn read(&mut self, bytes: &[u8]) -> Pass {
        self.hear_refusal();
        let before = self.capture.phase();
        let mut requests = 0;
        let verdict = self.recorder.record(|entries| {
            self.capture.push(bytes, |request| {
                requests += 1;
                entries.add(request);
            })
        });
        let phase = self.capture.phase();
        // The clock of a head, and of a pause between requests, runs on until something passes.
        let goes_on = verdict.pass == 0 && phase == before;
        self.state.read(phase, requests, goes_on);
        if let Some(refusal) = verdict.refusal {
            self.refuse(refusal);
        }
        Pass {
            bytes: verdict.pass,
            hidden: verdict.hidden,
            dropped: verdict.dropped,
            is_last: verdict.refusal.is_some(),
        }
    }

    fn hide(bytes: &mut [u8]) {
        hide_target(bytes);
    }

    fn ended(&mut self) {
        self.state.set_peer_ended();
        if let Some(refusal) = self.capture.end() {
            self.refuse(refusal);
        }
        self.recorder
            .record(|entries| self.capture.finish(|rest| entries.add(rest)));
    }

    fn set_write_blocked(&mut self, is_blocked: bool) {
        self.state.set_write_blocked(is_blocked);
    }

    fn has_more_to_write(&self) -> bool {
        self.state.has_unanswered()
    }

    fn is_last_write(&self) -> bool {
        self.state.has_last_answer()
    }
}

/// Only where the connection was cut: else it has settled before.
impl Drop for RequestFilter {
    fn drop(&mut self) {
        self.hear_refusal();
        self.recorder
            .record_at_once(|entries| self.capture.finish(|request| entries.add(request)));
    }
}
