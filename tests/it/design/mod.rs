//! Compares docs/design.md with the source: the map has each file, each named test exists, imports run one
//! way, no file is long.
//!
//! The tests only read text. Each prints what to add to the page and what to remove from it.

/// The imports of the source, read from its text.
mod imports;
/// The texts for people, and their translations.
mod texts;
/// The words of a Rust file.
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use imports::Imports;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PAGE: &str = "docs/design.md";
/// Lines of a file.
const LIMIT: usize = 350;

fn read(name: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a section of the page, to the next heading of its level.
fn section(heading: &str) -> Vec<String> {
    let page = read(PAGE);
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let lines: Vec<_> = lines
        .take_while(|line| !line.starts_with("## "))
        .map(str::to_owned)
        .collect();
    assert!(!lines.is_empty(), "{PAGE} has no section {heading:?}");
    lines
}

/// What stands between backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The Rust files below a folder, by their paths from the root.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(ROOT).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                if entry.file_name() != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has no Rust file");
    files.sort();
    files
}

/// Whether a file of src/ holds only tests.
fn is_test(file: &Path) -> bool {
    let stem = file.file_stem().unwrap().to_string_lossy();
    stem == "tests" || stem.ends_with("_tests")
}

/// What the map names: each file of src/ but the tests; `mod.rs` by its folder, `http/`.
fn tree() -> BTreeSet<String> {
    let files = rust_files("src").into_iter().filter(|file| !is_test(file));
    let names = files.map(|file| {
        let name = file.strip_prefix("src").unwrap().to_str().unwrap();
        name.strip_suffix("mod.rs").unwrap_or(name).to_owned()
    });
    names.collect()
}

/// The module of a file, as `cargo test` names it: `fire::panics`, `capture::stream`.
fn module(file: &Path) -> String {
    let path = file
        .strip_prefix("tests/it")
        .or_else(|_| file.strip_prefix("src"))
        .unwrap()
        .with_extension("");
    let mut names: Vec<_> = path.iter().map(|name| name.to_str().unwrap()).collect();
    if names.last() == Some(&"mod") {
        names.pop();
    }
    names.join("::")
}

/// The modules and texts of the files with tests.
fn tests() -> Vec<(String, String)> {
    let files = [rust_files("tests/it"), rust_files("src")].concat();
    let tests = files.iter().map(|file| (module(file), read(file)));
    tests.collect()
}

/// Whether one of the files has this test: `fire::panics::a_panic_ends_its_connection_alone`, or of a unit
/// `capture::stream::tests::…` and `capture::stream::property_tests::…`, which may be in a file of their
/// own.
fn exists(name: &str, tests: &[(String, String)]) -> bool {
    let (path, function) = name.rsplit_once("::").unwrap_or(("", name));
    let unit = match path.rsplit_once("::") {
        Some((unit, last)) if last == "tests" || last.ends_with("_tests") => unit,
        _ => path,
    };
    let function = format!("fn {function}(");
    let is_of_unit = |module: &str| {
        let rest = module.strip_prefix(unit);
        rest.is_some_and(|rest| {
            rest.is_empty() || ["::tests", "::mod_tests"].contains(&rest) || is_tests_suffix(rest)
        })
    };
    let mut files = tests.iter().filter(|(module, _)| is_of_unit(module));
    files.any(|(_, text)| has_test(text, &function))
}

/// Whether one of the functions that begin like this is a test: an attribute above it says so, as it
/// does in `proptest!` too.
fn has_test(text: &str, function: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    let is_test = |line: &str| line == "#[test]" || line.starts_with("#[tokio::test");
    let is_above = |line: &&&str| line.starts_with("#[") || line.starts_with("//");
    let starts = |line: &str| {
        line.strip_prefix("async ")
            .unwrap_or(line)
            .starts_with(function)
    };
    let mut found = (0..lines.len()).filter(|&at| starts(lines[at]));
    found.any(|at| {
        let mut above = lines[..at].iter().rev().take_while(is_above);
        above.any(|line| is_test(line))
    })
}

#[test]
fn a_function_is_a_test_by_its_attribute() {
    let text = "#[test]\n/// Why.\nfn one() {}\n\n  #[tokio::test(start_paused = true)]\n  async fn two() {}\n\
                \n#[test]\nfn three() {}\nfn helper() {}\n// fn four() {}\n";
    let is_test = |name: &str| has_test(text, &format!("fn {name}("));
    assert!(["one", "two", "three"].into_iter().all(is_test));
    assert!(!["helper", "four", "five"].into_iter().any(is_test));
}

