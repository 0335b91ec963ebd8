//! Writes a connection's last bytes so that they leave together with its end.
//!
//! With ordinary writes a short last answer is one segment, and the end that follows is another. If the
//! kernel holds the bytes back until the end, both are one segment. On loopback that saves a tenth of
//! the CPU time of a connection with one request.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// A stream that can hold its last bytes back until its end.
pub trait WriteLast: AsyncWrite {
    /// As `poll_write`, for a caller that shuts down or closes the stream right after it.
    ///
    /// The default is `poll_write`: the bytes leave before the end, not with it. A stream that holds them
    /// back sends them 200 ms later if no end follows, and loses them if it is closed with unread bytes.
    fn poll_write_last(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write(cx, buf)
    }
}

/// Writes `bytes` and shuts the writing side down.
///
/// # Errors
///
/// The system's error, of either.
pub async fn write_last<T: WriteLast + Unpin>(stream: &mut T, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = poll_fn(|cx| Pin::new(&mut *stream).poll_write_last(cx, rest)).await?;
        rest = &rest[written..];
    }
    poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)).await
}
