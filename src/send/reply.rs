//! The reply on stdout: as it came, or with a label and visible control bytes.
//!
//! What always holds: what has come is written before the next is read; a character that the
//! network has cut is shown whole.

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::config::Config;
use super::error::SendError;
use crate::escape;

/// Writes a reply as it comes.
pub(super) struct Reply<W> {
    out: W,
    shown: Option<Shown>,
}

/// A reply on a terminal.
struct Shown {
    label: &'static str,
    /// The beginning of a character whose end has not come yet: at most three bytes.
    cut: Vec<u8>,
    /// Whether the cursor stands where a line begins.
    is_at_start: bool,
}

impl<W: AsyncWrite + Unpin> Reply<W> {
    pub(super) fn new(out: W, config: &Config) -> Self {
        let shown = config.is_shown.then(|| Shown {
            label: config.language.received_data(),
            cut: Vec::new(),
            is_at_start: true,
        });
        Self { out, shown }
    }

    /// Writes what has come.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        match &mut self.shown {
            None => self.put(bytes).await,
            Some(shown) => {
                let text = shown.push(bytes);
                self.put(&text).await
            }
        }
    }

    /// Writes what was held back, now that nothing more comes.
    pub(super) async fn finish(mut self) -> Result<(), SendError> {
        let Some(shown) = &mut self.shown else {
            return Ok(());
        };
        let text = shown.finish();
        self.put(&text).await
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        self.out.write_all(bytes).await.map_err(SendError::Output)?;
        self.out.flush().await.map_err(SendError::Output)
    }
}

impl Shown {
    fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let whole = match str::from_utf8(&all) {
            // The end of the text, which may go on.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            // An error further up may hide a cut at the end.
            Err(_) => all.len() - cut_at_end(&all),
            Ok(_) => all.len(),
        };
        self.cut = all.split_off(whole);
        self.text(&all)
    }

    fn finish(&mut self) -> Vec<u8> {
        let cut = std::mem::take(&mut self.cut);
        let mut text = self.text(&cut);
        if !self.is_at_start {
            text.push(b'\n');
        }
        text
    }

    /// Text for a terminal: each line with its end as escapes, and then ended.
    fn text(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            text.extend_from_slice(std::mem::take(&mut self.label).as_bytes());
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
fn cut_at_end(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().last().map_or(0, |chunk| {
        let end = chunk.invalid();
        let is_cut = str::from_utf8(end).is_err_and(|error| error.error_len().is_none());
        if is_cut { end.len() } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(reads: &[&[u8]]) -> String {
        let mut shown = Shown {
            label: "Received: ",
            cut: Vec::new(),
            is_at_start: true,
        };
        let mut text: Vec<u8> = reads.iter().flat_map(|read| shown.push(read)).collect();
        text.extend(shown.finish());
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
        /// However a reply is cut into reads, it looks the same.
        #[test]
        fn any_cutting(
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
