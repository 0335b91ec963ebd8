//! README.md, its translation and the pages of docs/ agree with each other and with the program.
//!
//! The tests compare texts, and the program's help. They can't check whether a sentence is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{program, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The commands that have options.
const COMMANDS: [&str; 6] = [
    "hellowire",
    "hellowire raw",
    "hellowire send",
    "hellowire chat listen",
    "hellowire chat connect",
    "hellowire health",
];

fn read(name: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A page's lines, each with whether it stands in a code block, whose fences belong to it.
fn lines(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut is_code = false;
    text.lines().map(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        (is_code || is_fence, line)
    })
}

/// A page's headings: level and text.
fn headings(text: &str) -> Vec<(usize, &str)> {
    let prose = lines(text).filter(|(is_code, _)| !is_code);
    prose
        .filter_map(|(_, line)| {
            let text = line.trim_start_matches('#');
            let level = line.len() - text.len();
            (level > 0).then(|| (level, text.trim()))
        })
        .collect()
}

/// A page's code blocks, without the comments behind commands.
fn code(text: &str) -> Vec<&str> {
    let code = lines(text).filter(|(is_code, _)| *is_code);
    code.map(|(_, line)| match line.split_once(" # ") {
        Some((command, _)) if line.starts_with("$ ") => command,
        _ => line,
    })
    .collect()
}

/// The targets of a page's links and pictures.
fn links(text: &str) -> Vec<&str> {
    let prose = lines(text).filter(|(is_code, _)| !is_code);
    let targets = |line| {
        [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')].map(|(before, after)| {
            let rests = str::split(line, before).skip(1);
            rests.filter_map(move |rest| rest.split(after).next())
        })
    };
    prose
        .flat_map(|(_, line)| targets(line))
        .flatten()
        .collect()
}

/// The fragment that leads to a heading, as GitHub makes it.
fn fragment(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let letters = letters
        .chars()
        .filter(|&letter| letter.is_alphanumeric() || "-_ ".contains(letter));
    letters
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// All pages, by their paths from the root.
fn pages() -> Vec<PathBuf> {
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| Path::new(folder).join(name));
        let pages = names.filter(|name| name.extension().is_some_and(|end| end == "md"));
        pages.collect::<Vec<_>>()
    };
    ["", "docs", "fuzz"].map(in_folder).concat()
}

/// What is wrong with a link of a page.
fn fault(page: &Path, link: &str) -> Option<String> {
    let (file, wanted) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => page.to_owned(),
        file => page.parent().unwrap().join(file),
    };
    if !Path::new(ROOT).join(&target).exists() {
        return Some(format!("{}: {link}: no such file", page.display()));
    }
    let text = if wanted.is_empty() {
        return None;
    } else {
        read(target)
    };
    let is_there = headings(&text)
        .iter()
        .any(|(_, heading)| fragment(heading) == wanted);
    (!is_there).then(|| format!("{}: {link}: no such heading", page.display()))
}

/// An option and its default, without quotes. An option without a value, and one without a default, has
/// `–`.
type Options = BTreeMap<String, String>;

fn plain(text: &str) -> String {
    text.replace(['`', '"'], "")
}

/// The option that a line of the help begins, with its short form: `-h, --help`, `--workers <N>` or, of
/// the arguments, `[ADDR]`.
fn option_of_help(line: &str) -> Option<String> {
    let text = line.trim_start();
    if line.len() - text.len() > 6 || !text.starts_with(['-', '[']) {
        return None;
    }
    Some(text.replace(['<', '>', '[', ']'], "").trim().to_owned())
}

/// The options of a command, as its help shows them.
fn shown(command: &str) -> Options {
    let help = run(program().args(command.split(' ').skip(1)).arg("--help"));
    let mut options: Vec<(String, String)> = Vec::new();
    for line in help.lines() {
        if let Some(option) = option_of_help(line) {
            options.push((option, String::new()));
        } else if let Some((_, text)) = options.last_mut() {
            *text += " ";
            *text += line.trim();
        }
    }
    let default = |text: &str| {
        let (_, rest) = text.split_once("[default: ")?;
        Some(plain(rest.split_once(']')?.0))
    };
    let options = options.into_iter().map(|(option, text)| {
        let default = default(&text).unwrap_or_else(|| "–".to_owned());
        (option, default)
    });
    options.collect()
}

