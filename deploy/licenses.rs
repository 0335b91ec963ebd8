//! Writes what is linked into the image, and its licences, as one text: each part with its version and
//! its own copyright lines, and each licence's text once.
//!
//! The Dockerfile builds it with `rustc` alone and runs it in the build stage, in the package's
//! directory: `licenses TRIPLE`. It knows the crates from `cargo tree` and cargo's registry, Rust's
//! standard library from the toolchain's own notices, the C libraries from Debian's.
//!
//! What always holds: a part without a licence's text is an error, and no image is built, but where a
//! toolchain came without its notices, which the text then says. Where a part may be had under MIT, that
//! text is the one that counts.

#![allow(clippy::print_stderr, reason = "the build's log has the warning")]

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Parts of Rust's standard library that are its own.
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

/// What its backtraces are made with, which its notices leave out. memchr's text is that of the crate.
const BACKTRACE: &[(&str, &str)] = &[
    ("addr2line", "Apache-2.0 OR MIT"),
    ("adler2", "0BSD OR MIT OR Apache-2.0"),
    ("memchr", "Unlicense OR MIT"),
    ("miniz_oxide", "MIT OR Zlib OR Apache-2.0"),
    ("object", "Apache-2.0 OR MIT"),
];

/// Behind it stands how a work says that it is under this licence.
const END_OF_APACHE: &str = "END OF TERMS AND CONDITIONS";

/// The MIT licence's, which not every copy has.
const TITLES: &[&str] = &["mit license", "the mit license", "the mit license (mit)"];

fn main() -> Result<()> {
    let triple = env::args().nth(1).ok_or("licenses TRIPLE")?;
    let mut all = Licenses {
        apache: fs::read_to_string("LICENSE-APACHE")?,
        ..Licenses::default()
    };
    crates(&mut all, &triple)?;
    let root = said(Command::new("rustc").args(["--print", "sysroot"]))?;
    let toolchain = Path::new(root.trim());
    let docs = toolchain.join("share/doc/rust");
    if docs.join("COPYRIGHT-library.html").exists() {
        standard_library(
            &mut all,
            &toolchain.join("lib/rustlib").join(triple).join("lib"),
            &docs,
        )?;
    } else {
        // One that was cut down: it builds images all the same, and they say so.
        eprintln!(
            "warning: {} has no notices: those of Rust's standard library are left out",
            docs.display()
        );
        all.parts.push(
            "Rust's standard library and libgcc: the toolchain came without share/doc/rust, where \
             their notices are"
                .to_owned(),
        );
    }
    glibc(&mut all)?;
    io::stdout().write_all(all.text().as_bytes())?;
    Ok(())
}

/// The parts, and the texts: their words, and how they are printed.
#[derive(Default)]
struct Licenses {
    apache: String,
    parts: Vec<String>,
    texts: Vec<(String, String)>,
}

impl Licenses {
    /// A part, what it is offered under, and its texts by their files' names.
    fn add(&mut self, name: &str, offered: &str, mut files: Vec<(String, String)>) -> Result<()> {
        if files.is_empty() && offered.contains("Apache-2.0") {
            files.push(("LICENSE-APACHE".to_owned(), self.apache.clone()));
        }
        if files.is_empty() {
            return Err(format!("{name} ({offered}) has no licence's text").into());
        }
        let (mut numbers, mut copyrights) = (Vec::new(), Vec::new());
        for (_, text) in files {
            let (own, common) = split(&text);
            copyrights.extend(own);
            let words = common.split_whitespace().collect::<Vec<_>>().join(" ");
            let known = self.texts.iter().position(|(text, _)| *text == words);
            let at = known.unwrap_or(self.texts.len());
            if known.is_none() {
                self.texts.push((words, common));
            }
            numbers.push((at + 1).to_string());
        }
        numbers.dedup();
        copyrights.dedup();
        let copyrights = copyrights.join("\n  ");
        let numbers = numbers.join(", ");
        self.parts.push(
            format!(
                "{name} ({offered}): text {numbers}
  {copyrights}"
            )
            .trim_end()
            .to_owned(),
        );
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = "What is linked into hellowire's image: each part, its version, what it is offered \
            under, its licences' texts by their numbers, and its copyright lines. The texts follow.\n\n"
            .to_owned();
        text.push_str(&self.parts.join("\n"));
        text.push('\n');
        for (number, (_, body)) in self.texts.iter().enumerate() {
            text.extend(["\n==== text ", &(number + 1).to_string(), "\n\n", body]);
        }
        text
    }
}

