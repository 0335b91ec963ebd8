//! Whether anybody was there for a last answer.
//!
//! A peer that has ended its side and waits for an answer looks the same as one that has closed: both
//! have sent a FIN. Their kernels say different things to the answer: the first acknowledges it, the
//! second resets the connection. So this can be told only once the answer is sent, a round trip later.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::net::transport::{Fate, Transport};

/// When the kernel is asked for the second time; the pause doubles from then on. On loopback it knows
/// the first time.
const SOON: Duration = Duration::from_millis(1);

/// Whether a peer took what was sent last. Both sides must have ended. Who says nothing for `at_most`
/// counts as one that did.
pub(super) async fn was_taken(socket: &impl Transport, at_most: Duration) -> bool {
    let begun = Instant::now();
    let mut pause = SOON;
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

    /// Answers a peer that has ended its side, at once or after it had to be waited for.
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
    async fn who_waits_has_taken_it_and_who_has_closed_has_not() {
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
