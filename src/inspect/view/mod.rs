//! What the page shows of one record, as JSON: its text, its parts, and the commands that repeat it. Pure.
//!
//! ```text
//! record ─┬─ text, body ─────────── escapes
//!         └─ command, curl ─ shell ─ quotes
//! ```
//!
//! The members: `name` (of the file that is downloaded), `text` (the first 64 KiB), `more` (the kept bytes
//! behind them), `omitted` (those that were not kept), `headers`, `body`, `command` and `curl`. `headers` and
//! `body` are null where there are none.
//!
//! # Invariants
//!
//! The members are text for people: foreign bytes are escaped. The exact bytes are the download. Only
//! `body.json` is the body's own text: the page parses it, and escapes its strings.

mod body;
mod command;
mod curl;
#[cfg(test)]
mod samples;
mod shell;
mod text;

use httparse::{EMPTY_HEADER, Header};

use crate::capture::{HeadParts, MAX_FIELDS};
use crate::language::Language;
use crate::net::address::{MAX_PATH, UNIX};
use crate::request_log::Kept;
use command::{Command, command};
use curl::curl;
pub(super) use curl::plain as plain_curl;
pub(super) use text::push_text;

/// The JSON of a record of the service that is reached at `to`.
pub(super) fn view(kept: &Kept, to: &str, language: Language) -> Vec<u8> {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let head = HeadParts::parse(&kept.raw, &mut fields);
    let head = head.as_ref();
    let body = head.and_then(|head| body::of(kept, head));
    let parts = head.zip(body.as_deref());
    let (shown, more) = text::shown(&kept.raw);
    let mut out = format!("{{\"name\":\"{}\",\"text\":", kept.file_name()).into_bytes();
    text::push(shown, true, &mut out);
    let counts = format!(",\"more\":{more},\"omitted\":{},\"headers\":", kept.omitted);
    out.extend_from_slice(counts.as_bytes());
    match head {
        Some(head) => headers(head.fields, &mut out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"body\":");
    body::write(kept, parts, &mut out);
    out.extend_from_slice(b",\"command\":");
    let (command, curl) = if is_named(to) {
        (command(kept, to, language), curl(kept, parts, to, language))
    } else {
        let none = || Command::none(language.text("no command can name the service's socket"));
        (none(), none())
    };
    copied(&command, &mut out);
    out.extend_from_slice(b",\"curl\":");
    copied(&curl, &mut out);
    out.push(b'}');
    out
}

/// Whether a command can name the service at `to`. Not if it is an abstract Unix socket, or if its path has escapes
/// or is longer than programs take.
fn is_named(to: &str) -> bool {
    to.strip_prefix(UNIX).is_none_or(|path| {
        path.starts_with('/')
            && path.len() <= MAX_PATH
            && !path.contains('\\')
            && shell::visible(path.as_bytes()).is_some()
    })
}

fn headers(fields: &[Header<'_>], out: &mut Vec<u8>) {
    out.push(b'[');
    for (number, field) in fields.iter().enumerate() {
        out.extend_from_slice(if number > 0 { b",[" } else { b"[" });
        text::push(field.name.as_bytes(), false, out);
        out.push(b',');
        text::push(field.value, false, out);
        out.push(b']');
    }
    out.push(b']');
}

fn copied(command: &Command, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"text\":");
    text::push_optional(command.text.as_deref(), out);
    out.extend_from_slice(b",\"why\":");
    text::push_optional(command.why, out);
    out.extend_from_slice(format!(",\"file\":{}}}", command.is_file).as_bytes());
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
