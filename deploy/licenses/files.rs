//! Where licences are found: in directories, in cargo's registry, in Debian's packages. And which of them
//! count.

use std::env;
use std::env::consts::ARCH;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How the names of licence files begin.
const LICENSES: &[&str] = &[
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// Parts of the names of licence files that do not count beside MIT.
const ALTERNATIVES: &[&str] = &["APACHE", "UNLICENSE", "COPYING", "COPYRIGHT"];

/// Appends the licence files, names and texts, of a directory and of those below it. A crate may contain
/// other people's code with licences of its own.
pub(crate) fn find(directory: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if path.is_dir() {
            find(&path, files)?;
        } else if LICENSES.iter().any(|start| name.starts_with(start)) {
            files.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// If MIT is among the files, removes the alternatives to it.
pub(crate) fn choose(files: &mut Vec<(String, String)>) {
    let has = |name: &str, part: &str| name.to_uppercase().contains(part);
    if files.iter().any(|(name, _)| has(name, "MIT")) {
        files.retain(|(name, _)| !ALTERNATIVES.iter().any(|other| has(name, other)));
    }
}

/// Where cargo has unpacked a crate.
pub(crate) fn crate_source(name: &str, version: &str) -> Result<PathBuf> {
    let home = env::var("CARGO_HOME").or_else(|_| env::var("HOME").map(|home| home + "/.cargo"))?;
    for registry in fs::read_dir(Path::new(&home).join("registry/src"))? {
        let path = registry?.path().join(format!("{name}-{version}"));
        if path.is_dir() {
            return Ok(path);
        }
    }
    Err(format!("the source of {name} {version} is not in {home}/registry").into())
}

/// The Debian package with a library's files for this target. For another platform than this one the name
/// is that of the cross compiler's package: `libc6-dev-arm64-cross`.
pub(crate) fn package(name: &str, triple: &str) -> String {
    match triple.split('-').next() {
        Some(ARCH) | None => name.to_owned(),
        Some("aarch64") => format!("{name}-arm64-cross"),
        Some(_) => format!("{name}-amd64-cross"),
    }
}

/// The version of a Debian package.
pub(crate) fn package_version(package: &str) -> Result<String> {
    output(Command::new("dpkg-query").args(["--show", "--showformat", "${Version}", package]))
}

/// The output of a command.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
