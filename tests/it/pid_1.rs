//! The probe in a container: without an address, it probes the service that is process 1.

use std::process::{Command, Output};

use crate::support::{Service, program};
use crate::talker::Talker;

/// A container's namespaces, without an engine, and its first process.
fn container(arguments: &str) -> Command {
    let mut command = Command::new("unshare");
    let isolated = [
        "--net",
        "--pid",
        "--mount-proc",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
    ];
    let hellowire = env!("CARGO_BIN_EXE_hellowire");
    // The shell becomes the service.
    let script = format!("ip link set lo up && exec {hellowire} {arguments}");
    command.args(isolated).arg(script);
    for (name, value) in program().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// `hellowire health` beside the first process that `unshare` has started, in an image that sets
/// the variable for all its processes.
fn ask(unshare: u32, options: &[&str]) -> Output {
    ask_with(unshare, options, &[("HELLOWIRE_LISTEN", "0.0.0.0:8080")])
}

/// The same in an image with these variables.
fn ask_with(unshare: u32, options: &[&str], environment: &[(&str, &str)]) -> Output {
    let children = format!("/proc/{unshare}/task/{unshare}/children");
    let first = std::fs::read_to_string(children).unwrap();
    let mut command = Command::new("nsenter");
    command.args(["--target", first.trim(), "--all"]);
    command.arg(env!("CARGO_BIN_EXE_hellowire")).arg("health");
    command.envs(environment.iter().copied());
    command.args(options).output().unwrap()
}

#[track_caller]
fn expect(output: &Output, code: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr, said);
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_is_asked_where_it_listens_whatever_the_variable_says() {
    for arguments in [
        "--listen 0.0.0.0:9000",
        "--listen=127.0.0.2:9000,127.0.0.3:9001 --log off",
        "raw --listen '[::1]:9000'",
        "-p 9000",
    ] {
        let service = Service::launch(container(arguments).env("HELLOWIRE_LISTEN", "0.0.0.0:8080"));
        expect(&ask(service.id(), &[]), 0, "");
        // Who names an address means it.
        let refused = "hellowire: refused: nobody listens at 127.0.0.1:1\n";
        expect(&ask(service.id(), &["127.0.0.1:1"]), 1, refused);
    }
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_may_have_another_environment_than_the_probe() {
    let service = Service::launch(container("").env("HELLOWIRE_LISTEN", "127.0.0.1:9000"));
    expect(&ask(service.id(), &[]), 0, "");
}

/// What the service takes, or does not look at, is no mistake of the probe.
#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_is_well_whatever_variables_the_container_has() {
    let any = "nothing to check: this container's service listens at any free port\n";
    for (arguments, variable, value, said) in [
        ("", "HELLOWIRE_LISTEN", "0.0.0.0:0", any),
        ("", "HELLOWIRE_LISTEN", "0.0.0.0:0,0.0.0.0:9000", ""),
        ("--status 304", "HELLOWIRE_STATUS", "oops", ""),
        ("--listen 0.0.0.0:8080", "HELLOWIRE_LISTEN", "junk:", ""),
        ("-p 9000", "HELLOWIRE_PORT", "junk", ""),
        ("raw", "HELLOWIRE_STATUS", "oops", ""),
    ] {
        let addresses = if value.contains(',') { 2 } else { 1 };
        let service = Service::launch_on(container(arguments).env(variable, value), addresses);
        expect(&ask_with(service.id(), &[], &[(variable, value)]), 0, said);
    }
    let mut listener = container("chat listen 0.0.0.0:12345");
    let environment = [("HELLOWIRE_LISTEN", "junk:")];
    let talker = Talker::start(listener.envs(environment));
    talker.stderr.next();
    let said = "nothing to check: this container runs `hellowire chat`, which is no service\n";
    expect(&ask_with(talker.id(), &[], &environment), 0, said);
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_is_asked_at_its_first_address_with_a_port() {
    let mut command = container("--listen 0.0.0.0:0 --listen 0.0.0.0:9000 --status 503");
    let service = Service::launch_on(&mut command, 2);
    let said = "hellowire: 127.0.0.1:9000 is not well: it answered 503\n";
    expect(&ask(service.id(), &[]), 1, said);
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_that_answers_badly_is_not_well() {
    let service = Service::launch(&mut container("--listen 0.0.0.0:9000 --status 503"));
    let said = "hellowire: 127.0.0.1:9000 is not well: it answered 503\n";
    expect(&ask(service.id(), &[]), 1, said);
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_that_is_no_service_leaves_nothing_to_check() {
    let mut listener = container("chat listen 0.0.0.0:12345");
    let talker = Talker::start(&mut listener);
    assert_eq!(talker.stderr.next(), "listening on 0.0.0.0:12345");
    let said = "nothing to check: this container runs `hellowire chat`, which is no service\n";
    expect(&ask(talker.id(), &[]), 0, said);

    let service = Service::launch(&mut container("--listen 0.0.0.0:0"));
    let said = "nothing to check: this container's service listens at any free port\n";
    expect(&ask(service.id(), &[]), 0, said);
}

#[test]
#[ignore = "needs to make a PID namespace"]
fn pid_1_that_is_another_program_says_nothing() {
    let mut command = Command::new("unshare");
    command.args(["--net", "--pid", "--mount-proc", "--fork", "--kill-child"]);
    command.args(["sh", "-c", "ip link set lo up; echo up; read -r _; true"]);
    let talker = Talker::start(&mut command);
    assert_eq!(talker.stdout.next(), "up");
    let refused = "hellowire: refused: nobody listens at 127.0.0.1:8080\n";
    expect(&ask(talker.id(), &[]), 1, refused);
}
