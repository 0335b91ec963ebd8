//! The terminal itself: sets raw mode (each key arrives at once, and the terminal acts on none), reads
//! without blocking, and restores the earlier settings on drop.
//!
//! # Invariants
//!
//! - No byte is discarded, neither one that was typed before raw mode nor one typed while it is set.

use std::io;
use std::os::fd::BorrowedFd;
use std::thread;

use rustix::io::{Errno, ioctl_fionread, read, write};
use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr,
    tcgetwinsize, tcsetattr,
};
use tokio::io::Interest;
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::frame::Size;

/// Turns bracketed paste on: no control character of a paste is taken for a key.
pub(crate) const BEGIN: &[u8] = b"\x1b[?2004h";

/// Turns bracketed paste off.
pub(crate) const END: &[u8] = b"\x1b[?2004l";

/// A terminal in raw mode. Restores the settings on drop.
#[derive(Debug)]
pub(crate) struct Tty {
    /// tokio's `Receiver` is for pipes, but registers any descriptor without a check; `AsyncFd` needs unsafe
    /// code for that. tokio does not promise this: the tests of `tests/it/terminal.rs` guard it.
    input: Receiver,
    /// The settings before raw mode.
    before: Termios,
}

impl Tty {
    /// Sets the terminal `input` to raw mode.
    pub(crate) fn raw(input: BorrowedFd<'_>) -> io::Result<Self> {
        let before = tcgetattr(input)?;
        let input = Receiver::from_owned_fd_unchecked(input.try_clone_to_owned()?)?;
        let mut raw = before.clone();
        raw.local_modes -=
            LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG;
        raw.input_modes -= InputModes::BRKINT
            | InputModes::ICRNL
            | InputModes::IGNCR
            | InputModes::INLCR
            | InputModes::INPCK
            | InputModes::ISTRIP
            | InputModes::IXON;
        raw.control_modes |= ControlModes::CS8;
        // A read returns at once with the bytes that are there. O_NONBLOCK would do the same, but also to
        // other programs, because they share the open file.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        let tty = Self { input, before };
        // `Now` keeps bytes that were typed ahead; `Flush` would discard them.
        tcsetattr(&tty.input, OptionalActions::Now, &raw)?;
        Ok(tty)
    }

    /// Whether bytes wait to be read.
    pub(crate) fn has_more(&self) -> bool {
        ioctl_fionread(&self.input).is_ok_and(|length| length > 0)
    }

    /// Reads typed bytes. Waits for at least one; returns 0 once the terminal is gone. Cancel safe.
    pub(crate) async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = self.input.ready(Interest::READABLE).await?;
            let read = || match read(&self.input, &mut *bytes) {
                Ok(0) if !ready.is_read_closed() => Err(io::ErrorKind::WouldBlock.into()),
                Ok(length) => Ok(length),
                // A pseudo-terminal whose other end is closed.
                Err(Errno::IO) => Ok(0),
                Err(error) => Err(error.into()),
            };
            match self.input.try_io(read) {
                Err(error) if is_temporary(&error) => {}
                result => return result,
            }
        }
    }
}

/// Whether to wait and read again.
fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

impl Drop for Tty {
    fn drop(&mut self) {
        if thread::panicking() {
            // After a panic no other code leaves the line.
            let _ = write(&self.input, &[b"\r\n", END].concat());
        }
        // Fails only if the terminal is gone.
        let _ = tcsetattr(&self.input, OptionalActions::Now, &self.before);
    }
}

/// The terminal's size. A terminal without a known size counts as 24 rows of 80 columns.
pub(crate) fn size(terminal: BorrowedFd<'_>) -> Size {
    let known = tcgetwinsize(terminal)
        .ok()
        .filter(|size| size.ws_row > 0 && size.ws_col > 0);
    let (rows, columns) = known.map_or((24, 80), |size| (size.ws_row, size.ws_col));
    Size {
        rows: rows.into(),
        columns: columns.into(),
    }
}

/// A stream of changes of the size (SIGWINCH).
pub(crate) fn resizes() -> io::Result<Signal> {
    signal(SignalKind::window_change())
}
