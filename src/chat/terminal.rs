//! A user at a terminal: a line editor below, what is said above it.
//!
//! The desk reads keys and draws while the session talks, in the same task; keyboard and screen are
//! the session's hold of it. What always holds: nothing that is typed is lost, and a message that
//! comes in leaves the line being typed as it was; nothing foreign reaches the terminal unescaped;
//! however the chat ends, by a panic or one of the signals that ask for an end (INT, TERM, HUP), the
//! terminal is set as it was before.

use std::cell::{Cell, RefCell};
use std::fmt::Display as Text;
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
use super::user::{Display, Speaker};
use crate::language::Language;
use crate::terminal::PASTE_TIME;
use crate::terminal::editor::{Editor, Entered};
use crate::terminal::frame::{Frame, Labelled};
use crate::terminal::printer::Printer;
use crate::terminal::tty::{self, Tty};

/// How many lines the editor remembers.
const HISTORY: usize = 1000;

/// How much is read at once.
const CHUNK: usize = 4096;

/// How long the terminal may take for the last messages: far longer than it does, also on a busy
/// machine. One that is stopped takes for ever.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What is typed.
#[derive(Debug)]
pub struct Keyboard(Rc<Shared>);

/// What is above the line being typed.
#[derive(Debug)]
pub struct Screen(Rc<Shared>);

/// Ctrl-C, which is a key while the terminal is ours.
#[derive(Debug)]
pub struct Interrupts(Rc<Shared>);

/// The terminal with the line being typed. Sets it as it was when it is dropped.
#[derive(Debug)]
pub struct Desk {
    shared: Rc<Shared>,
    tty: Tty,
    printer: Printer,
    resized: Signal,
    editor: Editor,
    frame: Frame,
    language: Language,
}

/// What the desk and the session have in common.
#[derive(Debug)]
struct Shared {
    page: RefCell<Page>,
    /// Whether the page is not drawn as it is.
    is_changed: Cell<bool>,
    /// Whether nothing more can be entered.
    is_ended: Cell<bool>,
    /// Whether nothing more can be shown.
    is_gone: Cell<bool>,
    /// How often Ctrl-C was pressed, and nobody has heard of it.
    interrupts: Cell<usize>,
    /// Wakes the desk, and the session.
    for_desk: Notify,
    for_session: Notify,
}

/// Takes over the terminal at stdin and stdout, for messages of at most `most` bytes.
///
/// # Errors
///
/// When the terminal can't be set, or a thread can't be had.
pub fn start(most: usize, language: Language) -> io::Result<Desk> {
    let resized = tty::resizes()?;
    let printer = Printer::start(io::stdout())?;
    let tty = Tty::raw(io::stdin().as_fd())?;
    let shared = Shared {
        page: RefCell::new(Page::new(most, language)),
        is_changed: Cell::new(true),
        is_ended: Cell::new(false),
        is_gone: Cell::new(false),
        interrupts: Cell::new(0),
        for_desk: Notify::new(),
        for_session: Notify::new(),
    };
    Ok(Desk {
        shared: Rc::new(shared),
        tty,
        printer,
        resized,
        editor: Editor::new(HISTORY),
        frame: Frame::new(),
        language,
    })
}

impl Desk {
    /// The session's hold of it.
    #[must_use]
    pub fn user(&self) -> (Keyboard, Screen, Interrupts) {
        let shared = || Rc::clone(&self.shared);
        (Keyboard(shared()), Screen(shared()), Interrupts(shared()))
    }

