//! Whether the kernel has connections for a listener that it cannot give away yet.
//!
//! Those are the ones whose handshake is under way, and those whose peer has sent nothing so far
//! ([`super::defer_accept`]). The listener's queue has none of them: the kernel is asked as `ss` asks it
//! (`man 7 sock_diag`). A handshake by SYN cookie, as the kernel makes them once it has too many others,
//! is not to be seen at all.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often the kernel is asked, at most: where there are many sockets, that takes it a millisecond.
pub(crate) const AGAIN: Duration = Duration::from_millis(10);

/// The kernel's last answer for each port. All workers share it: the kernel looks at every socket of
/// the machine to answer, and its answer is the same for all listeners of a port.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(Mutex<Vec<Answer>>);

#[derive(Debug)]
struct Answer {
    address: SocketAddr,
    asked: Instant,
    any: bool,
}

/// What is known of connections that are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// There are some.
    Some,
    /// There are none.
    None,
    /// Nothing yet: the kernel is asked again from then on.
    Later(Instant),
}

impl UnderWay {
    /// Whether any connection is under way on the listener's port, on this or another address. Only
    /// an answer to a question that was put after `since` counts, whoever put it.
    ///
    /// # Errors
    ///
    /// What the system said to the question, or that it has no answer.
    pub(crate) fn any(&self, listener: &impl AsFd, since: Instant) -> io::Result<Known> {
        let address = SocketAddr::try_from(rustix::net::getsockname(listener)?)?;
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = answers.iter().position(|answer| answer.address == address);
        let asked = Instant::now();
        if let Some(answer) = known.map(|at| &answers[at]) {
            if answer.asked >= since {
                return Ok(if answer.any { Known::Some } else { Known::None });
            }
            if asked < answer.asked + AGAIN {
                return Ok(Known::Later(answer.asked + AGAIN));
            }
        }
        let any = any_under_way(address)?;
        let answer = Answer {
            address,
            asked,
            any,
        };
        match known {
            Some(at) => answers[at] = answer,
            None => answers.push(answer),
        }
        Ok(if any { Known::Some } else { Known::None })
    }
}

/// Asks the kernel.
#[cfg(target_os = "linux")]
fn any_under_way(address: SocketAddr) -> io::Result<bool> {
    use rustix::net::netlink::SOCK_DIAG;
    use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
    use rustix::net::{recv, send, socket_with};

    let kernel = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    send(&kernel, &question(address), SendFlags::empty())?;
    // The first message of the answer says it all: its length, four bytes, and its type.
    let mut header = [0; 6];
    recv(&kernel, &mut header, RecvFlags::DONTWAIT)?;
    match u16::from_ne_bytes([header[4], header[5]]) {
        message::BY_FAMILY => Ok(true),
        message::DONE => Ok(false),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Elsewhere nobody knows.
#[cfg(not(target_os = "linux"))]
fn any_under_way(_: SocketAddr) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `linux/netlink.h`, `linux/sock_diag.h`, `linux/inet_diag.h`.
#[cfg(target_os = "linux")]
mod message {
    /// The types of messages: the end of an answer, and a question or a socket of an answer.
    pub(super) const DONE: u16 = 3;
    pub(super) const BY_FAMILY: u16 = 20;

    /// A question for all that match.
    pub(super) const REQUEST_DUMP: u16 = 0x301;

    pub(super) const INET: u8 = 2;
    pub(super) const INET6: u8 = 10;
    pub(super) const TCP: u8 = 6;

    /// The bit of the state in which a connection is for the kernel alone.
    pub(super) const SYN_RECV: u32 = 1 << 3;
}

/// A header (`nlmsghdr`), and which sockets are asked for (`inet_diag_req_v2`).
#[cfg(target_os = "linux")]
fn question(address: SocketAddr) -> Vec<u8> {
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
        // A number for the question, and who asks.
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
#[cfg(target_os = "linux")]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use socket2::SockRef;

    use super::*;
    use crate::net::address::Address;
    use crate::net::listen;

    #[test]
    fn one_question_does_for_all_who_wait() {
        let address: Address = "127.0.0.1:0".parse().unwrap();
        let bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
        let listener = &bound.listeners[0][0];
        let under_way = UnderWay::default();
        let begun = Instant::now();
        assert_eq!(under_way.any(listener, begun).unwrap(), Known::None);
        let answer = |asked, any| {
            let mut answers = under_way.0.lock().unwrap();
            assert_eq!(answers.len(), 1);
            (answers[0].asked, answers[0].any) = (asked, any);
        };
        // Far from now, however slow this machine is.
        let now = Instant::now() + Duration::from_hours(1);
        for (asked, any, since, known) in [
            (now, true, now, Known::Some),
            (now, false, begun, Known::None),
            (now, true, now + AGAIN, Known::Later(now + AGAIN)),
            // The kernel is asked.
            (begun - AGAIN, true, Instant::now(), Known::None),
        ] {
            answer(asked, any);
            assert_eq!(under_way.any(listener, since).unwrap(), known);
        }
    }

    #[test]
    fn who_is_silent_is_seen_until_accepted() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let address: Address = address.parse().unwrap();
            let mut bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
            super::super::defer(&mut bound);
            let listener = &bound.listeners[0][0];
            listener.set_nonblocking(false).unwrap();
            // Far longer than it takes.
            let longest = Some(Duration::from_secs(30));
            SockRef::from(listener).set_read_timeout(longest).unwrap();
            assert!(!any_under_way(bound.addresses[0]).unwrap());
            let _silent = TcpStream::connect(bound.addresses[0]).unwrap();
            assert!(any_under_way(bound.addresses[0]).unwrap());
            // As soon as the kernel gives it away.
            listener.accept().unwrap();
            assert!(!any_under_way(bound.addresses[0]).unwrap());
        }
    }
}
