//! Splits a Rust file into words: names and signs, without comments, literals and code for tests.

/// The words of a text that parses.
pub(super) fn words(text: &str) -> Vec<&str> {
    without_tests(&all(text))
}

/// All words: names, `::`, and each other character by itself.
fn all(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = blank(rest).unwrap_or_else(|| {
            let length = match first {
                ':' if rest.starts_with("::") => 2,
                _ if is_name(first) => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            words.push(&rest[..length]);
            length
        });
        rest = &rest[length..];
    }
    words
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The length of a space, a comment or a literal at the start.
fn blank(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes[0].is_ascii_whitespace() {
        return Some(1);
    }
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let prefix = text.find(|letter| !"br".contains(letter))?;
    let after = &text[prefix..];
    if text[..prefix].contains('r') && (after.starts_with('"') || after.starts_with('#')) {
        return Some(prefix + raw(after)?);
    }
    match after.as_bytes() {
        [b'"', ..] => Some(prefix + quoted(after, '"')),
        // A lifetime has no quote behind it.
        [b'\'', b'\\', ..] => Some(prefix + quoted(after, '\'')),
        [b'\'', ..] => {
            let letter = after[1..].chars().next()?.len_utf8();
            after[1 + letter..]
                .starts_with('\'')
                .then_some(prefix + letter + 2)
        }
        _ => None,
    }
}

/// The length of a literal with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw literal behind its `r`; none for a raw name.
fn raw(text: &str) -> Option<usize> {
    let hashes = text.find(|letter| letter != '#')?;
    let inner = text[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(hashes + 1 + inner.find(&end)? + end.len())
}

/// Leaves out each item behind `#[cfg(test)]`, or behind another `cfg` with `test`, and what stands in
/// parentheses behind `pub`.
fn without_tests<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut rest = words;
    while let [first, behind @ ..] = rest {
        if let ["#", "[", "cfg", ..] = rest {
            let (attribute, item) = rest.split_at(group(&rest[1..], "[", "]") + 1);
            if attribute.contains(&"test") {
                rest = &item[length_of_item(item)..];
                continue;
            }
        }
        kept.push(*first);
        rest = behind;
        // The names in a visibility import nothing.
        if let ("pub", ["(", "crate" | "super" | "self" | "in", ..]) = (*first, rest) {
            rest = &rest[group(rest, "(", ")")..];
        }
    }
    kept
}

/// The number of words to the end of a group that begins with the first of them.
fn group(words: &[&str], open: &str, close: &str) -> usize {
    let mut depth = 0;
    for (at, word) in words.iter().enumerate() {
        depth += usize::from(*word == open);
        depth -= usize::from(*word == close);
        if depth == 0 {
            return at + 1;
        }
    }
    words.len()
}

/// The number of words of an item: to its `;`, or to the end of its braces.
fn length_of_item(words: &[&str]) -> usize {
    let end = words.iter().position(|word| [";", "{"].contains(word));
    match end {
        Some(at) if words[at] == "{" && !words[..at].contains(&"use") => {
            at + group(&words[at..], "{", "}")
        }
        Some(at) if words[at] == "{" => at + group(&words[at..], "{", "}") + 1,
        Some(at) => at + 1,
        None => words.len(),
    }
}

#[test]
fn words_are_without_comments_literals_and_tests() {
    let text = "use a::{b, c as d}; // no\nlet x = \"\\\"y\" + r#\"z\"# + 'q' + b'\\'' + br\"r\"; pub(in a::b) fn f<'a>() {}
        #[cfg(test)] use super::{g}; #[cfg(all(test, unix))] mod t { use h::i; } fn r#k() {}";
    assert_eq!(
        words(text).join(" "),
        "use a :: { b , c as d } ; let x = + + + + ; pub fn f < ' a > ( ) { } fn r # k ( ) { }"
    );
}
