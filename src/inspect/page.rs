//! The files of the page, which are in the program.
//!
//! [`super::routes`] serves them as they are. They need no token: they hold no record.
//!
//! # Invariants
//!
//! - Together they are at most 24 000 bytes. They name no other origin, and make markup of no text.

use std::borrow::Cow;

use crate::language::Language;

/// The scripts, in the order in which each uses those before it. One file: a script of its own for each
/// would be a request for each.
pub(super) const JS: &str = concat!(
    include_str!("page/language.js"),
    include_str!("page/bytes.js"),
    include_str!("page/list.js"),
    include_str!("page/detail.js"),
    include_str!("page/keys.js"),
    include_str!("page/poll.js"),
);

pub(super) const CSS: &str = include_str!("page/page.css");

const HTML: &str = include_str!("page/index.html");

/// Where the page has the language that the user chose.
const LANGUAGE: &str = "data-lang=\"\"";

/// The page in this language. None: the browser's.
pub(super) fn html(language: Option<Language>) -> Cow<'static, str> {
    let chosen = match language {
        None => return HTML.into(),
        Some(Language::English) => "data-lang=\"en\"",
        Some(Language::Chinese) => "data-lang=\"zh\"",
    };
    HTML.replacen(LANGUAGE, chosen, 1).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::State;

    const FILES: [(&str, &str); 3] = [("index.html", HTML), ("page.js", JS), ("page.css", CSS)];

    #[test]
    fn the_page_is_small() {
        let sizes = FILES.map(|(name, text)| (name, text.len()));
        let sum: usize = sizes.iter().map(|(_, size)| size).sum();
        assert!(sum <= 24_000, "{sum} bytes: {sizes:?}");
    }

    #[test]
    fn no_file_names_another_origin() {
        for (name, text) in FILES {
            for part in [
                "https:",
                "//www.",
                "ws:",
                "wss:",
                "src=\"//",
                "href=\"//",
                "url(",
                "@import",
            ] {
                assert!(!text.contains(part), "{name} has {part}");
            }
            // A command that the page shows has the address of the service, which it is told.
            for (at, _) in text.match_indices("http://") {
                let host = text[at + "http://".len()..].chars().next().unwrap_or(' ');
                assert!(
                    !host.is_alphanumeric(),
                    "{name} names a host: {}",
                    &text[at..]
                );
            }
        }
    }

    #[test]
    fn no_script_makes_markup_or_code_of_a_text() {
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "setHTMLUnsafe",
            "document.write",
            "createContextualFragment",
            "DOMParser",
            "eval(",
            "new Function",
            "import(",
        ] {
            assert!(!JS.contains(word), "page.js has {word}");
        }
        for part in ["<style", "style=", "javascript:"] {
            assert!(!HTML.contains(part), "index.html has {part:?}");
        }
        for script in HTML.split("<script").skip(1) {
            assert!(
                script.contains("page.js"),
                "a script in index.html: {script}"
            );
        }
    }

    /// The texts in quotes. None of them goes on in another line.
    fn quoted(code: &'static str) -> Vec<&'static str> {
        let is_comment = |line: &&str| line.trim_start().starts_with("//");
        let lines = code.lines().filter(|line| !is_comment(line));
        let texts = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// The texts of the page's frame: between tags, and as labels. A key's own name stands as it is.
    fn texts_of_html() -> Vec<&'static str> {
        let labels = HTML.split("aria-label=\"").skip(1);
        let labels = labels.filter_map(|rest| rest.split('"').next());
        let between = HTML
            .split('<')
            .skip(1)
            .filter_map(|tag| tag.split_once('>'));
        let between = between.filter(|(tag, _)| {
            !["dt", "h1", "title", "!--"]
                .iter()
                .any(|name| tag.starts_with(name))
        });
        let between = between.map(|(_, text)| text.trim());
        let texts = labels
            .chain(between)
            .filter(|text| !["", "JSON"].contains(text));
        texts.collect()
    }

    /// What stands in the parentheses behind each call of these functions.
    fn said(code: &'static str) -> Vec<&'static str> {
        let calls = ["say(", "mode(", "remark("].into_iter();
        let behind = calls.flat_map(|call| code.split(call).skip(1));
        let arguments = behind.map(|rest| {
            let mut depth = 1;
            let end = rest.find(|c: char| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            &rest[..end.unwrap()]
        });
        arguments.flat_map(quoted).collect()
    }

    #[test]
    fn each_text_is_in_chinese_and_none_is_unused() {
        let (_, rest) = JS.split_once("const CHINESE = {\n").unwrap();
        let (table, code) = rest.split_once("\n};\n").unwrap();
        let keys = table.lines().map(|line| {
            let (key, value) = line.trim().rsplit_once(": ").unwrap();
            assert!(!value.is_ascii(), "{key} is not translated");
            key.trim_matches('"').replace(r"\\", r"\")
        });
        let keys: Vec<_> = keys.collect();
        let states = [State::Incomplete, State::Late].map(|state| state.label().unwrap());
        let html = texts_of_html();
        for text in said(code)
            .into_iter()
            .chain(html.iter().copied())
            .chain(states)
        {
            assert!(
                keys.iter().any(|key| key == text),
                "{text:?} is not in language.js"
            );
        }
        let used = [quoted(code), html, states.to_vec()].concat();
        for key in keys {
            assert!(used.contains(&&*key), "{key:?} is unused");
        }
    }

    #[test]
    fn the_chosen_language_is_in_the_page() {
        assert_eq!(HTML.matches(LANGUAGE).count(), 1, "{HTML}");
        assert_eq!(html(None), HTML);
        assert!(html(Some(Language::English)).contains("data-lang=\"en\""));
        assert!(html(Some(Language::Chinese)).contains("data-lang=\"zh\""));
    }
}