/// A licence's copyright lines, which are the part's own, and the rest, which it shares with others.
/// They are among its first lines; in the Apache licence behind its end.
fn split(text: &str) -> (Vec<String>, String) {
    let (body, behind) = text.split_once(END_OF_APACHE).unwrap_or((text, ""));
    let is_own = |line: &&str| line.starts_with("Copyright ") && !line.contains("yyyy");
    let behind = behind.lines().map(str::trim).filter(is_own);
    let mut own: Vec<_> = behind.map(str::to_owned).collect();
    let mut common = String::new();
    for (at, line) in body.lines().map(str::trim).enumerate() {
        let lower = line.to_lowercase();
        let is_notice = lower.starts_with("copyright") && !lower.ends_with(" notice");
        if (at < 6 || common.is_empty()) && is_notice {
            if !line.contains("<year>") {
                own.push(line.to_owned());
            }
        } else if common.is_empty() && TITLES.contains(&&*lower) {
            // Not all have it.
        } else if !line.is_empty() || !(common.is_empty() || common.ends_with("\n\n")) {
            common.push_str(line);
            common.push('\n');
        }
    }
    (own, common)
}

/// Of a part that may be had under MIT that text, and what else there is but the other choices.
fn choose(files: &mut Vec<(String, String)>) {
    let others = ["APACHE", "UNLICENSE", "COPYING", "COPYRIGHT"];
    if files
        .iter()
        .any(|(name, _)| name.to_uppercase().contains("MIT"))
    {
        files.retain(|(name, _)| {
            !others
                .iter()
                .any(|other| name.to_uppercase().contains(other))
        });
    }
}

