//! Decoders of the log's formats: from the text of one record back to its bytes, by the documentation
//! of the formats. A decoder returns `None` where the text is not of its format.

/// Decodes the literal at the start of `text`, with Python's escapes, between two `quote`s. Returns also
/// the text after it.
#[must_use]
pub fn quoted(text: &str, quote: char) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    let mut rest = text.strip_prefix(quote)?;
    loop {
        let character = rest.chars().next()?;
        rest = &rest[character.len_utf8()..];
        match character {
            _ if character == quote => return Some((bytes, rest)),
            '\\' => {
                let (kind, behind) = rest.split_at_checked(1)?;
                rest = behind;
                bytes.push(match kind {
                    "r" => 13,
                    "n" => 10,
                    "t" => 9,
                    "\\" | "'" | "\"" => kind.as_bytes()[0],
                    "x" => {
                        let (digits, behind) = rest.split_at_checked(2)?;
                        rest = behind;
                        byte(digits)?
                    }
                    _ => return None,
                });
            }
            ' '..='~' => bytes.push(u8::try_from(character).ok()?),
            _ => return None,
        }
    }
}

/// Two lower-case hex digits.
fn byte(digits: &str) -> Option<u8> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_byte = digits.len() == 2 && digits.bytes().all(is_digit);
    is_byte.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Decodes rows of `hexdump -C`. Any other row is an error.
#[must_use]
pub fn hexdump<'a>(rows: impl Iterator<Item = &'a str>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut is_full = true;
    for row in rows {
        if !is_full || row != row_of(&bytes, &columns(row)?) {
            return None;
        }
        let columns = columns(row)?;
        is_full = columns.len() == 16;
        bytes.extend(columns);
    }
    Some(bytes)
}

/// Decodes the hex columns of a row.
fn columns(row: &str) -> Option<Vec<u8>> {
    let columns = row.get(10..58)?.split_whitespace();
    columns.map(byte).collect()
}

/// Formats the row of these bytes; its offset is the length of `before`.
fn row_of(before: &[u8], bytes: &[u8]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (left, right) = hex.split_at(hex.len().min(8));
    let is_shown = |byte: &u8| (32..127).contains(byte);
    let shown = bytes.iter().map(|byte| {
        if is_shown(byte) {
            char::from(*byte)
        } else {
            '.'
        }
    });
    let shown: String = shown.collect();
    let offset = before.len();
    format!(
        "{offset:08x}  {:<23}  {:<23}  |{shown}|",
        left.join(" "),
        right.join(" ")
    )
}

/// Decodes base64 (RFC 4648 section 4).
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bits = Vec::new();
    for digit in digits.chars() {
        let value = ALPHABET.find(digit)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let whole = bits.len() / 8 * 8;
    let rest_is_zero = bits[whole..].iter().all(|&bit| bit == 0);
    let bytes = bits[..whole].chunks(8).map(|bits| {
        let value = bits.iter().fold(0, |value, bit| value << 1 | bit);
        u8::try_from(value).unwrap()
    });
    rest_is_zero.then(|| bytes.collect())
}
