//! The terminal itself: set so that it sends each key at once and obeys none, read without
//! blocking, and set as it was when it is dropped.
//!
//! What always holds: nothing that has come, or comes while the terminal is set, is thrown away.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::thread;

use rustix::io::{Errno, ioctl_fionread, read, write};
use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr,
    tcgetwinsize, tcsetattr,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::frame::Size;

/// Asks the terminal to bracket what is pasted, so that no control character in it is taken for a key.
pub(crate) const BEGIN: &[u8] = b"\x1b[?2004h";

/// Ends that.
pub(crate) const END: &[u8] = b"\x1b[?2004l";

/// A terminal whose keys are ours.
#[derive(Debug)]
pub(crate) struct Tty {
    input: AsyncFd<OwnedFd>,
    /// How it was set before.
    before: Termios,
}

impl Tty {
    /// Takes the terminal `input` over.
    pub(crate) fn raw(input: BorrowedFd<'_>) -> io::Result<Self> {
        let before = tcgetattr(input)?;
        let input = watched(input.try_clone_to_owned()?)?;
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
        // A read takes what there is, and blocks never: the descriptor is shared with other
        // programs, so that it must not be set to be non-blocking.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        let tty = Self { input, before };
        // Now, not after a flush: what was typed ahead stays.
        tcsetattr(&tty.input, OptionalActions::Now, &raw)?;
        Ok(tty)
    }

    /// Whether there is something to read.
    pub(crate) fn has_more(&self) -> bool {
        ioctl_fionread(self.input.get_ref()).is_ok_and(|length| length > 0)
    }

    /// What has been typed; nothing once the terminal is gone. Cancel safe.
    pub(crate) async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.input.readable().await?;
            match read(self.input.get_ref(), &mut *bytes) {
                Ok(0) if !ready.ready().is_read_closed() => ready.clear_ready(),
                Ok(length) => return Ok(length),
                // So says a pseudo-terminal whose other end is closed.
                Err(Errno::IO) => return Ok(0),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody else does it.
            let _ = write(&self.input, &[b"\r\n", END].concat());
        }
        // Fails only where the terminal is gone.
        let _ = tcsetattr(&self.input, OptionalActions::Now, &self.before);
    }
}

/// A descriptor that the runtime watches.
#[expect(
    deprecated,
    reason = "the successor is unsafe for the sake of types other than OwnedFd, and so forbidden here"
)]
fn watched(input: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(input, Interest::READABLE)
}

/// How large the terminal is. One that does not know it is taken for one of 24 by 80.
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

/// Tells of each change of the size.
pub(crate) fn resizes() -> io::Result<Signal> {
    signal(SignalKind::window_change())
}
