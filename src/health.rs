//! `hellowire health`: asks a running service for one answer. Containers need it because they have no shell.
//!
//! ```text
//! address ─ net::dial ─ one request ─ the head of one answer ─ healthy or not, and why
//! ```
//!
//! # Invariants
//!
//! - The check ends within its timeout, whatever the resolver and the service do.
//! - It keeps at most `MAX_HEAD` bytes. The head decides; the check does not wait for a body.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use httparse::{Response, Status};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::diagnostics::debug_is_display;
use crate::net::address::Address;
use crate::net::dial::{DialError, dial};
use crate::runtime;

/// The longest head of an answer in bytes. A hellowire service's has about 200.
const MAX_HEAD: usize = 16 * 1024;

/// The most fields of that head: as many as a hellowire service takes in a request.
const MAX_FIELDS: usize = 100;

/// What to ask for, where, and for how long.
#[derive(Debug, Clone)]
pub struct Config {
    /// The service. A wildcard address, which a service may listen on, means the loopback address.
    pub address: Address,
    /// The path of the request's target, in origin form (RFC 9112 section 3.2.1).
    pub path: String,
    /// How long the whole check may take.
    pub timeout: Duration,
}

/// Why a service is not healthy.
#[derive(Error)]
pub enum HealthError {
    /// The system refused a runtime.
    #[error("cannot start")]
    System(#[source] io::Error),
    /// The service can't be reached.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The answer is none of a healthy service.
    #[error("{address} is not well")]
    Answer {
        /// The service.
        address: Address,
        /// What was wrong.
        source: AnswerError,
    },
    /// The time was over.
    #[error("{address} gave no answer within {timeout:?}")]
    TimedOut {
        /// The service.
        address: Address,
        /// How long the check waited.
        timeout: Duration,
    },
}

debug_is_display!(HealthError);

/// What is wrong with the answer.
#[derive(Error)]
pub enum AnswerError {
    /// Its status is not within 200 to 399.
    #[error("it answered {0}")]
    Status(u16),
    /// The connection ended before the head did.
    #[error("the connection ended before an answer")]
    Ended,
    /// The connection broke before the head ended.
    #[error("the connection broke")]
    Broken(#[from] io::Error),
    /// The head is too long.
    #[error("the answer's head is longer than {MAX_HEAD} bytes")]
    TooLong,
    /// The bytes are no HTTP/1.x.
    #[error("the answer is not HTTP/1.x")]
    NotHttp,
}

debug_is_display!(AnswerError);

/// Asks once. Blocks for at most [`Config::timeout`].
///
/// # Errors
///
/// There is no answer with a status from 200 to 399.
pub fn check(config: &Config) -> Result<(), HealthError> {
    let address = callable(&config.address);
    let asked = runtime::block_on(async { timeout(config.timeout, ask(&address, config)).await });
    let timeout = config.timeout;
    asked
        .map_err(HealthError::System)?
        .unwrap_or(Err(HealthError::TimedOut { address, timeout }))
}

async fn ask(address: &Address, config: &Config) -> Result<(), HealthError> {
    let mut socket = dial(address, config.timeout).await?;
    let verdict = request(&mut socket, address, &config.path).await;
    verdict.map_err(|source| HealthError::Answer {
        address: address.clone(),
        source,
    })
}

/// The address at which a service that listens on `address` can be reached.
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

/// The address as the value of Host. A zone has a meaning only on this machine and is no part of a host (RFC
/// 3986 section 3.2.2).
fn authority(address: &Address) -> String {
    match address {
        Address::Zoned { ip, port, .. } => format!("[{ip}]:{port}"),
        // A path is no host.
        Address::Unix(_) => "localhost".to_owned(),
        address => address.to_string(),
    }
}

/// Sends one request, and judges the answer.
async fn request(
    socket: &mut (impl AsyncRead + AsyncWrite + Unpin),
    host: &Address,
    path: &str,
) -> Result<(), AnswerError> {
    let version = env!("CARGO_PKG_VERSION");
    let host = authority(host);
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: hellowire/{version}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut input = socket.take(MAX_HEAD as u64);
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

/// The status of the answer, or `None` while its head is not whole. Skips interim answers (RFC 9110 section
/// 15.2), but not 101: no HTTP follows it.
fn status(mut bytes: &[u8]) -> Result<Option<u16>, AnswerError> {
    loop {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
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

    /// The verdict on an answer that arrives a few bytes at a time.
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
            // Fails if the verdict needs no more bytes.
            let _ = service.write_all(answer).await;
            drop(service);
        };
        let asked = async {
            let verdict = request(&mut socket, &host, "/up").await;
            drop(socket);
            verdict
        };
        let ((), verdict) = tokio::join!(service, asked);
        verdict.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_head_of_the_answer_decides() {
        let failed = |reason: &str| Err(reason.to_owned());
        // 24 bytes besides the value.
        let head = |value: usize| format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(value));
        let (longest, longer) = (head(MAX_HEAD - 24), head(MAX_HEAD - 23));
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
            ("unix:/run/a.sock", "localhost"),
        ] {
            let address: Address = address.parse().unwrap();
            assert_eq!(authority(&address), host);
        }
    }

    #[test]
    fn a_wildcard_is_asked_at_loopback() {
        for (listened, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("127.0.0.2:80", "127.0.0.2:80"),
            ("localhost:80", "localhost:80"),
        ] {
            let address: Address = listened.parse().unwrap();
            assert_eq!(callable(&address).to_string(), asked);
        }
    }
}
