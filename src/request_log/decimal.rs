//! Numbers in decimal. Pure.

/// Appends a number in decimal.
pub(super) fn decimal(number: u64, out: &mut Vec<u8>) {
    if number < 10 {
        return out.push(b'0' + (number % 10) as u8);
    }
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}
