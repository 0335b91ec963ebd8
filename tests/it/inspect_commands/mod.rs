//! What the page of `--inspect` lets a user copy and download: run by real shells, and by curl.
//!
//! 1000 random requests, many of them hostile, go to a service. Its records are fetched from the page, and the
//! commands run. The service has a second record of each then, and the two are compared.

/// Random requests.
mod requests;
/// A service, and what the page has of its records.
mod shown;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Service, directory};
use requests::Random;
use shown::{Copied, Record, Shown};

/// What the log has of a request that curl makes, beside its fields.
const PARTS: [&str; 7] = [
    "method",
    "target",
    "version",
    "state",
    "body",
    "body_base64",
    "odd",
];

/// How many requests are sent.
const COUNT: usize = 1000;

/// The requests: the same ones in each run.
fn requests() -> Vec<Vec<u8>> {
    let mut random = Random(1);
    (0..COUNT).map(|_| random.request()).collect()
}

/// Other shells, as far as they are installed. That of bash looks for `!` in its history.
fn other_shells() -> impl Iterator<Item = &'static [&'static str]> {
    let shells = [
        &["bash", "-H", "-o", "history"][..],
        &["busybox", "sh"],
        &["zsh", "-f"],
        &["fish", "--no-config"],
    ];
    let is_there = |shell: &&[&str]| Command::new(shell[0]).arg("--help").output().is_ok();
    shells.into_iter().filter(is_there)
}

/// Runs the commands one after the other, in a directory with a file that none of them may read. None of them
/// may write one.
#[track_caller]
fn run(shell: &[&str], copied: &[&Copied], name: &str) {
    let directory = directory();
    fs::write(directory.path().join("secret"), "secret").unwrap();
    for copied in copied {
        if copied.view[name]["file"] == true {
            copied.save(directory.path());
        }
    }
    let commands: Vec<_> = copied
        .iter()
        .filter_map(|copied| copied.text(name))
        .collect();
    let script = directory.path().join("script");
    fs::write(&script, commands.join("\n") + "\n").unwrap();
    let files = || fs::read_dir(directory.path()).unwrap().count();
    let before = files();
    let program = Path::new(env!("CARGO_BIN_EXE_hellowire"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let status = Command::new("timeout")
        .arg("600")
        .args(shell)
        .arg(&script)
        .current_dir(directory.path())
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_ne!(status.code(), Some(124), "{shell:?} took too long");
    assert_eq!(files(), before, "{shell:?}: a command has written a file");
}

/// Runs the exact commands. Each makes a record with the same bytes, in the same state.
#[track_caller]
fn expect_repeated(shown: &Shown, shell: &[&str], copied: &[&Copied]) {
    run(shell, copied, "command");
    let bytes = copied.iter().map(|copied| copied.record.raw.len()).sum();
    let again = shown.records(bytes);
    assert_eq!(again.len(), copied.len());
    for (copied, again) in copied.iter().zip(again) {
        let said = &copied.view["command"];
        assert!(copied.record.raw == again.raw, "{shell:?}: {said}");
        // A fault of a connection's first request is explained by the protocol that it may be of.
        let is_first = copied.record.value["request"] == 1;
        let reason = if is_first { "reason" } else { "state" };
        for member in ["state", "status", "bytes", "odd", reason] {
            let (first, second) = (&copied.record.value[member], &again.value[member]);
            assert_eq!(first, second, "{shell:?}: {member}: {said}");
        }
    }
}

#[test]
#[ignore = "takes long: 1000 commands, and samples in each other shell"]
fn the_exact_command_of_each_record_makes_it_again() {
    let shown = Shown::start(Service::start);
    let copied = shown.copied(&requests());
    let copied: Vec<_> = copied.iter().collect();
    assert!(copied.iter().all(|copied| copied.text("command").is_some()));
    assert!(
        copied
            .iter()
            .any(|copied| copied.view["command"]["file"] == true)
    );
    expect_repeated(&shown, &["sh"], &copied);
    let sample: Vec<_> = copied.into_iter().step_by(8).collect();
    for shell in other_shells() {
        expect_repeated(&shown, shell, &sample);
    }
}

/// `raw` answers the first bytes that it reads: those of a shell's printf have to come at once.
#[test]
fn the_exact_command_makes_a_record_of_raw_again() {
    let shown = Shown::start(Service::raw);
    let requests = [
        b"hi".to_vec(),
        b"\0\xff%'\\".to_vec(),
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        vec![b'\''; 1000],
        vec![b'x'; 5000],
        vec![0; 60_000],
    ];
    let copied = shown.copied(&requests);
    let copied: Vec<_> = copied.iter().collect();
    for copied in &copied {
        assert_eq!(copied.view["curl"]["why"], "its bytes were not parsed");
    }
    expect_repeated(&shown, &["sh"], &copied);
}

#[test]
fn a_request_that_took_too_long_does_so_again() {
    let slow = ["--header-timeout", "300ms"];
    let shown = Shown::start(|options| Service::start(&[options, &slow].concat()));
    let mut client = shown.service.connect();
    client.send("GET /");
    let answer = client.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    drop(client);
    let copied = shown.fetched(b"GET /");
    expect_repeated(&shown, &["sh"], &[&copied[0]]);
}

type Fields = Vec<(String, String)>;

/// The fields whose place curl does not choose, and those whose place it does.
fn fields(record: &Record) -> (Fields, Fields) {
    let fields = record.value["headers"].as_array().unwrap().iter();
    let fields = fields.map(|field| {
        let text = |at: usize| field[at].as_str().unwrap();
        (text(0).to_owned(), text(1).to_owned())
    });
    let is_curls = |(name, _): &(String, String)| {
        ["host", "content-length"].contains(&&*name.to_ascii_lowercase())
    };
    let (mut moved, kept): (Fields, Fields) = fields.partition(is_curls);
    for (name, _) in &mut moved {
        name.make_ascii_lowercase();
    }
    moved.sort_unstable();
    (kept, moved)
}

/// Runs the curl commands. Each makes a request with the same parts.
#[track_caller]
fn expect_same_requests(shown: &Shown, shell: &[&str], copied: &[&Copied]) {
    run(shell, copied, "curl");
    let mut again = Vec::new();
    while again.len() < copied.len() {
        again.extend(shown.records(1));
    }
    again.sort_by_key(|record| record.value["connection"].as_u64());
    for (copied, again) in copied.iter().zip(&again) {
        let (said, record) = (&copied.view["curl"], &copied.record);
        for member in PARTS {
            let (first, second) = (&record.value[member], &again.value[member]);
            assert_eq!(first, second, "{shell:?}: {member}: {said}");
        }
        assert_eq!(fields(record), fields(again), "{shell:?}: {said}");
    }
}

#[test]
#[ignore = "needs curl"]
fn the_curl_command_of_each_record_makes_the_same_request() {
    let shown = Shown::start(Service::start);
    let copied = shown.copied(&requests());
    let (can, cannot): (Vec<_>, Vec<_>) = copied
        .iter()
        .partition(|copied| copied.text("curl").is_some());
    assert!(can.len() > COUNT / 3, "only {} have a command", can.len());
    for copied in cannot {
        assert!(copied.view["curl"]["why"].is_string(), "{}", copied.view);
    }
    expect_same_requests(&shown, &["sh"], &can);
    let sample: Vec<_> = can.into_iter().step_by(8).collect();
    for shell in other_shells() {
        expect_same_requests(&shown, shell, &sample);
    }
}
