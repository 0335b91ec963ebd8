//! The licences in the image, of all crates that are linked into its program. deploy/licenses.rs writes
//! the file in the build of the image; the test compares it with cargo's list of dependencies.

use std::env::consts::ARCH;
use std::process::Command;

use crate::engine::{Container, image};
use crate::support::{directory, run};

/// The licences, as the README shows how to read them.
fn licences() -> String {
    let directory = directory();
    let container = Container::create(image());
    std::fs::read_to_string(container.copy("LICENSES.txt", directory.path())).unwrap()
}

/// Expects the part that begins like this to be there, with a text for each number behind it.
#[track_caller]
fn expect_licence(licences: &str, part: &str) {
    let line = licences.lines().find(|line| line.starts_with(part));
    let line = line.unwrap_or_else(|| panic!("{part} is not in {licences}"));
    let (_, numbers) = line.rsplit_once("): text ").expect(line);
    for number in numbers.split(", ") {
        let (_, text) = licences
            .split_once(&format!("\n==== text {number}\n"))
            .unwrap_or_else(|| panic!("{line}: there is no text {number}"));
        let text = text.split("\n==== text").next().unwrap();
        // The shortest, MIT, has a thousand bytes.
        assert!(text.len() > 900, "{line}: {text}");
    }
}

#[test]
#[ignore = "needs a container engine"]
fn the_licences_of_all_that_is_linked_are_in_the_image() {
    let licences = licences();
    println!("the licences have {} bytes", licences.len());
    // As the build stage has it: the machine's own triple.
    let tree = run(Command::new("cargo")
        .args(["tree", "--locked", "--edges", "normal"])
        .args([
            "--target",
            &format!("{ARCH}-unknown-linux-gnu"),
            "--prefix",
            "none",
            "--no-dedupe",
        ]));
    let crates: Vec<_> = tree.lines().collect();
    assert!(crates.len() > 50, "{tree}");
    for line in crates {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let version = words.next().unwrap().strip_prefix('v').unwrap();
        expect_licence(&licences, &format!("{name} {version} ("));
    }
    for part in [
        "Rust's standard library 1.",
        "addr2line, in Rust's",
        "glibc 2.",
        "libgcc 1",
    ] {
        expect_licence(&licences, part);
    }
    for words in [
        "Copyright (c) 2018-2025 Microsoft Corporation, Daan Leijen",
        "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1",
        "GCC RUNTIME LIBRARY EXCEPTION",
        "Copyright (c) 2026 The hellowire developers",
        "Apache License\nVersion 2.0",
    ] {
        assert!(licences.contains(words), "{words} is not in {licences}");
    }
}
