//! The options of the services: `hellowire` (HTTP) and `hellowire raw`.
//!
//! [`ListeningOptions`] are common to both. [`HttpOptions`] are HTTP's own.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Error, ValueEnum};
use log::LevelFilter;

use super::color::ColorOptions;
use super::conflict::{Given, conflict};
use super::inspect::InspectOptions;
use super::invocation::Service;
use super::language::LanguageOptions;
use super::log::LogOptions;
use super::option::{WithVariable as _, word};
use super::values::{
    SERVICE_PORT, address, count, delay, duration, field, head_size, parsed, path, port, size,
    socket_buffer, socket_mode, switch, target_size, timeout, value, workers,
};
use crate::http::{Field, Status};
use crate::net::address::Address;
use crate::server::linger;
use crate::{http, raw, server};

/// The variable of `--listen`.
pub(super) const LISTEN: &str = "HELLOWIRE_LISTEN";

/// The variable of `--port`.
pub(super) const PORT: &str = "HELLOWIRE_PORT";

/// The address of a service by default. The client and the health check use it too.
pub(super) const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct HttpOptions {
    /// The body of every answer.
    #[arg(short, long, env = "HELLOWIRE_TEXT", default_value = "Hello World", value_parser = value(parsed::<String>), under("Answer"))]
    text: String,

    /// The status of every answer, 200 to 599. 204, 205 and 304 have no body.
    #[arg(short, long, takes_or("CODE", "HELLOWIRE_STATUS", "200"), value_parser = value(parsed::<Status>), under("Answer"))]
    status: Status,

    /// A header field of every answer, 'Name: value'. Repeatable; the variable has one field a line.
    #[arg(short = 'H', long = "header", takes("FIELD", "HELLOWIRE_HEADER"), value_delimiter = '\n', value_parser = value(field), under("Answer"))]
    headers: Vec<Option<Field>>,

    /// Answer each request with itself, byte for byte, with up to `--log-body` of its body. Not with `--text`.
    #[arg(long, env = "HELLOWIRE_ECHO", value_parser = value(switch), under("Answer"))]
    echo: bool,

    /// How late every answer is, at most 5m, from the end of its request on. Refusals are not late.
    #[arg(long, takes_or("TIME", "HELLOWIRE_DELAY", "0s"), value_parser = value(delay), under("Answer"))]
    delay: Duration,

    /// Answer this path with 200 while the service serves, and with 503 from its first signal on, for a
    /// balancer that polls. The answers are not late, and the other options here do not change them.
    #[arg(long, takes("PATH", "HELLOWIRE_READY_PATH"), value_parser = value(path), under("Answer"))]
    ready_path: Option<String>,

    /// Refuse odd requests, too. Without this option, an odd request with only one possible meaning is
    /// answered, and its record has a note.
    #[arg(long, env = "HELLOWIRE_STRICT", value_parser = value(switch), under("Answer"))]
    strict: bool,

    /// The longest request head, and the longest trailer section, 256 B to 16 MiB. A longer one gets 431.
    #[arg(long, takes_or("SIZE", "HELLOWIRE_MAX_HEAD", "64KiB"), value_parser = value(head_size), under("Limits"))]
    max_head: usize,

    /// The longest request target, 1 to 65534 B. A longer one gets 414.
    #[arg(long, takes_or("SIZE", "HELLOWIRE_MAX_TARGET", "32KiB"), value_parser = value(target_size), under("Limits"))]
    max_target: usize,

    /// The longest request body. A longer one gets 413, and the connection closes.
    #[arg(long, takes_or("SIZE", "HELLOWIRE_MAX_BODY", "16MiB"), value_parser = value(size), under("Limits"))]
    max_body: u64,

    /// How long a connection may be idle, a body may pause, and a client may leave an answer unread.
    #[arg(long, takes_or("TIME", "HELLOWIRE_IDLE_TIMEOUT", "60s"), value_parser = value(timeout), under("Limits"))]
    idle_timeout: Duration,

    #[command(flatten)]
    pub(super) listening: ListeningOptions,
}

