//! A user at a terminal: a line editor below, the messages above it.
//!
//! ```text
//! keys ─ Console (editor, frame) ─ Page ─ Keyboard, Screen, Interrupts ─ session
//! ```
//!
//! The [`Console`] reads keys and draws. The session works in the same task, through the three handles.
//!
//! # Invariants
//!
//! - A key is never lost. A message that arrives leaves the line being typed unchanged.
//! - The terminal gets no unescaped byte from the peer.
//! - The terminal's settings are restored at the end of the chat, and also after a panic, SIGINT, SIGTERM
//!   or SIGHUP.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io;
use std::os::fd::AsFd as _;
use std::rc::Rc;
use std::time::Duration;

use tokio::select;
use tokio::signal::unix::Signal;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::codec::{BYE, Message};
use super::page::Page;
use super::user::{Display, Speaker, Waiting};
use crate::language::Language;
use crate::terminal::PASTE_TIMEOUT;
use crate::terminal::editor::{Editor, Entered};
use crate::terminal::frame::{Frame, Labelled};
use crate::terminal::printer::Printer;
use crate::terminal::tty::{self, Tty};

/// How many lines the history holds.
const HISTORY: usize = 1000;

/// The most bytes of one read.
const CHUNK: usize = 4096;

/// How long the terminal may take for the last rows, far longer than it needs on a busy machine. A terminal
/// that is stopped would take for ever.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The session's handle for the lines that the user enters.
#[derive(Debug)]
pub(super) struct Keyboard(Rc<Shared>);

/// The session's handle for what is shown above the line being typed.
#[derive(Debug)]
pub(super) struct Screen(Rc<Shared>);

/// The session's handle for Ctrl-C, which is a key while the terminal is in raw mode.
#[derive(Debug)]
pub(super) struct Interrupts(Rc<Shared>);

/// The terminal with the line being typed. Restores the terminal's settings on drop.
#[derive(Debug)]
pub(super) struct Console {
    shared: Rc<Shared>,
    tty: Tty,
    printer: Printer,
    resized: Signal,
    editor: Editor,
    frame: Frame,
    language: Language,
}

/// The state that the console and the session share.
#[derive(Debug)]
struct Shared {
    page: RefCell<Page>,
    /// Whether the page has changed since it was drawn.
    is_changed: Cell<bool>,
    /// Whether input has ended.
    is_ended: Cell<bool>,
    /// Whether the terminal is closed for output.
    is_gone: Cell<bool>,
    /// How often Ctrl-C was pressed that [`Interrupts`] has not returned.
    interrupts: Cell<usize>,
    wake_console: Notify,
    wake_session: Notify,
}

/// Takes over the terminal at stdin and stdout, for messages of at most `max_message` bytes.
///
/// # Errors
///
/// The terminal can't be set to raw mode, or the system refuses a thread.
pub(super) fn start(max_message: usize, language: Language) -> io::Result<Console> {
    let resized = tty::resizes()?;
    let printer = Printer::start(io::stdout())?;
    let tty = Tty::raw(io::stdin().as_fd())?;
    let shared = Shared {
        page: RefCell::new(Page::new(max_message, language)),
        is_changed: Cell::new(true),
        is_ended: Cell::new(false),
        is_gone: Cell::new(false),
        interrupts: Cell::new(0),
        wake_console: Notify::new(),
        wake_session: Notify::new(),
    };
    Ok(Console {
        shared: Rc::new(shared),
        tty,
        printer,
        resized,
        editor: Editor::new(HISTORY),
        frame: Frame::new(),
        language,
    })
}

impl Console {
    /// The session's handles.
    pub(super) fn handles(&self) -> (Keyboard, Screen, Interrupts) {
        let shared = || Rc::clone(&self.shared);
        (Keyboard(shared()), Screen(shared()), Interrupts(shared()))
    }

    /// Reads keys and draws, for ever.
    pub(super) async fn run(&mut self) -> ! {
        let shared = Rc::clone(&self.shared);
        self.printer.print(tty::BEGIN.to_vec());
        let mut chunk = [0; CHUNK];
        let mut is_open = true;
        loop {
            let may_read = is_open && shared.page.borrow().has_room();
            let may_draw = shared.is_changed.get() && !shared.is_gone.get();
            let timeout = self.editor.timeout();
            select! {
                read = self.tty.read(&mut chunk), if may_read => {
                    is_open = self.take_read(&chunk[..read.unwrap_or(0)]);
                }
                () = sleep(timeout.unwrap_or_default()), if timeout.is_some() => {
                    // Bytes that wait in the terminal came in time.
                    if !self.tty.has_more() {
                        self.editor.timed_out();
                        shared.is_changed.set(true);
                    }
                }
                is_ready = self.printer.ready(), if may_draw => {
                    if is_ready {
                        self.draw();
                    }
                    shared.is_gone.set(!is_ready);
                }
                _ = self.resized.recv() => shared.is_changed.set(true),
                () = shared.wake_console.notified() => {}
            }
            shared.wake_session.notify_waiters();
        }
    }

