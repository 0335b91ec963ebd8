//! Why a request is refused: the status, and the rule that it breaks.
//!
//! The rules that the bytes alone decide are named here, one constant each; those of time belong to
//! whoever keeps it. What always holds: a reason is one line of printable ASCII that ends in the
//! section where its rule stands, so that the client and the log can be told the same.

/// Why a request is refused, and with which status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The answer's status code.
    pub status: u16,
    /// One line for the client and the log: what was wrong, and which rule says so.
    pub reason: &'static str,
}

impl Refusal {
    /// A refusal with this status and reason.
    #[must_use]
    pub const fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }
}

/// Declares each rule as a constant, and all of them as a list for the tests.
macro_rules! rules {
    ($($name:ident = $status:literal $reason:literal;)*) => {
        $(pub(crate) const $name: Refusal = Refusal::new($status, $reason);)*

        #[cfg(test)]
        pub(super) const ALL: &[Refusal] = &[$($name),*];
    };
}

rules! {
    // The request line.
    REQUEST_LINE = 400 "the request line is malformed (RFC 9112 3)";
    METHOD_UNKNOWN = 501 "the method is not known (RFC 9110 9.1)";
    METHOD_REFUSED = 405 "the method is not served (RFC 9110 15.5.6)";
    VERSION_MISSING = 400 "the request line has no version (RFC 9112 3)";
    VERSION_MALFORMED = 400 "the version is malformed (RFC 9112 2.3)";
    VERSION_UNKNOWN = 505 "only HTTP/1.0 and HTTP/1.1 are served (RFC 9110 15.6.6)";
    TARGET_MISSING = 400 "the request target is missing (RFC 9112 3)";
    TARGET_TOO_LONG = 414 "the request target is too long (RFC 9112 3)";
    TARGET_BYTE = 400 "the request target has a byte that no URI has (RFC 3986 2)";
    TARGET_FRAGMENT = 400 "the request target has a fragment (RFC 9112 3.2)";
    TARGET_PERCENT = 400 "the request target has a percent sign without two hex digits (RFC 3986 2.1)";
    TARGET_FORM = 400 "the request target has no form that this method takes (RFC 9112 3.2)";
    TARGET_HOST = 400 "the request target has a malformed host or port (RFC 9110 4.2.1)";
    TARGET_USERINFO = 400 "the request target has userinfo (RFC 9110 4.2.4)";
    TARGET_SCHEME = 421 "the scheme of the request target is not http (RFC 9110 7.4)";

    // Lines and fields.
    BARE_LF = 400 "a line ends in a bare LF (RFC 9112 2.2)";
    BARE_CR = 400 "a CR stands without its LF (RFC 9112 2.2)";
    LEADING_BLANK = 400 "a blank stands before the first field (RFC 9112 2.2)";
    FOLDED = 400 "a field is folded over several lines (RFC 9112 5.2)";
    NAME_EMPTY = 400 "a field has no name (RFC 9110 5.1)";
    NAME_MALFORMED = 400 "the name of a field is no token (RFC 9110 5.1)";
    NAME_BLANK = 400 "a blank stands in or behind the name of a field (RFC 9112 5.1)";
    NO_COLON = 400 "a field has no colon (RFC 9112 5)";
    VALUE_CONTROL = 400 "the value of a field has a control byte (RFC 9110 5.5)";
    HEAD = 400 "the head is malformed (RFC 9112 2.1)";
    TOO_MANY_FIELDS = 431 "there are more than 100 fields (RFC 6585 5)";
    NAME_TOO_LONG = 431 "the name of a field is longer than 65535 bytes (RFC 6585 5)";
    HEAD_TOO_LONG = 431 "the head is too long (RFC 6585 5)";
    HEAD_CUT_SHORT = 400 "the head ended early (RFC 9112 8)";

    // Host and Expect.
    HOST_MISSING = 400 "Host is missing (RFC 9112 3.2)";
    HOST_REPEATED = 400 "Host is repeated (RFC 9112 3.2)";
    HOST_EMPTY = 400 "Host is empty (RFC 9112 3.3)";
    HOST_MALFORMED = 400 "Host is no host with an optional port (RFC 9112 3.2)";
    EXPECTATION = 417 "an expectation other than 100-continue can't be met (RFC 9110 10.1.1)";

    // Framing.
    LENGTH_MALFORMED = 400 "Content-Length is no plain decimal number (RFC 9110 8.6)";
    LENGTH_REPEATED = 400 "Content-Length is repeated (RFC 9110 8.6)";
    LENGTH_AND_CODING = 400 "Content-Length stands beside Transfer-Encoding (RFC 9112 6.1)";
    CODING_IN_HTTP_10 = 400 "Transfer-Encoding stands in HTTP/1.0 (RFC 9112 6.1)";
    CODING_MALFORMED = 400 "Transfer-Encoding is no list of codings (RFC 9112 6.1)";
    CODING_NOT_CHUNKED = 400 "Transfer-Encoding does not end in chunked (RFC 9112 6.3)";
    CODING_CHUNKED_TWICE = 400 "Transfer-Encoding names chunked twice (RFC 9112 6.1)";
    CODING_CHUNKED_PARAMETER = 400 "the coding chunked has a parameter (RFC 9112 7.1)";
    CODING_UNKNOWN = 501 "only the transfer coding chunked is served (RFC 9112 6.1)";
    BODY_TOO_LONG = 413 "the body is too long (RFC 9110 15.5.14)";
    BODY_CUT_SHORT = 400 "the body ended early (RFC 9112 8)";

    // Chunks.
    CHUNK_SIZE = 400 "the size line of a chunk is malformed (RFC 9112 7.1)";
    CHUNK_SIZE_DIGITS = 400 "the size of a chunk has more than 16 digits (RFC 9112 7.1)";
    CHUNK_DATA = 400 "the data of a chunk is not followed by CRLF (RFC 9112 7.1)";
    CHUNK_EXTENSION = 400 "a chunk extension is malformed (RFC 9112 7.1.1)";
    CHUNK_EXTENSIONS_TOO_LONG = 400 "the chunk extensions are too long (RFC 9112 7.1.1)";
    TRAILERS = 400 "the trailer section is malformed (RFC 9112 7.1.2)";
    TRAILERS_TOO_LONG = 431 "the trailer section is too long (RFC 6585 5)";
    TOO_MANY_TRAILERS = 431 "there are more than 100 trailer fields (RFC 6585 5)";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_plain_line_and_name_their_section() {
        for refusal in ALL {
            let reason = refusal.reason;
            let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
            assert!(reason.bytes().all(is_plain), "{reason:?}");
            let (_, section) = reason.rsplit_once(" (RFC ").unwrap();
            assert!(section.ends_with(')'), "{reason:?}");
            assert!((400..600).contains(&refusal.status), "{reason:?}");
        }
    }

    #[test]
    fn no_two_rules_read_the_same() {
        let mut reasons: Vec<_> = ALL.iter().map(|refusal| refusal.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), ALL.len());
    }
}
