//! The curl command that makes the same request: method, target, fields and body. Pure.
//!
//! # Invariants
//!
//! - No byte of the record becomes an option, the name of a file, or a part of another argument.
//! - A request that curl would change has no command. curl chooses the order of Host and Content-Length, the
//!   blanks around a value, and the sizes of chunks.
//! - The user's settings of curl change nothing: `-q` ignores its file, `--noproxy` its environment.

use httparse::Header;

use super::body::{self, Parts};
use super::command::Command;
use super::shell::{printf, push_word, visible};
use crate::capture::HeadParts;
use crate::language::Language;
use crate::net::address::UNIX;
use crate::request_log::Kept;

/// The most bytes of a head, and of a body. Linux takes twice as many in one argument.
const MOST: usize = 64 * 1024;

/// The bytes of a target that curl leaves alone in a URL, beside letters and digits.
const PLAIN: &[u8] = b"-._~/?!$&'()*+,;=:@";

/// The command for a record of the service at `to`.
pub(super) fn curl(
    kept: &Kept,
    parts: Option<Parts<'_, '_>>,
    to: &str,
    language: Language,
) -> Command {
    let why = match parts {
        _ if kept.omitted > 0 => {
            language.text("not all of its bytes were kept (--log-body, --inspect-keep)")
        }
        _ if kept.state.is_refused() => {
            language.text("it is refused, and curl makes no such request")
        }
        _ if kept.is_unparsed() => language.text("its bytes were not parsed"),
        _ if kept.state.is_incomplete() => {
            language.text("it is incomplete, and curl sends whole requests")
        }
        Some((head, body)) => match Request::of(kept, head, body, language) {
            Ok(request) => return request.command(to),
            Err(why) => why,
        },
        None => language.text("its bytes were not parsed"),
    };
    Command::none(why)
}

/// What curl is called with to ask the service at `to` for `/`.
pub(in super::super) fn plain(to: &str) -> String {
    let Some(path) = to.strip_prefix(UNIX) else {
        return format!("http://{to}/");
    };
    let mut arguments = "--unix-socket".to_owned();
    push_word(path, &mut arguments);
    arguments + " http://localhost/"
}

