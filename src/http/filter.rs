//! The request filter: the observer on a connection's tap. It shows each byte to the capture, records
//! the requests that the capture finds, and lets hyper have only what the capture allows.
//!
//! It owns the connection state and reports the events of the tap to it.
//!
//! # Invariants
//!
//! - A request is recorded before its last byte passes. (The format `short` writes it behind its answer.)
//! - Bytes that never became a whole request get a record when the filter is dropped, at the latest,
//!   however the connection ended.

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use super::event::{Awaited, Event, Outcome};
use super::observer::{Observer, Pass, Sent};
use super::plan::Plans;
use super::state::State;
use super::varying::Plan;
use crate::capture::{Capture, Limits, Refusal, Unfinished, hide_target};
use crate::request_log::ConnectionRecorder;

/// The request filter of one connection.
#[derive(Debug)]
pub(super) struct RequestFilter {
    capture: Capture,
    recorder: ConnectionRecorder,
    state: State,
    /// Wakes the task whose answer waits until the peer takes the answers before it.
    waiting: Option<Waker>,
    /// The refused request is a HEAD.
    refuses_head: bool,
    /// None if all requests have the same answer, or none is given any more.
    plans: Option<Box<Plans>>,
}

impl RequestFilter {
    /// The filter of a connection of which nothing was read.
    pub(super) fn new(
        limits: Limits,
        recorder: ConnectionRecorder,
        plans: Option<Box<Plans>>,
    ) -> Self {
        Self {
            capture: Capture::new(limits),
            recorder,
            state: State::NEW,
            waiting: None,
            refuses_head: false,
            plans,
        }
    }

    /// The connection state.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Reports an event to the connection state, and returns what follows.
    pub(super) fn event(&mut self, event: Event) -> Outcome {
        let outcome = self.state.on(event);
        match (event, outcome) {
            (_, Outcome::Refuse(refusal)) => self.recorder.refused(refusal.rule().status),
            (Event::Answered { .. }, _) => self.recorder.answered(),
            _ => {}
        }
        outcome
    }

    /// The last answers and the refusal, where there is one, were sent. `have_left`: the peer took them.
    pub(super) fn sent_last(&mut self, refusal: Option<Refusal>, have_left: bool) {
        if have_left {
            if let Some(refusal) = refusal {
                self.recorder.refused(refusal.rule().status);
            }
            self.recorder.sent();
        }
        self.recorder.end_answers();
        self.plans = None;
    }

    /// The plan of the next answer.
    pub(super) fn take_plan(&mut self) -> Option<Plan> {
        self.plans.as_mut()?.take()
    }

    /// Whether the log has requests that pause.
    pub(super) fn logs_pauses(&self) -> bool {
        self.recorder.has_pauses()
    }

    /// The unfinished request, if the connection waits for more of it.
    pub(super) fn awaited(&self) -> Option<Unfinished<'_>> {
        match self.state.awaits() {
            Awaited::Head | Awaited::Next => self.capture.unfinished(),
            _ => None,
        }
    }

    /// Logs that the unfinished request pauses.
    pub(super) fn log_pause(&self) {
        if let Some(request) = self.capture.unfinished() {
            self.recorder.pauses(request);
        }
    }

    /// Ready unless the peer takes nothing. Such a peer gets no further answer, so that the unsent
    /// answers have a bound.
    pub(super) fn poll_writable(&mut self, cx: &Context<'_>) -> Poll<()> {
        if !self.state.is_write_blocked() {
            return Poll::Ready(());
        }
        self.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Refuses the unfinished request: its time is up.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refuses_head = self.capture.is_head_request();
        self.capture.refuse(refusal);
    }

    /// Whether the refused request is a HEAD.
    pub(super) fn refuses_head(&self) -> bool {
        self.refuses_head
    }

    /// Whether bytes were read that are in no record.
    pub(super) fn is_unsettled(&self) -> bool {
        self.capture.is_unfinished()
    }

    /// Records them, as soon as the log has room.
    pub(super) async fn settle(&mut self) {
        poll_fn(|cx| self.recorder.poll_room(cx)).await;
        self.recorder.end_answers();
        self.recorder
            .record(|entries| self.capture.finish(|request| entries.add(request)));
    }
}

impl Observer for RequestFilter {
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let room = self.recorder.poll_room(cx);
        self.state.on(if room.is_ready() {
            Event::LogUnblocked
        } else {
            Event::LogBlocked
        });
        room
    }

    fn read(&mut self, bytes: &[u8]) -> Pass {
        self.recorder
            .read(bytes.len(), !self.capture.is_unfinished());
        let mut completed = 0;
        let (plans, is_stopping) = (&mut self.plans, self.state.is_stopping());
        let verdict = self.recorder.record(|entries| {
            self.capture.push(bytes, |request| {
                completed += 1;
                match plans {
                    None => entries.add(request),
                    Some(plans) => {
                        let status = plans.add(&request, is_stopping);
                        entries.add_answered(request, status);
                    }
                }
            })
        });
        let refusal = verdict.refusal;
        if refusal.is_some() {
            self.refuses_head = self.capture.is_head_request();
        }
        self.state.on(Event::Read {
            phase: self.capture.phase(),
            completed,
            has_passed: verdict.pass > 0,
            refusal,
        });
        Pass {
            bytes: verdict.pass,
            hidden: verdict.hidden,
            dropped: verdict.dropped,
            is_last: refusal.is_some(),
            corks: self.state.owes_answers(),
            // Behind unanswered requests a body may have to wait until the peer takes their answers.
            body: if self.state.owes_answers() {
                0
            } else {
                self.capture.remaining_body()
            },
        }
    }

    fn hide(bytes: &mut [u8]) {
        hide_target(bytes);
    }

    fn ended(&mut self) {
        let refusal = self.capture.end();
        if refusal.is_some() {
            self.refuses_head = self.capture.is_head_request();
        }
        self.state.on(Event::PeerEnded(refusal));
        self.recorder
            .record(|entries| self.capture.finish(|rest| entries.add(rest)));
    }

    fn failed(&mut self) {
        self.state.on(Event::Failed);
    }

    fn sent(&mut self, sent: Sent) {
        if sent == Sent::All {
            self.recorder.sent();
        }
        let outcome = self.state.on(match sent {
            Sent::Nothing => Event::WriteBlocked,
            Sent::Some => Event::WriteUnblocked,
            Sent::All => Event::Flushed,
        });
        if matches!(outcome, Outcome::Resume)
            && let Some(waker) = self.waiting.take()
        {
            waker.wake();
        }
    }
}

/// Records what is left when a connection is cut. Any other connection has called `settle` before.
impl Drop for RequestFilter {
    fn drop(&mut self) {
        self.recorder.end_answers_at_once();
        self.recorder
            .record_at_once(|entries| self.capture.finish(|request| entries.add(request)));
    }
}
