//! The connection driver: one connection from accept to close.
//!
//! A connection alternates between two modes. While it is idle, the driver itself reads from the tap, and
//! a connection is a transport and a timer. Once bytes pass the request filter, a hyper connection serves
//! the busy period. The driver takes it apart as soon as all requests are answered and all answers have
//! left. `Connection::into_parts` returns the bytes that hyper has not taken: they go back to the tap, so
//! nothing is lost whatever hyper has read ahead.
//!
//! Only the driver acts on a timeout or a drain. It ends hyper's *input*. hyper then answers what it
//! has, and finishes by itself. `close` sends the rest, for example a refusal. The driver drops a
//! connection only if the peer does not even take its last answer.
//!
//! # Invariants
//!
//! - A busy period begins and ends between two requests. An error or an end that hyper has seen, also one
//!   that it has not returned yet, ends the connection.
//! - A connection that is new or idle has no hyper connection.

use std::future::{Future, poll_fn};
use std::mem;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::select;
use tokio::task::yield_now;

use super::close::{self, Ending};
use super::event::{Event, Outcome};
use super::filter::RequestFilter;
use super::handle::Handle;
use super::pause::Pauses;
use super::plan::Plans;
use super::service;
use super::tap::TapIo;
use super::timeouts::Timer;
use super::worker::Worker;
use crate::net::peer::Peer;
use crate::net::transport::Transport;
use crate::server::acceptor::Accepted;
use crate::server::phase::{Phase, Phases};

/// How many busy periods a connection has at most before other connections get their turn.
const BATCH: usize = 16;

/// Serves a connection to its end.
///
/// Not an `async fn`: its future would keep a second copy of `accepted`.
pub(super) fn serve<T: Transport>(
    worker: Rc<Worker>,
    accepted: Accepted<T>,
) -> impl Future<Output = ()> + 'static {
    let (phases, permit) = (accepted.phases, accepted.permit);
    let handle = open(&worker, accepted.socket, accepted.number, accepted.peer);
    async move {
        let _permit = permit;
        serve_to_end(&worker, handle, &phases).await;
    }
}

/// The handle of a new connection.
pub(super) fn open<T: Transport>(
    worker: &Worker,
    transport: T,
    number: u64,
    peer: impl Into<Peer>,
) -> Handle<T> {
    let recorder = Rc::clone(&worker.recorder).connection(number, peer);
    let plans = Plans::of(&worker.config.answers);
    let filter = RequestFilter::new(worker.capture_limits(), recorder, plans);
    Handle::new(TapIo::new(transport, filter))
}

/// Serves the connection of `handle` to its end.
pub(super) async fn serve_to_end<T: Transport>(
    worker: &Worker,
    handle: Handle<T>,
    phases: &Phases,
) {
    let ending = follow_phases(worker, &handle, phases).await;
    if let Some(rest) = rest(worker, handle, phases, ending) {
        rest.await;
    }
}

/// What is left to do at the end of the connection.
///
/// Boxed, and made outside of `serve_to_end`, to keep that future small: few connections have a rest.
fn rest<'a, T: Transport>(
    worker: &'a Worker,
    handle: Handle<T>,
    phases: &'a Phases,
    ending: Ending,
) -> Option<Pin<Box<impl Future<Output = ()> + 'a>>> {
    let rest = close::rest(&mut handle.borrow_mut(), ending)?;
    let tap = handle.into_inner();
    debug_assert!(tap.is_some(), "hyper and its IO are gone");
    Some(Box::pin(rest.carry_out(tap?, &worker.config, phases)))
}

/// Drives the connection, and reports each phase of the service to the state.
async fn follow_phases<T: Transport>(
    worker: &Worker,
    handle: &Handle<T>,
    phases: &Phases,
) -> Ending {
    let logs_pauses = handle.borrow_mut().observer().logs_pauses();
    let mut driver = Driver {
        worker,
        handle,
        timer: Timer::new(&worker.config, phases.grace()),
        pauses: logs_pauses.then(|| Box::new(Pauses::new())),
    };
    let mut ending = pin!(driver.run());
    let mut phase = phases.now();
    loop {
        if phase >= Phase::Draining {
            handle.event(Event::Draining);
        } else if phase >= Phase::Closing {
            handle.event(Event::Closing);
        }
        select! {
            biased;
            ending = &mut ending => return ending,
            next = phases.after(phase) => phase = next,
        }
        // Bytes that the socket holds by now are a request in flight: let the runtime learn of them.
        yield_now().await;
    }
}

