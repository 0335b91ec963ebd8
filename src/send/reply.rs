//! The reply on stdout: unchanged, or on a terminal with a label and visible control bytes.
//!
//! # Invariants
//!
//! - The bytes of a read are written before the next read.
//! - A character that reads have cut is shown whole.

use std::mem;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::config::Config;
use super::error::SendError;
use crate::escape;

/// Writes a reply as it arrives.
pub(super) struct Reply<W> {
    out: W,
    /// `None` if stdout is no terminal.
    view: Option<View>,
}

/// Makes a reply visible on a terminal.
struct View {
    label: &'static str,
    /// The beginning of a character whose end has not arrived: at most three bytes.
    unfinished: Vec<u8>,
    /// Whether the cursor is at the start of a line.
    is_at_start: bool,
}

impl<W: AsyncWrite + Unpin> Reply<W> {
    pub(super) fn new(out: W, config: &Config) -> Self {
        let view = config
            .is_shown
            .then(|| View::new(config.language.received_data()));
        Self { out, view }
    }

    /// Writes the bytes of a read.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        match &mut self.view {
            None => self.put(bytes).await,
            Some(view) => {
                let text = view.push(bytes);
                self.put(&text).await
            }
        }
    }

    /// Writes what was held back, at the end of the reply.
    pub(super) async fn finish(mut self) -> Result<(), SendError> {
        let Some(view) = &mut self.view else {
            return Ok(());
        };
        let text = view.finish();
        self.put(&text).await
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        self.out.write_all(bytes).await.map_err(SendError::Output)?;
        self.out.flush().await.map_err(SendError::Output)
    }
}

impl View {
    fn new(label: &'static str) -> Self {
        Self {
            label,
            unfinished: Vec::new(),
            is_at_start: true,
        }
    }

    /// Text for the bytes of a read.
    fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = mem::take(&mut self.unfinished);
        all.extend_from_slice(bytes);
        self.unfinished = all.split_off(all.len() - unfinished_at_end(&all));
        self.text(&all)
    }

    /// Text for what was held back, and an end for the last line.
    fn finish(&mut self) -> Vec<u8> {
        let unfinished = mem::take(&mut self.unfinished);
        let mut text = self.text(&unfinished);
        if !self.is_at_start {
            text.push(b'\n');
        }
        text
    }

    /// Text for a terminal: each line shows its own end as escapes.
    fn text(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            text.extend_from_slice(mem::take(&mut self.label).as_bytes());
            escape::show(line, &mut text);
            self.is_at_start = line.ends_with(b"\n");
            if self.is_at_start {
                text.push(b'\n');
            }
        }
        text
    }
}

/// How many bytes at the end are the beginning of a character.
fn unfinished_at_end(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().last().map_or(0, |chunk| {
        let end = chunk.invalid();
        let is_unfinished = str::from_utf8(end).is_err_and(|error| error.error_len().is_none());
        if is_unfinished { end.len() } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(reads: &[&[u8]]) -> String {
        let mut view = View::new("Received: ");
        let mut text: Vec<u8> = reads.iter().flat_map(|read| view.push(read)).collect();
        text.extend(view.finish());
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_reply_has_a_label_and_visible_line_ends() {
        assert_eq!(
            shown(&[b"HTTP/1.1 200 OK\r\n\r", b"\nHello World"]),
            "Received: HTTP/1.1 200 OK\\r\\n\n\\r\\n\nHello World\n"
        );
        assert_eq!(shown(&[b"a\n"]), "Received: a\\n\n");
        assert_eq!(shown(&[b"\xff\xe4\xbd"]), "Received: \\xff\\xe4\\xbd\n");
        assert_eq!(shown(&[b"\xff\xe4", b"\xbd\xa0"]), "Received: \\xff你\n");
    }

    proptest! {
        /// A reply looks the same, however it is cut into reads.
        #[test]
        fn cuts_have_no_effect(
            bytes in prop_oneof![any::<Vec<u8>>(), "[菜😀a\r\n\x1b]{0,20}".prop_map(String::into_bytes)],
            at in any::<prop::sample::Index>(),
        ) {
            let (left, right) = bytes.split_at(at.index(bytes.len() + 1));
            let whole: [&[u8]; 1] = [&bytes];
            prop_assert_eq!(shown(&[left, right]), shown(&whole));
            let bytewise: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(shown(&bytewise), shown(&whole));
        }
    }
}