/// A request that curl can make.
struct Request<'a> {
    head: &'a HeadParts<'a, 'a>,
    method: &'a str,
    target: &'a str,
    /// None: curl sends no body, and no length of one.
    body: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    /// # Errors
    ///
    /// Why curl can't make it.
    fn of(
        kept: &'a Kept,
        head: &'a HeadParts<'a, 'a>,
        body: &'a [u8],
        language: Language,
    ) -> Result<Self, &'static str> {
        let (before, behind) = kept.raw.split_at_checked(kept.head).unwrap_or_default();
        if !has_plain_lines(before) {
            return Err(
                language.text("it has empty lines before it, or bare LFs: curl sends CRLFs alone")
            );
        }
        if before.len() > MOST || body.len() > MOST {
            return Err(language.text("its head or its body is over 64 KiB"));
        }
        if head.is_chunked() && body::has_trailers(behind) {
            return Err(language.text("curl sends no trailer fields"));
        }
        if head.is_chunked() && body.is_empty() && head.has("expect") {
            return Err(language.text("curl does not end an empty body of chunks behind Expect"));
        }
        let has_body = head.is_chunked() || head.has("content-length");
        if head.method == b"HEAD" && (head.is_chunked() || !body.is_empty()) {
            return Err(language.text("curl sends no body with HEAD"));
        }
        let is_visible = |field: &Header<'_>| visible(field.value).is_some();
        match (visible(head.method), visible(head.target)) {
            (Some(method), Some(target)) if head.fields.iter().all(is_visible) => Ok(Self {
                head,
                method,
                target,
                body: Some(body).filter(|_| has_body && method != "HEAD"),
            }),
            _ => Err(language.text("its head has bytes that can't be pasted as text")),
        }
    }

    fn command(&self, to: &str) -> Command {
        let body = self.body;
        // A text that begins with `@` would be the name of a file.
        let argument = body.and_then(visible).filter(|text| !text.starts_with('@'));
        let mut text = match body {
            Some(body) if argument.is_none() => printf(body) + " | ",
            _ => String::new(),
        };
        text.push_str("curl -q --noproxy '*' ");
        let is_old = self.head.version == b"HTTP/1.0";
        text.push_str(if is_old { "--http1.0" } else { "--http1.1" });
        text.push_str(" --path-as-is -g");
        if let Some(path) = to.strip_prefix(UNIX) {
            push_option("--unix-socket", path, &mut text);
        }
        self.push_method(&mut text);
        self.push_fields(&mut text);
        if body.is_some() {
            push_option("--data-binary", argument.unwrap_or("@-"), &mut text);
        }
        self.push_target(to, &mut text);
        Command {
            text: Some(text),
            ..Command::default()
        }
    }

    fn push_method(&self, out: &mut String) {
        let default = if self.body.is_some() { "POST" } else { "GET" };
        if self.method == "HEAD" {
            out.push_str(" --head");
        } else if self.method != default {
            push_option("-X", self.method, out);
        }
    }

    /// Appends the fields, and removes those that curl would add.
    fn push_fields(&self, out: &mut String) {
        for field in self.head.fields {
            // curl counts the body itself.
            let is_length = field.name.eq_ignore_ascii_case("content-length");
            if !(is_length && self.body.is_some()) {
                let value = visible(field.value).unwrap_or_default();
                let text = if value.is_empty() {
                    format!("{};", field.name)
                } else {
                    format!("{}: {value}", field.name)
                };
                push_option("-H", &text, out);
            }
        }
        let always = ["Host", "User-Agent", "Accept"];
        let with_a_body = ["Content-Type", "Expect"];
        let with_a_body = with_a_body.iter().filter(|_| self.body.is_some());
        for name in always.iter().chain(with_a_body) {
            if !self.head.has(name) {
                push_option("-H", &format!("{name}:"), out);
            }
        }
    }

    /// Appends the target, and the URL of the service.
    fn push_target(&self, to: &str, out: &mut String) {
        let is_plain = is_plain(self.target);
        if !is_plain {
            push_option("--request-target", self.target, out);
        }
        let to = if to.starts_with(UNIX) {
            "localhost".to_owned()
        } else {
            // A zone has its own form in a URL (RFC 6874).
            to.replacen('%', "%25", 1)
        };
        let path = if is_plain { self.target } else { "/" };
        push_word(&format!("http://{to}{path}"), out);
    }
}

fn push_option(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    push_word(value, out);
}

/// Whether the head begins with its first line, and each line ends in CRLF.
fn has_plain_lines(head: &[u8]) -> bool {
    let ends = memchr::memchr_iter(b'\n', head);
    let is_bare = |end: usize| !head[..end].ends_with(b"\r");
    !matches!(head, [b'\r' | b'\n', ..]) && !ends.into_iter().any(is_bare)
}

/// Whether every curl leaves the target alone in a URL. Some change the case of hex digits, or drop an empty
/// query.
fn is_plain(target: &str) -> bool {
    let bytes = target.as_bytes();
    let is_hex = |byte: Option<&u8>| matches!(byte, Some(b'0'..=b'9' | b'A'..=b'F'));
    let is_plain = |(at, byte): (usize, &u8)| match byte {
        b'%' => is_hex(bytes.get(at + 1)) && is_hex(bytes.get(at + 2)),
        _ => byte.is_ascii_alphanumeric() || PLAIN.contains(byte),
    };
    bytes.starts_with(b"/") && !bytes.ends_with(b"?") && bytes.iter().enumerate().all(is_plain)
}

#[cfg(test)]
#[path = "curl_tests.rs"]
mod tests;
