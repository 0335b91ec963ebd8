//! Rust's standard library: its own licences, those of the crates in it, and libgcc's. The toolchain has
//! them in `share/doc/rust`, as HTML and text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::catalog::Catalog;
use crate::files::{Result, choose, crate_source, find, output, package, package_version};

/// Libraries that are part of Rust's own source.
const IN_TREE: &[&str] = &[
    "alloc",
    "compiler_builtins",
    "core",
    "panic_abort",
    "panic_unwind",
    "proc_macro",
    "profiler_builtins",
    "std",
    "std_detect",
    "sysroot",
    "test",
    "unwind",
];

/// The libraries for backtraces, which Rust's notices leave out. memchr's text is that of the crate.
const BACKTRACE: &[(&str, &str)] = &[
    ("addr2line", "Apache-2.0 OR MIT"),
    ("adler2", "0BSD OR MIT OR Apache-2.0"),
    ("memchr", "Unlicense OR MIT"),
    ("miniz_oxide", "MIT OR Zlib OR Apache-2.0"),
    ("object", "Apache-2.0 OR MIT"),
];

/// A crate in Rust's notices: its name with version, and its section of the HTML.
type Notices<'a> = BTreeMap<String, (String, &'a str)>;

/// Adds the libraries for `triple` in the folder `root`, with the notices in `docs`.
pub(crate) fn add(catalog: &mut Catalog, root: &Path, triple: &str, docs: &Path) -> Result<()> {
    let libraries = root.join("lib/rustlib").join(triple).join("lib");
    let html = fs::read_to_string(docs.join("COPYRIGHT-library.html"))?;
    let (own, others) = html.split_once("id=\"out-of-tree").ok_or("other notices")?;
    add_own(catalog, own, docs)?;
    let notices = notices(others)?;
    for name in linked(&libraries)? {
        if !IN_TREE.contains(&&*name) && !name.starts_with("rustc_std_workspace") {
            add_library(catalog, &name, &notices)?;
        }
    }
    Ok(())
}

/// Adds libgcc, which a static program has of the Debian that it is built on.
pub(crate) fn add_libgcc(catalog: &mut Catalog, triple: &str, docs: &Path) -> Result<()> {
    let exception = fs::read_to_string(docs.join("licenses/GCC-exception-3.1.txt"))?;
    let files = vec![("exception".to_owned(), exception)];
    let name = format!(
        "libgcc {}",
        package_version(&package("libgcc-12-dev", triple))?
    );
    catalog.add(&name, "GPL-3.0-or-later WITH GCC-exception-3.1", files)
}

/// Adds Rust's own source. Its copyright holders are in the HTML, the licences beside it.
fn add_own(catalog: &mut Catalog, own: &str, docs: &Path) -> Result<()> {
    let version = output(Command::new("rustc").arg("--version"))?;
    let version = version.split(' ').nth(1).unwrap_or_default();
    let mut text = String::new();
    let holders = own.split("<b>Copyright:</b> ").skip(1);
    for holder in holders.filter_map(|rest| rest.split('<').next()) {
        text.extend(["Copyright (c) ", holder, "\n"]);
    }
    text.push_str(&fs::read_to_string(docs.join("licenses/MIT.txt"))?);
    let unicode = fs::read_to_string(docs.join("licenses/Unicode-3.0.txt"))?;
    let files = vec![("MIT".to_owned(), text), ("Unicode".to_owned(), unicode)];
    let offered = "MIT OR Apache-2.0, and Unicode-3.0 for its tables";
    let name = format!("Rust's standard library {version}");
    catalog.add(&name, offered, files)
}

/// The crates in Rust's notices, by their names as libraries.
fn notices(html: &str) -> Result<Notices<'_>> {
    let mut notices = BTreeMap::new();
    for section in html.split("<h3>").skip(1) {
        let name = section.split("</h3>").next().unwrap_or_default();
        let name = name.trim_start_matches(|c: char| !c.is_ascii());
        let (name, version) = name.trim().rsplit_once('-').ok_or("other notices")?;
        let shown = format!("{name} {version}");
        notices.insert(name.replace('-', "_"), (shown, section));
    }
    Ok(notices)
}

/// The names of the libraries in a folder: `memchr` of `libmemchr-0123456789abcdef.rlib`.
fn linked(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?.file_name().to_string_lossy().into_owned();
        let name = file.strip_suffix(".rlib");
        if let Some((name, _)) = name.and_then(|name| name.rsplit_once('-')) {
            names.push(name.strip_prefix("lib").unwrap_or(name).to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Adds a library that is a crate from outside of Rust's source.
fn add_library(catalog: &mut Catalog, name: &str, notices: &Notices<'_>) -> Result<()> {
    let shown = |name: &str| format!("{name}, in Rust's standard library");
    if let Some((name, section)) = notices.get(name) {
        let offered = section.split("<b>License:</b> ").nth(1).unwrap_or_default();
        let offered = offered.split('<').next().unwrap_or_default();
        let files = section.split("<summary><code>").skip(1);
        let mut files: Vec<_> = files.filter_map(notice).collect();
        choose(&mut files);
        return catalog.add(&shown(name), offered, files);
    }
    let offered = BACKTRACE.iter().find(|(library, _)| *library == name);
    let (_, offered) = offered.ok_or_else(|| format!("Rust's notices lack {name}"))?;
    let mut files = Vec::new();
    if name == "memchr" {
        let version = catalog.version_of("memchr").ok_or("no crate memchr")?;
        find(&crate_source("memchr", version)?, &mut files)?;
        choose(&mut files);
    }
    catalog.add(&shown(name), offered, files)
}

/// A licence file in Rust's notices: its name and its text.
fn notice(html: &str) -> Option<(String, String)> {
    let (name, rest) = html.split_once("</code>")?;
    let text = rest.split_once("<pre>")?.1.split("</pre>").next()?;
    let escapes = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    let text = escapes
        .iter()
        .fold(text.to_owned(), |text, (escape, character)| {
            text.replace(escape, character)
        });
    Some((name.to_owned(), text))
}
