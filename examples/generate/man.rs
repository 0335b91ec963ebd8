//! The man pages: one of the program, and one of each command.
//!
//! The sections of `clap_mangen` come first. Behind them stand those that it does not have: EXIT STATUS, which
//! the help of a command says in its last sentences, ENVIRONMENT and SEE ALSO.
//!
//! # Invariants
//!
//! No page has a date: it would change without a change of the program.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// What stands before the exit codes in the help of a command.
const EXIT_CODES: &str = "Exit codes: ";
/// The section of the pages: user commands.
const SECTION: &str = "1";
/// Variables that do not stand for an option. They count for commands with this option.
const VARIABLES: [(&str, &str, &str); 3] = [
    (
        "color",
        "NO_COLOR",
        "If it is set and not empty, `--color auto` means no colours.",
    ),
    (
        "lang",
        "LC_ALL, LC_MESSAGES, LANG",
        "The language, if no option has it. The first that is set and not empty counts.",
    ),
    (
        "log_format",
        "TZ",
        "The time zone of the times that people read, instead of the machine's.",
    ),
];

/// The pages by their names.
///
/// # Errors
///
/// Never in practice: everything is written to memory.
pub(crate) fn pages(command: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let names = names(&command);
    let mut pages = Vec::new();
    add(&command, &names, "", &mut pages)?;
    Ok(pages)
}

/// The names of this command's page, and of the pages of the commands below it.
fn names(command: &Command) -> Vec<String> {
    let own = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let inner = command.get_subcommands().flat_map(names);
    std::iter::once(own.to_owned()).chain(inner).collect()
}

/// Adds the page of a command, and the pages of the commands below it. A command that says no exit codes has
/// those of the command above it.
fn add(
    command: &Command,
    names: &[String],
    above: &str,
    pages: &mut Vec<(String, Vec<u8>)>,
) -> io::Result<()> {
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let (description, codes) = about.split_once(EXIT_CODES).unwrap_or((&about, above));
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let page = page(command, name, description.trim_end(), codes, names)?;
    pages.push((format!("{name}.{SECTION}"), page));
    for inner in command.get_subcommands() {
        add(inner, names, codes, pages)?;
    }
    Ok(())
}

fn page(
    command: &Command,
    name: &str,
    description: &str,
    codes: &str,
    names: &[String],
) -> io::Result<Vec<u8>> {
    let mut command = command.clone().mut_args(with_full_stop);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").to_owned();
    let command = command
        .long_about(sentence(description))
        .override_usage(usage)
        .subcommand_help_heading("COMMANDS");
    let mut own = Roff::new();
    exit_status(&mut own, codes);
    environment(&mut own, &command);
    see_also(&mut own, name, names);
    let has_inner = command.has_subcommands();
    let man = Man::new(command)
        .title(name.to_uppercase())
        .section(SECTION)
        // An empty argument of the macro TH.
        .date("\"\"")
        .source(concat!("hellowire ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_inner {
        man.render_subcommands_section(&mut page)?;
    }
    own.to_writer(&mut page)?;
    Ok(with_one_preamble(&page))
}

/// clap takes the full stop off each help.
fn with_full_stop(arg: Arg) -> Arg {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    arg.long_help(sentence(&help))
}

/// `text` with a full stop, unless it ends in a default.
fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', ']']) { "" } else { "." };
    format!("{text}{end}")
}

/// The page with the definition of the apostrophe once, which `clap_mangen` writes before each section, and
/// without blanks at the ends of lines.
fn with_one_preamble(page: &[u8]) -> Vec<u8> {
    let page = String::from_utf8_lossy(page);
    let preamble = Roff::new().render();
    let rest = page.replace(&preamble, "").replace(" \n", "\n");
    (preamble + &rest).into_bytes()
}

fn exit_status(roff: &mut Roff, codes: &str) {
    roff.control("SH", ["EXIT STATUS"]);
    roff.text([roman(codes)]);
}

fn environment(roff: &mut Roff, command: &Command) {
    let mut arguments = command.get_arguments();
    if !arguments.any(|arg| arg.get_env().is_some()) {
        return;
    }
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman(
        "Options name their variables above. The command line overrides a variable. A variable that is \
         empty counts as unset.",
    )]);
    for (option, names, meaning) in VARIABLES {
        let mut arguments = command.get_arguments();
        if arguments.any(|arg| arg.get_id() == option) {
            roff.control("TP", []);
            roff.text([bold(names)]);
            roff.text([roman(meaning)]);
        }
    }
}

/// The other pages, in the order of the commands.
fn see_also(roff: &mut Roff, own: &str, names: &[String]) {
    roff.control("SH", ["SEE ALSO"]);
    let others: Vec<_> = names.iter().filter(|name| *name != own).collect();
    for (place, name) in others.iter().enumerate() {
        let end = if place + 1 < others.len() { "," } else { "" };
        roff.text([bold(name.as_str()), roman(format!("({SECTION}){end}"))]);
    }
}
