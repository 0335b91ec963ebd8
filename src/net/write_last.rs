//! Writing a connection's last bytes so that they leave together with its end.
//!
//! Written in the ordinary way, a short last answer is one segment, and the end that follows at
//! once is another. Held back by the kernel until then, both are one segment: on loopback a tenth
//! less CPU time for a connection with one request, and one packet less for its client.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// What can hold its last bytes back until its end.
pub trait WriteLast: AsyncWrite {
    /// As `poll_write`, where the writing side is shut down, or the connection closed, as soon as
    /// all is written. Otherwise the bytes leave late, after 200 ms; and where it is closed with
    /// something unread, never.
    fn poll_write_last(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>>;
}

/// Writes `bytes` and shuts the writing side down.
///
/// # Errors
///
/// What either failed with.
pub async fn write_last<T: WriteLast + Unpin>(stream: &mut T, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = poll_fn(|cx| Pin::new(&mut *stream).poll_write_last(cx, rest)).await?;
        rest = &rest[written..];
    }
    poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)).await
}
