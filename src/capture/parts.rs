//! The parts of a head that was captured: the first line and the fields, as they came. Pure.
//!
//! For those who show a record: the format `json-full`, and the page of `--inspect`. The capture's own parse
//! checks the rules; this one only finds the parts, also of a head that breaks a rule.

use httparse::{Header, Status};
use memchr::{memchr, memrchr};

/// The parts of a whole head.
#[derive(Debug)]
pub(crate) struct HeadParts<'a, 'h> {
    pub(crate) method: &'h [u8],
    pub(crate) target: &'h [u8],
    pub(crate) version: &'h [u8],
    pub(crate) fields: &'a [Header<'h>],
}

impl<'a, 'h> HeadParts<'a, 'h> {
    /// The parts of the head at the start of `raw`. None if it is not whole, or a line has no form that the
    /// capture's parser takes. The first line is parsed apart from the fields: the target may be odd.
    pub(crate) fn parse(raw: &'h [u8], fields: &'a mut [Header<'h>]) -> Option<Self> {
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let start = raw.iter().position(|byte| !is_line_end(byte))?;
        let end = start + memchr(b'\n', &raw[start..])?;
        let line = &raw[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (first, last) = (memchr(b' ', line)?, memrchr(b' ', line)?);
        let version = &line[last + 1..];
        let target = line.get(first + 1..last)?;
        match httparse::parse_headers(&raw[end + 1..], fields) {
            Ok(Status::Complete((_, fields))) if version.starts_with(b"HTTP/") => Some(Self {
                method: &line[..first],
                target,
                version,
                fields,
            }),
            _ => None,
        }
    }

    /// Whether there is a field with this name, in any case.
    pub(crate) fn has(&self, name: &str) -> bool {
        let is_it = |field: &Header<'_>| field.name.eq_ignore_ascii_case(name);
        self.fields.iter().any(is_it)
    }

    /// Whether the body consists of chunks.
    pub(crate) fn is_chunked(&self) -> bool {
        self.has("transfer-encoding")
    }
}
