//! One connection from accept to close: its turns with hyper over the tap, and its end.
//!
//! Every end but one goes the same way. Whoever has had enough, the filter at a refused request, a
//! deadline, a shutdown, ends hyper's *input*; hyper answers what it has and finishes by itself;
//! what is left to say, a refusal, is said behind it. Only a peer that does not even take its last
//! answer is dropped. What always holds: a connection that has nothing to do, for it is new or idle,
//! is a socket and a timer.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::task::yield_now;

use super::close::End;
use super::filter::{RequestFilter, Tap};
use super::hyper_pool::Engine;
use super::skip_poll::Lazily;
use super::state::ConnectionState;
use super::tap::TapIo;
use super::timeouts::{Deadline, Passed};
use super::worker::Worker;
use crate::server::acceptor::Accepted;
use crate::server::phase::{Phase, Phases};

/// Serves a connection to its end.
pub(super) async fn serve(worker: Rc<Worker>, accepted: Accepted) {
    let state = Rc::new(ConnectionState::new());
    let recorder = Rc::clone(&worker.recorder).connection(accepted.number, accepted.peer);
    let filter = RequestFilter::new(worker.capture_limits(), recorder, Rc::clone(&state));
    let phases = accepted.phases;
    let _permit = accepted.permit;
    let mut turns = Turns {
        worker: &worker,
        state: &state,
        engine: None,
        tap: Some(Box::new(TapIo::new(accepted.socket, filter))),
    };
    let deadline = Deadline::new(&state, &worker.config, phases.grace());
    let outcome = drive(&mut turns, deadline, &phases).await;
    if let Some(end) = turns.end(&outcome) {
        // Few connections come here, but each has room for it.
        Box::pin(end.carry_out(worker.config.linger, &phases)).await;
    }
}

/// A connection and its turns with hyper: it has an engine only while hyper has something of it.
struct Turns<'a> {
    worker: &'a Worker,
    state: &'a Rc<ConnectionState>,
    engine: Option<Engine>,
    /// The tap, while there is no engine.
    tap: Option<Tap>,
}

impl Turns<'_> {
    /// Has hyper go on with it, as far as that goes.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let engines = &self.worker.engines;
        if let Some(tap) = self.tap.take() {
            self.engine = Some(engines.take(tap, self.state));
        }
        let Some(engine) = &mut self.engine else {
            // Never, unless hyper has finished before.
            return Poll::Ready(Ok(()));
        };
        let result = engine.poll(cx);
        let is_reusable = result.is_pending() && engine.is_reusable();
        if is_reusable && self.state.is_between_requests() {
            self.tap = self
                .engine
                .take()
                .and_then(|engine| engines.put_back(engine));
        }
        result
    }

    /// What is left to do, where there is something.
    fn end(self, outcome: &Outcome) -> Option<Box<End>> {
        let (tap, has_more) = match self.engine {
            Some(engine) => engine.end(),
            None => (self.tap, false),
        };
        let tap = tap?;
        match outcome {
            Outcome::Finished(result) => End::after_hyper(tap, has_more, self.state, Some(result)),
            Outcome::Stuck => End::after_hyper(tap, has_more, self.state, None),
            Outcome::Silent if self.state.is_fresh() => End::unsaid(tap),
            Outcome::Silent => Some(Box::new(End::of_rest(tap))),
        }
    }
}

/// How it went.
enum Outcome {
    /// hyper has finished.
    Finished(hyper::Result<()>),
    /// It can't, because its peer takes no answers.
    Stuck,
    /// Nothing has come for too long, and nothing is owed.
    Silent,
}

/// Serves until there is nothing more to serve.
async fn drive(turns: &mut Turns<'_>, mut deadline: Deadline<'_>, phases: &Phases) -> Outcome {
    let mut phase = phases.now();
    loop {
        if phase >= Phase::Closing {
            turns.state.close_after_answer();
        }
        deadline.set_draining(phase >= Phase::Draining);
        let next = pin!(phases.after(phase));
        let mut next = Lazily::new(next);
        let step = poll_fn(|cx| {
            if let Poll::Ready(outcome) = poll_step(turns, &mut deadline, cx) {
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

fn poll_step(
    turns: &mut Turns<'_>,
    deadline: &mut Deadline<'_>,
    cx: &mut Context<'_>,
) -> Poll<Outcome> {
    loop {
        // hyper says so again where it tries to read and still can't.
        turns.state.set_waits_for_log(false);
        if let Poll::Ready(result) = turns.poll(cx) {
            return Poll::Ready(Outcome::Finished(result));
        }
        match deadline.poll(cx) {
            // hyper has to see it.
            Poll::Ready(Passed::Input) => {}
            Poll::Ready(Passed::Output) => return Poll::Ready(Outcome::Stuck),
            Poll::Ready(Passed::Silence) => return Poll::Ready(Outcome::Silent),
            Poll::Pending => return Poll::Pending,
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use socket2::SockRef;

    use super::super::hyper_pool::tests::{connection, tap, worker};
    use super::*;
    use crate::server::drain::drops;

    /// As many requests as hyper answers in one go, as long together as it reads in one go.
    fn sixteen() -> Vec<u8> {
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        let one = format!("{head:x<508}\r\n\r\n");
        one.repeat(16).into_bytes()
    }

    /// The flag that resets a connection (RFC 9293 section 3.1).
    const RST: u32 = 0x04;

    /// hyper keeps an error that comes at the end of its turn for the next one. Were it somebody else's,
    /// they would end for it.
    #[tokio::test]
    async fn an_error_that_hyper_has_not_told_of_yet_is_nobody_elses() {
        let worker = worker();
        let (mut client, accepted) = connection();
        let socket = SockRef::from(&accepted).try_clone().unwrap();
        // The peer vanishes; that it has is learned from the answers to it, and not before.
        socket.attach_filter(&drops(RST)).unwrap();
        client.write_all(&sixteen()).unwrap();
        SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);
        socket.detach_filter().unwrap();
        let (tap, state) = tap(&worker, accepted);
        let mut turns = Turns {
            worker: &worker,
            state: &state,
            engine: None,
            tap: Some(tap),
        };
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(turns.poll(&mut cx).is_pending());
        assert!(state.is_between_requests());
        assert!(turns.tap.is_none(), "the engine was put back");
        assert!(matches!(turns.poll(&mut cx), Poll::Ready(Err(_))));
    }
}
