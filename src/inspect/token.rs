//! What a viewer has to know to see the records.
//!
//! # Invariants
//!
//! - The token is in no message but the one line that announces the page.
//! - A comparison takes the same time wherever the first difference is.

use std::fmt::{self, Write as _};
use std::hint::black_box;
use std::io;
use std::str::FromStr;

use thiserror::Error;

/// The fewest characters of a token.
const LEAST: usize = 16;

/// A token: at least 16 characters of those that a URL's fragment and a field's value may have.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// A text is no [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected at least 16 letters, digits or characters of -._~")]
pub struct TokenError;

impl Token {
    /// A token of 128 random bits.
    ///
    /// # Errors
    ///
    /// The system has no random bits.
    pub(super) fn random() -> io::Result<Self> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits)?;
        let mut text = String::new();
        for byte in bits {
            // A String takes any text.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// The token itself, for the URL that its owner opens.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the value of an `Authorization` field is `Bearer` with this token (RFC 6750 section 2.1).
    pub(super) fn is_in(&self, authorization: &[u8]) -> bool {
        let scheme = b"Bearer ";
        let Some((start, given)) = authorization.split_at_checked(scheme.len()) else {
            return false;
        };
        start.eq_ignore_ascii_case(scheme) && is_same(given, self.0.as_bytes())
    }
}

/// Compares all bytes, whichever differ. The length is no secret.
fn is_same(given: &[u8], token: &[u8]) -> bool {
    let pairs = given.iter().zip(token);
    let difference = pairs.fold(0, |all, (one, other)| black_box(all | (one ^ other)));
    given.len() == token.len() && difference == 0
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if text.len() >= LEAST && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TokenError)
        }
    }
}

/// Without the token itself: it is secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_sixteen_plain_characters() {
        for text in ["0123456789abcdef", "-._~-._~-._~ABCZ", &"x".repeat(200)] {
            assert!(text.parse::<Token>().is_ok(), "{text}");
        }
        for text in [
            "",
            "0123456789abcde",
            "0123456789abcde ",
            "0123456789abcde#",
            "密码密码密码密码",
        ] {
            assert_eq!(text.parse::<Token>(), Err(TokenError), "{text}");
        }
    }

    #[test]
    fn a_random_token_is_a_token_and_another_each_time() {
        let [one, other] = [(); 2].map(|()| Token::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), 32);
        assert_eq!(one.reveal().parse(), Ok(one));
    }

    #[test]
    fn the_field_has_the_scheme_and_the_token() {
        let token: Token = "0123456789abcdef".parse().unwrap();
        for (value, is_right) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer 0123456789abcdef", true),
            ("Bearer 0123456789abcdeF", false),
            ("Bearer 1123456789abcdef", false),
            ("Bearer 0123456789abcdef0", false),
            ("Bearer 0123456789abcde", false),
            ("Bearer  0123456789abcdef", false),
            ("Bearer ", false),
            ("Bearer", false),
            ("Basic 0123456789abcdef", false),
            ("0123456789abcdef", false),
            ("", false),
        ] {
            assert_eq!(token.is_in(value.as_bytes()), is_right, "{value}");
        }
    }

    #[test]
    fn no_message_has_the_token() {
        let token: Token = "0123456789abcdef".parse().unwrap();
        assert_eq!(format!("{token:?}"), "Token");
        let error = "secret".parse::<Token>().unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
