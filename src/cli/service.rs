//! The options of the services: `hellowire` (HTTP) and `hellowire raw`.
//!
//! [`ListeningOptions`] are common to both. [`HttpOptions`] are HTTP's own.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use log::LevelFilter;

use super::color::may_color;
use super::invocation::Service;
use super::language::LanguageOptions;
use super::values::{
    count, duration, excluded_path, field, head_size, memory_size, parsed, size, socket_buffer,
    switch, target_size, timeout, value, workers,
};
use crate::http::{Field, Status};
use crate::language::Language;
use crate::net::address::Address;
use crate::request_log::{self, Columns, Excluded, Format, Overflow, Target, View, Zone};
use crate::server::linger;
use crate::{http, raw, server};

/// The variable of `--listen`.
pub(super) const LISTEN: &str = "HELLOWIRE_LISTEN";

/// The address of a service by default. The client and the health check use it too.
pub(super) const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, Args)]
pub(super) struct HttpOptions {
    /// The body of every answer.
    #[arg(long, env = "HELLOWIRE_TEXT", default_value = "Hello World", value_parser = value(parsed::<String>), help_heading = "Answer")]
    text: String,

    /// The status of every answer, 200 to 599. 204, 205 and 304 have no body.
    #[arg(long, value_name = "CODE", env = "HELLOWIRE_STATUS", default_value = "200", value_parser = value(parsed::<Status>), help_heading = "Answer")]
    status: Status,

    /// A header field of every answer, 'Name: value'. Repeatable; the variable has one field a line.
    #[arg(long = "header", value_name = "FIELD", env = "HELLOWIRE_HEADER", value_delimiter = '\n', value_parser = value(field), help_heading = "Answer")]
    headers: Vec<Option<Field>>,

    /// Refuse odd requests, too. Without this option, an odd request with only one possible meaning is
    /// answered, and its record has a note.
    #[arg(long, env = "HELLOWIRE_STRICT", value_parser = value(switch), help_heading = "Answer")]
    strict: bool,

    /// The longest request head, and the longest trailer section, 256 B to 16 MiB. A longer one gets 431.
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_MAX_HEAD", default_value = "64KiB", value_parser = value(head_size), help_heading = "Limits")]
    max_head: usize,

    /// The longest request target, 1 to 65534 B. A longer one gets 414.
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_MAX_TARGET", default_value = "32KiB", value_parser = value(target_size), help_heading = "Limits")]
    max_target: usize,

    /// The longest request body. A longer one gets 413, and the connection closes.
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_MAX_BODY", default_value = "16MiB", value_parser = value(size), help_heading = "Limits")]
    max_body: u64,

    /// How long a connection may be idle, a body may pause, and a client may leave an answer unread.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_IDLE_TIMEOUT", default_value = "60s", value_parser = value(timeout), help_heading = "Limits")]
    idle_timeout: Duration,

    #[command(flatten)]
    pub(super) listening: ListeningOptions,
}

/// The options of both services.
#[derive(Debug, Clone, Args)]
pub(super) struct ListeningOptions {
    /// An address to listen on: `127.0.0.1:8080`, `[::1]:8080` (IPv6 alone), `[fe80::1%eth0]:8080`
    /// (link-local) or `localhost:8080` (all addresses of the name). Port 0 is any free port.
    /// Repeatable; the variable separates addresses by commas.
    #[arg(long, value_name = "ADDR", env = LISTEN, default_value = DEFAULT_LISTEN, value_delimiter = ',', value_parser = value(parsed::<Address>))]
    listen: Vec<Address>,

    /// The number of workers, 1 to 1024. Each has a thread and listeners of its own [default: one a core].
    #[arg(long, value_name = "N", env = "HELLOWIRE_WORKERS", value_parser = value(workers))]
    workers: Option<u16>,

    /// Share the port with other programs that use this option, for a restart without a gap.
    #[arg(long, env = "HELLOWIRE_REUSE_PORT", value_parser = value(switch))]
    reuse_port: bool,

    /// The level of the diagnostics on stderr.
    #[arg(
        long,
        value_name = "LEVEL",
        env = "HELLOWIRE_DIAGNOSTICS",
        default_value = "warn",
        ignore_case = true
    )]
    diagnostics: Level,

    #[command(flatten)]
    language: LanguageOptions,

    #[command(flatten)]
    log: LogOptions,

    /// How many connections are served at once. More wait in the kernel's accept queue.
    #[arg(long, value_name = "N", env = "HELLOWIRE_MAX_CONNECTIONS", default_value = "10000", value_parser = value(count), help_heading = "Limits")]
    max_connections: NonZeroUsize,

    /// How much of a connection's bytes the kernel may hold each way, 4 KiB to 64 MiB. A small size bounds
    /// the memory of a container, but slows far clients down [default: as much as the kernel likes].
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_SOCKET_BUFFER", value_parser = value(socket_buffer), help_heading = "Limits")]
    socket_buffer: Option<usize>,

    /// How long a request's head may take from its first byte on, and how long a new connection may be
    /// silent. A late head gets 408, a silent connection is closed.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_HEADER_TIMEOUT", default_value = "10s", value_parser = value(timeout), help_heading = "Limits")]
    header_timeout: Duration,

    /// How long the service reads on after its last answer, if the client goes on sending. Without
    /// this, a reset might destroy the answer.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_LINGER_TIMEOUT", default_value = "5s", value_parser = value(duration), help_heading = "Limits")]
    linger_timeout: Duration,

    /// How many bytes the service reads then.
    #[arg(long, value_name = "SIZE", env = "HELLOWIRE_LINGER_BYTES", default_value = "64MiB", value_parser = value(size), help_heading = "Limits")]
    linger_bytes: u64,

    /// How long requests in flight, and the log, may take after SIGTERM, SIGINT, SIGQUIT or SIGHUP.
    /// After that time they are cut, and the exit code is 1.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_DRAIN_TIMEOUT", default_value = "10s", value_parser = value(duration), help_heading = "Limits")]
    drain_timeout: Duration,

    /// How long the service goes on accepting connections after the signal, before the drain begins.
    /// Each answer has "connection: close" then.
    #[arg(long, value_name = "TIME", env = "HELLOWIRE_SHUTDOWN_DELAY", default_value = "0s", value_parser = value(duration), help_heading = "Limits")]
    shutdown_delay: Duration,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Request log")]
