//! The page that shows what arrives, at an address of its own (`--inspect`).
//!
//! ```text
//! browser ─ http ─ routes ─┬─ guard, token
//!                          ├─ page
//!                          ├─ metrics
//!                          └─ viewers ─ poll ─ rows ─ request_log::recent
//!                                         └─ view
//! ```
//!
//! It reads what the recorders keep, and changes nothing. Its own requests are in no log.
//!
//! - `routes` finds the answer to a request. `guard` decides by its head who may ask, and `token` is what a
//!   viewer has to know.
//! - `page` has the page's files. `query` reads what a viewer asks for, `rows` finds it, and `poll` waits
//!   for it. `view` is one record in full.
//! - `metrics` writes what [`crate::metrics`] has counted.
//! - `viewers` counts the answers with records. `headers` has the fields of all answers.
//!
//! # Invariants
//!
//! - The service never waits for a viewer.
//! - No byte of a record leaves without the token, where there is one.
//! - It opens no connection.

mod guard;
mod headers;
mod metrics;
mod page;
mod poll;
mod query;
mod routes;
mod rows;
#[cfg(test)]
mod testing;
mod token;
mod view;
mod viewers;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::http::{self, Http};
use crate::language::Language;
use crate::metrics::Metrics;
use crate::net::address::Address;
use crate::net::bound::BoundAddress;
use crate::net::interfaces;
use crate::request_log::{Log, Recent};
use crate::server::{SecondService, linger};
use routes::Inspector;
pub use token::{Token, TokenError};

/// How many connections are served at once: eight browsers with six each, and some more.
const CONNECTIONS: usize = 64;

/// The longest head and the longest target: the service's by default. They are not the service's own, which
/// a user sets to test clients: a browser's head may be longer than those, and the page would not load.
const MAX_HEAD: usize = 64 * 1024;
const MAX_TARGET: usize = 32 * 1024;

/// How long a connection may be idle, and an answer may stay unread: the HTTP service's default. It is not the
/// service's own either: it has to be longer than a poll waits, and `raw` has none.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How the page is served.
#[derive(Debug)]
pub struct Config {
    /// The address to listen on.
    pub listen: Address,
    /// The records.
    pub recent: Arc<Recent>,
    /// The counts for `/metrics`.
    pub metrics: Arc<Metrics>,
    /// What a viewer has to know. None: nothing on loopback, and elsewhere a random one.
    pub token: Option<Token>,
    /// The language of the page. None: that of the browser.
    pub page_language: Option<Language>,
    /// The language in which the address is announced.
    pub language: Language,
    /// How long a request's head may take.
    pub header_timeout: Duration,
    /// How a connection ends whose peer goes on sending.
    pub linger: linger::Limits,
}

/// The page, to be started as a second service.
#[must_use]
pub fn second_service(config: Config) -> SecondService {
    let listen = config.listen.clone();
    SecondService::new(listen, CONNECTIONS, |bound, service| {
        protocol(config, bound, service)
    })
}

/// What answers viewers at the addresses `bound`, of a service at the addresses `service`, and the lines
/// that announce it.
fn protocol(
    config: Config,
    bound: &[BoundAddress],
    service: &[BoundAddress],
) -> io::Result<(Http, Vec<String>)> {
    // A mapped address is no loopback host to a browser, and not to `guard`.
    let is_open = |address: SocketAddr| !address.ip().is_loopback();
    let mut listened = bound.iter().filter_map(BoundAddress::ip);
    let token = match config.token {
        None if listened.any(is_open) => Some(Token::random()?),
        token => token,
    };
    let lines = bound
        .iter()
        .filter_map(BoundAddress::ip)
        .map(|address| announced(address, token.as_ref(), config.language));
    let lines = lines.collect();
    let inspector = Inspector::new(
        config.recent,
        config.metrics,
        token,
        config.page_language,
        service,
    );
    let http = http::Config {
        answers: http::Answers::Own(Arc::new(inspector)),
        max_head: MAX_HEAD,
        max_target: MAX_TARGET,
        // No request has a body.
        max_body: 0,
        kept_body: 0,
        is_strict: false,
        header_timeout: config.header_timeout,
        idle_timeout: IDLE_TIMEOUT,
        linger: config.linger,
    };
    Ok((Http::new(http, Log::off().handle()), lines))
}

/// Where a browser finds the page, and where else if the address is a wildcard. With the token.
fn announced(address: SocketAddr, token: Option<&Token>, language: Language) -> String {
    let token = token.map(|token| format!("#{}", token.reveal()));
    let token = token.unwrap_or_default();
    let url = format!("http://{address}/{token}");
    let mut lines = vec![language.fill("inspect at {}", &[&url])];
    let locals = interfaces::of(address).into_iter();
    lines.extend(
        locals.map(|local| format!("  http://{}/{token} ({})", local.address, local.interface)),
    );
    lines.join("\n")
}
