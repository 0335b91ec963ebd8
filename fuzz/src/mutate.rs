//! Mutates a conversation by whole requests and lines. Every other time libFuzzer mutates it by bytes:
//! libFuzzer knows the values that the code compares them with.

use fastrand::Rng;

use crate::conversation::SETTINGS;
use crate::generate;

/// A custom mutator of libFuzzer: the input is the first `size` bytes of `data`. Returns the length of
/// the result, which is at most `max_size`.
pub fn conversation(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut rng = Rng::with_seed(seed.into());
    if size < SETTINGS || max_size < size || rng.bool() {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let mut lines = lines(&data[SETTINGS..size]);
    change(&mut lines, &mut rng);
    let changed = lines.concat();
    let length = changed.len().min(max_size - SETTINGS);
    data[SETTINGS..SETTINGS + length].copy_from_slice(&changed[..length]);
    SETTINGS + length
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn change(lines: &mut Vec<Vec<u8>>, rng: &mut Rng) {
    let at = rng.usize(..=lines.len());
    let other = rng.usize(..=lines.len());
    match rng.u8(..8) {
        0 | 1 => lines.push(generate::request(rng)),
        2 => lines.insert(at, generate::request(rng)),
        3 | 4 => {
            let mut field = Vec::new();
            generate::field(rng, &mut field);
            lines.insert(at, field);
        }
        5 if at < lines.len() => {
            let line = lines[at].clone();
            lines.insert(other, line);
        }
        6 if at < lines.len() => {
            lines.remove(at);
        }
        7 if at < lines.len() && other < lines.len() => lines.swap(at, other),
        _ => lines.insert(0, generate::request(rng)),
    }
}
