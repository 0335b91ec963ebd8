//! The prompt for a line to send.
//!
//! The line is edited with [`terminal`] if stderr is a terminal too and can move its cursor. Otherwise the
//! terminal's own line editing applies.
//!
//! # Invariants
//!
//! - Nothing of the prompt goes to stdout, which may lead elsewhere.

use std::io::{self, Write as _};

use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::config::Config;
use super::error::SendError;
use crate::terminal::{self, Answer};

/// Asks for a line.
///
/// # Errors
///
/// The terminal can't be used.
pub(super) async fn ask(config: &Config) -> Result<Answer, SendError> {
    let prompt = config.language.data_to_send();
    let answer = if config.is_watched && terminal::can_edit() {
        terminal::ask(prompt).await
    } else {
        read(prompt).await
    };
    answer.map_err(SendError::Input)
}

/// Reads a line that the terminal itself edits.
async fn read(prompt: &str) -> io::Result<Answer> {
    // If the terminal is gone, the read reports it.
    let _ = write!(io::stderr(), "{prompt}");
    let mut line = Vec::new();
    let mut input = BufReader::new(tokio::io::stdin());
    if input.read_until(b'\n', &mut line).await? == 0 {
        let _ = writeln!(io::stderr());
        return Ok(Answer::End);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(Answer::Line(line))
}