/// `_tests`, or with a subject `_property_tests`.
fn is_tests_suffix(rest: &str) -> bool {
    rest.starts_with('_') && rest.ends_with("_tests") && !rest.contains("::")
}

#[test]
fn the_map_is_the_tree() {
    let lines = section("## Map of the source");
    let named = lines.iter().filter_map(|line| line.strip_prefix("- `"));
    let named: Vec<_> = named.filter_map(|line| line.split('`').next()).collect();
    let map: BTreeSet<_> = named.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(map.len(), named.len(), "{PAGE}: a file has two lines");
    let tree = tree();
    let missing: Vec<_> = tree.difference(&map).collect();
    let gone: Vec<_> = map.difference(&tree).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "the map in {PAGE}: add {missing:#?}, remove {gone:#?}"
    );
}

#[test]
fn each_invariant_names_a_test_that_exists() {
    let tests = tests();
    let lines = section("## Invariants");
    let rows = lines.iter().filter(|line| line.starts_with("| "));
    let mut faults = Vec::new();
    let mut count = 0;
    // The first two are the head of the table.
    for row in rows.filter(|row| !row.contains("---")).skip(1) {
        let names: Vec<_> = quoted(row).filter(|name| name.contains("::")).collect();
        if names.is_empty() {
            faults.push(format!("no test: {row}"));
        }
        count += names.len();
        let unknown = names.iter().filter(|name| !exists(name, &tests));
        faults.extend(unknown.map(|name| format!("no such test: {name}")));
    }
    assert!(count > 10, "the tests are not read: {count}");
    assert!(faults.is_empty(), "{PAGE}: {faults:#?}");
}

#[test]
fn each_file_and_function_that_a_change_begins_at_exists() {
    let mut faults = Vec::new();
    let mut count = 0;
    // Of the file that was named before.
    let mut text = String::new();
    for line in section("## Where do I change …") {
        for name in quoted(&line) {
            let folders = ["src/", "tests/", "docs/", "fuzz/"];
            let is_file = folders.iter().any(|folder| name.starts_with(folder));
            if is_file {
                count += 1;
                let path = Path::new(ROOT).join(name);
                if !path.exists() {
                    faults.push(format!("no such file: {name}"));
                } else if path.is_file() {
                    text = read(name);
                }
            } else if let Some(item) = name.strip_suffix("()") {
                count += 1;
                if !text.contains(&format!("fn {item}")) {
                    faults.push(format!("not in the file before it: {name}"));
                }
            }
        }
    }
    assert!(count > 10, "the files are not read: {count}");
    assert!(faults.is_empty(), "{PAGE}: {faults:#?}");
}

#[test]
fn the_glossary_is_counted() {
    let lines = section("## Concepts");
    let terms = lines.iter().filter(|line| line.starts_with("- **")).count();
    let said = lines.iter().find(|line| line.contains(" concepts"));
    let said = said.and_then(|line| line.split(' ').find_map(|word| word.parse().ok()));
    assert_eq!(said, Some(terms), "{PAGE}: the number of concepts");
}

#[test]
fn no_file_is_long() {
    let folders = ["src", "tests", "benches", "bench/tools", "fuzz", "deploy"];
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    let lengths = files.map(|file| (read(&file).lines().count(), file));
    let long = lengths.filter(|(lines, _)| *lines > LIMIT);
    let long: Vec<_> = long
        .map(|(lines, file)| format!("{}: {lines}", file.display()))
        .collect();
    assert!(long.is_empty(), "over {LIMIT} lines: {long:#?}");
}

#[test]
fn no_files_import_each_other() {
    let circles = Imports::of_source().circles();
    assert!(
        circles.is_empty(),
        "imports that run in circles: {circles:#?}"
    );
}

/// Each imports only from those that stand before it on the page.
#[test]
fn no_import_runs_upward() {
    let lines = section("## Layers");
    let layers = lines
        .iter()
        .filter(|line| line.starts_with(|start: char| start.is_ascii_digit()));
    let order: Vec<_> = layers.flat_map(|line| quoted(line)).collect();
    let imports = Imports::of_source();
    let known: BTreeSet<_> = order.iter().copied().collect();
    assert_eq!(known, imports.tops(), "{PAGE}: the layers and the tree");
    let upward = imports.upward(&order);
    assert!(upward.is_empty(), "imports that run upward: {upward:#?}");
}
