//! Numbers in decimal. Pure.

/// Appends `number` in decimal.
pub(super) fn decimal(number: u64, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    out.extend_from_slice(buffer.format(number).as_bytes());
}
