//! Two processes append to one file, as in a restart without a gap. The file has all records, and each
//! is whole.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::Value;

use super::length;
use crate::support::{Client, Service, directory, program};

/// How many ask each of the two at once.
const CLIENTS: usize = 2;

/// Requests that are sent at once, as many as bring more than 64 KiB of records.
struct Load {
    body: usize,
    together: usize,
}

const SMALL: Load = Load {
    body: 700,
    together: 160,
};

/// A record of these is longer than any block of the queue.
const LARGE: Load = Load {
    body: 300_000,
    together: 4,
};

/// How the log gets to the file.
#[derive(Debug, Clone, Copy)]
enum Way {
    Option,
    Shell,
}

impl Way {
    fn start(self, path: &Path) -> Service {
        let options = [
            "--listen",
            "127.0.0.1:0",
            "--log",
            "json",
            "--log-body",
            "1MiB",
            "--text",
            "@",
        ];
        if matches!(self, Self::Option) {
            return Service::launch(program().args(options).arg("--log-file").arg(path));
        }
        let program = program();
        let mut shell = Command::new("sh");
        let appends = "file=$1; shift; exec \"$@\" >>\"$file\"";
        shell.args(["-c", appends, "sh"]).arg(path);
        Service::launch(shell.arg(program.get_program()).args(options))
    }
}

#[test]
fn two_that_append_to_one_file_tear_no_small_record() {
    append(&SMALL, [Way::Option, Way::Option]);
}

#[test]
fn two_that_append_to_one_file_tear_no_large_record() {
    append(&LARGE, [Way::Option, Way::Option]);
}

#[test]
fn nor_do_two_whose_shell_appends() {
    append(&SMALL, [Way::Option, Way::Shell]);
    append(&LARGE, [Way::Shell, Way::Shell]);
}

#[track_caller]
fn append(load: &Load, ways: [Way; 2]) {
    // How often each of the two is started, and how often its clients then ask.
    let (starts, rounds) = length((4, 20), (20, 100));
    let directory = directory();
    let path = directory.path().join("log");
    thread::scope(|scope| {
        for way in ways {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..starts {
                    let service = way.start(path);
                    let address = service.address();
                    thread::scope(|scope| {
                        for _ in 0..CLIENTS {
                            scope.spawn(move || ask(address, load, rounds));
                        }
                    });
                    service.stop();
                }
            });
        }
    });
    let log = fs::read(&path).unwrap();
    let lines: Vec<_> = log.split_inclusive(|byte| *byte == b'\n').collect();
    let is_whole =
        |line: &&&[u8]| serde_json::from_slice::<Value>(line).is_ok_and(|_| line.ends_with(b"\n"));
    let whole = lines.iter().filter(is_whole).count();
    let expected = 2 * starts * CLIENTS * rounds * load.together;
    println!(
        "{ways:?}, bodies of {}: {expected} requests, {} lines, {whole} whole",
        load.body,
        lines.len()
    );
    assert_eq!(
        (lines.len(), whole),
        (expected, expected),
        "lines, and whole ones"
    );
}

fn ask(address: SocketAddr, load: &Load, rounds: usize) {
    let length = load.body;
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let requests = (head + &"x".repeat(length)).repeat(load.together);
    let mut client = Client::connect(address);
    for _ in 0..rounds {
        client.send(&requests);
        let (mut got, mut answers) = ([0; 8 << 10], 0);
        while answers < load.together {
            let length = client.0.read(&mut got).unwrap();
            assert!(length > 0, "it ended after {answers} answers");
            // Each has one in its body, and what is read may end anywhere.
            answers += str::from_utf8(&got[..length]).unwrap().matches('@').count();
        }
        assert_eq!(answers, load.together);
    }
}