    /// Takes the bytes of a read. None means that the terminal is gone, and returns false.
    fn take_read(&mut self, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            self.end_input();
        } else {
            self.press(bytes);
        }
        !bytes.is_empty()
    }

    fn press(&mut self, bytes: &[u8]) {
        let shared = Rc::clone(&self.shared);
        shared.is_changed.set(true);
        for &byte in bytes {
            match self.editor.press(byte) {
                Some(Entered::Interrupted) => {
                    shared.interrupts.update(|count| count + 1);
                    self.end_input();
                }
                Some(Entered::End) => self.end_input(),
                Some(Entered::Line(line)) if !shared.is_ended.get() => {
                    let is_bye = line == BYE;
                    shared.page.borrow_mut().enter(line);
                    if is_bye {
                        self.end_input();
                    }
                }
                // A line after the end of input, or a change of the line.
                Some(Entered::Line(_)) | None => {}
            }
        }
    }

    fn draw(&mut self) {
        self.shared.is_changed.set(false);
        let mut bytes = Vec::new();
        if self.editor.take_clear() {
            self.frame.clear(&mut bytes);
        }
        let page = &mut *self.shared.page.borrow_mut();
        let printed = page.take_printed();
        let texts = page.live();
        let below: Vec<Labelled<'_>> = texts
            .iter()
            .map(|(label, text)| (&**label, *text))
            .collect();
        let (line, cursor) = self.editor.line();
        let line = if self.shared.is_ended.get() {
            ("", &[][..], 0)
        } else {
            (self.language.message_prompt(), line, cursor)
        };
        let size = tty::size(io::stdout().as_fd());
        bytes.extend(self.frame.draw(size, &printed, &below, line));
        self.printer.print(bytes);
    }

    /// Ends input: nothing more can be entered.
    fn end_input(&mut self) {
        if !self.shared.is_ended.replace(true) {
            let line = self.editor.line().0;
            self.shared.page.borrow_mut().keep_unfinished(line);
        }
    }

    /// Shows everything that is left and restores the terminal. Returns false if the terminal takes nothing
    /// within a bound, or if `stop` returns first.
    pub(super) async fn close(self, stop: impl Future<Output = ()>) -> bool {
        // Each Ctrl-C so far asked for the end of the chat, which has ended.
        self.shared.interrupts.set(0);
        select! {
            closed = timeout(CLOSE_TIMEOUT, self.finish()) => closed.unwrap_or(false),
            () = stop => false,
        }
    }

    /// Reads the rest of a text that is being pasted into the chat. The shell would run it as commands.
    async fn discard_paste(&mut self) {
        let mut chunk = [0; CHUNK];
        while self.editor.is_in_paste() {
            match timeout(PASTE_TIMEOUT, self.tty.read(&mut chunk)).await {
                Ok(Ok(length @ 1..)) => {
                    for &byte in &chunk[..length] {
                        self.editor.press(byte);
                    }
                }
                // The paste was cut off, or the terminal is gone.
                _ => return,
            }
        }
    }

    /// Draws everything that is left, and waits until it is written.
    async fn finish(mut self) -> bool {
        self.end_input();
        self.discard_paste().await;
        if !self.printer.ready().await {
            return false;
        }
        let printed = self.shared.change(|page| {
            page.finish();
            page.take_printed()
        });
        let mut bytes = self.frame.leave(tty::size(io::stdout().as_fd()), &printed);
        bytes.extend_from_slice(tty::END);
        self.printer.print(bytes);
        self.printer.finish().await
    }
}

impl Shared {
    /// Changes the page, and asks the console to draw it.
    fn change<T>(&self, change: impl FnOnce(&mut Page) -> T) -> T {
        let done = change(&mut self.page.borrow_mut());
        self.is_changed.set(true);
        self.wake_console.notify_one();
        done
    }
}

impl Interrupts {
    /// Waits for the next Ctrl-C. Cancel safe.
    pub(super) async fn next(&self) {
        while self.0.interrupts.get() == 0 {
            self.0.wake_session.notified().await;
        }
        self.0.interrupts.update(|count| count - 1);
    }
}

impl Speaker for Keyboard {
    fn next(&mut self) -> Waiting<'_, io::Result<Option<Message>>> {
        Box::pin(async move {
            loop {
                if let Some(message) = self.next_ready() {
                    return Ok(Some(message));
                }
                if self.0.interrupts.get() > 0 {
                    // Ctrl-C is no end of input: `Interrupts` returns it.
                    pending::<()>().await;
                }
                if self.0.is_ended.get() {
                    return Ok(None);
                }
                self.0.wake_session.notified().await;
            }
        })
    }

    fn next_ready(&mut self) -> Option<Message> {
        let message = self.0.page.borrow_mut().next();
        if message.is_some() {
            // The page has room again.
            self.0.wake_console.notify_one();
        }
        message
    }
}

impl Display for Screen {
    fn show(&mut self, messages: &[Message]) {
        self.0.change(|page| page.received(messages));
    }

    fn show_partial(&mut self, text: &[u8]) {
        self.0.change(|page| page.received_partial(text));
    }

    fn sent(&mut self, count: usize) {
        self.0.change(|page| page.sent(count));
    }

    fn has_unshown(&self) -> bool {
        self.0.page.borrow().has_printed()
    }

    fn flush(&mut self) -> Waiting<'_, io::Result<()>> {
        Box::pin(async move {
            while self.has_unshown() {
                if self.0.is_gone.get() {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                self.0.wake_session.notified().await;
            }
            Ok(())
        })
    }

    fn notify(&mut self, notice: &str) {
        self.0.change(|page| page.notify(notice));
    }
}
