//! Reads the table of translations, and the source that its English texts are used in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{is_test, read, rust_files};

/// The files of the table.
fn is_table(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_string_lossy();
    file.starts_with("src/language") && name.starts_with("zh_")
}

/// A file without its unit tests.
fn without_tests(file: &PathBuf) -> String {
    let text = read(file);
    text.split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap()
        .to_owned()
}

/// The files of src/ that use texts, without their tests.
fn source() -> Vec<(PathBuf, String)> {
    let files = rust_files("src").into_iter();
    let files = files.filter(|file| !is_test(file) && !is_table(file));
    files
        .map(|file| (file.clone(), without_tests(&file)))
        .collect()
}

/// The literal that `text` begins with, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = text.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return Some((value, &text[at + 1..])),
            (_, '\\') => match characters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                other => value.push(other),
            },
            (_, other) => value.push(other),
        }
    }
}

/// The English texts of the table.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in rust_files("src").iter().filter(|file| is_table(file)) {
        let text = read(file);
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        let (_, mut rest) = code.split_once("&[").unwrap();
        let mut is_key = true;
        while let Some(start) = rest.find('"') {
            let (text, behind) = literal(&rest[start..]).unwrap();
            if is_key {
                keys.insert(text);
            }
            is_key = !is_key;
            rest = behind;
        }
    }
    assert!(keys.len() > 150, "the table is not read: {keys:#?}");
    keys
}

/// The literals that follow one of these calls.
fn given_to(calls: &[&str], text: &str) -> Vec<String> {
    let mut literals = Vec::new();
    for call in calls {
        for (at, _) in text.match_indices(call) {
            let argument = text[at + call.len()..].trim_start();
            literals.extend(literal(argument).map(|(text, _)| text));
        }
    }
    literals
}

#[test]
fn each_text_has_a_translation() {
    let keys = keys();
    let calls = [
        "language.text(",
        "language.fill(",
        "self.text(",
        "self.fill(",
        "language.write(f,",
    ];
    let mut count = 0;
    let mut missing = BTreeSet::new();
    for (file, text) in source() {
        for used in given_to(&calls, &text) {
            count += 1;
            if !keys.contains(&used) {
                missing.insert(format!("{}: {used:?}", file.display()));
            }
        }
    }
    assert!(count > 20, "the source is not read: {count}");
    assert!(missing.is_empty(), "src/language/zh_*.rs: add {missing:#?}");
}

/// A text as the source may have it: in one row, with no comment's marks and no escapes.
fn flat(source: &str) -> String {
    let rows = source.lines().map(|row| {
        let row = row.trim_start();
        row.strip_prefix("///").unwrap_or(row).trim_start()
    });
    rows.collect::<Vec<_>>().join(" ").replace('\\', "")
}

#[test]
fn no_translation_is_unused() {
    let source: Vec<_> = source().iter().map(|(_, text)| flat(text)).collect();
    let keys = keys();
    let unused = keys.iter().filter(|key| {
        // The source may name the value in the place: `{address}`.
        let part = key.split("{}").max_by_key(|part| part.len()).unwrap();
        let part = part.replace('\\', "");
        !source.iter().any(|text| text.contains(&part))
    });
    let unused: Vec<_> = unused.collect();
    assert!(
        unused.is_empty(),
        "src/language/zh_*.rs: remove {unused:#?}"
    );
}

/// Chinese is in the table alone. Comments, and punctuation that is no text, may be anywhere.
#[test]
fn chinese_is_in_the_table_alone() {
    let is_han = |character: char| matches!(character, '\u{4e00}'..='\u{9fff}');
    let mut elsewhere = Vec::new();
    for (file, text) in source() {
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let lines = code.filter(|line| line.contains(is_han));
        elsewhere.extend(lines.map(|line| format!("{}: {line}", file.display())));
    }
    assert!(
        elsewhere.is_empty(),
        "move to src/language/zh_*.rs: {elsewhere:#?}"
    );
}
