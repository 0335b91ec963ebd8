//! Waits for the first bytes of a peer, and reads them.
//!
//! Until then a connection is a socket and a timer: browsers open connections ahead of need, and scanners
//! leave them open. The caller decides what the bytes mean.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::select;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::net::transport::Transport;
use crate::server::phase::{Phase, Phases};

/// A read buffer, which the connections of one worker share: only one reads at a time.
pub(super) type Space = RefCell<Box<[u8]>>;

/// Makes a read buffer of this many bytes.
#[must_use]
pub(super) fn space(length: usize) -> Space {
    RefCell::new(vec![0; length].into_boxed_slice())
}

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing came in time.
    TooLong,
    /// Nothing came before the service drained.
    Drained,
    /// Reading failed: the peer has reset the connection.
    Failed,
}

impl From<io::Error> for Silence {
    fn from(_: io::Error) -> Self {
        Self::Failed
    }
}

/// Reads the first bytes, once `poll_room` is ready: as many as `space` holds, or none at the peer's
/// end. If the first read finds nothing, the peer has `time` from then on, and in a drain
/// [`Phases::grace`].
///
/// # Errors
///
/// If nothing comes in time, or reading failed.
pub(super) async fn read(
    socket: &mut impl Transport,
    space: &Space,
    time: Duration,
    phases: &Phases,
    mut poll_room: impl FnMut(&mut Context<'_>) -> Poll<()>,
) -> Result<Vec<u8>, Silence> {
    let mut begun = None;
    loop {
        // The time that this takes does not count.
        poll_fn(&mut poll_room).await;
        if let Some(first) = take(socket, space)? {
            return Ok(first);
        }
        let begun = *begun.get_or_insert_with(Instant::now);
        // Boxed to keep the common future small: mostly the bytes are there already.
        Box::pin(until_readable(socket, begun, time, phases)).await?;
    }
}

/// Waits until there may be bytes to read.
async fn until_readable(
    socket: &mut impl Transport,
    begun: Instant,
    time: Duration,
    phases: &Phases,
) -> Result<(), Silence> {
    let drained = async {
        phases.reached(Phase::Draining).await;
        sleep_until(begun + phases.grace()).await;
        // The runtime learns of bytes that the socket has by now: they are still answered.
        yield_now().await;
    };
    select! {
        biased;
        readable = timeout_at(begun + time, socket.readable()) => {
            readable.map_err(|_| Silence::TooLong)?.map_err(Silence::from)
        }
        () = drained => Err(Silence::Drained),
    }
}

fn take(socket: &mut impl Transport, space: &Space) -> io::Result<Option<Vec<u8>>> {
    let mut space = space.borrow_mut();
    let length = try_read(socket, &mut space)?;
    Ok(length.map(|length| space[..length].to_vec()))
}

/// Reads without waiting. Returns how many bytes, or none if there is nothing yet.
///
/// # Errors
///
/// The system's error.
pub(super) fn try_read(socket: &mut impl Transport, buf: &mut [u8]) -> io::Result<Option<usize>> {
    match socket.try_read(buf) {
        Ok(length) => Ok(Some(length)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
