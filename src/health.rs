//! Asks a running service for one answer: for containers, which have no shell to ask with.
//!
//! ```text
//! address ─ net::dial ─ one request ─ the head of one answer ─ well or not, and why
//! ```
//!
//! What always holds: it ends within the time it was given, whatever the resolver and the service
//! do, and holds no more than [`LONGEST_HEAD`]. The head decides; a body is not waited for.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use httparse::{Response, Status};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::net::address::Address;
use crate::net::dial::{DialError, dial};

/// How many bytes may come before an answer's head has ended: our services' have 200.
pub const LONGEST_HEAD: usize = 16 * 1024;

/// How many fields that head may have, as many as our services take.
const FIELDS: usize = 100;

/// What to ask, and for how long.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom. A wildcard, on which a service may listen, means this machine's loopback address.
    pub address: Address,
    /// For what: the path of a target in origin form.
    pub path: String,
    /// How long all of it may take.
    pub timeout: Duration,
}

/// Why a service is not well.
#[derive(Debug, Error)]
pub enum HealthError {
    /// The system refused a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
    /// Nobody was reached.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// Who was reached did not answer well.
    #[error("{address} is not well")]
    Answer {
        /// Who.
        address: Address,
        /// What was wrong.
        source: AnswerError,
    },
    /// Time was up.
    #[error("{address} gave no answer within {timeout:?}")]
    TimedOut {
        /// Whom.
        address: Address,
        /// The time it had.
        timeout: Duration,
    },
}

/// What is wrong with an answer.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// Its status is not within 200 to 399.
    #[error("it answered {0}")]
    Status(u16),
    /// The connection ended first.
    #[error("the connection ended before an answer")]
    Ended,
    /// The connection broke first.
    #[error("the connection broke")]
    Broken(#[from] io::Error),
    /// There is no end to its head.
    #[error("the answer's head is longer than {LONGEST_HEAD} bytes")]
    TooLong,
    /// It is something else.
    #[error("the answer is not HTTP/1.x")]
    NotHttp,
}

/// Asks once. Blocks for as long as the configuration allows, and not longer.
///
/// # Errors
///
/// When there is no answer of a status within 200 to 399.
pub fn check(config: &Config) -> Result<(), HealthError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(HealthError::System)?;
    let address = callable(&config.address);
    let asked = runtime.block_on(async { timeout(config.timeout, ask(&address, config)).await });
    // A resolver that hangs has a thread of its own, which is not waited for.
    runtime.shutdown_background();
    let timeout = config.timeout;
    asked.unwrap_or(Err(HealthError::TimedOut { address, timeout }))
}

async fn ask(address: &Address, config: &Config) -> Result<(), HealthError> {
    let mut socket = dial(address, config.timeout).await?;
    let answer = exchange(&mut socket, address, &config.path).await;
    answer.map_err(|source| HealthError::Answer {
        address: address.clone(),
        source,
    })
}

