//! Hostile bytes as words of a shell. Pure.
//!
//! # Invariants
//!
//! - A word is one argument, and the shell changes nothing of it: not dash, bash, busybox, zsh or fish. In
//!   fish's quotes a backslash escapes a quote or a backslash: no backslash stands before one of them there.
//! - It has no control byte, and no character that is invisible. So a terminal that it is pasted into takes it
//!   for text.

use crate::escape::is_printable;

/// The command that prints `bytes`. All of it is printable ASCII.
pub(super) fn printf(bytes: &[u8]) -> String {
    let mut command = String::from("printf '");
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'%' => command.push_str("%%"),
            b'\r' => command.push_str(r"\r"),
            b'\n' => command.push_str(r"\n"),
            b'\t' => command.push_str(r"\t"),
            // A quote would end the text, an old shell looks for `!` in its history, and fish drops one of two
            // backslashes.
            b'\'' | b'!' | b'\\' => octal(byte, &mut command),
            // The shells' printf would read an option.
            b'-' if at == 0 => octal(byte, &mut command),
            b' '..=b'~' => command.push(char::from(byte)),
            _ => octal(byte, &mut command),
        }
    }
    command.push('\'');
    command
}

/// Appends an escape of three digits: what follows is never a part of it.
fn octal(byte: u8, out: &mut String) {
    out.push('\\');
    for shift in [6, 3, 0] {
        out.push(char::from(b'0' + (byte >> shift & 7)));
    }
}

/// Appends `text` as one word, behind a blank. The caller has checked that it is [`visible`].
pub(super) fn push_word(text: &str, command: &mut String) {
    command.push(' ');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:,@+".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        command.push_str(text);
        return;
    }
    command.push('\'');
    for character in text.chars() {
        match character {
            '\'' => command.push_str(r"'\''"),
            '\\' => command.push_str(r"'\\'"),
            _ => command.push(character),
        }
    }
    command.push('\'');
}

/// The text of `bytes`, if each character of it is visible on its own.
pub(super) fn visible(bytes: &[u8]) -> Option<&str> {
    let text = str::from_utf8(bytes).ok()?;
    let is_visible = |c: char| matches!(c, ' '..='~') || !c.is_ascii() && is_printable(c);
    text.chars().all(is_visible).then_some(text)
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
