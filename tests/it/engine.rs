//! The harness for a container engine. It builds each image once, and removes its containers.
//!
//! `DOCKER` names the client; the default is `docker`. `RUST_IMAGE` names the base image of the build
//! stages; the default is the Dockerfile's own. `.ci/engine` sets both.

use std::env;
use std::fmt::Display;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::Lines;

/// The repository.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How long one command of the engine's may take, in seconds: a build on a slow machine.
const LONGEST: &str = "900";

/// The engine's client, for a command that ends by itself.
pub(crate) fn client() -> Command {
    let mut command = Command::new("timeout");
    command.args(["--foreground", LONGEST, &name()]);
    command.env("DOCKER_BUILDKIT", "1");
    command
}

/// The engine's client.
pub(crate) fn name() -> String {
    env::var("DOCKER").unwrap_or_else(|_| "docker".to_owned())
}

/// What a command of the engine's prints; it must succeed.
#[track_caller]
pub(crate) fn docker(arguments: &[&str]) -> String {
    let output = client().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:#?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The service's image, built from this tree.
pub(crate) fn image() -> &'static str {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build("hellowire:check", Path::new(ROOT)));
    "hellowire:check"
}

/// Builds an image.
#[track_caller]
pub(crate) fn build(tag: &str, context: &Path) {
    build_with(&[], tag, context);
}

/// Builds an image, with these options of the build's.
#[track_caller]
pub(crate) fn build_with(options: &[&str], tag: &str, context: &Path) {
    let base = env::var("RUST_IMAGE").map(|image| format!("--build-arg=RUST={image}"));
    let mut command = client();
    // The build reaches the registry as this machine does.
    command.args(["build", "--network=host", "--tag", tag]);
    command.args(base).args(options).arg(context);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{tag}: {output:#?}");
}

/// A command of the engine's that goes on, and its lines as they come.
pub(crate) struct Stream {
    child: Child,
    pub(crate) lines: Lines,
}

impl Stream {
    /// Its stdout.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = spawn(arguments);
        let lines = Lines::of(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Its stderr.
    fn errors(arguments: &[&str]) -> Self {
        let mut child = spawn(arguments);
        let lines = Lines::of(child.stderr.take().unwrap());
        Self { child, lines }
    }
}

/// A command of the engine's that whoever started it ends.
pub(crate) fn spawn(arguments: &[&str]) -> Child {
    let mut command = Command::new(name());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let spawned = command.args(arguments).stderr(Stdio::piped()).spawn();
    spawned.unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A name that no container has.
pub(crate) fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("hellowire-check-{}-{number}", std::process::id())
}

/// A container, removed with this.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) name: String,
}

impl Container {
    /// Runs a service with these options and arguments, its port published on loopback, and
    /// returns once it listens.
    #[track_caller]
    pub(crate) fn run(options: &[&str], arguments: &[&str]) -> Self {
        let image = image();
        let container = Self { name: fresh_name() };
        let first = ["run", "--detach", "--name", &container.name];
        let publish = ["--publish", "127.0.0.1::8080"];
        docker(&[&first[..], &publish, options, &[image], arguments].concat());
        // Before that the engine accepts for it.
        let said = Stream::errors(&["logs", "--follow", &container.name]);
        said.lines.until("listening on");
        container
    }

    /// One that does not run.
    #[track_caller]
    pub(crate) fn create(image: &str) -> Self {
        let container = Self { name: fresh_name() };
        docker(&["create", "--name", &container.name, image]);
        container
    }

    /// Copies a file of the image's root to this directory: its path there.
    #[track_caller]
    pub(crate) fn copy(&self, name: &str, directory: &Path) -> PathBuf {
        let path = directory.join(name);
        let from = format!("{}:/{name}", self.name);
        docker(&["cp", &from, path.to_str().unwrap()]);
        path
    }

    /// Where its port is reached from this machine.
    #[track_caller]
    pub(crate) fn address(&self) -> SocketAddr {
        docker(&["port", &self.name, "8080/tcp"]).parse().unwrap()
    }

    /// Its records, as they come.
    pub(crate) fn records(&self) -> Stream {
        Stream::start(&["logs", "--follow", &self.name])
    }

    /// Waits until its health check has said this.
    #[track_caller]
    pub(crate) fn expect_health(&self, status: &str) {
        let filter = format!("container={}", self.name);
        // Also what was said before.
        let events = Stream::start(&["events", "--since", "1h", "--filter", &filter]);
        events.lines.until(&format!("health_status: {status}"));
    }

    /// A field of what the engine knows of it, as JSON.
    #[track_caller]
    pub(crate) fn field(&self, field: impl Display) -> String {
        docker(&[
            "inspect",
            "--format",
            &format!("{{{{json .{field}}}}}"),
            &self.name,
        ])
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Fails only where it is gone.
        let _ = client()
            .args(["rm", "--force", "--volumes", &self.name])
            .output();
    }
}

/// A container in a terminal, as a person runs it.
pub(crate) struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    pub(crate) screen: Lines,
    /// Removed with this.
    pub(crate) container: Container,
}

impl Terminal {
    /// `docker run`, with these options and arguments.
    #[track_caller]
    pub(crate) fn run(options: &[&str], arguments: &[&str]) -> Self {
        let image = image();
        let container = Container { name: fresh_name() };
        let first = [&*name(), "run", "--name", &container.name];
        let words = [&first[..], options, &[image], arguments].concat();
        // `script` is the terminal; what it types and shows are its stdin and stdout. It runs a
        // shell, which must not stay between: Ctrl-C would end it, and its code count.
        let command = format!("exec {}", words.join(" "));
        let mut child = Command::new("script")
            .args([
                "--quiet",
                "--return",
                "--flush",
                "--command",
                &command,
                "/dev/null",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            keyboard: child.stdin.take().unwrap(),
            screen: Lines::of(child.stdout.take().unwrap()),
            child,
            container,
        }
    }

    /// Types these bytes.
    pub(crate) fn type_in(&mut self, bytes: &str) {
        self.keyboard.write_all(bytes.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for its end: how, and what the screen still showed.
    #[track_caller]
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let shown = self.screen.rest();
        (self.child.wait().unwrap(), shown)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes an image to a file, as the engine saves it.
#[track_caller]
pub(crate) fn save(image: &str, path: &Path) {
    let saved = client()
        .args(["save", image])
        .stdout(File::create(path).unwrap())
        .status();
    assert!(saved.unwrap().success(), "{image}");
}
