//! Asks the kernel for handshakes that are under way (`man 7 sock_diag`, the interface of `ss`).
//!
//! The accept queue of a listener has no connection whose handshake is under way, and none that the kernel
//! keeps until its first bytes are there ([`defer_accept`](super::defer_accept)). To the kernel both are
//! in the state SYN-RECEIVED.
//!
//! Limitation: a handshake by SYN cookie, which the kernel uses under a flood, cannot be seen.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{getsockname, recv, send, socket_with};
use tokio::time::Instant;

/// The shortest time between two requests to the kernel. With many sockets it takes a millisecond for each.
pub(super) const INTERVAL: Duration = Duration::from_millis(10);

/// The kernel's last answer for each address. All workers share it: the kernel walks all sockets of the
/// machine to answer, and its answer is the same for all listeners of a port.
#[derive(Debug, Default)]
pub(super) struct Handshakes(Mutex<Vec<Answer>>);

#[derive(Debug)]
struct Answer {
    address: SocketAddr,
    asked: Instant,
    is_pending: bool,
}

/// Whether handshakes are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    /// At least one is.
    Yes,
    /// None is.
    No,
    /// Not known yet: the kernel may be asked again from this moment on.
    AskAt(Instant),
}

impl From<bool> for Pending {
    fn from(is_pending: bool) -> Self {
        if is_pending { Self::Yes } else { Self::No }
    }
}

impl Handshakes {
    /// Whether any handshake is under way on the listener's port, on this or another address. Only an
    /// answer to a request from after `since` counts, of any worker.
    ///
    /// # Errors
    ///
    /// The system's error, also if it does not know the request.
    pub(super) fn pending(&self, listener: impl AsFd, since: Instant) -> io::Result<Pending> {
        let address = SocketAddr::try_from(getsockname(listener)?)?;
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = answers.iter().position(|answer| answer.address == address);
        let asked = Instant::now();
        if let Some(answer) = known.map(|at| &answers[at]) {
            if answer.asked >= since {
                return Ok(answer.is_pending.into());
            }
            if asked < answer.asked + INTERVAL {
                return Ok(Pending::AskAt(answer.asked + INTERVAL));
            }
        }
        let is_pending = ask(address)?;
        let answer = Answer {
            address,
            asked,
            is_pending,
        };
        match known {
            Some(at) => answers[at] = answer,
            None => answers.push(answer),
        }
        Ok(is_pending.into())
    }
}

/// Asks the kernel whether any handshake is under way on the port of `address`.
fn ask(address: SocketAddr) -> io::Result<bool> {
    let kernel = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    send(&kernel, &request(address), SendFlags::empty())?;
    // The head of the first message is enough: its length, four bytes, and its type.
    let mut header = [0; 6];
    recv(&kernel, &mut header, RecvFlags::DONTWAIT)?;
    match u16::from_ne_bytes([header[4], header[5]]) {
        message::BY_FAMILY => Ok(true),
        message::DONE => Ok(false),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// `linux/netlink.h`, `linux/sock_diag.h`, `linux/inet_diag.h`.
mod message {
    /// The types of messages: the end of an answer, and a request or a socket of an answer.
    pub(super) const DONE: u16 = 3;
    pub(super) const BY_FAMILY: u16 = 20;

    /// Requests all sockets that match.
    pub(super) const REQUEST_DUMP: u16 = 0x301;

    pub(super) const INET: u8 = 2;
    pub(super) const INET6: u8 = 10;
    pub(super) const TCP: u8 = 6;

    /// The bit of the state SYN-RECEIVED.
    pub(super) const SYN_RECV: u32 = 1 << 3;
}

/// A header (`nlmsghdr`) and the sockets that match (`inet_diag_req_v2`).
fn request(address: SocketAddr) -> Vec<u8> {
    const LENGTH: u32 = 72;

    let family = if address.is_ipv4() {
        message::INET
    } else {
        message::INET6
    };
    let parts: [&[u8]; 8] = [
        &LENGTH.to_ne_bytes(),
        &message::BY_FAMILY.to_ne_bytes(),
        &message::REQUEST_DUMP.to_ne_bytes(),
        // The sequence number and the sender's port: 0.
        &[0; 8],
        &[family, message::TCP, 0, 0],
        &message::SYN_RECV.to_ne_bytes(),
        &address.port().to_be_bytes(),
        // Any peer, any interface.
        &[0; 46],
    ];
    parts.concat()
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use socket2::SockRef;

    use super::super::defer_accept;
    use super::*;
    use crate::net::address::Address;
    use crate::net::listen;

    #[test]
    fn workers_share_an_answer_as_long_as_it_is_new_enough() {
        let address: Address = "127.0.0.1:0".parse().unwrap();
        let bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
        let listener = &bound.listeners[0].tcp[0];
        let handshakes = Handshakes::default();
        let begun = Instant::now();
        assert_eq!(handshakes.pending(listener, begun).unwrap(), Pending::No);
        let answer = |asked, is_pending| {
            let mut answers = handshakes.0.lock().unwrap();
            assert_eq!(answers.len(), 1);
            (answers[0].asked, answers[0].is_pending) = (asked, is_pending);
        };
        // Far from now, however slow this machine is.
        let now = Instant::now() + Duration::from_hours(1);
        for (asked, is_pending, since, expected) in [
            (now, true, now, Pending::Yes),
            (now, false, begun, Pending::No),
            (now, true, now + INTERVAL, Pending::AskAt(now + INTERVAL)),
            // Asks the kernel.
            (begun - INTERVAL, true, Instant::now(), Pending::No),
        ] {
            answer(asked, is_pending);
            assert_eq!(handshakes.pending(listener, since).unwrap(), expected);
        }
    }

    #[test]
    fn a_silent_client_is_pending_until_it_is_accepted() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let address: Address = address.parse().unwrap();
            let bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
            let listener = &bound.listeners[0].tcp[0];
            defer_accept::enable(listener).unwrap();
            listener.set_nonblocking(false).unwrap();
            // Far longer than it takes.
            let longest = Some(Duration::from_secs(30));
            SockRef::from(listener).set_read_timeout(longest).unwrap();
            assert!(!ask(bound.addresses[0].ip().unwrap()).unwrap());
            let _silent = TcpStream::connect(bound.addresses[0].ip().unwrap()).unwrap();
            assert!(ask(bound.addresses[0].ip().unwrap()).unwrap());
            // As soon as the kernel gives it away.
            listener.accept().unwrap();
            assert!(!ask(bound.addresses[0].ip().unwrap()).unwrap());
        }
    }
}
