//! The result of parsing: one command with its configuration.

use log::LevelFilter;

use crate::{chat as talk, http, raw, send as client, server};
use crate::{inspect, request_log};

/// A command and its configuration.
#[derive(Debug)]
pub enum Invocation {
    /// Serve HTTP.
    Http(http::Config, Service),
    /// Serve the document's bytes over TCP.
    Raw(raw::Config, Service),
    /// Send, and print the reply.
    Send(client::Config),
    /// Chat with a peer.
    Chat(talk::Config),
    /// Check a running service.
    Health(crate::health::Config),
    /// Check nothing, for this reason.
    NoCheck(String),
}

/// The configuration that both services have.
#[derive(Debug)]
pub struct Service {
    /// How the service listens and ends.
    pub server: server::Config,
    /// How it records requests. `None` if nothing needs a record: neither the log nor the page.
    pub log: Option<request_log::Config>,
    /// The page that shows the requests. `None` without one.
    pub inspect: Option<inspect::Config>,
    /// The level of the diagnostics on stderr.
    pub diagnostics: LevelFilter,
    /// Whether stderr may be colored.
    pub color_stderr: bool,
}
