//! A body that is not text, as a hexdump: offset, hex and ASCII columns. Pure.

use super::super::page::{INDENT, Page, Paint};
use crate::escape::hex;

/// The digits of an offset: `pretty` shows 4096 bytes at most.
const OFFSET: usize = 4;

/// Appends the rows, with as many bytes each as the width has room for.
pub(super) fn write(bytes: &[u8], page: &mut Page<'_>) {
    let width = page.width().unwrap_or(usize::MAX);
    let (columns, has_text) = [(16, true), (8, true), (4, true)]
        .into_iter()
        .find(|&(columns, _)| row_width(columns) <= width)
        .unwrap_or((4, false));
    for (number, row) in bytes.chunks(columns).enumerate() {
        page.pad(INDENT);
        page.put(Paint::Dim, &format!("{:0OFFSET$x}", number * columns));
        page.put(Paint::Plain, &hex_columns(row));
        if has_text {
            page.pad(INDENT + OFFSET + hex_width(columns));
            page.put(Paint::Dim, "  |");
            page.put(Paint::Plain, &ascii(row));
            page.put(Paint::Dim, "|");
        }
        page.end_row();
    }
}

/// The columns of a row with so many bytes.
fn row_width(columns: usize) -> usize {
    INDENT + OFFSET + hex_width(columns) + "  |".len() + columns + "|".len()
}

/// The columns of the hex digits, and of the blanks before them.
fn hex_width(columns: usize) -> usize {
    3 * columns + columns.div_ceil(8)
}

/// ` 48 6f`, with one blank more before each eight bytes.
fn hex_columns(row: &[u8]) -> String {
    let mut text = Vec::new();
    for (column, &byte) in row.iter().enumerate() {
        text.extend_from_slice(if column % 8 == 0 { b"  " } else { b" " });
        hex(byte, &mut text);
    }
    String::from_utf8(text).unwrap_or_default()
}

fn ascii(row: &[u8]) -> String {
    let character = |&byte: &u8| match byte {
        b' '..=b'~' => byte.into(),
        _ => '.',
    };
    row.iter().map(character).collect()
}
