//! Plain hyper as a reader, in this process, in its default configuration.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::Request;
use super::reader::{Reader, Requests};
use crate::support::HELLO;

/// A server that ends with the test.
pub(super) struct Hyper {
    address: SocketAddr,
    requests: Arc<Mutex<Requests>>,
}

impl Hyper {
    pub(super) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let requests = Arc::default();
        let all = Arc::clone(&requests);
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, &all));
        });
        Self { address, requests }
    }
}

/// One connection after the other, as the client makes them.
async fn serve(listener: std::net::TcpListener, requests: &Mutex<Requests>) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, peer) = listener.accept().await.unwrap();
        let answer = async |request: hyper::Request<Incoming>| {
            let request = take(request).await?;
            requests
                .lock()
                .unwrap()
                .entry(peer.port())
                .or_default()
                .push(request);
            Ok::<_, hyper::Error>(hyper::Response::new(Full::<Bytes>::from(HELLO)))
        };
        let connection = http1::Builder::new()
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        // A refusal: the client sees it.
        let _ = connection.await;
    }
}

async fn take(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (head, body) = request.into_parts();
    Ok(Request {
        method: head.method.as_str().into(),
        target: head.uri.to_string().into(),
        body: body.collect().await?.to_bytes().into(),
    })
}

impl Reader for Hyper {
    fn name(&self) -> &'static str {
        "hyper"
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn stop(&mut self) -> Requests {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// RFC 9110 section 4.2.3: a scheme has no case, and an empty path is a slash.
    fn writes(&self, target: &[u8]) -> Vec<u8> {
        let Some(rest) = strip_scheme(target) else {
            return target.to_vec();
        };
        let end = rest.iter().position(|byte| b"/?".contains(byte));
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let slash: &[u8] = if path.starts_with(b"/") { b"" } else { b"/" };
        [b"http://", authority, slash, path].concat()
    }
}

fn strip_scheme(target: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = target.split_at_checked(b"http://".len())?;
    scheme.eq_ignore_ascii_case(b"http://").then_some(rest)
}
