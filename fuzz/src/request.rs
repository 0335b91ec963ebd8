//! A simple reader of requests on the wire (RFC 9112). It reads requests that the capture accepted, and
//! the heads of those that the capture refused for their bodies. It panics on anything else.

/// A request, as hyper should serve it, alone or behind the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The target, as hyper formats it. `None` for an odd target: hyper may refuse it, and the filter
    /// replaces it.
    pub target: Option<String>,
    /// The target's length on the wire, in bytes.
    pub target_length: usize,
    /// The body; `None` where it was not whole.
    pub body: Option<Vec<u8>>,
    /// The names and values of the trailer fields.
    pub trailers: Vec<(String, Vec<u8>)>,
    /// Whether the client asked, or may have asked, for the connection's end after this request.
    pub may_be_last: bool,
}

/// Reads the request at the start of `bytes`. Reads its body only if `has_body`: then the body is whole.
#[must_use]
pub fn read(bytes: &[u8], has_body: bool, is_odd: bool) -> Request {
    let start = bytes.iter().position(|byte| !b"\r\n".contains(byte));
    let bytes = &bytes[start.unwrap()..];
    let (head, body, end): (_, _, &[u8]) = if ends_in_lf(bytes) {
        let (head, body) = split_once(bytes, b"\n\n");
        (head, body, b"\n")
    } else {
        let (head, body) = split_once(bytes, b"\r\n\r\n");
        (head, body, b"\r\n")
    };
    let mut lines = lines(head, end);
    let line = lines.next().unwrap().split(|&byte| byte == b' ');
    let [method, target, version] = line.collect::<Vec<_>>().try_into().unwrap();
    let fields: Vec<_> = lines.map(field).collect();
    let mut request = Request {
        method: str::from_utf8(method).unwrap().to_owned(),
        target: (!is_odd).then(|| as_hyper_writes(str::from_utf8(target).unwrap())),
        target_length: target.len(),
        body: None,
        trailers: Vec::new(),
        may_be_last: version == b"HTTP/1.0" || says_close(&fields),
    };
    if has_body {
        if fields.iter().any(|(name, _)| name == "transfer-encoding") {
            (request.body, request.trailers) = chunked(body);
        } else {
            request.body = Some(body.to_vec());
        }
    }
    request
}

/// Whether the first line ends in a bare LF. All lines of the head end alike.
fn ends_in_lf(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    !bytes[..end].ends_with(b"\r")
}

/// Normalizes a target (RFC 9110 section 4.2.3): the scheme is in lower case, an empty path is a slash.
fn as_hyper_writes(target: &str) -> String {
    let Some((_, rest)) = target
        .split_once("://")
        .filter(|_| !target.starts_with('/'))
    else {
        return target.to_owned();
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("http://{authority}{slash}{path}")
}

fn says_close(fields: &[(String, Vec<u8>)]) -> bool {
    let is_close = |(name, value): &(String, Vec<u8>)| {
        let value = value.to_ascii_lowercase();
        name == "connection" && value.windows(5).any(|five| five == b"close")
    };
    fields.iter().any(is_close)
}

type Fields = Vec<(String, Vec<u8>)>;

fn chunked(mut rest: &[u8]) -> (Option<Vec<u8>>, Fields) {
    let mut body = Vec::new();
    loop {
        let (line, behind) = split_once(rest, b"\r\n");
        let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit());
        let digits = str::from_utf8(&line[..digits.unwrap_or(line.len())]).unwrap();
        let size = usize::from_str_radix(digits, 16).unwrap();
        if size == 0 {
            let section = behind.strip_suffix(b"\r\n").unwrap();
            let section = section.strip_suffix(b"\r\n").unwrap_or(section);
            let trailers = lines(section, b"\r\n").filter(|line| !line.is_empty());
            return (Some(body), trailers.map(field).collect());
        }
        let (data, behind) = behind.split_at(size);
        body.extend_from_slice(data);
        rest = behind.strip_prefix(b"\r\n").unwrap();
    }
}

/// Splits a field line into its name, in lower case, and its value, without the blanks around it.
fn field(line: &[u8]) -> (String, Vec<u8>) {
    let (name, value) = split_once(line, b":");
    let is_blank = |byte: &u8| b" \t".contains(byte);
    let start = value.iter().position(|byte| !is_blank(byte));
    let value = &value[start.unwrap_or(value.len())..];
    let end = value.iter().rposition(|byte| !is_blank(byte));
    let value = &value[..end.map_or(0, |end| end + 1)];
    (
        str::from_utf8(name).unwrap().to_ascii_lowercase(),
        value.to_vec(),
    )
}

fn lines<'a>(mut bytes: &'a [u8], mark: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut is_over = false;
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let end = bytes.windows(mark.len()).position(|window| window == mark);
        is_over = end.is_none();
        let line = &bytes[..end.unwrap_or(bytes.len())];
        bytes = &bytes[end.map_or(bytes.len(), |end| end + mark.len())..];
        Some(line)
    })
}

/// The bytes before and after the first `mark`. Panics without one.
fn split_once<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = bytes.windows(mark.len()).position(|window| window == mark);
    let at = at.unwrap_or_else(|| panic!("no {} in {}", mark.escape_ascii(), bytes.escape_ascii()));
    (&bytes[..at], &bytes[at + mark.len()..])
}
