//! `docs/conformance.md`, the tests and the rules in the source agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
const RULES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/capture/rules.rs"));
const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance.md"));

/// The tests that the rows cite, as `module::test`: what stands in backquotes in the last column.
fn cited() -> BTreeSet<String> {
    let rows = TABLE
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter(|line| line.ends_with(" |"));
    rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next())
        .flat_map(|cell| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The tests in a source file.
fn tests_in(file: &Path) -> Vec<String> {
    let source =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let functions = source.split("#[test]").skip(1);
    let name = |text: &str| {
        text.split("fn ")
            .nth(1)
            .unwrap()
            .split('(')
            .next()
            .unwrap()
            .to_owned()
    };
    functions.map(name).collect()
}

#[test]
fn every_cited_test_exists() {
    let cited = cited();
    assert!(
        cited.len() > 80,
        "the table is not read as it should: {cited:#?}"
    );
    for test in cited {
        let (module, name) = test
            .rsplit_once("::")
            .unwrap_or_else(|| panic!("{test} has no module"));
        let file = Path::new(HERE)
            .join(module.replace("::", "/"))
            .with_extension("rs");
        assert!(
            tests_in(&file).iter().any(|test| test == name),
            "{test} is not in {file:?}"
        );
    }
}

#[test]
fn every_conformance_test_is_cited() {
    let cited = cited();
    for entry in fs::read_dir(Path::new(HERE).join("conformance")).unwrap() {
        let file = entry.unwrap().path();
        let module = file.file_stem().unwrap().to_str().unwrap();
        if module == "table" {
            continue;
        }
        for name in tests_in(&file) {
            let test = format!("conformance::{module}::{name}");
            assert!(cited.contains(&test), "{test} is in no row");
        }
    }
}

/// A row without a test says why there is none.
#[test]
fn every_row_has_its_five_columns() {
    for cells in rows() {
        assert_eq!(cells.len(), 5, "{cells:?}");
        assert!(
            cells.iter().all(|cell| !cell.trim().is_empty()),
            "{cells:?}"
        );
    }
}

/// What is framing is refused in both modes, and what is form only by `--strict`: a row's tests do
/// what its kind says.
#[test]
fn the_kind_of_a_row_is_what_its_tests_show() {
    for cells in rows().filter(|cells| cells[0] != "§") {
        let (kind, said, tests) = (cells[2], cells[3], cells[4]);
        let sources: String = tests.split('`').filter_map(source_of).collect();
        let is_noted = sources.contains(".notes(");
        match kind {
            "form" => assert!(is_noted && said.contains("noted"), "{cells:?}"),
            "framing" => {
                let is_refused = sources.is_empty() || sources.contains("refus");
                assert!(
                    !is_noted && is_refused && said.contains("refused"),
                    "{cells:?}"
                );
            }
            "–" => assert!(!is_noted && !said.contains("noted"), "{cells:?}"),
            _ => panic!("{cells:?}"),
        }
    }
}

/// The rules in the source are tested here, those of form with both modes.
#[test]
fn every_rule_has_its_tests() {
    let tests: Vec<_> = ["conformance", "."]
        .iter()
        .flat_map(|folder| fs::read_dir(Path::new(HERE).join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let rules = RULES.lines().filter_map(|line| line.split_once(" = "));
    let rules: Vec<_> = rules.filter(|(_, rule)| rule.ends_with("\";")).collect();
    assert!(rules.len() > 50, "the rules are not read as they should");
    for (name, rule) in rules {
        let mut parts = rule.split('"');
        let (kind, text) = (parts.next().unwrap(), parts.next().unwrap());
        // For what the parser refuses and nobody has a name for.
        if name.trim() == "HEAD" {
            continue;
        }
        let has = |source: &&String| {
            source.contains(text) && (!kind.contains(" Form") || source.contains(".notes("))
        };
        assert!(tests.iter().any(|source| has(&source)), "{name}: {text}");
    }
}

/// The cells of each row.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// The source of a `conformance` test.
fn source_of(test: &str) -> Option<String> {
    let (module, name) = test.strip_prefix("conformance::")?.split_once("::")?;
    let file = Path::new(HERE).join("conformance").join(module);
    let source = fs::read_to_string(file.with_extension("rs")).unwrap();
    let (_, behind) = source.split_once(&format!("fn {name}(")).unwrap();
    Some(behind.split("\n}\n").next().unwrap().to_owned())
}
