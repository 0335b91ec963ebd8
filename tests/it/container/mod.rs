//! The image in a real container engine: its build, its behaviour under `docker run`, and its end.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::{Container, Stream, Terminal, client, docker, fresh_name, image};
use crate::support::{BOUND, Client, HELLO, expect_answer, expect_record};

/// For arm64.
mod arm64;
/// What the build makes.
mod built;
/// Under a limit on memory.
mod limited;
/// Behind the engine's log driver.
mod log_driver;

/// As little as an engine can give.
const HARDENED: &[&str] = &[
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
];

/// What curl gets, and the end of the record of that.
#[track_caller]
fn curl(address: SocketAddr) -> (String, String) {
    let url = format!("http://{address}/?curl");
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--max-time",
            "30",
            "--user-agent",
            "curl",
            &url,
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:#?}");
    let record = format!(
        r#""GET /?curl HTTP/1.1\r\nHost: {address}\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n""#
    );
    (String::from_utf8(output.stdout).unwrap(), record)
}

#[test]
#[ignore = "needs a container engine"]
fn a_hardened_container_answers_logs_is_healthy_and_keeps_its_probes_out_of_the_log() {
    for arguments in [&[][..], &["raw"]] {
        let container = Container::run(HARDENED, arguments);
        let records = container.records();
        container.expect_health("healthy");
        let (answer, record) = curl(container.address());
        assert_eq!(answer, HELLO);
        // The first there is, although it has been probed before.
        expect_record(&records.lines.next(), record);
        docker(&["stop", &container.name]);
        assert_eq!(records.lines.rest(), Vec::<String>::new());
    }
}

