//! A user at a terminal: a line editor below, what the other side says above it.
//!
//! The editor blocks, so it has a thread of its own; and so has its printer, because a terminal
//! may be stopped (Ctrl-S). What always holds: a message that comes in leaves the line being typed
//! as it was; nothing foreign reaches the terminal unescaped; however the chat ends, by a panic
//! or one of the signals that ask for an end (INT, TERM, HUP), the terminal is set as it was before.

use std::fmt::Display as Text;
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
use rustyline::{Cmd, Config, Editor, ExternalPrinter, KeyEvent};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::codec::{BYE, Message, cut};
use super::user::{Display, Speaker};
use crate::language::Language;
use crate::visible;

/// How many lines the editor remembers.
const HISTORY: usize = 1000;

/// Draws nothing: up a row, and down again.
const NOTHING: &str = "\x1b[A\n";

/// How long the terminal may take for the last messages: far longer than it does, also on a busy
/// machine. One that is stopped takes for ever.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What the editor is doing: between lines, at one, gone by Ctrl-C, or never to edit again.
const IDLE: u8 = 0;
const EDITING: u8 = 1;
const INTERRUPTED: u8 = 2;
const OVER: u8 = 3;

/// What is typed.
#[derive(Debug)]
pub struct Keyboard {
    lines: mpsc::Receiver<String>,
    /// What was entered at once, in messages, last first.
    entered: Vec<Message>,
    editor: Arc<AtomicU8>,
    most: usize,
}

/// What is above the line being typed. Sets the terminal as it was when it is dropped.
#[derive(Debug)]
pub struct Screen {
    print: mpsc::Sender<Print>,
    /// What is to be printed.
    text: String,
    editor: Arc<AtomicU8>,
    /// The terminal itself, and how it was set before.
    tty: OwnedFd,
    before: Termios,
    language: Language,
}

#[derive(Debug)]
enum Print {
    /// Lines, each ended.
    Text(String),
    /// Nothing; answer once the editor has everything before.
    Nothing(oneshot::Sender<()>),
}

/// Takes over the terminal at stdin and stdout, for messages of at most `most` bytes.
///
/// # Errors
///
/// When the terminal can't be set, or a thread can't be had.
pub fn start(most: usize, language: Language) -> io::Result<(Keyboard, Screen)> {
    let tty = io::stdin().as_fd().try_clone_to_owned()?;
    let before = tcgetattr(&tty)?;
    // A paste of several lines is several messages, as if they had been typed.
    let config = Config::builder()
        .bracketed_paste(false)
        .auto_add_history(true);
    let config = config
        .max_history_size(HISTORY)
        .map_err(io::Error::other)?
        .build();
    let history = MemHistory::with_config(&config);
    let mut reader = Editor::<(), _>::with_history(config, history).map_err(io::Error::other)?;
    // The editor has a thread of its own, and would take the terminal back before it is stopped.
    reader.bind_sequence(KeyEvent::ctrl('Z'), Cmd::Noop);
    let printer = reader.create_external_printer().map_err(io::Error::other)?;
    let editor = Arc::new(AtomicU8::new(IDLE));
    let (line_sender, lines) = mpsc::channel(1);
    let (print, prints) = mpsc::channel(1);
    let state = Arc::clone(&editor);
    let spawn = |name: &str| thread::Builder::new().name(name.to_owned());
    spawn("editor").spawn(move || edit(reader, language, &state, &line_sender))?;
    spawn("printer").spawn(move || run_printer(printer, prints))?;
    let keyboard = Keyboard {
        lines,
        entered: Vec::new(),
        editor: Arc::clone(&editor),
        most,
    };
    let screen = Screen {
        print,
        text: String::new(),
        editor,
        tty,
        before,
        language,
    };
    Ok((keyboard, screen))
}

/// Gives the terminal back, once everything that was shown is on it; false where it takes nothing,
/// stopped or gone.
pub async fn close(mut keyboard: Keyboard, mut screen: Screen) -> bool {
    let ended = timeout(LAST_WORDS, screen.end_editor(&mut keyboard)).await;
    // Nothing more is written where nothing is taken.
    screen.editor.store(OVER, SeqCst);
    ended.is_ok()
}

impl Screen {
    /// The editor can't be told to end, but it can be given an end of input. It takes one text at
    /// a time: that it takes another means that all before is drawn.
    async fn end_editor(&mut self, keyboard: &mut Keyboard) {
        self.print_nothing().await;
        self.editor.store(OVER, SeqCst);
        if let Ok(null) = File::open("/dev/null") {
            // Fails only for a descriptor that is not one.
            let _ = dup2_stdin(null);
        }
        // It looks for input when it is woken.
        self.print_nothing().await;
        // Its thread drops the other end.
        while keyboard.lines.recv().await.is_some() {}
    }

    async fn print_nothing(&self) {
        let (answer, answered) = oneshot::channel();
        // Both fail only where the terminal is gone.
        let _ = self.print.send(Print::Nothing(answer)).await;
        let _ = answered.await;
    }
}

impl Keyboard {
    /// What was entered as messages: a paste may hold several lines, and long ones.
    fn enter(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (mut rest, mut is_rest) = (line.as_bytes(), false);
            while !rest.is_empty() {
                let (part, behind) = rest.split_at(cut(rest, self.most));
                let message = Message {
                    text: part.to_vec(),
                    goes_on: !behind.is_empty(),
                    is_rest,
                };
                self.entered.push(message);
                (rest, is_rest) = (behind, true);
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
            // What was typed is no text.
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                moved(EDITING, IDLE)
            }
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

impl Speaker for Keyboard {
    async fn next(&mut self) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.entered.pop() {
                return Ok(Some(message));
            }
            match self.lines.recv().await {
                Some(text) => self.enter(&text),
                // The signal is under way.
                None if self.editor.load(SeqCst) == INTERRUPTED => pending().await,
                None => return Ok(None),
            }
        }
    }
}

impl Display for Screen {
    fn put(&mut self, messages: &[Message]) {
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
        self.text.push_str(&String::from_utf8_lossy(&text));
    }

    fn has_more(&self) -> bool {
        !self.text.is_empty()
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.text.is_empty() {
            let place = self.print.reserve().await;
            let place = place.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            place.send(Print::Text(mem::take(&mut self.text)));
        }
        Ok(())
    }

    fn tell(&mut self, notice: impl Text) {
        self.text.push_str(&notice.to_string());
        self.text.push('\n');
    }
}

impl Drop for Screen {
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
