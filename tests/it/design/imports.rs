//! Finds the imports between the files of src/: `use` trees, and paths that begin with `crate` or `super`.
//! It follows a re-export to the file that has the item.

use std::collections::{BTreeMap, BTreeSet};

use super::words::words;
use super::{is_test, read, rust_files};

/// A module as the names of its path: `[http, tap]`.
type Module = Vec<String>;
/// The names of a path in the source.
type Names = Vec<String>;

/// The modules of src/, each with those that it imports from.
pub(super) struct Imports(BTreeMap<Module, BTreeSet<Module>>);

/// A file: its imports, and which of them it exports again.
struct File {
    paths: Vec<Names>,
    exports: Vec<Names>,
}

impl Imports {
    pub(super) fn of_source() -> Self {
        let files = rust_files("src").into_iter().filter(|file| !is_test(file));
        let files = files.filter_map(|file| {
            let path = file.strip_prefix("src").unwrap().with_extension("");
            let mut module: Module = path
                .iter()
                .map(|name| name.to_str().unwrap().to_owned())
                .collect();
            let is_root = ["lib", "main", "allocator"].contains(&module.join("/").as_str());
            module.pop_if(|name| name == "mod");
            (!is_root).then(|| (module, File::of(&read(&file))))
        });
        Self::of(&files.collect())
    }

    fn of(files: &BTreeMap<Module, File>) -> Self {
        let imports = files.iter().map(|(module, file)| {
            let targets = file
                .paths
                .iter()
                .filter_map(|path| resolve(files, module, path, 0));
            let targets = targets.filter(|target| target != module).collect();
            (module.clone(), targets)
        });
        Self(imports.collect())
    }

    /// The imports between files of which each leads to the other in the end.
    pub(super) fn circles(&self) -> Vec<String> {
        let mut left: BTreeSet<_> = self.0.keys().collect();
        loop {
            let imported: BTreeSet<_> = left.iter().flat_map(|module| &self.0[*module]).collect();
            let in_circle = |module: &Module| {
                imported.contains(module)
                    && self.0[module].iter().any(|target| left.contains(target))
            };
            let next: BTreeSet<_> = left
                .iter()
                .copied()
                .filter(|module| in_circle(module))
                .collect();
            if next.len() == left.len() {
                break;
            }
            left = next;
        }
        let edges = left.iter().flat_map(|module| {
            let targets = self.0[*module]
                .iter()
                .filter(|target| left.contains(target));
            targets.map(|target| edge(module, target))
        });
        edges.collect()
    }

    /// The imports from a module that stands later in the order.
    pub(super) fn upward(&self, order: &[&str]) -> Vec<String> {
        let rank = |module: &Module| order.iter().position(|name| *name == module[0]);
        let edges = self.0.iter().flat_map(|(module, targets)| {
            let higher = targets
                .iter()
                .filter(move |target| rank(target) > rank(module));
            higher.map(move |target| edge(module, target))
        });
        edges.collect()
    }

    /// The modules that are no part of another.
    pub(super) fn tops(&self) -> BTreeSet<&str> {
        self.0.keys().map(|module| module[0].as_str()).collect()
    }
}

fn edge(module: &Module, target: &Module) -> String {
    format!("{} imports {}", module.join("/"), target.join("/"))
}

impl File {
    fn of(text: &str) -> Self {
        let words = words(text);
        let mut file = Self {
            paths: Vec::new(),
            exports: Vec::new(),
        };
        let mut at = 0;
        while at < words.len() {
            if words[at] == "use" {
                let is_public =
                    words[..at].last() == Some(&"pub") || words[..at].last() == Some(&")");
                let paths = tree(&words[at + 1..], &mut 0, &Names::new());
                if is_public {
                    file.exports.extend(paths.iter().cloned());
                }
                file.paths.extend(paths);
                at += words[at..]
                    .iter()
                    .position(|word| *word == ";")
                    .unwrap_or(1);
            } else if words.get(at + 1) == Some(&"::") && (at == 0 || words[at - 1] != "::") {
                let names = words[at..]
                    .chunks(2)
                    .take_while(|pair| pair.get(1) == Some(&"::"));
                let mut path: Names = names.map(|pair| pair[0].to_owned()).collect();
                let end = words.get(at + 2 * path.len());
                path.extend(end.map(|&name| name.to_owned()));
                at += 2 * path.len() - 2;
                file.paths.push(path);
            }
            at += 1;
        }
        file
    }
}

