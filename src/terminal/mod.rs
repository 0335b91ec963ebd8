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
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use tokio::time::sleep;

use editor::{Editor, Entered};
use frame::Frame;
pub(crate) use keys::PASTE_TIME;
use printer::Printer;
use tty::Tty;

/// How long the terminal may take for the line as it was left. One that is stopped takes for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

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

/// Asks for one line at the terminal at stdin. Prompt and line are drawn on stderr, which has to be
/// the same terminal. What is typed behind the line stays there for whoever reads next.
///
/// # Errors
///
/// When the terminal can't be set or read.
///
/// # Cancel safety
///
/// The terminal is as it was, and the cursor on a row of its own, once the call is dropped: by a
/// signal, for example, which the caller has to catch. Ctrl-C comes as a key here.
pub async fn ask(prompt: &str) -> io::Result<Answer> {
    let tty = Tty::raw(io::stdin().as_fd())?;
    let printer = Printer::start(io::stderr())?;
    printer.give(tty::BEGIN.to_vec());
    let mut asked = Asked {
        tty,
        printer: Some(printer),
        editor: Editor::new(0),
        frame: Frame::new(),
        prompt,
    };
    let answer = asked.answer().await;
    asked.leave();
    answer
}

/// A question that is being answered. Leaves the terminal when it is dropped.
struct Asked<'a> {
    tty: Tty,
    /// None once the line is left.
    printer: Option<Printer>,
    editor: Editor,
    frame: Frame,
    prompt: &'a str,
}

impl Asked<'_> {
    async fn answer(&mut self) -> io::Result<Answer> {
        let mut resized = tty::resizes()?;
        let mut is_changed = true;
        loop {
            // One byte at a time: what is behind the line's end is not ours to take. What is pasted is
            // drawn once it is all read.
            let mut byte = [0];
            let may_draw = is_changed && !self.tty.has_more();
            let waits = self.editor.waits();
            tokio::select! {
                biased;
                read = self.tty.read(&mut byte) => {
                    is_changed = true;
                    let entered = match read? {
                        0 => Some(Entered::End),
                        _ => self.editor.press(byte[0]),
                    };
                    match entered {
                        None => {}
                        Some(Entered::Line(line)) => {
                            self.editor.put(&line);
                            return Ok(Answer::Line(line));
                        }
                        Some(Entered::Interrupted) => return Ok(Answer::Interrupted),
                        Some(Entered::End) => return Ok(Answer::End),
                    }
                }
                is_ready = ready(self.printer.as_ref()), if may_draw => {
                    is_changed = false;
                    if is_ready {
                        self.draw();
                    }
                }
                () = sleep(waits.unwrap_or_default()), if waits.is_some() => {
                    self.editor.time_is_up();
                    is_changed = true;
                }
                _ = resized.recv() => is_changed = true,
            }
        }
    }

    fn draw(&mut self) {
        let Some(printer) = &self.printer else { return };
        let size = tty::size(io::stderr().as_fd());
        let mut bytes = Vec::new();
        if self.editor.is_cleared() {
            self.frame.clear(&mut bytes);
        }
        let (line, cursor) = self.editor.line();
        bytes.extend(self.frame.draw(size, &[], &[], (self.prompt, line, cursor)));
        printer.give(bytes);
    }

    /// Leaves the line as it is, and the cursor below it. A terminal that takes nothing is not waited
    /// for.
    fn leave(&mut self) {
        let Some(printer) = self.printer.take() else {
            return;
        };
        let mut line = Vec::new();
        frame::print(self.prompt, self.editor.line().0, &mut line);
        let mut bytes = self.frame.leave(tty::size(io::stderr().as_fd()), &line);
        bytes.extend_from_slice(tty::END);
        printer.give_at_last(bytes, LAST_WORDS);
    }
}

impl Drop for Asked<'_> {
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