/// The options of a command that take a word, each with the words as docs/options.md writes them:
/// `` `wait` or `drop` ``.
fn words(command: &str) -> Options {
    let help = run(program().args(command.split(' ').skip(1)).arg("--help"));
    let mut words: Vec<(String, Vec<String>)> = Vec::new();
    for line in help.lines() {
        if let Some(option) = option_of_help(line) {
            words.push((option, Vec::new()));
        } else if let (Some(word), Some((_, known))) = (word_of_help(line), words.last_mut()) {
            known.push(format!("`{word}`"));
        }
    }
    let words = words.into_iter().filter_map(|(option, known)| {
        let (last, others) = known.split_last()?;
        Some((option, format!("{} or {last}", others.join(", "))))
    });
    words.collect()
}

/// The word that a line of the help explains: `- json:  One JSON object a line`.
fn word_of_help(line: &str) -> Option<&str> {
    let (word, _) = line.trim_start().strip_prefix("- ")?.split_once(':')?;
    Some(word)
}

/// What begins the line of docs/options.md that names the commands of the tables below.
const NAMED: &str = "Commands: ";

/// The options of a command, as docs/options.md has them, up to the next heading.
fn documented(page: &str, command: &str) -> Options {
    let name = format!("`{command}`");
    let mut is_named = false;
    let mut options = Options::new();
    for line in page.lines() {
        if line.starts_with("## ") {
            is_named = false;
        } else if line.starts_with(NAMED) {
            is_named = line.contains(&name);
        }
        let mut cells = line.split(" | ");
        let option = cells.next().and_then(|cell| cell.strip_prefix("| `"));
        if let (true, Some(option), Some(default)) = (is_named, option, cells.next()) {
            let before = options.insert(plain(option), plain(default));
            assert_eq!(before, None, "{command}: {option} stands there twice");
        }
    }
    options
}

/// Fails with what one side has and the other has not.
#[track_caller]
fn expect_same(command: &str, documented: &Options, shown: &Options) {
    let only = |of: &Options, other: &Options| {
        let missing = of
            .iter()
            .filter(|(option, default)| other.get(*option) != Some(default));
        missing
            .map(|(option, default)| format!("{option}, default {default}"))
            .collect::<Vec<_>>()
    };
    let (page, help) = (only(documented, shown), only(shown, documented));
    assert!(
        page.is_empty() && help.is_empty(),
        "{command}: docs/options.md alone has {page:?}, --help alone has {help:?}"
    );
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}

#[test]
fn the_translation_has_the_same_headings() {
    let levels = |name| {
        let text = read(name);
        headings(&text)
            .iter()
            .map(|(level, _)| *level)
            .collect::<Vec<_>>()
    };
    let english = levels("README.md");
    assert!(english.len() > 5, "the headings are not read: {english:?}");
    assert_eq!(english, levels("README.zh-CN.md"));
}

#[test]
fn the_translation_has_the_same_code_blocks() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    let (english, chinese) = (code(&english), code(&chinese));
    assert!(english.len() > 20, "the code is not read: {english:?}");
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(english, chinese);
    }
    assert_eq!(english.len(), chinese.len(), "lines of code");
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        for link in links(&text)
            .into_iter()
            .filter(|link| !link.contains("://"))
        {
            count += 1;
            faults.extend(fault(&page, link));
        }
    }
    assert!(count > 40, "the links are not read: {count}");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn docs_options_has_the_options_and_defaults_of_the_help() {
    let page = read("docs/options.md");
    for command in COMMANDS {
        let shown = shown(command);
        assert!(
            shown.len() >= 4,
            "{command}: the help is not read: {shown:?}"
        );
        expect_same(command, &documented(&page, command), &shown);
    }
}

#[test]
fn docs_options_has_the_words_that_an_option_takes() {
    let page = read("docs/options.md");
    let mut count = 0;
    for (option, words) in COMMANDS.into_iter().flat_map(words) {
        let is_row =
            |line: &&str| line.starts_with('|') && plain(line).contains(&format!("| {option} |"));
        let row = page.lines().find(is_row);
        let row = row.unwrap_or_else(|| panic!("docs/options.md has no row of {option}"));
        count += 1;
        assert!(
            row.contains(&format!(" {words}")),
            "{option}: {words}: {row}"
        );
        assert!(
            !row.contains(&format!("`, {words}")),
            "{option}: {words}: {row}"
        );
    }
    assert!(count >= 10, "the help is not read: {count}");
}

#[test]
fn docs_options_names_the_commands_that_there_are() {
    let page = read("docs/options.md");
    let named = page.lines().filter(|line| line.starts_with(NAMED));
    let named: BTreeSet<_> = named
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(named, BTreeSet::from(COMMANDS));
}
