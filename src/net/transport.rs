//! What carries a connection of the service: the seam between the protocols and the bytes.
//!
//! A listener makes a transport (`accept`), and a protocol (`http`, `raw`) serves it. The
//! socket of a connection, TCP or Unix, is the only one today. A TLS session would be another implementation
//! of [`Transport`]; neither protocol would change.

use std::future::Future;
use std::io;

use tokio::io::AsyncRead;

use super::write_last::WriteLast;

/// A connection's bytes, both ways.
pub trait Transport: AsyncRead + WriteLast + Unpin + 'static {
    /// Reads the bytes that are there, without waiting. 0 is the peer's end.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] if there are none yet, or the system's error.
    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize>;

    /// Waits until there may be bytes to read, or the peer's end.
    ///
    /// # Errors
    ///
    /// The system's error.
    ///
    /// # Cancel safety
    ///
    /// Can be dropped and called again.
    fn readable(&mut self) -> impl Future<Output = io::Result<()>>;

    /// What became of the last bytes. Callers ask only after both sides have ended the connection.
    fn fate(&self) -> Fate;
}

/// The fate of the last bytes of a connection that both sides have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not known yet: they may be on their way.
    Unknown,
    /// The peer's system has acknowledged them.
    Taken,
    /// The peer's system has reset the connection: the peer had closed it.
    Reset,
}
