//! The format `hex`: a header line, then offset, hex and ASCII columns as of `hexdump -C`, then an empty
//! line.

use super::super::record::Record;
use super::heading::heading;
use super::timestamp::Timestamp;
use crate::escape::hex;

const COLUMNS: usize = 16;

pub(super) fn write(record: &Record<'_>, timestamp: &mut Timestamp, out: &mut Vec<u8>) {
    heading(record, timestamp, out);
    out.push(b'\n');
    for (number, row) in record.request.raw.chunks(COLUMNS).enumerate() {
        let offset = u32::try_from(number * COLUMNS).unwrap_or(u32::MAX);
        for byte in offset.to_be_bytes() {
            hex(byte, out);
        }
        out.push(b' ');
        for column in 0..COLUMNS {
            out.extend_from_slice(if column == COLUMNS / 2 { b"  " } else { b" " });
            match row.get(column) {
                Some(&byte) => hex(byte, out),
                None => out.extend_from_slice(b"  "),
            }
        }
        out.extend_from_slice(b"  |");
        out.extend(row.iter().map(|&byte| {
            if matches!(byte, b' '..=b'~') {
                byte
            } else {
                b'.'
            }
        }));
        out.extend_from_slice(b"|\n");
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::Format::Hex;
    use super::super::samples::{self, text};
    use proptest::prelude::*;

    #[test]
    fn a_request() {
        assert_eq!(
            text(Hex, &samples::record(b"GET / HTTP/1.1\r\n\r\n")),
            "#12.1 127.0.0.1:51234 2026-11-22T21:47:20.123456Z 18 bytes\n\
             00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|\n\
             00000010  0d 0a                                             |..|\n\n"
        );
    }

    proptest! {
        /// The hex columns are the bytes.
        #[test]
        fn exact(raw: Vec<u8>) {
            let dump = text(Hex, &samples::record(&raw));
            let columns = dump.lines().skip(1).filter(|row| !row.is_empty()).flat_map(|row| row[10..58].split_whitespace());
            let bytes: Vec<u8> = columns.map(|column| u8::from_str_radix(column, 16).unwrap()).collect();
            prop_assert_eq!(bytes, raw);
        }
    }
}
