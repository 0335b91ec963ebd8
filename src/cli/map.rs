//! Changes a command as clap has it, with all that is below it.

use clap::{Arg, Command};

/// Changes each argument and each command: this one, and those below it.
pub(super) fn map(
    command: Command,
    change_arg: &dyn Fn(Arg) -> Arg,
    change: &dyn Fn(Command) -> Command,
) -> Command {
    let command = change(command).mut_args(change_arg);
    command.mut_subcommands(|subcommand| map(subcommand, change_arg, change))
}
