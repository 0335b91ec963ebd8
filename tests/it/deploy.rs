//! The files in deploy/ in use: on one machine, and as a stack of replicas in a real swarm. The load comes
//! from inside the swarm's network. An update and a change of scale lose no request.
//!
//! The clients find the replicas by DNS round robin alone: only the replicas' own behaviour prevents a
//! lost request.

use std::path::Path;
use std::process::{Child, Command};

use serde_json::Value;

use crate::engine::{ROOT, Stream, build, client, docker, image, spawn};
use crate::support::{Client, HELLO, Lines, expect_answer};

const DOCKERFILE: &str = include_str!("../../Dockerfile");
const COMPOSE: &str = include_str!("../../deploy/compose.yaml");
const KUBERNETES: &str = include_str!("../../deploy/kubernetes.yaml");

const STACK: &str = "hellowire-check";
const WEB: &str = "hellowire-check_web";
const NETWORK: &str = "hellowire-check_default";
const LOAD: &str = "hellowire-load:check";

/// A swarm of this machine alone, and the stack in it. Both are gone with this.
struct Swarm;

impl Swarm {
    #[track_caller]
    fn start(image: &str) -> Self {
        let state = docker(&["info", "--format", "{{.Swarm.LocalNodeState}}"]);
        assert_eq!(state, "inactive", "a swarm that is in use is left alone");
        docker(&["swarm", "init", "--advertise-addr", "127.0.0.1"]);
        let swarm = Self;
        let deployed = client()
            .args(["stack", "deploy", "-c", "deploy/compose.yaml"])
            .args(["-c", "tests/swarm/attachable.yaml", STACK])
            .envs([("IMAGE", image), ("REPLICAS", "3"), ("TEXT", "before")])
            .envs([("ENDPOINT", "dnsrr"), ("PUBLISH", "host"), ("PORT", "0")])
            .current_dir(ROOT)
            .output()
            .unwrap();
        assert!(deployed.status.success(), "{deployed:#?}");
        Self::scale(3);
        swarm
    }

    /// Returns once that many replicas are healthy.
    #[track_caller]
    fn scale(replicas: u8) {
        docker(&[
            "service",
            "scale",
            "--detach=false",
            &format!("{WEB}={replicas}"),
        ]);
    }

    /// Returns once every replica is a new one that was watched for a while.
    #[track_caller]
    fn update() {
        let text = "HELLOWIRE_TEXT=after";
        let events = Stream::start(&["events", "--filter", "type=service"]);
        docker(&[
            "service",
            "update",
            "--detach=false",
            "--env-add",
            text,
            WEB,
        ]);
        events.lines.until("updatestate.new=completed");
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        let _ = client().args(["stack", "rm", STACK]).output();
        let _ = client().args(["swarm", "leave", "--force"]).output();
        // A swarm keeps what is left of the last replicas.
        let label = format!("label=com.docker.stack.namespace={STACK}");
        let left = client()
            .args(["ps", "--all", "--quiet", "--filter", &label])
            .output();
        for id in left
            .iter()
            .flat_map(|output| str::from_utf8(&output.stdout))
            .flat_map(str::lines)
        {
            let _ = client().args(["rm", "--force", id]).output();
        }
    }
}

/// Clients within the network, until they are asked for their counts.
struct Load {
    child: Child,
    lines: Lines,
}

impl Load {
    #[track_caller]
    fn start() -> Self {
        build(LOAD, &Path::new(ROOT).join("tests/swarm"));
        let mut child = spawn(&[
            "run",
            "--rm",
            "--interactive",
            "--network",
            NETWORK,
            LOAD,
            "web:8080",
        ]);
        let lines = Lines::of(child.stdout.take().unwrap());
        lines.until("ready");
        Self { child, lines }
    }

    /// Ends it: what became of its requests.
    #[track_caller]
    fn counts(mut self) -> Value {
        // The end of its input is what it waits for.
        drop(self.child.stdin.take());
        let counts = self.lines.next();
        assert!(self.child.wait().unwrap().success(), "{counts}");
        serde_json::from_str(&counts).unwrap()
    }
}

/// `docker compose`, or the program of its own that it was before.
fn compose() -> Command {
    let is_plugin = client().args(["compose", "version"]).output();
    let mut command = if is_plugin.is_ok_and(|output| output.status.success()) {
        let mut command = client();
        command.arg("compose");
        command
    } else {
        Command::new("docker-compose")
    };
    // Not the stack's name: both would have a network of that name.
    let project = format!("{STACK}-compose");
    let arguments = ["--file", "deploy/compose.yaml", "--project-name", &project];
    command.args(arguments).current_dir(ROOT);
    command.envs([("IMAGE", image()), ("PORT", "0")]);
    command
}