fn crates(all: &mut Licenses, triple: &str) -> Result<()> {
    let tree = said(Command::new("cargo").args([
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
        let is_ours = name == "hellowire";
        let mut files = Vec::new();
        if is_ours {
            for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
                files.push((file.to_owned(), fs::read_to_string(file)?));
            }
        } else {
            find(&source(name, version)?, &mut files)?;
            files.sort();
            choose(&mut files);
        }
        all.add(&format!("{name} {version}"), offered, files)?;
    }
    Ok(())
}

/// Where cargo has unpacked a crate.
fn source(name: &str, version: &str) -> Result<PathBuf> {
    let home = env::var("CARGO_HOME").or_else(|_| env::var("HOME").map(|home| home + "/.cargo"))?;
    for registry in fs::read_dir(Path::new(&home).join("registry/src"))? {
        let path = registry?.path().join(format!("{name}-{version}"));
        if path.is_dir() {
            return Ok(path);
        }
    }
    Err(format!("the source of {name} {version} is not in {home}/registry").into())
}

/// Adds the licences in a directory and in those below it: of what a crate has taken over, too.
fn find(directory: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let (path, upper) = {
            let entry = entry?;
            (
                entry.path(),
                entry.file_name().to_string_lossy().to_uppercase(),
            )
        };
        let starts = [
            "LICENSE",
            "LICENCE",
            "COPYING",
            "COPYRIGHT",
            "NOTICE",
            "UNLICENSE",
        ];
        if path.is_dir() {
            find(&path, files)?;
        } else if starts.iter().any(|start| upper.starts_with(start)) {
            files.push((upper, fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// Adds what is in `libraries`, with the notices in `docs`, and GCC's part that unwinds.
fn standard_library(all: &mut Licenses, libraries: &Path, docs: &Path) -> Result<()> {
    let notices = fs::read_to_string(docs.join("COPYRIGHT-library.html"))?;
    let (own, others) = notices
        .split_once("id=\"out-of-tree")
        .ok_or("other notices")?;
    let version = said(Command::new("rustc").arg("--version"))?;
    let version = version.split(' ').nth(1).unwrap_or_default();
    let mut text = String::new();
    for holder in own
        .split("<b>Copyright:</b> ")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
    {
        text.extend(["Copyright (c) ", holder, "\n"]);
    }
    text.push_str(&fs::read_to_string(docs.join("licenses/MIT.txt"))?);
    let unicode = fs::read_to_string(docs.join("licenses/Unicode-3.0.txt"))?;
    let files = vec![("MIT".to_owned(), text), ("Unicode".to_owned(), unicode)];
    let offered = "MIT OR Apache-2.0, and Unicode-3.0 for its tables";
    all.add(
        &format!("Rust's standard library {version}"),
        offered,
        files,
    )?;

    let mut known = BTreeMap::new();
    for section in others.split("<h3>").skip(1) {
        let name = section.split("</h3>").next().unwrap_or_default();
        let name = name.trim_start_matches(|c: char| !c.is_ascii());
        let (name, version) = name.trim().rsplit_once('-').ok_or("other notices")?;
        known.insert(
            name.replace('-', "_"),
            (format!("{name} {version}"), section),
        );
    }
    let mut linked = Vec::new();
    for file in fs::read_dir(libraries)? {
        let file = file?.file_name().to_string_lossy().into_owned();
        if let Some((name, _)) = file
            .strip_suffix(".rlib")
            .and_then(|name| name.rsplit_once('-'))
        {
            linked.push(name.strip_prefix("lib").unwrap_or(name).to_owned());
        }
    }
    linked.sort_unstable();
    for name in linked {
        if IN_TREE.contains(&&*name) || name.starts_with("rustc_std_workspace") {
            continue;
        }
        let shown = |name: &str| format!("{name}, in Rust's standard library");
        if let Some((name, section)) = known.get(&name) {
            let offered = section.split("<b>License:</b> ").nth(1).unwrap_or_default();
            let offered = offered.split('<').next().unwrap_or_default();
            let mut files: Vec<_> = section
                .split("<summary><code>")
                .skip(1)
                .filter_map(notice)
                .collect();
            choose(&mut files);
            all.add(&shown(name), offered, files)?;
        } else {
            let offered = BACKTRACE.iter().find(|(part, _)| *part == name);
            let (_, offered) = offered.ok_or_else(|| format!("Rust's notices lack {name}"))?;
            let mut files = Vec::new();
            if name == "memchr" {
                let part = all.parts.iter().find(|part| part.starts_with("memchr "));
                let part = part.ok_or("no crate memchr")?;
                let version = part.split(' ').nth(1).unwrap_or_default();
                find(&source("memchr", version)?, &mut files)?;
                choose(&mut files);
            }
            all.add(&shown(&name), offered, files)?;
        }
    }
    let exception = fs::read_to_string(docs.join("licenses/GCC-exception-3.1.txt"))?;
    let files = vec![("exception".to_owned(), exception)];
    let name = format!("libgcc {}", version_of("libgcc-12-dev")?);
    all.add(&name, "GPL-3.0-or-later WITH GCC-exception-3.1", files)
}

/// A file in the toolchain's notices: its name and its text.
fn notice(html: &str) -> Option<(String, String)> {
    let (name, rest) = html.split_once("</code>")?;
    let text = rest.split_once("<pre>")?.1.split("</pre>").next()?;
    let text = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (escape, character)| {
        text.replace(escape, character)
    });
    Some((name.to_owned(), text))
}

/// Adds glibc, which is linked statically.
fn glibc(all: &mut Licenses) -> Result<()> {
    let mut files = Vec::new();
    for file in ["doc/libc6-dev/copyright", "common-licenses/LGPL-2.1"] {
        let text = fs::read_to_string(Path::new("/usr/share").join(file))?;
        files.push((file.to_owned(), text));
    }
    let name = format!("glibc {}", version_of("libc6-dev")?);
    all.add(&name, "LGPL-2.1-or-later", files)
}

/// A Debian package's version.
fn version_of(package: &str) -> Result<String> {
    said(Command::new("dpkg-query").args(["--show", "--showformat", "${Version}", package]))
}

/// What a command prints.
fn said(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