/// A balancer that polls sees the signal, while clients are still served. The log has the clients alone.
#[test]
#[ignore = "needs a container engine"]
fn with_the_settings_of_deploy_the_ready_path_says_that_it_stops() {
    let (settings, _) = limited::settings();
    let mut options: Vec<_> = settings.iter().map(String::as_str).collect();
    // The container's end is its removal.
    options.push("--env=HELLOWIRE_SHUTDOWN_DELAY=10m");
    let container = Container::run(&options, &[]);
    let get = |path: &str| {
        let mut client = Client::connect(container.address());
        client.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        client.read_answer()
    };
    expect_answer(&get("/hellowire-ready"), 200, "ready\n");
    docker(&["kill", "--signal", "TERM", &container.name]);
    // The signal may take a moment.
    let deadline = Instant::now() + BOUND;
    while get("/hellowire-ready").starts_with("HTTP/1.1 200 ") {
        assert!(Instant::now() < deadline, "it is still ready");
    }
    expect_answer(&get("/hellowire-ready"), 503, "stopping\n");
    expect_answer(&get("/"), 200, HELLO);
    let record = container.records().lines.next();
    expect_record(&record, r#" "GET / HTTP/1.1\r\nHost: a\r\n\r\n""#);
}

/// The path of the image's probe, and no other, a balancer's for instance.
#[test]
#[ignore = "needs a container engine"]
fn no_other_path_is_kept_out() {
    let container = Container::run(&[], &[]);
    let records = container.records();
    for path in ["/hellowire-health", "/health", "/healthz"] {
        let mut client = Client::connect(container.address());
        client.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        client.read_answer();
    }
    for path in ["/health", "/healthz"] {
        expect_record(
            &records.lines.next(),
            format!(r#" "GET {path} HTTP/1.1\r\nHost: a\r\n\r\n""#),
        );
    }
}

#[test]
#[ignore = "needs a container engine"]
fn who_answers_badly_is_unhealthy() {
    let options = ["--health-interval", "1s", "--health-retries", "1"];
    let container = Container::run(&options, &["--status", "503"]);
    container.expect_health("unhealthy");
    let said = container.field("State.Health.Log");
    assert!(
        said.contains("127.0.0.1:8080 is not well: it answered 503"),
        "{said}"
    );
}

/// The README's own commands. The check finds out what its container runs.
#[test]
#[ignore = "needs a container engine"]
fn whatever_the_container_runs_is_healthy() {
    for (arguments, said) in [
        (&["--listen", "0.0.0.0:9000"][..], ""),
        (&["raw", "--listen", "0.0.0.0:9000"], ""),
        (
            &["chat", "listen", "0.0.0.0:12345"],
            "nothing to check: this container runs `hellowire chat`, which is no service\n",
        ),
    ] {
        let container = Container::run(HARDENED, arguments);
        container.expect_health("healthy");
        let log: Value = serde_json::from_str(&container.field("State.Health.Log")).unwrap();
        let probes = log.as_array().unwrap();
        assert!(!probes.is_empty(), "{log}");
        for probe in probes {
            let ended = (&probe["ExitCode"], &probe["Output"]);
            assert_eq!(ended, (&0.into(), &said.into()), "{arguments:?}: {log}");
        }
    }
}

#[test]
#[ignore = "needs a container engine"]
fn an_empty_variable_shows_the_probes() {
    let container = Container::run(&["--env", "HELLOWIRE_LOG_EXCLUDE="], &[]);
    let records = container.records();
    records.lines.until("GET /hellowire-health ");
}

/// How much longer the service may take to end than a program that ends at once: what a client gets
/// that stays when its connection is ended (300 ms), and as much again for a drain without work, which
/// takes some hundredths of a second.
const DRAIN: Duration = Duration::from_millis(600);

/// How long the container lives on after the signal of `docker stop`, by the engine's own clock.
#[track_caller]
fn time_to_stop(container: &Container) -> Duration {
    docker(&["stop", &container.name]);
    // SIGTERM has ended it, and not the engine's SIGKILL after ten seconds.
    assert_eq!(container.field("State.ExitCode"), "0");
    let name = format!("container={}", container.name);
    let which = [
        "--filter",
        &name,
        "--filter",
        "event=kill",
        "--filter",
        "event=die",
    ];
    let format = ["--format", "{{.Action}} {{.TimeNano}}"];
    let events = [&["events", "--since", "1h"][..], &which, &format].concat();
    let events = Stream::start(&events).lines.until("die ");
    let at = |action: &str| -> u64 {
        let line = events.iter().find_map(|line| line.strip_prefix(action));
        line.unwrap_or_else(|| panic!("no {action}in {events:?}"))
            .parse()
            .unwrap()
    };
    Duration::from_nanos(at("die ") - at("kill "))
}

/// A busy machine takes a multiple of any time. So the service is compared with a chat, which ends at
/// once, in turns; the best of each count. The connection is kept open: nobody waits for its end.
#[test]
#[ignore = "needs a container engine"]
fn docker_stop_ends_it_soon_and_the_last_record_is_there() {
    let (mut at_once, mut drained) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let chat = Container::run(HARDENED, &["chat", "listen", "0.0.0.0:12345"]);
        at_once.push(time_to_stop(&chat));

        let service = Container::run(HARDENED, &[]);
        let mut client = Client::connect(service.address());
        client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
        client.read_answer();
        drained.push(time_to_stop(&service));
        let records = docker(&["logs", &service.name]);
        expect_record(&records, r#" "GET /last HTTP/1.1\r\nHost: a\r\n\r\n""#);
    }
    println!("from the signal to the end: {drained:?}, of a chat {at_once:?}");
    let best = |times: &[Duration]| *times.iter().min().unwrap();
    assert!(
        best(&drained) <= best(&at_once) + DRAIN,
        "{drained:?}, of a chat {at_once:?}"
    );
}

#[test]
#[ignore = "needs a container engine"]
fn ctrl_c_in_a_terminal_ends_it() {
    // With `-t` alone the engine's client takes the key and sends the signal; with `-it` the
    // container's terminal does.
    for options in [&["-t"][..], &["-it"]] {
        let mut terminal = Terminal::run(options, &[]);
        terminal.screen.until("listening on http://0.0.0.0:8080");
        terminal.type_in("\u{3}");
        let (status, shown) = terminal.wait();
        assert_eq!(status.code(), Some(0), "{options:?}: {shown:#?}");
    }
}

#[test]
#[ignore = "needs a container engine"]
fn two_people_chat_from_two_terminals() {
    let network = Network::new();
    let options = ["-it", "--network", &network.0];
    let mut alice = Terminal::run(&options, &["chat", "listen", "0.0.0.0:12345"]);
    alice.screen.until("listening on 0.0.0.0:12345");
    let address = format!("{}:12345", alice.container.name);
    let mut bob = Terminal::run(&options, &["chat", "connect", &address]);
    bob.screen.until("connected to");
    bob.type_in("菜鸡菜鸡,我是菜鸟\r");
    alice.screen.until("peer: 菜鸡菜鸡,我是菜鸟");
    alice.type_in("got it\r");
    bob.screen.until("peer: got it");
    bob.type_in("byebye\r");
    for (person, word) in [
        (alice, "the other side said byebye"),
        (bob, "you said byebye"),
    ] {
        let (status, shown) = person.wait();
        assert_eq!(status.code(), Some(0), "{shown:#?}");
        assert!(shown.iter().any(|line| line.contains(word)), "{shown:#?}");
    }
}

#[test]
#[ignore = "needs a container engine"]
fn help_is_shown_by_docker_run() {
    let output = client()
        .args(["run", "--rm", image(), "--help"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:#?}");
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("Usage: hellowire"), "{help}");
}

/// There is no resolver in the image but the program's own.
#[test]
#[ignore = "needs a container engine"]
fn names_are_resolved_in_the_empty_image() {
    let network = Network::new();
    let service = Container::run(&["--network", &network.0], &[]);
    service.expect_health("healthy");
    for (name, code) in [(&*service.name, 0), ("nobody.invalid", 1)] {
        let output = client()
            .args(["run", "--rm", "--network", &network.0, image()])
            .args(["health", "--timeout", "30s", &format!("{name}:8080")])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:#?}");
    }
}

/// A network where containers have names, removed with this.
struct Network(String);

impl Network {
    fn new() -> Self {
        let name = fresh_name();
        docker(&["network", "create", &name]);
        Self(name)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = client().args(["network", "rm", &self.0]).output();
    }
}
