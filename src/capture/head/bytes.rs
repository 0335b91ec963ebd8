//! The classes of bytes in a head, in one table of 256 entries. Pure.

/// A byte of a method, a field name or a coding: `tchar` (RFC 9110 section 5.6.2).
pub(in crate::capture) const TOKEN: u8 = 1;
/// A byte of a host name: `unreserved` and `sub-delims` (RFC 3986 section 3.2.2) without the comma, which
/// separates two hosts.
pub(super) const HOST: u8 = 2;
/// A byte of a path: `pchar` and `/` (RFC 3986 section 3.3), and what browsers, which follow the URL
/// Standard, send unescaped. Neither can be misread.
pub(super) const PATH: u8 = 4;
/// A byte of a query: one of a path, `?`, and more that browsers send unescaped.
pub(super) const QUERY: u8 = 8;
/// A byte of a field value: `VCHAR`, a blank or `obs-text` (RFC 9110 section 5.5).
pub(in crate::capture) const VALUE: u8 = 16;

static CLASSES: [u8; 256] = classes();

/// Whether `byte` is in one of `classes`.
pub(in crate::capture) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

/// Whether `bytes` begin with a percent sign and two hex digits.
pub(super) fn is_percent_encoded(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = if byte.is_ascii_alphanumeric() {
            TOKEN | HOST | PATH | QUERY | VALUE
        } else {
            punctuation(byte)
        };
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

const fn punctuation(byte: u8) -> u8 {
    match byte {
        b'!' | b'$' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'_' | b'~' => {
            TOKEN | HOST | PATH | QUERY | VALUE
        }
        b'(' | b')' | b';' | b'=' => HOST | PATH | QUERY | VALUE,
        b',' | b':' | b'@' | b'/' | b'[' | b']' => PATH | QUERY | VALUE,
        b'^' | b'|' => TOKEN | PATH | QUERY | VALUE,
        b'`' => TOKEN | QUERY | VALUE,
        b'?' | b'{' | b'}' => QUERY | VALUE,
        b'#' | b'%' => TOKEN | VALUE,
        b'"' | b'<' | b'>' | b'\\' | b' ' | b'\t' | 0x80.. => VALUE,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn has(class: u8, expected: &str) {
        let is_punctuation = |byte: &u8| !byte.is_ascii_alphanumeric();
        let found = (0..128).filter(|&byte| is_punctuation(&byte) && is(byte, class));
        let found: String = found.map(char::from).collect();
        let mut expected: Vec<_> = expected.chars().collect();
        expected.sort_unstable();
        assert_eq!(found, expected.iter().collect::<String>());
        assert_eq!((128..=255).any(|byte| is(byte, class)), class == VALUE);
        assert!((0..128).all(|byte: u8| is(byte, class) || !byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn each_class_has_the_bytes_of_its_rfc() {
        has(TOKEN, "!#$%&'*+-.^_`|~");
        has(HOST, "-._~!$&'()*+;=");
        has(PATH, "-._~!$&'()*+,;=:@/[]^|");
        has(QUERY, "-._~!$&'()*+,;=:@/[]^|?`{}");
        has(VALUE, "\t !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
    }
}