/// Drives one connection.
struct Driver<'a, T> {
    worker: &'a Worker,
    handle: &'a Handle<T>,
    timer: Timer<'a>,
    /// None if the log does not have them. Boxed to keep the connection small.
    pauses: Option<Box<Pauses>>,
}

impl<T: Transport> Driver<'_, T> {
    async fn run(&mut self) -> Ending {
        loop {
            for _ in 0..BATCH {
                if let ControlFlow::Break(ending) = poll_fn(|cx| self.poll_idle(cx)).await {
                    return ending;
                }
                // Boxed to keep an idle connection small.
                if let ControlFlow::Break(ending) = Box::pin(self.serve_busy_period()).await {
                    return ending;
                }
            }
            // A client that always has sent the next request must not keep others waiting.
            yield_now().await;
        }
    }

    /// Ready when there are bytes for hyper, or the connection ends.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<ControlFlow<Ending>> {
        loop {
            let mut space = self.worker.space.borrow_mut();
            match self.handle.poll_request(cx, &mut space) {
                Poll::Ready(Ok(true)) => return Poll::Ready(ControlFlow::Continue(())),
                Poll::Ready(Ok(false)) => return Poll::Ready(ControlFlow::Break(Ending::Finished)),
                Poll::Ready(Err(_)) => return Poll::Ready(ControlFlow::Break(Ending::Failed)),
                Poll::Pending => drop(space),
            }
            if let ControlFlow::Break(ending) = ready!(self.poll_timeout(cx)) {
                return Poll::Ready(ControlFlow::Break(ending));
            }
        }
    }

    /// Serves requests until the connection is idle, or ends.
    async fn serve_busy_period(&mut self) -> ControlFlow<Ending> {
        let (config, handle) = (&self.worker.config, self.handle);
        let service = service_fn(|request| service::answer(config, handle, request));
        let io = TokioIo::new(handle.clone());
        let mut hyper = self.worker.hyper.serve_connection(io, service);
        let flow = poll_fn(|cx| self.poll_busy(cx, Pin::new(&mut hyper))).await;
        handle.borrow_mut().put_back(&hyper.into_parts().read_buf);
        flow
    }

    fn poll_busy(
        &mut self,
        cx: &mut Context<'_>,
        mut hyper: Pin<&mut impl Future<Output = hyper::Result<()>>>,
    ) -> Poll<ControlFlow<Ending>> {
        let mut may_pause = true;
        loop {
            let before = self.handle.borrow_mut().passable();
            match hyper.as_mut().poll(cx) {
                Poll::Ready(Ok(())) => return Poll::Ready(ControlFlow::Break(Ending::Finished)),
                Poll::Ready(Err(_)) => return Poll::Ready(ControlFlow::Break(Ending::Failed)),
                Poll::Pending if self.handle.state().is_between_requests() => {
                    return Poll::Ready(ControlFlow::Continue(()));
                }
                Poll::Pending => {}
            }
            // hyper pauses after each piece of a body, once more behind a 100. Going on at once lets a busy
            // period with a body end before the next connection's begins: few hyper connections and held
            // bodies exist at a time.
            let left = self.handle.borrow_mut().passable();
            if left < before {
                may_pause = true;
                continue;
            }
            if left > 0 && mem::take(&mut may_pause) {
                continue;
            }
            if let ControlFlow::Break(ending) = ready!(self.poll_timeout(cx)) {
                return Poll::Ready(ControlFlow::Break(ending));
            }
        }
    }

    /// Logs that the unfinished request pauses, once it has paused for long enough.
    fn poll_pause(&mut self, cx: &mut Context<'_>) {
        let Some(pauses) = &mut self.pauses else {
            return;
        };
        let tap = self.handle.borrow_mut();
        let filter = tap.observer();
        if pauses.poll(cx, filter.awaited().as_ref()).is_ready() {
            filter.log_pause();
        }
    }

    /// Ready when a wait has taken too long. `Continue` if that ended hyper's input: hyper has to be
    /// polled again. `Break` if the connection ends.
    fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<ControlFlow<Ending>> {
        self.poll_pause(cx);
        ready!(self.timer.poll(cx, self.handle.state()));
        Poll::Ready(match self.handle.event(Event::TimedOut) {
            Outcome::EndInput(refusal) => {
                self.handle.end_input(refusal);
                ControlFlow::Continue(())
            }
            Outcome::Silent => ControlFlow::Break(Ending::Silent),
            _ => ControlFlow::Break(Ending::Stuck),
        })
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "connection_timeout_tests.rs"]
mod timeout_tests;