/// What a tool prints; it must succeed.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:#?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_image_has_the_packages_version() {
    for (file, part) in [
        (DOCKERFILE, "image.version=\"VERSION\""),
        (KUBERNETES, "image: hellowire:VERSION\n"),
    ] {
        let part = part.replace("VERSION", env!("CARGO_PKG_VERSION"));
        assert!(file.contains(&part), "{part} is not in {file}");
    }
}

/// The value of a variable in the Dockerfile, in the Compose file, or in the Kubernetes manifest.
#[track_caller]
fn variable<'a>(file: &'a str, name: &str) -> &'a str {
    let forms = [
        format!("{name}="),
        format!("{name}: "),
        format!("- name: {name}\n              value: "),
    ];
    let value = forms.iter().find_map(|form| file.split_once(form));
    let (_, value) = value.unwrap_or_else(|| panic!("{name} is not in {file}"));
    value.split_whitespace().next().unwrap()
}

#[test]
fn the_files_keep_as_much_of_a_body_as_the_image() {
    for file in [COMPOSE, KUBERNETES] {
        let name = "HELLOWIRE_LOG_BODY";
        assert_eq!(variable(file, name), variable(DOCKERFILE, name));
    }
}

#[test]
fn the_log_leaves_out_the_health_check_and_the_ready_path() {
    let health = variable(DOCKERFILE, "HELLOWIRE_LOG_EXCLUDE");
    for file in [COMPOSE, KUBERNETES] {
        let ready = variable(file, "HELLOWIRE_READY_PATH");
        let excluded = variable(file, "HELLOWIRE_LOG_EXCLUDE");
        assert_eq!(excluded, format!("{health},{ready}"));
    }
}

#[test]
fn kubernetes_asks_for_readiness_at_the_ready_path_and_for_liveness_at_another() {
    let ready = variable(KUBERNETES, "HELLOWIRE_READY_PATH");
    for (probe, path) in [("readiness", ready), ("liveness", "/hellowire-health")] {
        let asked = format!("{probe}Probe:\n            httpGet:\n              path: {path}\n");
        assert!(KUBERNETES.contains(&asked), "{asked}");
    }
}

/// It prints a line for each resource.
#[test]
#[ignore = "needs kubernetes-validate"]
fn the_kubernetes_manifest_is_what_the_api_takes() {
    let file = "deploy/kubernetes.yaml";
    let said = run(Command::new("kubernetes-validate")
        .args(["--strict", file])
        .current_dir(ROOT));
    for kind in [
        "deployment",
        "service",
        "poddisruptionbudget",
        "horizontalpodautoscaler",
    ] {
        assert!(
            said.contains(&format!("passed for resource {kind}/hellowire")),
            "{said}"
        );
    }
}

#[test]
#[ignore = "needs a container engine and Compose"]
fn compose_takes_the_file_and_serves_on_one_machine() {
    // Against the schema.
    run(compose().args(["config", "--quiet"]));
    let down = Down;
    run(compose().args(["up", "--detach", "--no-build"]));
    let address = run(compose().args(["port", "web", "8080"]));
    let mut client = Client::connect(address.trim().parse().unwrap());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_answer(&client.read_answer(), 200, HELLO);
    drop(down);
}

/// Takes what Compose has started down again.
struct Down;

impl Drop for Down {
    fn drop(&mut self) {
        let _ = compose().args(["down", "--timeout", "0"]).output();
    }
}

#[test]
#[ignore = "needs a container engine that is in no swarm"]
fn in_a_swarm_an_update_and_a_change_of_scale_cost_no_request() {
    let _swarm = Swarm::start(image());
    let filter = format!("label=com.docker.swarm.service.name={WEB}");
    let ends = Stream::start(&[
        "events",
        "--filter",
        "type=container",
        "--filter",
        "event=die",
        "--filter",
        &filter,
        "--format",
        "{{.Actor.Attributes.exitCode}}",
    ]);
    let load = Load::start();
    Swarm::update();
    Swarm::scale(5);
    Swarm::scale(2);
    // Three that were updated, and three too many.
    let codes: Vec<_> = (0..6).map(|_| ends.lines.next()).collect();
    let counts = load.counts();
    println!("an update of 3 replicas, then 5, then 2: {counts}");
    assert_eq!(counts["failed"], serde_json::json!({}), "{counts}");
    assert_eq!(codes, ["0"; 6], "a replica was cut");
    for text in ["before", "after"] {
        assert!(counts["bodies"][text].as_u64() > Some(0), "{counts}");
    }
    let replicas = counts["replicas"].as_object().unwrap().len();
    assert!(replicas >= 8, "{counts}");
}
