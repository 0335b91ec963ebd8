//! The table of rules that a request can break. `docs/conformance.md` gives the reasons.
//!
//! One entry has the status of the refusal, its kind, its text and its source. A new refusal is one more
//! entry, which the parser then returns.
//!
//! # Invariants
//!
//! No two rules have the same text, and each rule names its source.

use super::refusal::Kind::{Form, Framing};
use super::refusal::{Refusal, Rule};

/// Declares a constant for each rule, and a list of all rules for the tests.
macro_rules! rules {
    ($($name:ident = $status:literal $kind:ident $text:literal $section:literal;)*) => {
        $(pub(crate) const $name: Refusal = Refusal::of(&Rule {
            status: $status,
            kind: $kind,
            text: $text,
            section: $section,
        });)*

        #[cfg(test)]
        pub(crate) const ALL: &[Refusal] = &[$($name),*];
    };
}

rules! {
    // The request line.
    REQUEST_LINE = 400 Framing "the request line is malformed" "RFC 9112 3";
    METHOD_UNKNOWN = 501 Form "the method is not registered" "RFC 9110 16.1";
    METHOD_CASE = 501 Framing "the method is HEAD, CONNECT or TRACE in another case" "RFC 9110 9.1";
    METHOD_TOO_LONG = 501 Framing "the method is longer than any that is known" "RFC 9112 3";
    METHOD_REFUSED = 405 Framing "the method is not served" "RFC 9110 15.5.6";
    VERSION_MISSING = 400 Framing "the request line has no version" "RFC 9112 3";
    VERSION_MALFORMED = 400 Framing "the version is malformed" "RFC 9112 2.3";
    VERSION_UNKNOWN = 505 Framing "only HTTP/1.0 and HTTP/1.1 are served" "RFC 9110 15.6.6";
    TARGET_MISSING = 400 Framing "the request target is missing" "RFC 9112 3";
    TARGET_TOO_LONG = 414 Framing "the request target is too long" "RFC 9112 3";
    TARGET_BLANK = 400 Framing "the request target has a blank" "RFC 9112 3";
    TARGET_CONTROL = 400 Framing "the request target has a control byte" "RFC 3986 2";
    TARGET_BYTE = 400 Form "the request target has a byte that no URI has" "RFC 3986 2";
    TARGET_FRAGMENT = 400 Framing "the request target has a fragment" "RFC 9112 3.2";
    TARGET_PERCENT = 400 Form "the request target has a percent sign without two hex digits" "RFC 3986 2.1";
    TARGET_ASTERISK = 400 Form "the request target is an asterisk, which OPTIONS alone has" "RFC 9112 3.2.4";
    TARGET_FORM = 400 Framing "the request target has no form that this method takes" "RFC 9112 3.2";
    TARGET_HOST = 400 Framing "the request target has a malformed host or port" "RFC 9110 4.2.1";
    TARGET_USERINFO = 400 Framing "the request target has userinfo" "RFC 9110 4.2.4";
    TARGET_SCHEME = 421 Framing "the scheme of the request target is not http" "RFC 9110 7.4";

    // Lines and fields.
    BARE_LF = 400 Form "the lines end in a bare LF" "RFC 9112 2.2";
    MIXED_ENDS = 400 Framing "some lines end in CRLF and some in a bare LF" "RFC 9112 2.2";
    BARE_CR = 400 Framing "a CR stands without its LF" "RFC 9112 2.2";
    LEADING_BLANK = 400 Framing "a blank stands before the first field" "RFC 9112 2.2";
    FOLDED = 400 Framing "a field is folded over several lines" "RFC 9112 5.2";
    NAME_EMPTY = 400 Framing "a field has no name" "RFC 9110 5.1";
    NAME_MALFORMED = 400 Framing "the name of a field is no token" "RFC 9110 5.1";
    NAME_BLANK = 400 Framing "a blank stands in or behind the name of a field" "RFC 9112 5.1";
    NO_COLON = 400 Framing "a field has no colon" "RFC 9112 5";
    VALUE_CONTROL = 400 Framing "the value of a field has a control byte" "RFC 9110 5.5";
    HEAD = 400 Framing "the head is malformed" "RFC 9112 2.1";
    TOO_MANY_FIELDS = 431 Framing "there are more than 100 fields" "RFC 6585 5";
    NAME_TOO_LONG = 431 Framing "the name of a field is longer than 65535 bytes" "RFC 6585 5";
    HEAD_TOO_LONG = 431 Framing "the head is too long" "RFC 6585 5";
    HEAD_CUT_SHORT = 400 Framing "the head ended early" "RFC 9112 8";
    HEAD_TOO_SLOW = 408 Framing "the head took too long" "RFC 9110 15.5.9";

    // Host and Expect.
    HOST_MISSING = 400 Framing "Host is missing" "RFC 9112 3.2";
    HOST_REPEATED = 400 Framing "Host is repeated" "RFC 9112 3.2";
    HOST_EMPTY = 400 Framing "Host is empty" "RFC 9112 3.3";
    HOST_MALFORMED = 400 Framing "Host is no host with an optional port" "RFC 9112 3.2";
    HOST_BYTE = 400 Form "the host has a byte beyond ASCII" "RFC 3986 3.2.2";
    HOST_ZONE = 400 Form "the host has an IPv6 zone, which only its sender knows" "RFC 6874 1";
    HOST_FUTURE = 400 Form "the host is an address of a later IP version" "RFC 3986 3.2.2";
    EXPECTATION = 417 Framing "an expectation other than 100-continue can't be met" "RFC 9110 10.1.1";

    // The body's length.
    LENGTH_MALFORMED = 400 Framing "Content-Length is no plain decimal number" "RFC 9110 8.6";
    LENGTH_REPEATED = 400 Framing "Content-Length is repeated" "RFC 9110 8.6";
    LENGTH_AND_CODING = 400 Framing "Content-Length stands beside Transfer-Encoding" "RFC 9112 6.1";
    CODING_IN_HTTP_10 = 400 Framing "Transfer-Encoding stands in HTTP/1.0" "RFC 9112 6.1";
    CODING_MALFORMED = 400 Framing "Transfer-Encoding is no list of codings" "RFC 9112 6.1";
    CODING_TAB = 400 Framing "a tab stands behind the value of Transfer-Encoding" "RFC 9112 11.2";
    CODING_NOT_CHUNKED = 400 Framing "Transfer-Encoding does not end in chunked" "RFC 9112 6.3";
    CODING_CHUNKED_TWICE = 400 Framing "Transfer-Encoding names chunked twice" "RFC 9112 6.1";
    CODING_CHUNKED_PARAMETER = 400 Framing "the coding chunked has a parameter" "RFC 9112 7.1";
    CODING_UNKNOWN = 501 Framing "only the transfer coding chunked is served" "RFC 9112 6.1";
    BODY_TOO_LONG = 413 Framing "the body is too long" "RFC 9110 15.5.14";
    BODY_CUT_SHORT = 400 Framing "the body ended early" "RFC 9112 8";
    BODY_TOO_SLOW = 408 Framing "the body took too long" "RFC 9110 15.5.9";

    // Chunks.
    CHUNK_SIZE = 400 Framing "the size line of a chunk is malformed" "RFC 9112 7.1";
    CHUNK_SIZE_DIGITS = 400 Framing "the size of a chunk has more than 16 digits" "RFC 9112 7.1";
    CHUNK_DATA = 400 Framing "the data of a chunk is not followed by CRLF" "RFC 9112 7.1";
    CHUNK_EXTENSION = 400 Framing "a chunk extension is malformed" "RFC 9112 7.1.1";
    CHUNK_EXTENSIONS_TOO_LONG = 400 Framing "the chunk extensions are too long" "RFC 9112 7.1.1";
    TRAILERS = 400 Framing "the trailer section is malformed" "RFC 9112 7.1.2";
    TRAILERS_TOO_LONG = 431 Framing "the trailer section is too long" "RFC 6585 5";
    TOO_MANY_TRAILERS = 431 Framing "there are more than 100 trailer fields" "RFC 6585 5";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_one_plain_line_with_a_source() {
        for refusal in ALL {
            let rule = refusal.rule();
            let is_plain = |b: u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
            assert!(rule.text.bytes().all(is_plain), "{rule:?}");
            assert!(rule.section.starts_with("RFC "), "{rule:?}");
            assert!((400..600).contains(&rule.status), "{rule:?}");
        }
    }

    #[test]
    fn no_two_rules_have_the_same_text() {
        let mut texts: Vec<_> = ALL.iter().map(|refusal| refusal.rule().text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ALL.len());
    }
}