    /// Reads and draws, for ever.
    pub async fn run(&mut self) -> ! {
        let shared = Rc::clone(&self.shared);
        self.printer.give(tty::BEGIN.to_vec());
        let mut chunk = [0; CHUNK];
        let mut is_open = true;
        loop {
            let may_read = is_open && shared.page.borrow().has_room();
            let may_draw = shared.is_changed.get() && !shared.is_gone.get();
            select! {
                read = self.tty.read(&mut chunk), if may_read => {
                    if let Ok(length @ 1..) = read {
                        self.press(&chunk[..length]);
                    } else {
                        // The terminal is gone.
                        is_open = false;
                        self.end();
                    }
                }
                () = sleep(self.editor.waits().unwrap_or_default()), if self.editor.waits().is_some() => {
                    // What is there to be read came in time.
                    if !self.tty.has_more() {
                        self.editor.time_is_up();
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
                () = shared.for_desk.notified() => {}
            }
            shared.for_session.notify_waiters();
        }
    }

    fn press(&mut self, bytes: &[u8]) {
        let shared = Rc::clone(&self.shared);
        shared.is_changed.set(true);
        for &byte in bytes {
            match self.editor.press(byte) {
                Some(Entered::Interrupted) => {
                    shared.interrupts.update(|count| count + 1);
                    self.end();
                }
                Some(Entered::End) => self.end(),
                Some(Entered::Line(line)) if !shared.is_ended.get() => {
                    let is_last = line == BYE;
                    shared.page.borrow_mut().enter(line);
                    if is_last {
                        self.end();
                    }
                }
                // Behind the end, or no more than a change of the line.
                Some(Entered::Line(_)) | None => {}
            }
        }
    }

    fn draw(&mut self) {
        self.shared.is_changed.set(false);
        let mut bytes = Vec::new();
        if self.editor.is_cleared() {
            self.frame.clear(&mut bytes);
        }
        let page = &mut *self.shared.page.borrow_mut();
        let printed = page.take_printed();
        let below = page.live();
        let below: Vec<Labelled<'_>> = below
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
        self.printer.give(bytes);
    }

    /// Nothing more can be entered.
    fn end(&mut self) {
        if !self.shared.is_ended.replace(true) {
            self.shared.page.borrow_mut().end(self.editor.line().0);
        }
    }

    /// Gives the terminal back, once everything that was shown is on it; false where it takes
    /// nothing, stopped or gone, or the user does not want to wait until it does.
    pub async fn close(self, stop: impl Future<Output = ()>) -> bool {
        // Those were pressed to end the chat, which has ended.
        self.shared.interrupts.set(0);
        select! {
            closed = timeout(LAST_WORDS, self.finish()) => closed.unwrap_or(false),
            () = stop => false,
        }
    }

    /// Reads the rest of a text that is being pasted. It was meant for the chat: whoever reads the
    /// terminal next, a shell, would obey it.
    async fn discard_paste(&mut self) {
        let mut chunk = [0; CHUNK];
        while self.editor.is_in_paste() {
            match timeout(PASTE_TIME, self.tty.read(&mut chunk)).await {
                Ok(Ok(length @ 1..)) => {
                    for &byte in &chunk[..length] {
                        self.editor.press(byte);
                    }
                }
                // It was cut off, or the terminal is gone.
                _ => return,
            }
        }
    }

    /// Draws all that is left, and waits until it is written.
    async fn finish(mut self) -> bool {
        self.end();
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
        self.printer.give(bytes);
        self.printer.finish().await
    }
}

impl Shared {
    /// Changes the page, and has it drawn.
    fn change<T>(&self, change: impl FnOnce(&mut Page) -> T) -> T {
        let done = change(&mut self.page.borrow_mut());
        self.is_changed.set(true);
        self.for_desk.notify_one();
        done
    }
}

impl Interrupts {
    /// Waits for the next one. Cancel safe.
    pub async fn next(&self) {
        while self.0.interrupts.get() == 0 {
            self.0.for_session.notified().await;
        }
        self.0.interrupts.update(|count| count - 1);
    }
}

impl Speaker for Keyboard {
    async fn next(&mut self) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.entered() {
                return Ok(Some(message));
            }
            if self.0.interrupts.get() > 0 {
                // What it means is told in another way.
                pending::<()>().await;
            }
            if self.0.is_ended.get() {
                return Ok(None);
            }
            self.0.for_session.notified().await;
        }
    }

    fn entered(&mut self) -> Option<Message> {
        let message = self.0.page.borrow_mut().next();
        if message.is_some() {
            // There is room for more.
            self.0.for_desk.notify_one();
        }
        message
    }
}

impl Display for Screen {
    fn put(&mut self, messages: &[Message]) {
        self.0.change(|page| page.heard(messages));
    }

    fn begun(&mut self, text: &[u8]) {
        self.0.change(|page| page.begun(text));
    }

    fn said(&mut self, count: usize) {
        self.0.change(|page| page.said(count));
    }

    fn has_more(&self) -> bool {
        self.0.page.borrow().has_printed()
    }

    async fn flush(&mut self) -> io::Result<()> {
        while self.has_more() {
            if self.0.is_gone.get() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.0.for_session.notified().await;
        }
        Ok(())
    }

    fn tell(&mut self, notice: impl Text) {
        self.0.change(|page| page.tell(notice));
    }
}
