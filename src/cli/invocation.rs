//! What the command line asks for.

use tracing::level_filters::LevelFilter;

use crate::request_log;
use crate::{chat as talk, http, raw, send as client, server};

/// What to do, and how.
#[derive(Debug)]
pub enum Invocation {
    /// Answer HTTP.
    Http(http::Config, Service),
    /// Answer with the document's bytes.
    Raw(raw::Config, Service),
    /// Send, and print the reply.
    Send(client::Config),
    /// Talk with somebody.
    Chat(talk::Config),
    /// Ask a running service whether it is well.
    Health(crate::health::Config),
    /// Ask nobody, for this reason: there is no service.
    NoCheck(String),
}

/// What both services need.
#[derive(Debug)]
pub struct Service {
    /// How it listens and ends.
    pub server: server::Config,
    /// How it logs, if at all.
    pub log: Option<request_log::Config>,
    /// From which level on stderr tells what happens.
    pub diagnostics: LevelFilter,
    /// Whether stderr may be colored.
    pub color_stderr: bool,
}
