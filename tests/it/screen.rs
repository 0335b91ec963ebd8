//! A pseudo-terminal with a program in it. It types, and reads the screen as a person would see it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Action, Termios, Winsize, tcflow, tcgetattr, tcsetwinsize};

use crate::support::BOUND;

const ROWS: u16 = 24;
const COLUMNS: u16 = 40;

/// A terminal of 24 rows and 40 columns.
pub(crate) struct Screen {
    child: Child,
    keyboard: File,
    terminal: OwnedFd,
    seen: Arc<(Mutex<vt100::Parser>, Condvar)>,
}

impl Screen {
    /// Starts `command` in a new terminal.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let (controller, terminal) = pseudo_terminal();
        let size = Winsize {
            ws_row: ROWS,
            ws_col: COLUMNS,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let end = || terminal.try_clone().unwrap();
        let child = command
            .env("TERM", "xterm")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn();
        let keyboard = File::from(controller);
        let seen = Arc::new((
            Mutex::new(vt100::Parser::new(ROWS, COLUMNS, 1000)),
            Condvar::new(),
        ));
        let (mut output, watcher) = (keyboard.try_clone().unwrap(), Arc::clone(&seen));
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                watcher.0.lock().unwrap().process(&chunk[..length]);
                watcher.1.notify_all();
            }
        });
        Self {
            child: child.unwrap(),
            keyboard,
            terminal,
            seen,
        }
    }

    /// Presses these keys.
    #[track_caller]
    pub(crate) fn press(&mut self, keys: &str) {
        self.press_bytes(keys.as_bytes());
    }

    /// Presses keys that are no text.
    #[track_caller]
    pub(crate) fn press_bytes(&mut self, keys: &[u8]) {
        let (mut keyboard, keys) = (self.keyboard.try_clone().unwrap(), keys.to_vec());
        let (done, written) = mpsc::sync_channel(1);
        // More than the terminal holds is taken only as fast as it is read: for ever, where it is not.
        thread::spawn(move || done.send(keyboard.write_all(&keys)));
        let written = written.recv_timeout(BOUND);
        written.expect("the program reads what is typed").unwrap();
    }

    /// Lets it take no more output, as Ctrl-S does.
    #[track_caller]
    pub(crate) fn stop_output(&self) {
        tcflow(&self.terminal, Action::OOff).unwrap();
    }

    /// Waits until the screen's rows satisfy `is_it`, and returns them, without trailing blanks.
    #[track_caller]
    pub(crate) fn until(&self, is_it: impl Fn(&[String]) -> bool) -> Vec<String> {
        let deadline = Instant::now() + BOUND;
        let mut parser = self.seen.0.lock().unwrap();
        loop {
            let contents = parser.screen().contents();
            let rows: Vec<String> = contents
                .lines()
                .map(|row| row.trim_end().to_owned())
                .collect();
            if is_it(&rows) {
                return rows;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the screen stays at {rows:#?}");
            parser = self.seen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Waits for a row that begins like this.
    #[track_caller]
    pub(crate) fn until_row(&self, begins: &str) -> Vec<String> {
        self.until(|rows| rows.iter().any(|row| row.starts_with(begins)))
    }

    /// Waits until the last row is this.
    #[track_caller]
    pub(crate) fn until_last(&self, row: &str) -> Vec<String> {
        self.until(|rows| rows.last().is_some_and(|last| last == row))
    }

    /// Waits until what is pasted is no longer to be bracketed.
    #[track_caller]
    pub(crate) fn until_pastes_are_plain(&self) {
        let deadline = Instant::now() + BOUND;
        let mut parser = self.seen.0.lock().unwrap();
        while parser.screen().bracketed_paste() {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "pastes are still bracketed");
            parser = self.seen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// How much of what was typed nobody has read.
    pub(crate) fn unread(&self) -> u64 {
        ioctl_fionread(&self.terminal).unwrap()
    }

    /// The program's process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// In which column of the last row `text` begins.
    #[track_caller]
    pub(crate) fn column_of(&self, text: &str) -> u16 {
        let parser = self.seen.0.lock().unwrap();
        let (row, _) = parser.screen().cursor_position();
        let is_it = |column: &u16| {
            let cell = parser.screen().cell(row, *column);
            cell.is_some_and(|cell| cell.contents() == text)
        };
        (0..COLUMNS).find(is_it).unwrap()
    }

    /// Waits until the cursor is in this column.
    #[track_caller]
    pub(crate) fn until_cursor(&self, column: u16) {
        let deadline = Instant::now() + BOUND;
        let mut parser = self.seen.0.lock().unwrap();
        while parser.screen().cursor_position().1 != column {
            let left = deadline.saturating_duration_since(Instant::now());
            let at = parser.screen().cursor_position();
            assert!(!left.is_zero(), "the cursor stays at {at:?}, not {column}");
            parser = self.seen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Whether anything that it shows has a color, or is bold or dim.
    pub(crate) fn is_painted(&self) -> bool {
        let parser = self.seen.0.lock().unwrap();
        let screen = parser.screen();
        let mut cells = (0..ROWS)
            .flat_map(|row| (0..COLUMNS).filter_map(move |column| screen.cell(row, column)));
        cells.any(|cell| cell.bold() || cell.dim() || cell.fgcolor() != vt100::Color::Default)
    }

    /// Makes it as wide as this, and tells the program.
    #[track_caller]
    pub(crate) fn resize(&self, columns: u16) {
        let size = Winsize {
            ws_row: ROWS,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        self.seen
            .0
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(ROWS, columns);
        tcsetwinsize(&self.terminal, size).unwrap();
        self.signal(Signal::WINCH);
    }

    /// How the terminal is set.
    pub(crate) fn settings(&self) -> String {
        format!("{:?}", tcgetattr(&self.terminal).map(Readable).unwrap())
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the program's end.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end: {:#?}",
                self.until(|_| true)
            );
            // Its end wakes nobody; how soon it is seen matters to no test.
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// A new pseudo-terminal: the end that a terminal's window has, and the one that programs have. When
/// the first is closed, the terminal is gone.
pub(crate) fn pseudo_terminal() -> (OwnedFd, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    // Programs that other tests start must not hold it open.
    #[cfg(target_os = "linux")]
    let flags = flags | OpenptFlags::CLOEXEC;
    let controller = openpt(flags).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let path = ptsname(&controller, Vec::new()).unwrap();
    let terminal = open(path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (controller, terminal)
}

/// The settings that a program may change.
struct Readable(Termios);

impl std::fmt::Debug for Readable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(Termios {
            input_modes,
            output_modes,
            control_modes,
            local_modes,
            special_codes,
            ..
        }) = self;
        write!(
            f,
            "{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?} {special_codes:?}"
        )
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
