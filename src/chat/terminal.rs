//! A user at a terminal: a line editor below, what the other side says above it.
//!
//! The editor blocks, so it has a thread of its own; and so has its printer, because a terminal
//! may be stopped (Ctrl-S). What always holds: a message that comes in leaves the line being typed
//! as it was; nothing foreign reaches the terminal unescaped; however the chat ends, a panic
//! included, the terminal is set as it was before.

use std::fmt::Display;
use std::fs::File;
use std::future::pending;
use std::io::{self, Write as _};
use std::mem;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use rustix::stdio::dup2_stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor, ExternalPrinter};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::codec::{BYE, Message, cut};
use super::user::User;
use crate::language::Language;
use crate::visible;

/// How many lines the editor remembers.
const HISTORY: usize = 1000;

/// Draws nothing: up a row, and down again.
const NOTHING: &str = "\x1b[A\n";

/// How long the terminal may take for the last messages. One that is stopped takes for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What the editor is doing: between lines, at one, gone by Ctrl-C, or never to edit again.
const IDLE: u8 = 0;
const EDITING: u8 = 1;
const INTERRUPTED: u8 = 2;
const OVER: u8 = 3;

/// A line editor and what is above it.
#[derive(Debug)]
pub struct Terminal {
    lines: mpsc::Receiver<String>,
    /// The rest of what was entered at once, in messages, last first.
    entered: Vec<Vec<u8>>,
    print: mpsc::Sender<Print>,
    editor: Arc<AtomicU8>,
    /// The terminal itself, and how it was set before.
    tty: OwnedFd,
    before: Termios,
    most: usize,
    language: Language,
}

#[derive(Debug)]
enum Print {
    /// Lines, each ended.
    Text(String),
    /// Nothing; answer once the editor has everything before.
    Nothing(oneshot::Sender<()>),
}

impl Terminal {
    /// Takes over the terminal at stdin and stdout, for messages of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// When the terminal can't be set, or a thread can't be had.
    pub fn start(most: usize, language: Language) -> io::Result<Self> {
        let tty = io::stdin().as_fd().try_clone_to_owned()?;
        let before = tcgetattr(&tty)?;
        // A paste of several lines is several messages, as if they had been typed.
        let config = Config::builder()
            .bracketed_paste(false)
            .auto_add_history(true);
        let history = MemHistory::with_config(&config.clone().build());
        let config = config.max_history_size(HISTORY).map_err(io::Error::other)?;
        let mut reader =
            Editor::<(), _>::with_history(config.build(), history).map_err(io::Error::other)?;
        let printer = reader.create_external_printer().map_err(io::Error::other)?;
        let editor = Arc::new(AtomicU8::new(IDLE));
        let (line_sender, lines) = mpsc::channel(1);
        let (print, prints) = mpsc::channel(1);
        let state = Arc::clone(&editor);
        let spawn = |name: &str| thread::Builder::new().name(name.to_owned());
        spawn("editor").spawn(move || edit(reader, language, &state, &line_sender))?;
        spawn("printer").spawn(move || run_printer(printer, prints))?;
        Ok(Self {
            lines,
            entered: Vec::new(),
            print,
            editor,
            tty,
            before,
            most,
            language,
        })
    }

    /// Gives the terminal back, once everything that was shown is on it.
    pub async fn close(mut self) {
        // A terminal that is stopped or gone is not waited for.
        let _ = timeout(LAST_WORDS, self.end_editor()).await;
    }

    /// The editor can't be told to end, but it can be given an end of input. It takes one text at
    /// a time: that it takes another means that all before is drawn.
    async fn end_editor(&mut self) {
        self.print_nothing().await;
        self.editor.store(OVER, SeqCst);
        if let Ok(null) = File::open("/dev/null") {
            // Fails only for a descriptor that is not one.
            let _ = dup2_stdin(null);
        }
        // It looks for input when it is woken.
        self.print_nothing().await;
        // Its thread drops the other end.
        while self.lines.recv().await.is_some() {}
    }

    async fn print_nothing(&self) {
        let (answer, answered) = oneshot::channel();
        // Both fail only where the terminal is gone.
        let _ = self.print.send(Print::Nothing(answer)).await;
        let _ = answered.await;
    }

    /// What was entered as messages: a paste may hold several lines, and long ones.
    fn enter(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut rest = line.as_bytes().to_vec();
            if rest.len() > self.most {
                self.tell(self.language.too_long(self.most));
            }
            while !rest.is_empty() {
                let behind = rest.split_off(cut(&rest, self.most));
                self.entered.push(mem::replace(&mut rest, behind));
            }
        }
        self.entered.reverse();
    }
}

/// The editor's thread, until input or chat ends.
fn edit(
    mut reader: Editor<(), MemHistory>,
    language: Language,
    state: &AtomicU8,
    lines: &mpsc::Sender<String>,
) {
    let moved = |from, to| state.compare_exchange(from, to, SeqCst, SeqCst).is_ok();
    while moved(IDLE, EDITING) {
        let line = reader.readline(language.message_prompt());
        let goes_on = match line {
            Ok(line) => {
                let is_last = line.as_bytes() == BYE;
                moved(EDITING, IDLE) && lines.blocking_send(line).is_ok() && !is_last
            }
            // The window's size has changed.
            Err(ReadlineError::Signal(_)) => moved(EDITING, IDLE),
            Err(ReadlineError::Interrupted) => {
                // The editor takes Ctrl-C as a key: make it the signal that it stands for.
                if moved(EDITING, INTERRUPTED) {
                    let _ = kill_process(getpid(), Signal::INT);
                }
                false
            }
            Err(_) => false,
        };
        if !goes_on {
            return;
        }
    }
}

/// The printer's thread: ends with the chat, or with the terminal.
fn run_printer(mut printer: impl ExternalPrinter, mut prints: mpsc::Receiver<Print>) {
    while let Some(print) = prints.blocking_recv() {
        match print {
            Print::Text(text) => {
                if printer.print(text).is_err() {
                    return;
                }
            }
            Print::Nothing(answer) => {
                if printer.print(NOTHING.to_owned()).is_err() {
                    return;
                }
                // Nobody waits where the time was over.
                let _ = answer.send(());
            }
        }
    }
}

impl User for Terminal {
    async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(message) = self.entered.pop() {
                return Some(message);
            }
            match self.lines.recv().await {
                Some(text) => self.enter(&text),
                // The signal is under way.
                None if self.editor.load(SeqCst) == INTERRUPTED => pending().await,
                None => return None,
            }
        }
    }

    async fn show(&mut self, messages: &[Message]) -> io::Result<()> {
        let mut text = Vec::new();
        for message in messages {
            text.extend_from_slice(self.language.received_message().as_bytes());
            visible::show(&message.text, &mut text);
            text.extend_from_slice(if message.goes_on {
                "…\n".as_bytes()
            } else {
                b"\n"
            });
        }
        let text = Print::Text(String::from_utf8_lossy(&text).into_owned());
        let sent = self.print.send(text).await;
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn tell(&mut self, notice: impl Display) {
        // Where the terminal is busy, the notice can be done without.
        let _ = self.print.try_send(Print::Text(format!("{notice}\n")));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let was_editing = self.editor.swap(OVER, SeqCst) == EDITING;
        // Both fail only where the terminal is gone.
        let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
        if was_editing {
            // Off the line that was being typed.
            let _ = writeln!(io::stdout());
        }
    }
}
