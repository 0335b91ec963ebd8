//! The command that repeats a record: its very bytes, to the service that recorded it. Pure.
//!
//! `hellowire send` ends its side behind the bytes. So the service never waits for more, and a request that was
//! cut short is cut short again.

use super::shell::{printf, push_word};
use crate::language::Language;
use crate::request_log::{Kept, StateKind};

/// A record of so many bytes, or more, is downloaded and sent as a file.
const FILE_FROM: usize = 64 * 1024;

/// The same for `raw`, whose record ends with its first read: a shell's printf may write its text in parts of
/// 1 KiB.
const FILE_FROM_OF_RAW: usize = 1024;

/// A command to copy.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// The command, one line. None if there is none.
    pub(super) text: Option<String>,
    /// Why there is none, or in what the new record differs.
    pub(super) why: Option<&'static str>,
    /// Whether it sends the file that the page downloads.
    pub(super) is_file: bool,
}

/// The command for a record of the service at `to`.
pub(super) fn command(kept: &Kept, to: &str, language: Language) -> Command {
    if kept.omitted > 0 {
        let why = language.text("not all of its bytes were kept (--log-body, --inspect-keep)");
        return Command::none(why);
    }
    if kept.state == StateKind::Late {
        let why =
            language.text("it came after the answer, and sent alone it would come before one");
        return Command::none(why);
    }
    let file_from = if kept.is_unparsed() {
        FILE_FROM_OF_RAW
    } else {
        FILE_FROM
    };
    let is_file = kept.raw.len() >= file_from;
    let mut text = String::new();
    if !is_file {
        text = printf(&kept.raw);
        text.push_str(" | ");
    }
    text.push_str("hellowire send");
    // The service has to wait again.
    if kept.took_too_long() {
        text.push_str(" --keep-open --timeout 1h");
    }
    text.push_str(" --to");
    push_word(to, &mut text);
    if is_file {
        text.push_str(" < ");
        text.push_str(&kept.file_name());
    }
    let why = is_cut(kept).then(|| {
        language.text(
            "the new record is refused, not incomplete: the command does not cut the connection",
        )
    });
    Command {
        text: Some(text),
        why,
        is_file,
    }
}

/// Whether the connection was cut within the request. Line ends alone are no request.
fn is_cut(kept: &Kept) -> bool {
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    kept.state.is_incomplete() && !kept.raw.iter().all(is_line_end)
}

impl Command {
    /// No command, for this reason.
    pub(super) fn none(why: &'static str) -> Self {
        Self {
            why: Some(why),
            ..Self::default()
        }
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
