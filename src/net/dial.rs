//! An address to a connection: resolves, tries all addresses, and says which way it failed.
//!
//! What always holds: all of it takes no longer than the caller allows, and one address that does
//! not answer does not keep the next from being tried (RFC 8305, section 5).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;
use tokio::net::{TcpStream, lookup_host};
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::zone::{self, NoSuchZone};

/// How long an address has for itself before the next is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// A silent connection is asked after this time whether it is still there, and then every
/// [`KEEPALIVE_INTERVAL`]; the kernel gives it up after nine questions (`tcp_keepalive_probes`).
const KEEPALIVE_TIME: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);

/// Why there is no connection. Each kind names itself in its text.
#[derive(Debug, Error)]
pub enum DialError {
    /// The name does not resolve.
    #[error("no such host: {address}")]
    NoSuchHost {
        /// What was to be called.
        address: Address,
        /// What the resolver said.
        source: io::Error,
    },
    /// The network interface is not there.
    #[error("cannot connect to {address}")]
    Zone {
        /// What was to be called.
        address: Address,
        /// What is not there.
        source: NoSuchZone,
    },
    /// Nobody listens there.
    #[error("refused: nobody listens at {0}")]
    Refused(SocketAddr),
    /// No answer within the time that was given.
    #[error("timed out: {0} does not answer")]
    TimedOut(Address),
    /// Whatever else the system said: no route, not permitted.
    #[error("cannot connect to {address}")]
    Failed {
        /// The address that was tried.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Connects to `address` within `time`: of several addresses to the first that answers.
///
/// # Errors
///
/// Where none does: what the first one that failed said.
///
/// # Cancel safety
///
/// Dropping it ends all attempts.
pub async fn dial(address: &Address, time: Duration) -> Result<TcpStream, DialError> {
    let socket = timeout(time, async {
        try_all(resolve(address).await?, address).await
    })
    .await;
    let socket = socket.map_err(|_| DialError::TimedOut(address.clone()))??;
    make_ready(&socket);
    Ok(socket)
}

/// What people at both ends of a connection want of it: no delay for what is typed, and to learn
/// of the other side's end also where no packet tells of it.
pub fn make_ready(socket: &TcpStream) {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_TIME)
        .with_interval(KEEPALIVE_INTERVAL);
    // Both fail only on a connection that has ended, which the next read tells.
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
    }
}

/// The first of `candidates` that answers. Each gets a head start on the next.
async fn try_all(candidates: Vec<SocketAddr>, name: &Address) -> Result<TcpStream, DialError> {
    let mut candidates = candidates.into_iter();
    let mut attempts = JoinSet::new();
    let mut failure = None;
    loop {
        let next = candidates.next();
        let is_last = next.is_none();
        if let Some(candidate) = next {
            attempts.spawn(async move {
                let socket = TcpStream::connect(candidate).await;
                socket.map_err(|source| failed(candidate, source))
            });
        }
        select! {
            ended = attempts.join_next() => match ended {
                Some(Ok(Ok(socket))) => return Ok(socket),
                Some(Ok(Err(error))) => failure = failure.or(Some(error)),
                None if is_last => break,
                // Nothing is under way: on to the next.
                Some(Err(_)) | None => {}
            },
            () = sleep(HEAD_START), if !is_last => {}
        }
    }
    Err(failure.unwrap_or_else(|| DialError::NoSuchHost {
        address: name.clone(),
        source: io::ErrorKind::NotFound.into(),
    }))
}

fn failed(address: SocketAddr, source: io::Error) -> DialError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => DialError::Refused(address),
        io::ErrorKind::TimedOut => DialError::TimedOut(Address::Ip(address)),
        _ => DialError::Failed { address, source },
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn nobody() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn the_address_that_answers_is_found_behind_those_that_do_not() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = listener.local_addr().unwrap();
        let name = Address::Ip(there);
        // TEST-NET-1 (RFC 5737): no packet to it is answered.
        let silent = "192.0.2.1:9".parse().unwrap();
        let socket = try_all(vec![nobody(), silent, there], &name).await.unwrap();
        assert_eq!(socket.peer_addr().unwrap(), there);
    }

    #[tokio::test]
    async fn a_refusal_is_called_so() {
        let nobody = nobody();
        let error = dial(&Address::Ip(nobody), LONG).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("refused: nobody listens at {nobody}")
        );
    }

    #[tokio::test]
    async fn a_name_that_does_not_resolve_is_called_so() {
        // RFC 6761: never resolves.
        let address: Address = "nobody.invalid:80".parse().unwrap();
        let error = dial(&address, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "no such host: nobody.invalid:80");
    }

    #[tokio::test]
    async fn no_answer_is_a_timeout() {
        // A listener whose queue is full answers no more.
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
        let said = format!("timed out: {address} does not answer");
        assert_eq!(error.to_string(), said);
    }
}
