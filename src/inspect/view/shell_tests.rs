//! Bytes become words, and the words become the same bytes again.

use proptest::prelude::*;

use super::super::samples::{expect_visible, hostile, printed, words};
use super::*;

fn word(text: &str) -> String {
    let mut command = String::new();
    push_word(text, &mut command);
    command
}

#[test]
fn printf_has_the_escapes_that_each_shell_knows() {
    for (bytes, command) in [
        (&b""[..], "printf ''"),
        (
            b"GET / HTTP/1.1\r\n\r\n",
            r"printf 'GET / HTTP/1.1\r\n\r\n'",
        ),
        (b"100%\\\t", r"printf '100%%\134\t'"),
        (b"it's", r"printf 'it\047s'"),
        (b"!!", r"printf '\041\041'"),
        (b"-n -n", r"printf '\055n -n'"),
        (b"\x001\xff7\x7f", r"printf '\0001\3777\177'"),
        ("é\u{202e}".as_bytes(), r"printf '\303\251\342\200\256'"),
        (b"$(id) `id` \"$HOME\"", r#"printf '$(id) `id` "$HOME"'"#),
    ] {
        assert_eq!(printf(bytes), command);
    }
}

#[test]
fn a_word_is_quoted_unless_it_is_plain() {
    for (text, expected) in [
        ("", " ''"),
        ("-", " -"),
        ("http://127.0.0.1:80/a", " http://127.0.0.1:80/a"),
        ("[::1]:80", " '[::1]:80'"),
        ("a b", " 'a b'"),
        ("*", " '*'"),
        ("~", " '~'"),
        ("a=b", " 'a=b'"),
        ("'", r" ''\'''"),
        ("it's", r" 'it'\''s'"),
        ("$(id)`id`\\", r" '$(id)`id`'\\''"),
        // In fish's quotes the backslash would make a text of the quote, and a command of what follows.
        (r"\';touch pwned;#", r" ''\\''\'';touch pwned;#'"),
        ("菜", " '菜'"),
    ] {
        assert_eq!(word(text), expected);
    }
}

#[test]
fn text_is_visible_if_each_character_is() {
    for text in ["", " a~", "é菜😀"] {
        assert_eq!(visible(text.as_bytes()), Some(text));
    }
    for bytes in [
        &b"\0"[..],
        b"\n",
        b"\t",
        b"\x1b",
        b"\x7f",
        b"\xff",
        "\u{85}".as_bytes(),
        "\u{a0}".as_bytes(),
        "\u{202e}".as_bytes(),
        "\u{200b}".as_bytes(),
    ] {
        assert_eq!(visible(bytes), None, "{}", bytes.escape_ascii());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printf_prints_the_bytes(bytes in hostile()) {
        let command = printf(&bytes);
        prop_assert!(command.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{}", command);
        let [program, format] = &words(&command)[..] else {
            panic!("{command}");
        };
        prop_assert_eq!(program, "printf");
        prop_assert_eq!(printed(format), bytes);
    }

    #[test]
    fn a_word_is_the_text(text in "\\PC{0,40}|['\\\\ \"$`!]{0,20}") {
        if visible(text.as_bytes()).is_some() {
            let command = word(&text);
            expect_visible(&command);
            prop_assert_eq!(words(&command), [text]);
        }
    }
}
