//! One connection from accept to close: hyper over the tap, its deadlines, and its end.
//!
//! Every end but one goes the same way. Whoever has had enough, the gate at a refused request, a
//! deadline, a shutdown, ends hyper's *input*; hyper answers what it has and finishes by itself;
//! what is left to say, a refusal, is said here. Only a peer that does not even take its last
//! answer is dropped.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::select;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::exchange::Exchange;
use super::gate::Gate;
use super::{Config, Worker, answer, service};
use crate::net::first;
use crate::net::last::write_last;
use crate::net::linger;
use crate::net::shutdown::{self, Phases};
use crate::net::socket::Socket;
use crate::net::tap::{Observer as _, TapIo};
use crate::net::workers::Accepted;
use crate::request_log::Refusal;
use crate::request_log::capture::Phase;

const HEAD_TOO_SLOW: Refusal = Refusal::new(408, "the head took too long (RFC 9110 15.5.9)");
const BODY_TOO_SLOW: Refusal = Refusal::new(408, "the body took too long (RFC 9110 15.5.9)");

/// Serves a connection to its end.
pub(super) async fn serve(worker: Rc<Worker>, accepted: Accepted) {
    let Accepted {
        mut socket,
        mut phases,
        place: _place,
        ..
    } = accepted;
    let exchange = Rc::new(Exchange::new());
    let trail = Rc::clone(&worker.recorder).trail(accepted.number, accepted.peer);
    let mut gate = Gate::new(worker.capture_limits(), trail, Rc::clone(&exchange));
    let config = &worker.config;
    let room = |cx: &mut Context<'_>| gate.poll_room(cx);
    let time = config.header_timeout;
    let first = first::read(&mut socket, &worker.space, time, &mut phases, room).await;
    // Silence is no mistake, and neither is leaving without a word.
    let Some(first) = first.ok().filter(|first| !first.is_empty()) else {
        return;
    };
    let answer = service_fn(|request| {
        let (worker, exchange) = (Rc::clone(&worker), Rc::clone(&exchange));
        async move {
            let reply = service::answer(&worker.config.answer, &exchange, request).await;
            Ok::<_, Infallible>(reply)
        }
    });
    let tap = TapIo::new(socket, gate, first);
    // In a box of its own, because this future is moved several times before it first runs.
    let mut hyper = Box::new(worker.hyper.serve_connection(TokioIo::new(tap), answer));
    let result = drive(&mut *hyper, &exchange, config, &mut phases).await;
    if let Some(end) = finish(hyper.into_parts(), &exchange, result.as_ref()) {
        end.carry_out(config.linger, phases).await;
    }
}

type Tap = TapIo<Socket, Gate>;

/// Takes leave of hyper: what is left to do, where there is something.
fn finish<S>(
    parts: http1::Parts<TokioIo<Tap>, S>,
    exchange: &Exchange,
    result: Option<&hyper::Result<()>>,
) -> Option<Box<End>> {
    let has_more = !parts.read_buf.is_empty();
    let mut tap = parts.io.into_inner();
    let mut text = tap.take_unsent();
    let is_done = matches!(result, Some(Ok(())));
    // Nothing is said behind a last answer, which may have been a refusal.
    let refusal = exchange
        .take_refusal()
        .filter(|_| is_done && !exchange.has_last_answer());
    if let Some(refusal) = refusal {
        let is_for_head = tap.observer_mut().is_head_request();
        text.extend(answer::refusal_bytes(refusal, is_for_head));
    }
    // Also where hyper was given more than it took: requests behind the last one.
    let may_send = !is_done || has_more || exchange.peer_may_send() || has_unread(&mut tap);
    let has_ended = exchange.peer_has_ended();
    let says = result.is_some() && (!text.is_empty() || (may_send && !has_ended));
    (says || tap.observer_mut().is_unsettled()).then(|| {
        Box::new(End {
            tap,
            text,
            says,
            has_ended,
        })
    })
}

/// Whether the socket holds something that nobody had read, as far as is known without a system
/// call; it is recorded now.
fn has_unread(tap: &mut Tap) -> bool {
    if !tap.inner_mut().has_joined() {
        return tap.inner_mut().was_filled();
    }
    // Nobody waits for it.
    let mut cx = Context::from_waker(Waker::noop());
    matches!(tap.poll_read_past(&mut cx), Poll::Ready(Ok(1..)))
}

