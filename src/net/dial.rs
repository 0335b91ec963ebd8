//! Turns an address into a connection: resolves it, tries all its addresses, and names the failure.
//!
//! Stands between the clients (`send`, `chat`, `health`) and the kernel.
//!
//! # Invariants
//!
//! - A call ends within the time that its caller allows.
//! - An address that does not answer does not delay the next by more than a head start (RFC 8305,
//!   section 5).

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;
use tokio::net::{TcpStream, lookup_host};
use tokio::select;
use tokio::time::{Instant, sleep, timeout};

use super::address::Address;
use super::socket::Socket;
use super::unix;
use super::zone::{self, NoSuchZone};
use crate::diagnostics::debug_is_display;

/// How long one address is tried alone before the next is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// The kernel probes a silent connection after this time, and then every [`KEEPALIVE_INTERVAL`]. It
/// gives the connection up after nine probes (`tcp_keepalive_probes`).
const KEEPALIVE_TIME: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);

/// How long a client waits for room in the queue of a Unix socket, before it tries again. The kernel does not
/// tell when there is some.
const FULL_QUEUE_PAUSE: Duration = Duration::from_millis(10);

/// Why there is no connection.
#[derive(Error)]
pub enum DialError {
    /// The name does not resolve.
    #[error("no such host: {address}")]
    NoSuchHost {
        /// The address as the user gave it.
        address: Address,
        /// The resolver's error.
        source: io::Error,
    },
    /// The network interface does not exist.
    #[error("cannot connect to {address}")]
    Zone {
        /// The address as the user gave it.
        address: Address,
        /// The zone that does not exist.
        source: NoSuchZone,
    },
    /// No program listens at the address.
    #[error("refused: nobody listens at {0}")]
    Refused(Address),
    /// No answer came within the time that the caller gave.
    #[error("timed out: {0} does not answer")]
    TimedOut(Address),
    /// Any other error: no route, not permitted.
    #[error("cannot connect to {address}")]
    Failed {
        /// The address that failed.
        address: Address,
        /// The system's error.
        source: io::Error,
    },
}

debug_is_display!(DialError);

/// Connects to `address` within `time`: of several addresses, to the first that answers.
///
/// # Errors
///
/// If none answers: the error of the first that failed.
///
/// # Cancel safety
///
/// Dropping it ends all attempts.
pub(crate) async fn dial(address: &Address, time: Duration) -> Result<Socket, DialError> {
    let Address::Unix(path) = address else {
        return Ok(dial_tcp(address, time).await?.into());
    };
    let give_up = Instant::now() + time;
    loop {
        match unix::connect(path) {
            Ok(socket) => return Ok(Socket::unix(socket.into())),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                return Err(failed(address.clone(), error));
            }
            Err(_) if Instant::now() >= give_up => {
                return Err(DialError::TimedOut(address.clone()));
            }
            Err(_) => sleep(FULL_QUEUE_PAUSE).await,
        }
    }
}

/// As [`dial`], for a caller that needs TCP.
///
/// # Errors
///
/// As for [`dial`]. A Unix socket has no such address.
///
/// # Cancel safety
///
/// Dropping it ends all attempts.
pub(crate) async fn dial_tcp(address: &Address, time: Duration) -> Result<TcpStream, DialError> {
    let socket = timeout(time, async {
        try_all(resolve(address).await?, address).await
    })
    .await;
    let socket = socket.map_err(|_| DialError::TimedOut(address.clone()))??;
    make_ready(&socket);
    Ok(socket)
}

/// Sets the options of an interactive connection: no delay for what is typed, and keepalive probes,
/// which find a peer that vanished without a packet.
pub(crate) fn make_ready(socket: &TcpStream) {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_TIME)
        .with_interval(KEEPALIVE_INTERVAL);
    // Both fail only on a connection that has ended. The next read reports that.
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(socket).set_tcp_keepalive(&keepalive);
}

async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, DialError> {
    match address {
        Address::Ip(ip) => Ok(vec![*ip]),
        Address::Zoned { ip, zone, port } => {
            let resolved = zone::resolve(*ip, zone, *port);
            let resolved = resolved.map_err(|source| DialError::Zone {
                address: address.clone(),
                source,
            });
            Ok(vec![resolved?])
        }
        Address::Name { host, port } => {
            let no_such_host = |source| DialError::NoSuchHost {
                address: address.clone(),
                source,
            };
            let found = lookup_host((host.as_str(), *port)).await;
            Ok(found.map_err(no_such_host)?.collect())
        }
        Address::Unix(_) => Ok(Vec::new()),
    }
}

