//! `/metrics` on the listener of `--inspect`: who gets it, what form it has, and whether its counts are those of
//! the log and of the clients.

/// The counts, beside the log's and the clients'.
mod counts;
/// The counts of clients that leave, and of a log that is too slow.
mod ends;
/// Programs that read the text.
mod judges;
/// Who gets the text, and its form.
mod text;

/// A strict reader of OpenMetrics.
mod reader;

use std::net::SocketAddr;
use std::time::Instant;

use crate::inspect::page;
use crate::support::{BOUND, Client, Service};
use reader::Exposition;

const GET: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

/// A service with a page on a free port.
struct Counted {
    service: Service,
    page: SocketAddr,
}

impl Counted {
    /// The HTTP service.
    #[track_caller]
    fn start(options: &[&str]) -> Self {
        Self::of(Service::start(
            &[&["--inspect", "127.0.0.1:0"], options].concat(),
        ))
    }

    #[track_caller]
    fn of(service: Service) -> Self {
        let page = page(&service);
        Self { service, page }
    }

    /// The counts.
    #[track_caller]
    fn metrics(&self) -> Exposition {
        let answer = ask(self.page, "GET /metrics", "");
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        Exposition::read(text).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
    }

    /// The counts, as soon as they are `ready`.
    #[track_caller]
    fn metrics_once(&self, ready: impl Fn(&Exposition) -> bool) -> Exposition {
        let start = Instant::now();
        loop {
            let metrics = self.metrics();
            if ready(&metrics) {
                return metrics;
            }
            assert!(start.elapsed() < BOUND, "{metrics:#?}");
        }
    }

    /// The counts, once no connection is open and no record waits.
    #[track_caller]
    fn settled(&self, accepted: u64) -> Exposition {
        self.metrics_once(|metrics| {
            metrics.value("hellowire_connections_accepted_total") == accepted
                && metrics.value("hellowire_connections_open") == 0
                && metrics.value("hellowire_log_records_waiting") == 0
        })
    }
}

/// The answer to a request with this line and these fields, which end in line ends.
#[track_caller]
fn ask(page: SocketAddr, line: &str, fields: &str) -> String {
    let mut client = Client::connect(page);
    client.send(format!(
        "{line} HTTP/1.1\r\nHost: {page}\r\nConnection: close\r\n{fields}\r\n"
    ));
    client.read_to_end()
}

/// The name of the count of an outcome.
fn outcome(name: &str) -> String {
    format!("hellowire_requests_total{{outcome=\"{name}\"}}")
}

/// The name of the count of a refusal.
fn refused(status: u16) -> String {
    format!("hellowire_requests_total{{outcome=\"refused\",status=\"{status}\"}}")
}
