//! One connection from accept to close: its silence, hyper over the tap, and its end.
//!
//! ```text
//! silent ─ first bytes ─ hyper ─ end
//!    └──── idle ───────────┘
//! ```
//!
//! Every end but one goes the same way. Whoever has had enough, the gate at a refused request, a
//! deadline, a shutdown, ends hyper's *input*; hyper answers what it has and finishes by itself;
//! what is left to say, a refusal, is said behind it. Only a peer that does not even take its last
//! answer is dropped. What always holds: a connection that has nothing to do, for it is new or has
//! been idle for a while, is a socket and a timer.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::deadline::{Deadline, Passed, REST};
use super::end::End;
use super::exchange::Exchange;
use super::gate::Gate;
use super::{Worker, service};
use crate::net::acceptor::Accepted;
use crate::net::first::{self, Silence, Wait};
use crate::net::lazily::Lazily;
use crate::net::shutdown::{Phase, Phases};
use crate::net::socket::Socket;
use crate::net::tap::{Observer as _, TapIo};

/// A connection's tap, in a box because it is moved from hand to hand.
pub(super) type Tap = Box<TapIo<Socket, Gate>>;

/// Serves a connection to its end.
pub(super) async fn serve(worker: Rc<Worker>, accepted: Accepted) {
    let exchange = Rc::new(Exchange::new());
    let trail = Rc::clone(&worker.recorder).trail(accepted.number, accepted.peer);
    let gate = Gate::new(worker.capture_limits(), trail, Rc::clone(&exchange));
    let mut tap = Box::new(TapIo::new(accepted.socket, gate));
    let phases = accepted.phases;
    let _place = accepted.place;
    let config = &worker.config;
    // Of a new one, none.
    let mut idle_since: Option<Instant> = None;
    let end = loop {
        let wait = match idle_since {
            None => Wait {
                time: config.header_timeout,
                grace: phases.grace(),
            },
            Some(since) => Wait {
                time: config.idle_timeout.saturating_sub(since.elapsed()),
                grace: Duration::ZERO,
            },
        };
        match wake(&mut tap, &worker, wait, &phases).await {
            Ok(true) => {}
            // Silence is no mistake, and neither is leaving without a word.
            Err(Silence::TooLong | Silence::Drained) if idle_since.is_some() => {
                break Some(Box::new(End::of_rest(tap)));
            }
            _ => break End::unsaid(tap),
        }
        let answer = service_fn(|request| {
            service::answer(Rc::clone(&worker), Rc::clone(&exchange), request)
        });
        // In a box of its own, because this future is moved several times before it first runs.
        let mut hyper = Box::new(worker.hyper.serve_connection(TokioIo::new(tap), answer));
        let is_busy = idle_since.is_some_and(|since| since.elapsed() < REST);
        let deadline = Deadline::new(&exchange, &worker, is_busy);
        let counted = InHyper::count(&worker.in_hyper);
        let outcome = drive(&mut *hyper, &exchange, deadline, &phases).await;
        drop(counted);
        let parts = hyper.into_parts();
        match outcome {
            Outcome::Rests => {
                debug_assert!(parts.read_buf.is_empty(), "hyper rests on a request");
                tap = parts.io.into_inner();
            }
            Outcome::Finished(result) => {
                break End::after_hyper(parts, &exchange, Some(&result));
            }
            Outcome::Stuck => break End::after_hyper(parts, &exchange, None),
        }
        idle_since = Some(exchange.phase().1);
    };
    if let Some(end) = end {
        // Few connections come here, but each has room for it.
        Box::pin(end.carry_out(config.linger, &phases)).await;
    }
}

/// Waits until a connection without a hyper needs one: whether it does, and its peer has not just
/// ended its side.
async fn wake(
    tap: &mut Tap,
    worker: &Worker,
    wait: Wait,
    phases: &Phases,
) -> Result<bool, Silence> {
    let (socket, gate) = tap.parts_mut();
    let room = |cx: &mut Context<'_>| gate.poll_room(cx);
    let first = first::read(socket, &worker.space, wait, phases, room).await?;
    let has_come = !first.is_empty();
    tap.go_on(first);
    Ok(has_come)
}

/// Counts a connection as long as hyper has it.
struct InHyper<'a>(&'a Cell<usize>);

impl<'a> InHyper<'a> {
    fn count(all: &'a Cell<usize>) -> Self {
        all.set(all.get() + 1);
        Self(all)
    }
}

impl Drop for InHyper<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// How it went with hyper.
enum Outcome {
    /// It has finished.
    Finished(hyper::Result<()>),
    /// It can't, because its peer takes no answers.
    Stuck,
    /// It waits for a request, and has for a while.
    Rests,
}

/// Runs hyper until it need not run any more.
async fn drive<H>(
    hyper: &mut H,
    exchange: &Exchange,
    mut deadline: Deadline<'_>,
    phases: &Phases,
) -> Outcome
where
    H: Future<Output = hyper::Result<()>> + Unpin,
{
    let mut phase = phases.now();
    loop {
        if phase >= Phase::Closing {
            exchange.close_after_answer();
        }
        deadline.set_draining(phase >= Phase::Draining);
        let next = pin!(phases.after(phase));
        let mut next = Lazily::new(next);
        let step = poll_fn(|cx| {
            if let Poll::Ready(outcome) = poll_step(hyper, exchange, &mut deadline, cx) {
                return Poll::Ready(ControlFlow::Break(outcome));
            }
            let is_due = phases.now() > phase;
            next.poll(cx, is_due).map(ControlFlow::Continue)
        });
        match step.await {
            ControlFlow::Break(outcome) => return outcome,
            ControlFlow::Continue(next) => phase = next,
        }
        // What the socket holds by now is in flight, not idle: let the runtime learn of it.
        yield_now().await;
    }
}

fn poll_step<H>(
    hyper: &mut H,
    exchange: &Exchange,
    deadline: &mut Deadline<'_>,
    cx: &mut Context<'_>,
) -> Poll<Outcome>
where
    H: Future<Output = hyper::Result<()>> + Unpin,
{
    loop {
        // hyper says so again where it tries to read and still can't.
        exchange.set_waits_for_log(false);
        if let Poll::Ready(result) = Pin::new(&mut *hyper).poll(cx) {
            return Poll::Ready(Outcome::Finished(result));
        }
        match deadline.poll(cx) {
            // hyper has to see it.
            Poll::Ready(Passed::Input) => {}
            Poll::Ready(Passed::Output) => return Poll::Ready(Outcome::Stuck),
            Poll::Ready(Passed::Idleness) => return Poll::Ready(Outcome::Rests),
            Poll::Pending => return Poll::Pending,
        }
    }
}
