//! What carries a connection of the service: the seam between the server and what it speaks over.
//!
//! The acceptor makes a transport, and a protocol (`http`, `raw`) serves it. A TCP socket is the only one
//! today; a Unix socket or a TLS session would be another implementation of [`Transport`], and neither
//! protocol would change.

use std::future::Future;
use std::io;

use tokio::io::AsyncRead;

use super::write_last::WriteLast;

/// A connection's bytes, both ways.
pub trait Transport: AsyncRead + WriteLast + Unpin + 'static {
    /// Reads what there is, without waiting.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] where there is nothing yet, or what reading failed with.
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize>;

    /// Waits until there may be something to read, or the peer's end.
    ///
    /// # Errors
    ///
    /// What waiting failed with.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    fn readable(&mut self) -> impl Future<Output = io::Result<()>>;

    /// What became of the last bytes. Both sides have ended.
    fn fate(&self) -> Fate;
}

/// What became of the last bytes of a connection that both sides have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are on their way.
    Unknown,
    /// The peer's system has acknowledged them.
    Taken,
    /// The peer's system has reset the connection: nobody was there any more.
    Reset,
}
