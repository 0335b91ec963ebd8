//! Whether a peer was still there to take its answer.
//!
//! A peer that has ended its side and waits for an answer looks like one that has closed: both have sent a
//! FIN. Their kernels react differently to the answer: one acknowledges it, the other resets the
//! connection. So the difference shows a round trip after the answer.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::net::transport::{Fate, Transport};

/// The pause before the second look. It doubles each time. On loopback the first look is enough.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Whether the peer took the last bytes. Both sides must have ended. A peer whose system reports nothing
/// within `at_most` counts as one that did.
pub(super) async fn was_taken(socket: &impl Transport, at_most: Duration) -> bool {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match socket.fate() {
            Fate::Taken => return true,
            Fate::Reset => return false,
            Fate::Unknown => {}
        }
        let left = at_most.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return true;
        }
        sleep(pause.min(left)).await;
        pause *= 2;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};

    use super::*;
    use crate::net::socket::Socket;
    use crate::net::write_last::write_last;

    /// Far longer than anything takes.
    const BOUND: Duration = Duration::from_secs(30);

    /// Answers a peer that has ended its side, over a socket that had to wait for it or not.
    async fn answer(listener: &TcpListener, waits: bool) -> bool {
        let accepted = listener.accept().unwrap().0;
        accepted.set_nonblocking(true).unwrap();
        let mut socket = Socket::new(accepted);
        if waits {
            socket.readable().await.unwrap();
        }
        write_last(&mut socket, b"hi").await.unwrap();
        was_taken(&socket, BOUND).await
    }

    #[tokio::test]
    async fn a_peer_that_waits_takes_the_answer_and_one_that_has_closed_does_not() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let connect = || TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        for waits in [false, true] {
            let mut waiting = connect();
            waiting.shutdown(Shutdown::Write).unwrap();
            assert!(answer(&listener, waits).await);
            let mut got = String::new();
            waiting.read_to_string(&mut got).unwrap();
            assert_eq!(got, "hi");

            drop(connect());
            assert!(!answer(&listener, waits).await);
        }
    }
}
