//! The body of a record, and what the page shows of it. Pure.

use std::borrow::Cow;

use super::text;
use crate::capture::{HeadParts, chunk_data};
use crate::request_log::Kept;

/// A head and the kept bytes of its body.
pub(super) type Parts<'a, 'h> = (&'a HeadParts<'a, 'h>, &'a [u8]);

/// The kept bytes of the body; of a chunked one the data of its chunks. None behind a fault, where the bytes
/// may be anything.
pub(super) fn of<'k>(kept: &'k Kept, head: &HeadParts<'_, '_>) -> Option<Cow<'k, [u8]>> {
    if kept.head == 0 || kept.refused.is_some() {
        return None;
    }
    let bytes = kept.raw.get(kept.head..)?;
    Some(if head.is_chunked() {
        Cow::Owned(chunk_data(bytes))
    } else {
        Cow::Borrowed(bytes)
    })
}

/// Whether fields follow the chunks of a whole body: the line before the last, empty one is not that of the
/// last chunk, whose size is 0.
pub(super) fn has_trailers(body: &[u8]) -> bool {
    let lines = body.strip_suffix(b"\r\n\r\n").unwrap_or(body);
    let start = memchr::memrchr(b'\n', lines).map_or(0, |end| end + 1);
    let behind_zeros = lines[start..].iter().find(|byte| **byte != b'0');
    // Extensions may follow the size. The name of a field goes on, or ends in a colon.
    !matches!(behind_zeros, None | Some(b';' | b' ' | b'\t'))
}

/// Appends a body as a JSON object, or `null` where there is none.
pub(super) fn write(kept: &Kept, parts: Option<Parts<'_, '_>>, out: &mut Vec<u8>) {
    let Some((head, body)) = parts.filter(|(_, body)| !body.is_empty()) else {
        out.extend_from_slice(b"null");
        return;
    };
    let (shown, more) = text::shown(body);
    out.extend_from_slice(b"{\"text\":");
    text::push(shown, true, out);
    out.extend_from_slice(b",\"json\":");
    let is_whole = more == 0 && kept.omitted == 0;
    let json = is_whole.then(|| looks_like_json(shown)).flatten();
    text::push_optional(json, out);
    let end = format!(",\"more\":{more},\"chunked\":{}}}", head.is_chunked());
    out.extend_from_slice(end.as_bytes());
}

/// The text of `bytes`, if it may be an object or an array.
fn looks_like_json(bytes: &[u8]) -> Option<&str> {
    let first = bytes.trim_ascii_start().first()?;
    let text = matches!(first, b'{' | b'[').then_some(bytes)?;
    str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_stand_behind_the_last_chunk() {
        for (body, expected) in [
            ("0\r\n\r\n", false),
            ("3\r\nabc\r\n0\r\n\r\n", false),
            ("3\r\nabc\r\n000;a=b\r\n\r\n", false),
            ("3\r\nabc\r\n0 ;a=\"b: c\"\r\n\r\n", false),
            ("0\r\nA: b\r\n\r\n", true),
            ("0\r\n0: b\r\n\r\n", true),
            ("0\r\n00a:\r\n\r\n", true),
            ("0\r\nA: b\r\nC: d\r\n\r\n", true),
        ] {
            assert_eq!(has_trailers(body.as_bytes()), expected, "{body:?}");
        }
    }

    #[test]
    fn an_object_and_an_array_look_like_json() {
        for (bytes, expected) in [
            (&b"{}"[..], true),
            (b" \r\n\t[1", true),
            (b"1", false),
            (b"", false),
            (b"{\xff}", false),
        ] {
            let found = looks_like_json(bytes).is_some();
            assert_eq!(found, expected, "{}", bytes.escape_ascii());
        }
    }
}
