//! A line editor for a terminal.
//!
//! ```text
//! tty ─ keys ─ editor (line, history) ─ frame ─ printer ─ tty
//! ```
//!
//! `tty` sets the terminal and reads its bytes, `keys` and `key` find the keys in them, `editor` applies the
//! keys to the line, `frame` makes the bytes that show the line, `printer` writes them. All but `tty` and
//! `printer` are pure. The client asks for one line with [`ask`]. The chat combines the same parts with the
//! messages of its peer.
//!
//! # Invariants
//!
//! - No typed byte is lost, at any speed. Bytes after a line's end belong to the next line.
//! - The screen shows the line as it is, whatever width the terminal gives its characters.
//! - The terminal's settings are restored on drop, also after a panic. The caller catches signals.

pub(crate) mod editor;
pub(crate) mod frame;
mod history;
mod key;
mod keys;
mod line;
pub(crate) mod printer;
pub(crate) mod tty;

use std::env;
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use tokio::time::sleep;

use editor::{Editor, Entered};
use frame::Frame;
pub(crate) use keys::PASTE_TIMEOUT;
use printer::Printer;
use tty::Tty;

/// How long the terminal may take for the last drawing. A terminal that is stopped would take for ever.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// The answer to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The line without its end. It need not be UTF-8.
    Line(Vec<u8>),
    /// Ctrl-D on an empty line, or the terminal is gone.
    End,
    /// Ctrl-C.
    Interrupted,
}

/// Whether the user's terminal can move its cursor, by its name in `TERM`. Lines can't be edited without.
pub(crate) fn can_edit() -> bool {
    !env::var("TERM").is_ok_and(|term| matches!(term.as_str(), "dumb" | "cons25" | "emacs"))
}

/// Asks for one line at the terminal at stdin. Draws prompt and line on stderr, which has to be the same
/// terminal. Leaves bytes after the line's end unread.
///
/// # Errors
///
/// The terminal can't be set to raw mode, or not be read.
///
/// # Cancel safety
///
/// A call that is dropped restores the terminal, with the cursor on an empty row. The caller has to catch
/// signals, so that the drop happens. Ctrl-C is a key here and sends no signal.
pub(crate) async fn ask(prompt: &str) -> io::Result<Answer> {
    let tty = Tty::raw(io::stdin().as_fd())?;
    let printer = Printer::start(io::stderr())?;
    printer.print(tty::BEGIN.to_vec());
    let mut question = Question {
        tty,
        printer: Some(printer),
        editor: Editor::new(0),
        frame: Frame::new(),
        prompt,
    };
    let answer = question.answer().await;
    question.leave();
    answer
}

/// A prompt with the line being typed. Leaves the line and restores the terminal on drop.
struct Question<'a> {
    tty: Tty,
    /// `None` after the line is left.
    printer: Option<Printer>,
    editor: Editor,
    frame: Frame,
    prompt: &'a str,
}

impl Question<'_> {
    async fn answer(&mut self) -> io::Result<Answer> {
        let mut resized = tty::resizes()?;
        let mut is_changed = true;
        loop {
            // One byte a read: bytes after the line's end stay in the terminal.
            let mut byte = [0];
            // A paste is drawn once it is read.
            let may_draw = is_changed && !self.tty.has_more();
            let timeout = self.editor.timeout();
            tokio::select! {
                biased;
                read = self.tty.read(&mut byte) => {
                    is_changed = true;
                    let byte = (read? > 0).then_some(byte[0]);
                    if let Some(answer) = self.press(byte) {
                        return Ok(answer);
                    }
                }
                is_ready = ready(self.printer.as_ref()), if may_draw => {
                    is_changed = false;
                    if is_ready {
                        self.draw();
                    }
                }
                () = sleep(timeout.unwrap_or_default()), if timeout.is_some() => {
                    self.editor.timed_out();
                    is_changed = true;
                }
                _ = resized.recv() => is_changed = true,
            }
        }
    }

    /// Takes a byte from the terminal, or its end.
    fn press(&mut self, byte: Option<u8>) -> Option<Answer> {
        let Some(byte) = byte else {
            return Some(Answer::End);
        };
        Some(match self.editor.press(byte)? {
            Entered::Line(line) => {
                // The last drawing shows the line that was entered.
                self.editor.set(&line);
                Answer::Line(line)
            }
            Entered::Interrupted => Answer::Interrupted,
            Entered::End => Answer::End,
        })
    }

    fn draw(&mut self) {
        let Some(printer) = &self.printer else { return };
        let size = tty::size(io::stderr().as_fd());
        let mut bytes = Vec::new();
        if self.editor.take_clear() {
            self.frame.clear(&mut bytes);
        }
        let (line, cursor) = self.editor.line();
        bytes.extend(self.frame.draw(size, &[], &[], (self.prompt, line, cursor)));
        printer.print(bytes);
    }

    /// Prints the line as it is, and moves the cursor below it. Waits only for a moment if the terminal
    /// takes nothing.
    fn leave(&mut self) {
        let Some(printer) = self.printer.take() else {
            return;
        };
        let mut line = Vec::new();
        frame::append_row(self.prompt, self.editor.line().0, &mut line);
        let mut bytes = self.frame.leave(tty::size(io::stderr().as_fd()), &line);
        bytes.extend_from_slice(tty::END);
        printer.finish_blocking(bytes, CLOSE_TIMEOUT);
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

async fn ready(printer: Option<&Printer>) -> bool {
    match printer {
        Some(printer) => printer.ready().await,
        None => false,
    }
}
