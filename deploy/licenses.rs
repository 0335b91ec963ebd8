//! Writes the licences of everything that is linked into the program, as one text: each part with its version
//! and its copyright lines, and each licence's text once.
//!
//! The Dockerfile compiles this file with `rustc` alone, and runs it in the package's directory: `licenses
//! TRIPLE`. The Debian package takes `licenses TRIPLE dynamic`, which leaves out the C libraries: they are
//! packages of their own. The crates come from `cargo tree` and cargo's registry, Rust's standard library from the
//! toolchain's notices, the C libraries from Debian's packages.
//!
//! ```text
//! files (registry, directories, packages) ┐
//! toolchain (Rust's notices) ─────────────┴─ catalog ─ stdout
//! ```
//!
//! # Invariants
//!
//! - A part without a licence's text is an error, and nothing is built. Exception: a toolchain may come
//!   without its notices, which the text then says.
//! - A part that is offered under MIT, among others, is used under MIT.

#![allow(clippy::print_stderr, reason = "the build's log has the warning")]

#[path = "licenses/catalog.rs"]
mod catalog;
#[path = "licenses/files.rs"]
mod files;
#[path = "licenses/toolchain.rs"]
mod toolchain;

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use catalog::Catalog;
use files::{Result, choose, crate_source, find, output, package, package_version};

fn main() -> Result<()> {
    let triple = env::args().nth(1).ok_or("licenses TRIPLE [dynamic]")?;
    let is_static = env::args().nth(2).is_none_or(|link| link != "dynamic");
    let mut catalog = Catalog::new(fs::read_to_string("LICENSE-APACHE")?);
    add_crates(&mut catalog, &triple)?;
    add_standard_library(&mut catalog, &triple, is_static)?;
    if is_static {
        add_glibc(&mut catalog, &triple)?;
    }
    io::stdout().write_all(catalog.text().as_bytes())?;
    Ok(())
}

/// Adds hellowire itself and its dependencies.
fn add_crates(catalog: &mut Catalog, triple: &str) -> Result<()> {
    let tree = output(Command::new("cargo").args([
        "tree",
        "--locked",
        "--edges",
        "normal",
        "--target",
        triple,
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}\t{l}",
    ]))?;
    let mut crates: Vec<_> = tree.lines().collect();
    crates.sort_unstable();
    crates.dedup();
    for line in crates {
        let (package, offered) = line
            .split_once('\t')
            .ok_or("cargo tree has another format")?;
        let mut words = package.split(' ');
        let name = words.next().unwrap_or_default();
        let version = words.next().unwrap_or_default().trim_start_matches('v');
        let files = if name == "hellowire" {
            own_licenses()?
        } else {
            crate_licenses(name, version)?
        };
        catalog.add(&format!("{name} {version}"), offered, files)?;
    }
    Ok(())
}

fn own_licenses() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files.push((name.to_owned(), fs::read_to_string(name)?));
    }
    Ok(files)
}

fn crate_licenses(name: &str, version: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    find(&crate_source(name, version)?, &mut files)?;
    files.sort();
    choose(&mut files);
    Ok(files)
}

/// Adds Rust's standard library, with libgcc if that is linked statically, or a sentence that the notices are
/// missing.
fn add_standard_library(catalog: &mut Catalog, triple: &str, is_static: bool) -> Result<()> {
    let root = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let root = Path::new(root.trim());
    let docs = root.join("share/doc/rust");
    if docs.join("COPYRIGHT-library.html").exists() {
        toolchain::add(catalog, root, triple, &docs)?;
        if is_static {
            toolchain::add_libgcc(catalog, triple, &docs)?;
        }
        return Ok(());
    }
    eprintln!(
        "warning: {} has no notices: those of Rust's standard library are left out",
        docs.display()
    );
    catalog.note(
        "Rust's standard library and libgcc: the toolchain came without share/doc/rust, where \
         their notices are",
    );
    Ok(())
}

/// Adds glibc, which is linked statically.
fn add_glibc(catalog: &mut Catalog, triple: &str) -> Result<()> {
    let package = package("libc6-dev", triple);
    let mut files = Vec::new();
    for file in [
        &format!("doc/{package}/copyright"),
        "common-licenses/LGPL-2.1",
    ] {
        let text = fs::read_to_string(Path::new("/usr/share").join(file))?;
        files.push((file.to_owned(), text));
    }
    let name = format!("glibc {}", package_version(&package)?);
    catalog.add(&name, "LGPL-2.1-or-later", files)
}
