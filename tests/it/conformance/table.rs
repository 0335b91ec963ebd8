//! `docs/conformance.md` and the tests say the same: each cites the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
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
fn every_row_has_its_four_columns() {
    for row in TABLE.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(cells.iter().all(|cell| !cell.trim().is_empty()), "{row}");
    }
}