/// The paths of a `use` tree from `at` on, each behind `before`.
fn tree(words: &[&str], at: &mut usize, before: &Names) -> Vec<Names> {
    let mut path = before.clone();
    loop {
        match words[*at] {
            "{" => {
                let mut paths = Vec::new();
                while words[*at] != "}" {
                    *at += 1;
                    if words[*at] != "}" {
                        paths.extend(tree(words, at, &path));
                    }
                }
                *at += 1;
                return paths;
            }
            "," | "}" | ";" => return vec![path],
            "as" => *at += 1,
            "::" | "*" => {}
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        *at += 1;
    }
}

/// The file that a path of a module leads to; none if that is no file of src/.
fn resolve(
    files: &BTreeMap<Module, File>,
    module: &Module,
    path: &Names,
    depth: usize,
) -> Option<Module> {
    let (mut at, mut rest) = match path.first()?.as_str() {
        "crate" => (Module::new(), &path[1..]),
        "super" => (module.clone(), &path[..]),
        "self" => (module.clone(), &path[1..]),
        child => {
            let inner = [module.as_slice(), &[child.to_owned()]].concat();
            files
                .contains_key(&inner)
                .then(|| (module.clone(), &path[..]))?
        }
    };
    while let ["super", ..] = rest
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        at.pop();
        rest = &rest[1..];
    }
    while let Some(name) = rest.first()
        && let inner = [at.as_slice(), std::slice::from_ref(name)].concat()
        && files.contains_key(&inner)
    {
        at = inner;
        rest = &rest[1..];
    }
    let exported = rest.first().and_then(|name| {
        let exports = &files.get(&at)?.exports;
        let export = exports.iter().find(|export| export.last() == Some(name))?;
        // A circle of re-exports does not compile; the depth is for a name that is exported as itself.
        (depth < 6).then(|| resolve(files, &at, export, depth + 1))?
    });
    exported.or_else(|| files.contains_key(&at).then_some(at))
}

/// The imports of files with these texts.
fn imports(files: &[(&str, &str)]) -> Imports {
    let files = files.iter().map(|(name, text)| {
        let module: Module = name.split('/').map(str::to_owned).collect();
        (module, File::of(text))
    });
    Imports::of(&files.collect())
}

#[test]
fn imports_are_followed_through_trees_paths_and_exports() {
    let imports = imports(&[
        ("a", "pub(crate) use b::C; mod b;"),
        ("a/b", "use std::io; pub struct C;"),
        (
            "d",
            "use crate::{a::{C, self as e}, f as g}; fn h() { i::j() } mod i;",
        ),
        ("d/i", "fn j() -> super::super::f::K {}"),
        ("f", ""),
    ]);
    assert_eq!(imports.circles(), Vec::<String>::new());
    let upward = imports.upward(&["d", "a", "f"]);
    let expected = [
        "d imports a",
        "d imports a/b",
        "d imports f",
        "d/i imports f",
    ];
    assert_eq!(upward, expected);
}

#[test]
fn a_circle_is_found_without_what_leads_to_it() {
    let imports = imports(&[
        ("a", "use crate::b::X;"),
        ("b", "use crate::c::Y;"),
        ("c", "use crate::b::X; use crate::d::Z;"),
        ("d", ""),
    ]);
    assert_eq!(imports.circles(), ["b imports c", "c imports b"]);
}
