//! A plain hyper service: hellowire without its tap, filter, timeouts and log.
//!
//! `hyper PORT` runs one current-thread runtime a core. It reads and drops the body of a request, and
//! answers as hellowire does.

use std::io;
use std::net::TcpListener;

use bytes::Bytes;
use hellowire_bench::{TEXT, serve_on_each_core};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::spawn_local;

fn main() -> io::Result<()> {
    serve_on_each_core(|listener| serve(listener).expect("a runtime that works"))
}

/// Runs a worker's thread.
fn serve(listener: TcpListener) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .build_local(LocalOptions::default())?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut http = http1::Builder::new();
        // Without `pipeline_flush`, each pipelined answer is a system call of its own.
        http.half_close(true).pipeline_flush(true);
        loop {
            // The client may have closed the connection already.
            let Ok((socket, _)) = listener.accept().await else {
                continue;
            };
            let connection = http.serve_connection(TokioIo::new(socket), service_fn(answer));
            spawn_local(connection);
        }
    })
}

async fn answer(request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    let mut response = Response::new(Full::new(Bytes::from_static(TEXT.as_bytes())));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}
