//! The options of the request log, which both services have.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use clap::builder::PossibleValue;
use clap::{ArgMatches, Args, Error, ValueEnum};

use super::color::ColorOptions;
use super::conflict::{Given, conflict};
use super::option::{WithVariable as _, word};
use super::values::{count, excluded_path, memory_size, only, value};
use crate::inspect;
use crate::language::Language;
use crate::request_log::{self, Columns, Format, Only, Overflow, Selection, Target, View, Zone};

#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Request log")]
pub(super) struct LogOptions {
    /// The format of the request log [default: pretty on a terminal, else line].
    #[arg(
        id = "log_format",
        short = 'f',
        long = "log",
        takes("FORMAT", "HELLOWIRE_LOG"),
        ignore_case = true,
        value_parser = word::<LogFormat>()
    )]
    format: Option<LogFormat>,

    /// Append records to this file instead of stdout. A new file has mode 0600. SIGHUP reopens the
    /// file. If it is a FIFO, the service waits for its first reader.
    #[arg(
        id = "log_file",
        short = 'o',
        long = "log-file",
        takes("PATH", "HELLOWIRE_LOG_FILE")
    )]
    file: Option<PathBuf>,

    /// What happens if records arrive faster than they can be written: the service waits, or
    /// records are dropped and counted.
    #[arg(
        id = "log_overflow",
        long = "log-overflow",
        takes_or("WHAT", "HELLOWIRE_LOG_OVERFLOW", "wait"),
        ignore_case = true,
        value_parser = word::<Overflow>()
    )]
    overflow: Overflow,

    /// How many bytes of records may wait in memory to be written.
    #[arg(id = "log_queue", long = "log-queue", takes_or("SIZE", "HELLOWIRE_LOG_QUEUE", "4MiB"), value_parser = value(memory_size))]
    queue: usize,

    /// How many bytes of a request's body its record keeps. The record says how many more there were. No
    /// character is cut.
    #[arg(id = "log_body", long = "log-body", takes_or("SIZE", "HELLOWIRE_LOG_BODY", "64KiB"), value_parser = value(memory_size))]
    body: usize,

    /// Do not record requests for this path, for example a probe's. The path has to equal the request's
    /// up to any `?`, byte for byte. Repeatable, or separated by commas. Refused and incomplete
    /// requests are recorded all the same.
    #[arg(id = "log_exclude", long = "log-exclude", takes("PATH", "HELLOWIRE_LOG_EXCLUDE"), value_delimiter = ',', value_parser = value(excluded_path))]
    excluded: Vec<String>,

    /// Record only requests with this method, as in POST, or whose target begins with this path, as in
    /// /hook, or that are `refused`, or `odd`. One of several is enough. The first line of a refused
    /// request counts, too. Repeatable, or separated by commas.
    #[arg(id = "log_only", long = "log-only", takes("WHAT", "HELLOWIRE_LOG_ONLY"), value_delimiter = ',', value_parser = value(only))]
    only: Vec<Option<Only>>,

    /// Stop after this many records, as after a signal. The exit code is 0.
    #[arg(short, long, takes("N", "HELLOWIRE_COUNT"), value_parser = value(count))]
    count: Option<NonZeroUsize>,
}

/// The values of `--log`: each [`Format`], and `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LogFormat(Option<Format>);

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<LogFormat>> = LazyLock::new(|| {
            let formats = Format::value_variants().iter().copied().map(Some);
            formats.chain([None]).map(LogFormat).collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self.0 {
            Some(format) => format.to_possible_value(),
            None => Some(PossibleValue::new("off").help("Nothing")),
        }
    }
}

impl LogOptions {
    /// How much of a body a record keeps, in bytes.
    pub(super) fn kept_body(&self) -> usize {
        self.body
    }

    /// Whether the records go to a file.
    pub(super) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// # Errors
    ///
    /// The options contradict each other: records are counted, and there are none. The error names the options
    /// or, by `matches`, the variables that they are from.
    pub(super) fn check(&self, matches: &ArgMatches) -> Result<(), Error> {
        if self.count.is_none() || self.format != Some(LogFormat(None)) {
            return Ok(());
        }
        let count = Given {
            id: "count",
            option: "--count <N>",
            variable: "HELLOWIRE_COUNT",
        };
        let log = Given {
            id: "log_format",
            option: "--log off",
            variable: "HELLOWIRE_LOG=off",
        };
        Err(conflict(matches, &count, &log))
    }

    /// The configuration of the log. None if it is off and there is no page.
    pub(super) fn config(
        &self,
        color: ColorOptions,
        language: Language,
        inspect: Option<&inspect::Config>,
    ) -> Option<request_log::Config> {
        let target = self.file.clone().map_or(Target::Stdout, Target::File);
        let on_stdout = target == Target::Stdout;
        let on_terminal = on_stdout && io::stdout().is_terminal();
        let default = if on_terminal {
            Format::Pretty
        } else {
            Format::Line
        };
        let LogFormat(format) = self.format.unwrap_or(LogFormat(Some(default)));
        if format.is_none() && inspect.is_none() {
            return None;
        }
        let color = on_stdout && color.on(&io::stdout());
        let queue = self.queue;
        // Empty paths: `--log-exclude ''`, which overrides a variable, and a list that ends in a comma.
        let mut paths = self.excluded.clone();
        paths.retain(|path| !path.is_empty());
        let only = self.only.iter().flatten().cloned().collect();
        let selection = Selection::new(only, paths);
        Some(request_log::Config {
            format,
            view: View {
                color,
                columns: if on_terminal {
                    Columns::Terminal
                } else {
                    Columns::Unlimited
                },
                language,
                zone: Zone::Local,
            },
            target,
            overflow: self.overflow,
            queue,
            selection,
            count: self.count,
            recent: inspect.map(|inspect| Arc::clone(&inspect.recent)),
            metrics: inspect.map(|inspect| Arc::clone(&inspect.metrics)),
        })
    }
}