/// Runs hyper until it has finished, or for nothing: none when it can't, because its peer takes no
/// answers.
async fn drive<H>(
    hyper: &mut H,
    exchange: &Exchange,
    config: &Config,
    phases: &mut Phases,
) -> Option<hyper::Result<()>>
where
    H: Future<Output = hyper::Result<()>> + Unpin,
{
    let mut deadline = Deadline::new(exchange, config);
    let mut phase = phases.now();
    loop {
        if phase >= shutdown::Phase::Closing {
            exchange.close_after_answer();
        }
        deadline.is_draining = phase >= shutdown::Phase::Draining;
        let step = poll_fn(|cx| poll_step(hyper, &mut deadline, cx));
        select! {
            biased;
            end = step => return end,
            next = phases.next() => phase = next,
        }
        // What the socket holds by now is in flight, not idle: let the runtime learn of it.
        yield_now().await;
    }
}

fn poll_step<H>(
    hyper: &mut H,
    deadline: &mut Deadline<'_>,
    cx: &mut Context<'_>,
) -> Poll<Option<hyper::Result<()>>>
where
    H: Future<Output = hyper::Result<()>> + Unpin,
{
    loop {
        // hyper says so again where it tries to read and still can't.
        deadline.exchange.set_waits_for_log(false);
        if let Poll::Ready(result) = Pin::new(&mut *hyper).poll(cx) {
            return Poll::Ready(Some(result));
        }
        match deadline.poll(cx) {
            // The input is over now: hyper has to see it.
            Poll::Ready(Passed::Input) => {}
            Poll::Ready(Passed::Output) => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
        }
    }
}

/// What a connection's time was up for.
enum Passed {
    /// It sends nothing, or too slowly.
    Input,
    /// It does not take its last answer.
    Output,
}

/// A connection's one timer. It is set again only where it would fire too late, or has fired too
/// early, so that a request costs no timer.
struct Deadline<'a> {
    exchange: &'a Exchange,
    config: &'a Config,
    is_draining: bool,
    /// From the end of the input on: when hyper must have finished, unless answers are being taken.
    last: Option<Instant>,
    /// Made where something is waited for at all.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<'a> Deadline<'a> {
    fn new(exchange: &'a Exchange, config: &'a Config) -> Self {
        Self {
            exchange,
            config,
            is_draining: false,
            last: None,
            sleep: None,
        }
    }

    fn at(&self) -> Instant {
        let (phase, since) = self.exchange.phase();
        if self.exchange.is_write_blocked() {
            return since + self.config.idle_timeout;
        }
        if let Some(last) = self.last {
            // Answers that are taken slowly are taken all the same.
            return last.max(since + self.config.linger.time);
        }
        match phase {
            Phase::Fresh | Phase::Head => since + self.config.header_timeout,
            Phase::Idle | Phase::Body | Phase::Refused => since + self.config.idle_timeout,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Passed> {
        if self.last.is_none() {
            if self.exchange.waits_for_log() {
                // The log wakes the task.
                return Poll::Pending;
            }
            if self.is_draining && self.exchange.phase().0 == Phase::Idle {
                self.exchange.set_stopped();
                return Poll::Ready(self.end_input());
            }
        }
        loop {
            let at = self.at();
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
            if at < sleep.deadline() {
                sleep.as_mut().reset(at);
            }
            match sleep.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if at > sleep.deadline() => sleep.as_mut().reset(at),
                Poll::Ready(()) if self.last.is_some() => return Poll::Ready(Passed::Output),
                Poll::Ready(()) => return Poll::Ready(self.end_input()),
            }
        }
    }

    fn end_input(&mut self) -> Passed {
        match self.exchange.phase().0 {
            // It is too slow to read, not to write.
            _ if self.exchange.is_write_blocked() => {}
            Phase::Head => self.exchange.refuse(HEAD_TOO_SLOW),
            Phase::Body => self.exchange.refuse(BODY_TOO_SLOW),
            // Browsers open connections ahead of need: silence is no mistake.
            Phase::Fresh | Phase::Idle | Phase::Refused => {}
        }
        self.exchange.end_input();
        self.last = Some(Instant::now() + self.config.linger.time);
        Passed::Input
    }
}

/// What is left to do once hyper has finished.
struct End {
    tap: Tap,
    /// To be said.
    text: Vec<u8>,
    /// Whether anything is said, and heard, at all.
    says: bool,
    /// The peer has sent all, and all was read.
    has_ended: bool,
}

impl End {
    async fn carry_out(mut self: Box<Self>, limits: linger::Limits, phases: Phases) {
        if self.says {
            self.say(limits, phases).await;
        }
        if self.tap.observer_mut().is_unsettled() {
            self.tap.observer_mut().settle().await;
        }
    }

    async fn say(&mut self, limits: linger::Limits, phases: Phases) {
        let said = timeout(limits.time, write_last(self.tap.inner_mut(), &self.text)).await;
        if matches!(said, Ok(Ok(()))) && !self.has_ended {
            linger::drain(limits, phases, async || self.tap.read_past().await).await;
        }
    }
}
