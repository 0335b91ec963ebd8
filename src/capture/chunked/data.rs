//! The data in a chunked body (RFC 9112 section 7.1), for the log. Pure.
//!
//! The capture has checked the chunks. The kept bytes may end anywhere in them.
//!
//! # Invariants
//!
//! The data of a part of a body is a prefix of the data of the whole.

use memchr::memchr;

/// The data of the chunks in `body`, without their size lines and the trailer section. Ends where the bytes
/// end, or are no chunk.
#[must_use]
pub fn chunk_data(mut body: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some((size, rest)) = size_line(body) {
        let taken = size.min(rest.len());
        data.extend_from_slice(&rest[..taken]);
        match rest[taken..].strip_prefix(b"\r\n") {
            Some(after) if size > 0 => body = after,
            _ => break,
        }
    }
    data
}

/// The size in the size line at the start of `bytes`, and the bytes after the line. None without a whole
/// size line.
fn size_line(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = memchr(b'\n', bytes)?;
    let digits = bytes[..end]
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit());
    let digits = str::from_utf8(&bytes[..digits.count()]).ok()?;
    let size = usize::from_str_radix(digits, 16).ok()?;
    Some((size, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn the_data_ends_with_the_bytes_or_at_what_is_no_chunk() {
        for (body, data) in [
            ("", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            (
                "5 ;a=b\r\nhello\r\n0006\r\n world\r\n0\r\nA: b\r\n\r\n",
                "hello world",
            ),
            ("A\r\nhello", "hello"),
            ("5\r\nhello", "hello"),
            ("5\r\nhelloX6\r\n world", "hello"),
            ("5", ""),
            ("x\r\nhello", ""),
            ("fffffffffffffffff\r\nhello", ""),
        ] {
            assert_eq!(chunk_data(body.as_bytes()), data.as_bytes(), "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn the_data_of_a_part_is_a_prefix(chunks in vec(vec(any::<u8>(), 1..20), 0..5), cut: prop::sample::Index) {
            let mut body = Vec::new();
            for chunk in &chunks {
                body.extend(format!("{:x}\r\n", chunk.len()).bytes());
                body.extend(chunk.iter().chain(b"\r\n"));
            }
            body.extend(b"0\r\n\r\n");
            let data = chunk_data(&body);
            prop_assert_eq!(&data, &chunks.concat());
            prop_assert!(data.starts_with(&chunk_data(&body[..cut.index(body.len())])));
        }
    }
}
