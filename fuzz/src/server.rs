//! hyper over a connection in memory, with the service's settings: alone, or behind the service's own
//! tap and a request filter. The filter lets pass the bytes that a capture lets pass.

use std::cell::RefCell;
use std::convert::Infallible;
use std::task::{Context, Poll};

use hellowire::capture::{Capture, hide_target};
use hellowire::http::SharedTap;
use hellowire::http::tap::{Observer, Pass, Sent, TapIo};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};

use crate::capturing::Owned;
use crate::conversation::Conversation;
use crate::wire::Wire;

/// The status for a request whose body fails. hyper itself never uses it.
pub const FOR_BROKEN_BODY: u16 = 418;

thread_local! {
    // hyper needs the runtime's clock.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
}

/// A request, as hyper passes it to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The method.
    pub method: String,
    /// The target.
    pub target: String,
    /// The body; `None` where reading it failed.
    pub body: Option<Vec<u8>>,
    /// The names and values of the trailer fields.
    pub trailers: Vec<(String, Vec<u8>)>,
}

/// The result of serving a conversation.
#[derive(Debug)]
pub struct Outcome {
    /// The requests that hyper served.
    pub served: Vec<Served>,
    /// The bytes that hyper wrote to the peer.
    pub written: Vec<u8>,
    /// Whether hyper reported no error.
    pub is_fine: bool,
}

/// Serves all bytes of a conversation, without a filter.
#[must_use]
pub fn alone(sent: &Conversation) -> Outcome {
    let served = RefCell::default();
    let (wire, is_fine) = serve(sent, Wire::of(sent), &served, || {});
    Outcome {
        served: served.into_inner(),
        written: wire.written,
        is_fine,
    }
}

/// Serves the bytes that the capture lets pass. Returns also the capture's records.
#[must_use]
pub fn filtered(sent: &Conversation) -> (Outcome, Vec<Owned>) {
    let served = RefCell::default();
    let filter = Filter {
        capture: Capture::new(sent.limits),
        records: Vec::new(),
        unanswered: 0,
    };
    let tap = SharedTap::new(TapIo::new(Wire::of(sent), filter));
    let answered = || {
        let mut tap = tap.borrow_mut();
        let unanswered = tap.observer().unanswered.saturating_sub(1);
        tap.observer_mut().unanswered = unanswered;
        tap.set_corked(unanswered > 0);
    };
    let (_, is_fine) = serve(sent, tap.clone(), &served, answered);
    let mut tap = tap.borrow_mut();
    let mut written = std::mem::take(&mut tap.inner_mut().written);
    written.extend(tap.take_unsent());
    let outcome = Outcome {
        served: served.into_inner(),
        written,
        is_fine,
    };
    // Where hyper has closed the connection, the bytes that it left unread are not requests any more.
    (outcome, std::mem::take(&mut tap.observer_mut().records))
}

fn serve<I: AsyncRead + AsyncWrite + Unpin>(
    sent: &Conversation,
    io: I,
    served: &RefCell<Vec<Served>>,
    answered: impl Fn(),
) -> (I, bool) {
    let service = service_fn(async |request| {
        let request = take(request).await;
        let is_whole = request.body.is_some();
        served.borrow_mut().push(request);
        answered();
        Ok::<_, Infallible>(answer(is_whole))
    });
    let mut connection =
        hellowire::http::hyper(sent.limits.head).serve_connection(TokioIo::new(io), service);
    let result = RUNTIME.with(|runtime| runtime.block_on(&mut connection));
    (connection.into_parts().io.into_inner(), result.is_ok())
}

async fn take(request: Request<Incoming>) -> Served {
    let (head, mut incoming) = request.into_parts();
    let mut served = Served {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        body: None,
        trailers: Vec::new(),
    };
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) => body.extend_from_slice(&data),
            Ok(Err(frame)) => {
                let fields = frame.into_trailers().unwrap();
                let fields = fields
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
                served.trailers.extend(fields);
            }
            Err(_) => return served,
        }
    }
    served.body = Some(body);
    served
}

fn answer(is_whole: bool) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from("hi"));
    if !is_whole {
        *answer.status_mut() = StatusCode::from_u16(FOR_BROKEN_BODY).unwrap();
    }
    answer
}

/// A request filter like the service's, without a log.
#[derive(Debug)]
struct Filter {
    capture: Capture,
    records: Vec<Owned>,
    unanswered: u64,
}

impl Observer for Filter {
    fn poll_room(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn read(&mut self, bytes: &[u8]) -> Pass {
        let verdict = self.capture.push(bytes, |request| {
            self.records.push(Owned::of(&request));
            self.unanswered += 1;
        });
        Pass {
            bytes: verdict.pass,
            hidden: verdict.hidden,
            dropped: verdict.dropped,
            is_last: verdict.refusal.is_some(),
            corks: self.unanswered > 0,
            body: 0,
        }
    }

    fn hide(bytes: &mut [u8]) {
        hide_target(bytes);
    }

    fn ended(&mut self) {
        self.capture.end();
        self.capture
            .finish(|request| self.records.push(Owned::of(&request)));
    }

    fn failed(&mut self) {}

    fn sent(&mut self, _: Sent) {}
}
