//! Deferred accept: the kernel keeps a connection until its client has sent bytes (`TCP_DEFER_ACCEPT`).
//!
//! Most clients send right after their handshake. Mostly that is still too late: an acceptor has already
//! taken the connection. Then the first read finds nothing, the socket is registered with the poll, and
//! the connection becomes a task with timers and is woken twice. A listener that defers hands a
//! connection over together with its first bytes. That saved a third of the CPU time of a connection
//! with one request.
//!
//! It suits protocols in which the client speaks first. The only use of `uapi` is here.
//!
//! # Invariants
//!
//! - A client need not send. After [`LONGEST`] of silence the kernel repeats its part of the handshake (a
//!   second segment with SYN and ACK), the client's kernel acknowledges it, and the connection is accepted.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::time::Duration;

use uapi::c::{IPPROTO_TCP, TCP_DEFER_ACCEPT};

/// How long the kernel keeps a silent connection: until its first retransmission (RFC 6298 section 2.1),
/// the shortest time that the option can express.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

/// Makes a listener defer.
///
/// # Errors
///
/// The system's error.
pub(super) fn enable(listener: impl AsFd) -> io::Result<()> {
    set(listener, 1)
}

/// Makes a listener defer no more. The connections that the kernel keeps are accepted within [`LONGEST`]
/// of their handshake.
///
/// # Errors
///
/// The system's error.
pub(super) fn disable(listener: impl AsFd) -> io::Result<()> {
    set(listener, 0)
}

fn set(listener: impl AsFd, seconds: i32) -> io::Result<()> {
    let descriptor = listener.as_fd().as_raw_fd();
    uapi::setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;
    use std::time::Instant;

    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::*;
    use crate::net::address::Address;
    use crate::net::listen;

    /// Far longer than anything takes.
    const BOUND: Duration = Duration::from_secs(30);

    /// The client that connects first is accepted last, because the second is the first to send.
    #[tokio::test]
    async fn a_client_that_sends_is_accepted_at_once_and_a_silent_one_later() {
        let any_port = ["127.0.0.1:0", "[::1]:0"].map(|text| text.parse::<Address>().unwrap());
        for address in any_port {
            let mut bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
            let to = bound.addresses[0].ip().unwrap();
            let listener = TcpListener::from_std(bound.listeners[0].tcp.remove(0)).unwrap();
            enable(&listener).unwrap();
            let begun = Instant::now();
            let silent = TcpStream::connect(to).unwrap();
            let mut sends = TcpStream::connect(to).unwrap();
            sends.write_all(b"x").unwrap();
            for client in [sends, silent] {
                let (_, peer) = timeout(BOUND, listener.accept()).await.unwrap().unwrap();
                assert_eq!(peer, client.local_addr().unwrap());
            }
            // The kernel's clock ticks every 10 ms at least, and its timers are no finer.
            let waited = begun.elapsed();
            assert!(waited > LONGEST.mul_f32(0.9), "{waited:?}");
            let begun = Instant::now();
            disable(&listener).unwrap();
            let silent = TcpStream::connect(to).unwrap();
            let (_, peer) = timeout(BOUND, listener.accept()).await.unwrap().unwrap();
            assert_eq!(peer, silent.local_addr().unwrap());
            assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
        }
    }
}
