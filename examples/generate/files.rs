//! The files that `generate` makes: their paths in the repository and their contents.
//!
//! tests/it/packages includes this file too, and compares the repository with it.
//!
//! # Invariants
//!
//! The contents depend on the source alone: not on the environment, the terminal, the language or the
//! number of cores.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use clap::builder::ValueHint;
use clap::{Arg, Command};
use clap_complete::{Generator, Shell, generate};

use super::man;

/// The folder of the completions.
const COMPLETIONS: &str = "deploy/completions";
/// The folder of the man pages.
const MAN: &str = "deploy/man";

/// The contents by path, relative to the repository.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// All files.
///
/// # Errors
///
/// Never in practice: everything is written to memory.
pub(crate) fn all() -> io::Result<Files> {
    let command = hellowire::cli::command();
    let pages = man::pages(command.clone())?.into_iter();
    let pages = pages.map(|(name, page)| (format!("{MAN}/{name}"), page));
    Ok(pages.chain(completions(command)).collect())
}

/// What differs between the repository at `root` and [`all`], a sentence each.
///
/// # Errors
///
/// A folder or a file cannot be read.
pub(crate) fn faults(root: &Path) -> io::Result<Vec<String>> {
    let files = all()?;
    let mut faults = Vec::new();
    for (path, contents) in &files {
        match std::fs::read(root.join(path)) {
            Ok(found) if found == *contents => {}
            Ok(_) => faults.push(format!(
                "{path} differs from the command line of the source"
            )),
            Err(error) => faults.push(format!("{path}: {error}")),
        }
    }
    for folder in [COMPLETIONS, MAN] {
        for entry in std::fs::read_dir(root.join(folder))? {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !files.contains_key(&path) {
                faults.push(format!("{path} is of no command: remove it"));
            }
        }
    }
    Ok(faults)
}

/// The completions, under the names that `clap_complete` gives them.
fn completions(command: Command) -> impl Iterator<Item = (String, Vec<u8>)> {
    let command = prepared(command);
    let shells = [Shell::Bash, Shell::Fish, Shell::Zsh].into_iter();
    shells.map(move |shell| {
        let mut script = Vec::new();
        generate(shell, &mut command.clone(), "hellowire", &mut script);
        if shell == Shell::Fish {
            script = with_waiting_option(&script);
        }
        let path = format!("{COMPLETIONS}/{}", shell.file_name("hellowire"));
        (path, script)
    })
}

/// The command with the first sentence of each help, which has a row in a shell, and with hints.
fn prepared(command: Command) -> Command {
    let change = |arg: Arg| {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let first = help.split(". ").next().unwrap_or_default().to_owned();
        let hint = hint(&arg);
        let takes_value = arg.get_action().takes_values();
        let arg = arg.help(first);
        if takes_value {
            arg.value_hint(hint)
        } else {
            arg
        }
    };
    command.mut_args(change).mut_subcommands(prepared)
}

/// What a shell offers for a value that is not one of several words. It offers files without a hint, which
/// only `--log-file` takes. zsh completes no option of a command whose argument has the hint `Other`.
fn hint(arg: &Arg) -> ValueHint {
    match arg.get_id().as_str() {
        "log_file" => ValueHint::FilePath,
        "address" => ValueHint::Hostname,
        _ if arg.is_positional() => ValueHint::Unknown,
        _ => ValueHint::Other,
    }
}

/// fish's script, with which an option that waits for its value is an option too. `clap_complete` 4.6 takes
/// it for a mistake, and the script completes no value behind a space.
fn with_waiting_option(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let parse = "    argparse -s (__fish_hellowire_global_optspecs) -- $cmd";
    let once = format!("{parse} 2>/dev/null\n    or return\n");
    let twice = once.replace(
        "    or return",
        &format!(
            "    or {} value 2>/dev/null\n    or return",
            parse.trim_start()
        ),
    );
    script.replace(&once, &twice).into_bytes()
}