struct LogOptions {
    /// The format of the request log [default: pretty on a terminal, else line].
    #[arg(
        id = "log_format",
        long = "log",
        value_name = "FORMAT",
        env = "HELLOWIRE_LOG",
        ignore_case = true
    )]
    format: Option<LogFormat>,

    /// Append records to this file instead of stdout. A new file has mode 0600. SIGHUP reopens the
    /// file. If it is a FIFO, the service waits for its first reader.
    #[arg(
        id = "log_file",
        long = "log-file",
        value_name = "PATH",
        env = "HELLOWIRE_LOG_FILE"
    )]
    file: Option<PathBuf>,

    /// What happens if records arrive faster than they can be written: the service waits, or
    /// records are dropped and counted.
    #[arg(
        id = "log_overflow",
        long = "log-overflow",
        value_name = "WHAT",
        env = "HELLOWIRE_LOG_OVERFLOW",
        default_value = "wait",
        ignore_case = true
    )]
    overflow: Overflow,

    /// How many bytes of records may wait in memory to be written.
    #[arg(id = "log_queue", long = "log-queue", value_name = "SIZE", env = "HELLOWIRE_LOG_QUEUE", default_value = "4MiB", value_parser = value(memory_size))]
    queue: usize,

    /// How many bytes of a request's body its record keeps. The record says how many more there were. No
    /// character is cut.
    #[arg(id = "log_body", long = "log-body", value_name = "SIZE", env = "HELLOWIRE_LOG_BODY", default_value = "64KiB", value_parser = value(memory_size))]
    body: usize,

    /// Do not record requests for this path, for example a probe's. The path has to equal the request's
    /// up to any `?`, byte for byte. Repeatable; the variable separates paths by commas. Refused and
    /// incomplete requests are recorded all the same.
    #[arg(id = "log_exclude", long = "log-exclude", value_name = "PATH", env = "HELLOWIRE_LOG_EXCLUDE", value_delimiter = ',', value_parser = value(excluded_path))]
    excluded: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Failures.
    Error,
    /// Also problems that end nothing.
    Warn,
    /// Also the steps of a shutdown.
    Info,
    /// Also everything that may help to find a fault.
    Debug,
    /// Nothing.
    Off,
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

// === From options to configurations ===

impl HttpOptions {
    pub(super) fn config(self) -> http::Config {
        let fields = self.headers.into_iter().flatten().collect();
        http::Config {
            answer: http::Answer::new(self.text, self.status, fields),
            max_head: self.max_head,
            max_target: self.max_target,
            max_body: self.max_body,
            is_strict: self.strict,
            kept_body: self.listening.log.body,
            header_timeout: self.listening.header_timeout,
            idle_timeout: self.idle_timeout,
            linger: self.listening.linger(),
        }
    }
}

impl ListeningOptions {
    pub(super) fn raw(&self) -> raw::Config {
        raw::Config {
            header_timeout: self.header_timeout,
            kept_body: self.log.body,
            linger: self.linger(),
        }
    }

    pub(super) fn service(&self) -> Service {
        Service {
            server: self.server(),
            log: self.log.config(self.language.language()),
            diagnostics: self.diagnostics.into(),
            color_stderr: may_color(&io::stderr()),
        }
    }

    fn linger(&self) -> linger::Limits {
        linger::Limits {
            time: self.linger_timeout,
            bytes: self.linger_bytes,
        }
    }

    fn server(&self) -> server::Config {
        let cores = || available_parallelism().map_or(1, NonZeroUsize::get);
        server::Config {
            listen: self.listen.clone(),
            workers: self.workers.map_or_else(cores, usize::from),
            share_port: self.reuse_port,
            socket_buffer: self.socket_buffer,
            max_connections: self.max_connections.get(),
            shutdown_delay: self.shutdown_delay,
            drain_timeout: self.drain_timeout,
            reopens_log: self.log.file.is_some(),
            language: self.language.language(),
        }
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
            Level::Off => Self::Off,
        }
    }
}

impl LogOptions {
    fn config(&self, language: Language) -> Option<request_log::Config> {
        let target = self.file.clone().map_or(Target::Stdout, Target::File);
        let on_terminal = target == Target::Stdout && io::stdout().is_terminal();
        let default = if on_terminal {
            Format::Pretty
        } else {
            Format::Line
        };
        let LogFormat(format) = self.format.unwrap_or(LogFormat(Some(default)));
        let format = format?;
        let color = on_terminal && may_color(&io::stdout());
        let queue = self.queue;
        // Empty paths: `--log-exclude ''`, which overrides a variable, and a list that ends in a comma.
        let mut paths = self.excluded.clone();
        paths.retain(|path| !path.is_empty());
        let excluded = Excluded::new(paths);
        Some(request_log::Config {
            format,
            view: View {
                color,
                columns: if on_terminal {
                    Columns::Terminal
                } else {
                    Columns::Unlimited
                },
                zone: Zone::Local,
                language,
            },
            target,
            overflow: self.overflow,
            queue,
            excluded,
        })
    }
}