/// The options of both services.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(super) struct ListeningOptions {
    /// An address to listen on. It may be `8080` (127.0.0.1:8080), `:8080` (0.0.0.0:8080, every IPv4 address
    /// of the machine), `[::1]:8080` (IPv6 alone), `[fe80::1%eth0]:8080` (link-local) or `localhost:8080`
    /// (all addresses of the name). The port is 8080 if it is left out. Port 0 is any free port.
    /// `unix:/run/hellowire.sock` is a Unix socket. Repeatable, or separated by commas.
    #[arg(short, long, takes_or("ADDR", LISTEN, DEFAULT_LISTEN), value_delimiter = ',', value_parser = value(address::<SERVICE_PORT>))]
    listen: Vec<Address>,

    /// Whether the command line or the environment has addresses or a port. `check` sets it.
    #[arg(skip)]
    is_listen_chosen: bool,

    /// The port of every IP address to listen on, instead of its own. Port 0 is any free port.
    #[arg(short, long, takes("N", PORT), value_parser = value(port))]
    port: Option<u16>,

    /// The number of workers, 1 to 1024. Each has a thread, and listeners of its own on IP
    /// addresses [default: one a core].
    #[arg(long, takes("N", "HELLOWIRE_WORKERS"), value_parser = value(workers))]
    workers: Option<u16>,

    /// The permissions of a Unix socket's file, in octal. Who may write to it may connect.
    #[arg(long, takes_or("MODE", "HELLOWIRE_SOCKET_MODE", "0660"), value_parser = value(socket_mode))]
    socket_mode: u32,

    /// Share the port with other programs that use this option, for a restart without a gap. On a Unix
    /// socket, take the place of the program that listens there.
    #[arg(long, env = "HELLOWIRE_REUSE_PORT", value_parser = value(switch))]
    reuse_port: bool,

    /// The level of the diagnostics on stderr.
    #[arg(
        long,
        takes_or("LEVEL", "HELLOWIRE_DIAGNOSTICS", "warn"),
        ignore_case = true,
        value_parser = word::<Level>()
    )]
    diagnostics: Level,

    #[command(flatten)]
    color: ColorOptions,

    #[command(flatten)]
    language: LanguageOptions,

    #[command(flatten)]
    log: LogOptions,

    #[command(flatten)]
    inspect: InspectOptions,

    /// How many connections are served at once. More wait in the kernel's accept queue.
    #[arg(long, takes_or("N", "HELLOWIRE_MAX_CONNECTIONS", "10000"), value_parser = value(count), under("Limits"))]
    max_connections: NonZeroUsize,

    /// How much of a connection's bytes the kernel may hold each way, 4 KiB to 64 MiB. A small size bounds
    /// the memory of a container, but slows far clients down [default: as much as the kernel likes].
    #[arg(long, takes("SIZE", "HELLOWIRE_SOCKET_BUFFER"), value_parser = value(socket_buffer), under("Limits"))]
    socket_buffer: Option<usize>,

    /// How long a request's head may take from its first byte on, and how long a new connection may be
    /// silent. A late head gets 408, a silent connection is closed.
    #[arg(long, takes_or("TIME", "HELLOWIRE_HEADER_TIMEOUT", "10s"), value_parser = value(timeout), under("Limits"))]
    header_timeout: Duration,

    /// How long the service reads on after its last answer, if the client goes on sending. Without
    /// this, a reset might destroy the answer.
    #[arg(long, takes_or("TIME", "HELLOWIRE_LINGER_TIMEOUT", "5s"), value_parser = value(duration), under("Limits"))]
    linger_timeout: Duration,

    /// How many bytes the service reads then.
    #[arg(long, takes_or("SIZE", "HELLOWIRE_LINGER_BYTES", "64MiB"), value_parser = value(size), under("Limits"))]
    linger_bytes: u64,

    /// How long requests in flight, and the log, may take after SIGTERM, SIGINT, SIGQUIT or SIGHUP.
    /// After that time they are cut, and the exit code is 1.
    #[arg(long, takes_or("TIME", "HELLOWIRE_DRAIN_TIMEOUT", "10s"), value_parser = value(duration), under("Limits"))]
    drain_timeout: Duration,

    /// How long the service goes on accepting connections after the signal, before the drain begins.
    /// Each answer has "connection: close" then.
    #[arg(long, takes_or("TIME", "HELLOWIRE_SHUTDOWN_DELAY", "0s"), value_parser = value(duration), under("Limits"))]
    shutdown_delay: Duration,
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