/// Connects to the first of `candidates` that answers. Each has a head start on the next.
async fn try_all(candidates: Vec<SocketAddr>, name: &Address) -> Result<TcpStream, DialError> {
    let mut candidates = candidates.into_iter();
    let mut attempts = Attempts::default();
    let mut failure = None;
    loop {
        let next = candidates.next();
        let is_last = next.is_none();
        if let Some(candidate) = next {
            attempts.start(candidate);
        }
        select! {
            ended = attempts.next() => match ended {
                Some(Ok(socket)) => return Ok(socket),
                Some(Err(error)) => failure = failure.or(Some(error)),
                None if is_last => break,
                // No attempt is left: try the next candidate.
                None => {}
            },
            () = sleep(HEAD_START), if !is_last => {}
        }
    }
    Err(failure.unwrap_or_else(|| DialError::NoSuchHost {
        address: name.clone(),
        source: io::ErrorKind::NotFound.into(),
    }))
}

/// The attempts that are under way. They end when this is dropped. Futures in a list: tokio's `JoinSet` makes a task
/// of each, which is 8 kB more of program.
#[derive(Default)]
struct Attempts(Vec<Pin<Box<Attempt>>>);

type Attempt = dyn Future<Output = Result<TcpStream, DialError>>;

impl Attempts {
    fn start(&mut self, candidate: SocketAddr) {
        self.0.push(Box::pin(async move {
            let socket = TcpStream::connect(candidate).await;
            socket.map_err(|source| failed(Address::Ip(candidate), source))
        }));
    }

    /// Waits for the next end of an attempt. None if no attempt is left. Cancel safe.
    async fn next(&mut self) -> Option<Result<TcpStream, DialError>> {
        poll_fn(|cx| {
            for (index, attempt) in self.0.iter_mut().enumerate() {
                if let Poll::Ready(ended) = attempt.as_mut().poll(cx) {
                    drop(self.0.swap_remove(index));
                    return Poll::Ready(Some(ended));
                }
            }
            if self.0.is_empty() {
                return Poll::Ready(None);
            }
            Poll::Pending
        })
        .await
    }
}

fn failed(address: Address, source: io::Error) -> DialError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => DialError::Refused(address),
        io::ErrorKind::TimedOut => DialError::TimedOut(address),
        _ => DialError::Failed { address, source },
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// An address at which no program listens.
    fn unused() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn finds_the_address_that_answers_behind_those_that_do_not() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = listener.local_addr().unwrap();
        let name = Address::Ip(there);
        // TEST-NET-1 (RFC 5737): no packet to it is answered.
        let silent = "192.0.2.1:9".parse().unwrap();
        let socket = try_all(vec![unused(), silent, there], &name).await.unwrap();
        assert_eq!(socket.peer_addr().unwrap(), there);
    }

    #[tokio::test]
    async fn names_a_refusal() {
        let unused = unused();
        let error = dial(&Address::Ip(unused), LONG).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("refused: nobody listens at {unused}")
        );
    }

    #[tokio::test]
    async fn names_a_unix_socket_that_no_program_listens_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let address = Address::Unix(path.clone());
        let error = dial(&address, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot connect to {address}"));
        drop(std::os::unix::net::UnixListener::bind(path).unwrap());
        let error = dial(&address, LONG).await.unwrap_err();
        let expected = format!("refused: nobody listens at {address}");
        assert_eq!(error.to_string(), expected);
    }

    #[tokio::test]
    async fn names_a_host_that_does_not_resolve() {
        // RFC 6761: never resolves.
        let address: Address = "nobody.invalid:80".parse().unwrap();
        let error = dial(&address, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "no such host: nobody.invalid:80");
    }

    #[tokio::test]
    async fn no_answer_is_a_timeout() {
        // A listener with a full accept queue does not answer.
        let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let listener = listener.unwrap();
        listener
            .bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())
            .unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let _queued = TcpStream::connect(address).await.unwrap();
        let time = Duration::from_millis(50);
        let error = dial(&Address::Ip(address), time).await.unwrap_err();
        let expected = format!("timed out: {address} does not answer");
        assert_eq!(error.to_string(), expected);
    }
}
