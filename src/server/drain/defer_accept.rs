//! Leaving a connection with the kernel until its peer has sent something.
//!
//! A peer that has just connected mostly sends at once, and yet mostly just after its connection was
//! accepted: then it is read in vain, joins the runtime's poll and leaves it again, becomes a task,
//! sets timers, and wakes its worker twice. A listener that defers gives a connection away together
//! with its first bytes. What was compared: a connection with one request took 12.5 µs of CPU time
//! against 18.4, and the kernel gave away a fifth more of them in the same time.
//!
//! What always holds: nobody has to send anything. To a peer that is silent for [`LONGEST`] the
//! kernel offers the connection once more, as if its word had been lost (a second segment with SYN and
//! ACK), and the peer's kernel says again that it has it; then it is accepted. For protocols in which
//! the client speaks first.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

/// How long a silent connection stays with the kernel: its first retransmission (RFC 6298 section
/// 2.1), the least that it can be told.
pub(crate) const LONGEST: Duration = Duration::from_secs(1);

/// Makes a listener defer.
///
/// # Errors
///
/// What the system said to that.
pub(crate) fn until_first_bytes(listener: &impl AsFd) -> io::Result<()> {
    // In seconds.
    set(listener, 1)
}

/// Makes it defer no more: whoever is with the kernel is accepted within [`LONGEST`] of having come.
///
/// # Errors
///
/// What the system said to that.
pub(crate) fn no_more(listener: &impl AsFd) -> io::Result<()> {
    set(listener, 0)
}

#[cfg(target_os = "linux")]
fn set(listener: &impl AsFd, seconds: i32) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    use uapi::c::{IPPROTO_TCP, TCP_DEFER_ACCEPT};

    let descriptor = listener.as_fd().as_raw_fd();
    uapi::setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds)?;
    Ok(())
}

/// Elsewhere it can't.
#[cfg(not(target_os = "linux"))]
fn set(_: &impl AsFd, _: i32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
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

    /// The first who connects is accepted last, because the second is the first to say something.
    #[tokio::test]
    async fn who_speaks_is_accepted_at_once_and_who_is_silent_after_a_while() {
        let any_port = ["127.0.0.1:0", "[::1]:0"].map(|text| text.parse::<Address>().unwrap());
        for address in any_port {
            let mut bound = listen::bind(&[address], listen::Options::ALONE).unwrap();
            let to = bound.addresses[0];
            super::super::defer(&mut bound);
            assert!(bound.defers);
            let listener = TcpListener::from_std(bound.listeners.remove(0).remove(0)).unwrap();
            let begun = Instant::now();
            let silent = TcpStream::connect(to).unwrap();
            let mut speaks = TcpStream::connect(to).unwrap();
            speaks.write_all(b"x").unwrap();
            for client in [speaks, silent] {
                let (_, peer) = timeout(BOUND, listener.accept()).await.unwrap().unwrap();
                assert_eq!(peer, client.local_addr().unwrap());
            }
            // The kernel's clock ticks every 10 ms at least, and its timers are no finer.
            let waited = begun.elapsed();
            assert!(waited > LONGEST.mul_f32(0.9), "{waited:?}");
            let begun = Instant::now();
            no_more(&listener).unwrap();
            let silent = TcpStream::connect(to).unwrap();
            let (_, peer) = timeout(BOUND, listener.accept()).await.unwrap().unwrap();
            assert_eq!(peer, silent.local_addr().unwrap());
            assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
        }
    }
}
