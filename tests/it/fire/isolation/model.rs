//! The test's own model of the service: the expected answers and records, byte for byte.

use std::fmt;

/// How much of a body a record keeps: `--log-body`.
pub(super) const KEPT_BODY: usize = 2_000;

/// The longest head: `--max-head`.
pub(super) const MAX_HEAD: usize = 8_000;

/// The longest target: `--max-target`.
pub(super) const MAX_TARGET: usize = 2_000;

/// The longest body: `--max-body`.
pub(super) const MAX_BODY: usize = 100_000;

/// What stands for the date in an expected answer.
const DATE: &str = "-----------------------------";

const ALLOW: &str = "allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, ACL, BASELINE-CONTROL, \
    BIND, CHECKIN, CHECKOUT, COPY, LABEL, LINK, LOCK, MERGE, MKACTIVITY, MKCALENDAR, MKCOL, \
    MKREDIRECTREF, MKWORKSPACE, MOVE, ORDERPATCH, PROPFIND, PROPPATCH, QUERY, REBIND, REPORT, SEARCH, \
    UNBIND, UNCHECKOUT, UNLINK, UNLOCK, UPDATE, UPDATEREDIRECTREF, VERSION-CONTROL\r\n";

const TYPE: &str = "content-type: text/plain; charset=utf-8\r\n";

/// What asks for a body that has been announced.
pub(super) const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// The answer to a request that is served: `connection` is the value of that field, if it has one.
pub(super) fn served(version: &str, method: &str, connection: Option<&str>, text: &str) -> String {
    let allow = if method == "OPTIONS" { ALLOW } else { "" };
    let connection =
        connection.map_or_else(String::new, |value| format!("connection: {value}\r\n"));
    let body = if method == "HEAD" { "" } else { text };
    let length = text.len();
    format!(
        "HTTP/{version} 200 OK\r\n{TYPE}{allow}{connection}content-length: {length}\r\n\
         date: {DATE}\r\n\r\n{body}"
    )
}

/// Why a request is refused.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: String,
    /// Its head was fine.
    pub(super) in_body: bool,
}

impl Refusal {
    /// The answer.
    pub(super) fn answer(&self, is_head: bool) -> String {
        let (status, name) = (self.status, name_of(self.status));
        let text = format!("{}\n", self.reason);
        let allow = if status == 405 { ALLOW } else { "" };
        let length = format!("content-length: {}\r\n", text.len());
        let close = "connection: close\r\n";
        let fields = if self.in_body {
            format!("{close}{length}")
        } else {
            format!("{length}{allow}{close}")
        };
        let body = if is_head { "" } else { &text };
        format!("HTTP/1.1 {status} {name}\r\n{TYPE}{fields}date: {DATE}\r\n\r\n{body}")
    }

    /// What the record says behind the bytes.
    pub(super) fn remark(&self) -> String {
        format!(" refused {}: {}", self.status, self.reason)
    }
}

fn name_of(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Payload Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        505 => "HTTP Version Not Supported",
        _ => panic!("{status} has no name"),
    }
}

/// The byte that breaks a rule, and where: `whole` is what the offset counts in.
pub(super) fn spot(byte: u8, offset: usize, whole: &str) -> String {
    let name = match byte {
        b'\n' => " LF".to_owned(),
        b'\r' => " CR".to_owned(),
        b' ' => " space".to_owned(),
        b'\\' => " backslash".to_owned(),
        b'!'..=b'~' => format!(" {}", char::from(byte)),
        _ => String::new(),
    };
    let whole = if whole.is_empty() {
        String::new()
    } else {
        format!(" of the {whole}")
    };
    format!("0x{byte:02X}{name} at offset {offset}{whole}")
}

/// Bytes as they came, with the values of their dates taken out.
pub(super) fn without_dates(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("\r\ndate: ");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_date = |date: &&str| httpdate::parse_http_date(date).is_ok();
        let date = part.get(..DATE.len()).filter(is_date);
        let rest = date.map_or(part, |date| &part[date.len()..]);
        masked += "\r\ndate: ";
        masked += if date.is_some() { DATE } else { "no date: " };
        masked += rest;
    }
    masked
}

/// A record, but for its time, its peer and its connection's number.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// All bytes, kept or not.
    pub(super) raw: Vec<u8>,
    /// How many of them are kept, if there are so many.
    pub(super) room: usize,
    /// What stands behind them, from the blank on.
    pub(super) remark: String,
}

/// `BYTES "RAW"`, and what stands behind it.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = &self.raw[..self.room.min(self.raw.len())];
        let mut escaped = String::with_capacity(2 * kept.len());
        for &byte in kept {
            match byte {
                b' ' | b'!' | b'#'..=b'[' | b']'..=b'~' => escaped.push(byte.into()),
                _ => escaped.extend(byte.escape_ascii().map(char::from)),
            }
        }
        write!(f, "{} \"{escaped}\"", self.raw.len())?;
        if kept.len() < self.raw.len() {
            write!(f, " omitted={}", self.raw.len() - kept.len())?;
        }
        f.write_str(&self.remark)
    }
}
