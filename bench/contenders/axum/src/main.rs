//! The service as axum's users write it: a handler, and the log of `tower-http` and `tracing`.
//!
//! `axum-service PORT` answers each request on loopback, and logs one line a request to stdout.

use std::{env, io};

use axum::Router;
use tokio::net::TcpListener;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;

#[tokio::main]
async fn main() -> io::Result<()> {
    // The log is a file: it has no colors.
    tracing_subscriber::fmt().with_ansi(false).init();
    let port = env::args().nth(1).unwrap_or_default();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    // By default the lines have the level DEBUG, which is not logged.
    let log = TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
        .on_response(DefaultOnResponse::new().level(Level::INFO));
    let service = Router::new().fallback(async || "Hello World").layer(log);
    axum::serve(listener, service).await
}