// === From options to configurations ===

impl HttpOptions {
    /// # Errors
    ///
    /// Options contradict each other.
    pub(super) fn check(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        if self.echo && matches.value_source("text") != Some(ValueSource::DefaultValue) {
            let echo = Given {
                id: "echo",
                option: "--echo",
                variable: "HELLOWIRE_ECHO",
            };
            let text = Given {
                id: "text",
                option: "--text <TEXT>",
                variable: "HELLOWIRE_TEXT",
            };
            return Err(conflict(matches, &echo, &text));
        }
        self.listening.check(matches)
    }

    pub(super) fn config(self) -> http::Config {
        let fields = self.headers.into_iter().flatten().collect();
        let answer = http::Answer::new(self.text, self.status, fields);
        http::Config {
            answers: http::Answers::new(answer, self.delay, self.echo, self.ready_path),
            max_head: self.max_head,
            max_target: self.max_target,
            max_body: self.max_body,
            is_strict: self.strict,
            kept_body: self.listening.log.kept_body(),
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
            kept_body: self.log.kept_body(),
            linger: self.linger(),
        }
    }

    pub(super) fn service(&self) -> Service {
        let server = self.server();
        let inspect = self.inspect.config(
            server.workers,
            self.header_timeout,
            self.linger(),
            &self.language,
        );
        Service {
            log: self
                .log
                .config(self.color, self.language.language(), inspect.as_ref()),
            server,
            inspect,
            diagnostics: self.diagnostics.into(),
            color_stderr: self.color.on(&io::stderr()),
        }
    }

    /// # Errors
    ///
    /// Options contradict each other.
    pub(super) fn check(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        let is_default = matches.value_source("listen") == Some(ValueSource::DefaultValue);
        self.is_listen_chosen = !is_default || self.port.is_some();
        self.log.check(matches)
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
            listen: at_port(self.listen.clone(), self.port),
            is_listen_chosen: self.is_listen_chosen,
            workers: self.workers.map_or_else(cores, usize::from),
            share_port: self.reuse_port,
            socket_buffer: self.socket_buffer,
            socket_mode: self.socket_mode,
            max_connections: self.max_connections.get(),
            shutdown_delay: self.shutdown_delay,
            drain_timeout: self.drain_timeout,
            reopens_log: self.log.has_file(),
            language: self.language.language(),
        }
    }
}

/// Whether the command line has this argument.
pub(super) fn is_typed(options: &ArgMatches, id: &str) -> bool {
    options.value_source(id) == Some(ValueSource::CommandLine)
}

/// The variables that this command line of a service makes irrelevant: an address that is typed has its own
/// port.
pub(super) fn ignored_variables(typed: &ArgMatches) -> &'static [&'static str] {
    if is_typed(typed, "listen") && !is_typed(typed, "port") {
        &[PORT]
    } else {
        &[]
    }
}

/// The addresses, with this port instead of their own.
pub(super) fn at_port(addresses: Vec<Address>, port: Option<u16>) -> Vec<Address> {
    let Some(port) = port else { return addresses };
    let addresses = addresses.into_iter();
    addresses.map(|address| address.with_port(port)).collect()
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
