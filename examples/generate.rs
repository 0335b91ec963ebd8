//! Makes the completions for shells and the man pages, from the command line as clap has it.
//!
//! ```text
//! cargo run --example generate              writes the files
//! cargo run --example generate -- --check   says which file is not what it would write
//! ```
//!
//! The files are in the repository, so a packager needs no Rust for them. `files` makes the contents.
//!
//! # Invariants
//!
//! The program removes no file that it did not make: a command that is gone leaves a man page, which
//! `--check` reports.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that people run by hand"
)]

#[path = "generate/files.rs"]
mod files;
#[path = "generate/man.rs"]
mod man;

use std::io;
use std::path::Path;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => write(root),
        [argument] if argument == "--check" => check(root),
        _ => {
            eprintln!("usage: generate [--check]");
            Ok(ExitCode::from(2))
        }
    }
}

fn write(root: &Path) -> io::Result<ExitCode> {
    for (path, contents) in files::all()? {
        std::fs::write(root.join(&path), contents)?;
        println!("{path}");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path) -> io::Result<ExitCode> {
    let faults = files::faults(root)?;
    if faults.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for fault in faults {
        eprintln!("{fault}");
    }
    eprintln!("run: cargo run --example generate");
    Ok(ExitCode::FAILURE)
}
