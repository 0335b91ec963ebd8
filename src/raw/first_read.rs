//! What a peer sends first, where nothing has to be known of it.
//!
//! Until then a connection is nothing but its socket and a timer, however many of them there are:
//! browsers open such ones ahead of need, and scanners leave them open. What becomes of the bytes is
//! left to whoever serves the connection.

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

/// Space to read into, which the connections of one worker share: only one reads at a time.
pub(super) type Space = RefCell<Box<[u8]>>;

/// Such a space, of this many bytes.
#[must_use]
pub(super) fn space(length: usize) -> Space {
    RefCell::new(vec![0; length].into_boxed_slice())
}

/// For how long a peer may be silent, from when it is found to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// While the service runs.
    pub time: Duration,
    /// When it drains: who has just connected is about to send.
    pub grace: Duration,
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

/// Reads what comes first, as soon as there is `room`: up to the whole space, and nothing where the
/// peer has ended its side.
///
/// # Errors
///
/// When nothing comes in time, or reading failed.
pub(super) async fn read(
    socket: &mut impl Transport,
    space: &Space,
    wait: Wait,
    phases: &Phases,
    mut room: impl FnMut(&mut Context<'_>) -> Poll<()>,
) -> Result<Vec<u8>, Silence> {
    let mut begun = None;
    loop {
        // The time that this takes is not the peer's.
        poll_fn(&mut room).await;
        if let Some(first) = take(socket, space)? {
            return Ok(first);
        }
        // Mostly it is there already: a box, because what waiting takes need not be there.
        let begun = *begun.get_or_insert_with(Instant::now);
        Box::pin(until_readable(socket, begun, wait, phases)).await?;
    }
}

/// Waits until there may be something to read.
async fn until_readable(
    socket: &mut impl Transport,
    begun: Instant,
    wait: Wait,
    phases: &Phases,
) -> Result<(), Silence> {
    let draining = async {
        phases.reached(Phase::Draining).await;
        sleep_until(begun + wait.grace).await;
        // What the socket holds by now is taken: let the runtime learn of it.
        yield_now().await;
    };
    select! {
        biased;
        readable = timeout_at(begun + wait.time, socket.readable()) => {
            readable.map_err(|_| Silence::TooLong)?.map_err(Silence::from)
        }
        () = draining => Err(Silence::Drained),
    }
}

fn take(socket: &mut impl Transport, space: &Space) -> io::Result<Option<Vec<u8>>> {
    let mut space = space.borrow_mut();
    let length = try_read(socket, &mut space)?;
    Ok(length.map(|length| space[..length].to_vec()))
}

/// How much was read, or none where there is nothing yet.
///
/// # Errors
///
/// What reading failed with.
pub(super) fn try_read(socket: &mut impl Transport, buf: &mut [u8]) -> io::Result<Option<usize>> {
    match socket.try_read(buf) {
        Ok(length) => Ok(Some(length)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
