//! A line typed at a terminal, and edited while it is typed.
//!
//! ```text
//! tty ─ keys ─ editor (line, history) ─ frame ─ printer ─ tty
//! ```
//!
//! `tty` sets the terminal and reads its bytes, `keys` finds the keys in them, `editor` obeys the
//! keys, `frame` says what the terminal has to be sent so that it shows the line, `printer` sends
//! it. All but `tty` and `printer` are pure. The client asks for one line with [`ask`]; the chat
//! puts the same parts together in its own way.
//!
//! What always holds: no byte that is typed is lost, at any speed: what is read behind a line's end
//! is the next line; what the screen shows of a line is what the line holds, whatever width the
//! terminal gives its characters; the terminal is set as it was before, however this ends.

pub(crate) mod editor;
pub(crate) mod frame;
mod history;
mod keys;
mod line;
pub(crate) mod printer;
pub(crate) mod tty;

use std::env;
use std::io::{self, Write};
use std::os::fd::AsFd;

use tokio::time::sleep;

use editor::{Editor, Entered};
use frame::Frame;
pub(crate) use keys::ESCAPE_TIME;
use tty::Tty;

/// What a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This line, as it was typed, without its end. It need not be UTF-8.
    Line(Vec<u8>),
    /// Ctrl-D on an empty line, or the terminal is gone.
    End,
    /// Ctrl-C.
    Interrupted,
}

/// Whether a line can be edited on the user's terminal: the ones that can't move their cursor are
/// known by name.
#[must_use]
pub fn can_edit() -> bool {
    !env::var("TERM").is_ok_and(|term| matches!(term.as_str(), "dumb" | "cons25" | "emacs"))
}

/// Asks for one line at the terminal at stdin. Prompt and line are drawn on `output`, which has to
/// be the same terminal. What is typed behind the line stays there for whoever reads next.
///
/// # Errors
///
/// When the terminal can't be set, read or written to.
///
/// # Cancel safety
///
/// The terminal is as it was, and the cursor on a row of its own, once the call is dropped: by a
/// signal, for example, which the caller has to catch. Ctrl-C comes as a key here.
pub async fn ask(prompt: &str, output: impl Write + AsFd) -> io::Result<Answer> {
    let tty = Tty::raw(io::stdin().as_fd())?;
    let mut asked = Asked {
        tty,
        output,
        editor: Editor::new(0),
        frame: Frame::new(),
        prompt,
        is_over: false,
    };
    asked.answer().await
}

/// A question that is being answered. Leaves the terminal when it is dropped.
struct Asked<'a, W: Write + AsFd> {
    tty: Tty,
    output: W,
    editor: Editor,
    frame: Frame,
    prompt: &'a str,
    /// Whether the cursor is off the line.
    is_over: bool,
}

impl<W: Write + AsFd> Asked<'_, W> {
    async fn answer(&mut self) -> io::Result<Answer> {
        let mut resized = tty::resizes()?;
        self.output.write_all(tty::BEGIN)?;
        loop {
            self.draw()?;
            // One byte at a time: what is behind the line's end is not ours to take.
            let mut byte = [0];
            let entered = tokio::select! {
                read = self.tty.read(&mut byte) => match read? {
                    0 => Some(Entered::End),
                    _ => self.editor.press(byte[0]),
                },
                () = sleep(ESCAPE_TIME), if self.editor.is_in_escape() => {
                    self.editor.end_escape();
                    None
                }
                _ = resized.recv() => None,
            };
            let answer = match entered {
                None => continue,
                Some(Entered::Line(line)) => Answer::Line(line),
                Some(Entered::Interrupted) => Answer::Interrupted,
                Some(Entered::End) => Answer::End,
            };
            self.leave(&answer)?;
            return Ok(answer);
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = tty::size(self.output.as_fd());
        let (line, cursor) = self.editor.line();
        let bytes = self.frame.draw(size, &[], &[], (self.prompt, line, cursor));
        self.output.write_all(&bytes)?;
        self.output.flush()
    }

    /// Leaves the line as it was entered, and the cursor below it.
    fn leave(&mut self, answer: &Answer) -> io::Result<()> {
        self.is_over = true;
        let line = match answer {
            Answer::Line(line) => line,
            Answer::End | Answer::Interrupted => self.editor.line().0,
        };
        let mut printed = Vec::new();
        frame::print(self.prompt, line, &mut printed);
        let size = tty::size(self.output.as_fd());
        let bytes = self.frame.leave(size, &printed);
        self.output.write_all(&bytes)?;
        self.output.write_all(tty::END)?;
        self.output.flush()
    }
}

impl<W: Write + AsFd> Drop for Asked<'_, W> {
    fn drop(&mut self) {
        if !self.is_over {
            // Fails only where the terminal is gone.
            let _ = self.leave(&Answer::Interrupted);
        }
    }
}
