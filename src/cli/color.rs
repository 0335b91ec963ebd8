//! `--color`: whether the output to a stream has colors.

use std::env;
use std::io::IsTerminal;

use clap::{Args, ValueEnum};

use super::option::{WithVariable as _, word};

/// When there are colors.
#[derive(Debug, Clone, Copy, Args)]
#[group(skip)]
pub(super) struct ColorOptions {
    /// When the log on stdout and the diagnostics on stderr have colours. A file of `--log-file` has none.
    #[arg(
        long,
        takes_or("WHEN", "HELLOWIRE_COLOR", "auto"),
        ignore_case = true,
        value_parser = word::<When>()
    )]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always, also in a pipe.
    Always,
    /// Never.
    Never,
}

impl ColorOptions {
    /// Whether the output to `stream` has colors. `auto` obeys `NO_COLOR` if it is set and not empty
    /// (no-color.org).
    pub(super) fn on(self, stream: &impl IsTerminal) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let asks_for_none = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                stream.is_terminal() && !asks_for_none
            }
        }
    }
}