/// Where a service that listens on `address` can be called.
fn callable(address: &Address) -> Address {
    let mut callable = address.clone();
    if let Address::Ip(ip) = &mut callable
        && ip.ip().is_unspecified()
    {
        ip.set_ip(match ip {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    callable
}

/// The address as a Host field has it: a zone means nothing to another machine, and is no part of a
/// host (RFC 3986 section 3.2.2).
fn authority(address: &Address) -> String {
    match address {
        Address::Zoned { ip, port, .. } => format!("[{ip}]:{port}"),
        address => address.to_string(),
    }
}

/// One request, and the verdict on its answer.
async fn exchange(
    socket: &mut (impl AsyncRead + AsyncWrite + Unpin),
    host: &Address,
    path: &str,
) -> Result<(), AnswerError> {
    let version = env!("CARGO_PKG_VERSION");
    let host = authority(host);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: hellowire/{version}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut input = socket.take(LONGEST_HEAD as u64);
    loop {
        let length = input.read_buf(&mut answer).await?;
        match status(&answer)? {
            Some(200..=399) => return Ok(()),
            Some(status) => return Err(AnswerError::Status(status)),
            None if input.limit() == 0 => return Err(AnswerError::TooLong),
            None if length == 0 => return Err(AnswerError::Ended),
            None => {}
        }
    }
}

/// The status of the answer, or none while its head is not whole. Interim answers are passed over
/// (RFC 9110 section 15.2), but for 101, behind which there is no HTTP.
fn status(mut bytes: &[u8]) -> Result<Option<u16>, AnswerError> {
    loop {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut answer = Response::new(&mut fields);
        match answer.parse(bytes) {
            Ok(Status::Complete(length)) if matches!(answer.code, Some(100 | 102..=199)) => {
                bytes = &bytes[length..];
            }
            Ok(Status::Complete(_)) => return Ok(answer.code),
            Ok(Status::Partial) => return Ok(None),
            Err(_) => return Err(AnswerError::NotHttp),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    /// What follows from an answer that comes a few bytes at a time.
    async fn verdict(answer: &[u8]) -> Result<(), String> {
        let (mut socket, mut service) = duplex(8);
        let host = "[::1]:80".parse().unwrap();
        let service = async {
            let expected = format!(
                "GET /up HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent: hellowire/{}\r\nConnection: close\r\n\r\n",
                env!("CARGO_PKG_VERSION")
            );
            let mut request = vec![0; expected.len()];
            service.read_exact(&mut request).await.unwrap();
            assert_eq!(str::from_utf8(&request), Ok(&*expected));
            // Nobody may be there to take the rest.
            let _ = service.write_all(answer).await;
            drop(service);
        };
        let asked = async {
            let verdict = exchange(&mut socket, &host, "/up").await;
            drop(socket);
            verdict
        };
        let ((), verdict) = tokio::join!(service, asked);
        verdict.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn answers() {
        let failed = |reason: &str| Err(reason.to_owned());
        // Without the value this is 24 bytes.
        let head = |value: usize| format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(value));
        let (longest, longer) = (head(LONGEST_HEAD - 24), head(LONGEST_HEAD - 23));
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\nHello World", Ok(())),
            ("HTTP/1.0 204 No Content\r\nA: b\r\n\r\n", Ok(())),
            ("HTTP/1.1 399\r\n\r\n", Ok(())),
            (&longest, Ok(())),
            (
                "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                Ok(()),
            ),
            (
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                failed("it answered 101"),
            ),
            (
                "HTTP/1.1 199 ?\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n",
                failed("it answered 400"),
            ),
            ("HTTP/1.1 503 \r\n\r\n", failed("it answered 503")),
            ("", failed("the connection ended before an answer")),
            (
                "HTTP/1.1 200 OK\r\n",
                failed("the connection ended before an answer"),
            ),
            (
                "SSH-2.0-OpenSSH_9.2\r\n",
                failed("the answer is not HTTP/1.x"),
            ),
            (
                "HTTP/2.0 200 OK\r\n\r\n",
                failed("the answer is not HTTP/1.x"),
            ),
            (
                &longer,
                failed("the answer's head is longer than 16384 bytes"),
            ),
        ] {
            assert_eq!(verdict(answer.as_bytes()).await, expected, "{answer:.60}");
        }
    }

    #[test]
    fn a_zone_is_no_part_of_the_host() {
        for (address, host) in [
            ("[fe80::1%eth0]:80", "[fe80::1]:80"),
            ("[fe80::1%2]:80", "[fe80::1]:80"),
            ("[::1]:80", "[::1]:80"),
            ("localhost:80", "localhost:80"),
        ] {
            let address: Address = address.parse().unwrap();
            assert_eq!(authority(&address), host);
        }
    }

    #[test]
    fn a_wildcard_is_called_at_loopback() {
        for (listened, called) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("127.0.0.2:80", "127.0.0.2:80"),
            ("localhost:80", "localhost:80"),
        ] {
            let address: Address = listened.parse().unwrap();
            assert_eq!(callable(&address).to_string(), called);
        }
    }
}
