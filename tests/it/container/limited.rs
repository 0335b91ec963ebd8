//! The image with the settings and the memory limit of `deploy/`: the kernel does not kill it, even if
//! clients make it hold as much as they can.

use std::fs;
use std::net::SocketAddr;

use crate::engine::Container;
use crate::fire::memory::{DEPLOYED, half_a_trailer_section, send_to, wait_until_all_is_read};
use crate::fire::raise_descriptors;
use crate::support::{Client, HELLO, expect_answer};

/// What the Compose file sets for the program, and the container's limit.
pub(super) fn settings() -> (Vec<String>, String) {
    let file = fs::read_to_string("deploy/compose.yaml").unwrap();
    let set = |line: &str| {
        let (name, value) = line.trim().split_once(": ")?;
        let is_one = name.starts_with("HELLOWIRE_") && name != "HELLOWIRE_TEXT";
        is_one.then(|| format!("--env={name}={value}"))
    };
    let limit = file
        .lines()
        .find_map(|line| line.trim().strip_prefix("memory: "))
        .unwrap();
    (file.lines().filter_map(set).collect(), limit.to_owned())
}

/// The most that a process's control group has had, where the kernel tells.
fn peak(id: &str) -> Option<u64> {
    let groups = fs::read_to_string(format!("/proc/{id}/cgroup")).unwrap();
    let path = |group: &str| {
        groups
            .lines()
            .find_map(|line| line.split_once(group).map(|(_, path)| path.to_owned()))
    };
    let files = [
        path(":memory:")
            .map(|path| format!("/sys/fs/cgroup/memory{path}/memory.max_usage_in_bytes")),
        path("0::").map(|path| format!("/sys/fs/cgroup{path}/memory.peak")),
    ];
    let read = |file: String| fs::read_to_string(file).ok()?.trim().parse().ok();
    files.into_iter().flatten().find_map(read)
}

#[test]
#[ignore = "needs a container engine, and 1100 descriptors"]
fn nobody_is_killed_with_the_settings_of_deploy() {
    raise_descriptors();
    let (settings, limit) = settings();
    assert!(settings.len() > 4, "{settings:?}");
    let mut options: Vec<_> = settings.iter().map(String::as_str).collect();
    let limits = [
        &format!("--memory={limit}")[..],
        &format!("--memory-swap={limit}"),
    ];
    options.extend(limits);
    // Nobody's time is up on a busy machine.
    options.push("--env=HELLOWIRE_HEADER_TIMEOUT=10m");
    let container = Container::run(&options, &[]);
    let id = container.field("State.Pid");
    // Not through the engine's proxy, which would hold what comes.
    let ip = container.field("NetworkSettings.IPAddress");
    let address: SocketAddr = format!("{}:8080", ip.trim_matches('"')).parse().unwrap();
    let most = settings
        .iter()
        .find_map(|set| set.strip_prefix("--env=HELLOWIRE_MAX_CONNECTIONS="));
    // One is left for somebody new, and some for probes.
    let clients = most.unwrap().parse::<usize>().unwrap() - 10;
    let connected = send_to(
        address,
        clients,
        half_a_trailer_section(DEPLOYED).as_bytes(),
    );
    wait_until_all_is_read("/proc/net/tcp", address.port());
    wait_until_all_is_read(&format!("/proc/{id}/net/tcp"), address.port());
    let mut client = Client::connect(address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect_answer(&client.read_to_end(), 200, HELLO);
    println!(
        "{clients} clients, a limit of {limit}: at most {:?} bytes",
        peak(&id)
    );
    assert_eq!(container.field("State.OOMKilled"), "false");
    assert_eq!(container.field("State.Running"), "true");
    drop(connected);
}
