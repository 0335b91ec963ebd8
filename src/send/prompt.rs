//! The line that a terminal is asked for.
//!
//! What always holds: nothing of it goes to stdout, which may lead elsewhere.

use std::io::{self, Write as _};

use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::SendError;
use crate::language::Language;

/// A line, without its end.
///
/// # Errors
///
/// When the input ends first, or can't be read.
pub(super) async fn ask(language: Language) -> Result<Vec<u8>, SendError> {
    // A terminal that is gone shows in the read.
    let _ = write!(io::stderr(), "{}", language.data_to_send());
    let mut line = Vec::new();
    let read = BufReader::new(tokio::io::stdin())
        .read_until(b'\n', &mut line)
        .await;
    if read.map_err(SendError::Input)? == 0 {
        let _ = writeln!(io::stderr());
        return Err(SendError::NothingSent);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(line)
}
