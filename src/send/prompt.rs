//! The line that a terminal is asked for.
//!
//! What always holds: nothing of it goes to stdout, which may lead elsewhere. It is edited with
//! [`terminal`] where stderr is a terminal too, and one that can move its cursor.

use std::io::{self, Write as _};

use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::config::Config;
use super::error::SendError;
use crate::terminal::{self, Answer};

/// A line, without its end.
///
/// # Errors
///
/// When the terminal can't be used.
pub(super) async fn ask(config: &Config) -> Result<Answer, SendError> {
    let prompt = config.language.data_to_send();
    let answer = if config.is_watched && terminal::can_edit() {
        terminal::ask(prompt).await
    } else {
        read(prompt).await
    };
    answer.map_err(SendError::Input)
}

/// A line as the terminal itself edits it.
async fn read(prompt: &str) -> io::Result<Answer> {
    // A terminal that is gone shows in the read.
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
